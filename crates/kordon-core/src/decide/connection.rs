//! Connections: the source's egress side and the destination's ingress side, and then what the
//! destination's proxy says.

use std::ops::ControlFlow;

use smallvec::SmallVec;

use super::matching::Connection;
use super::mesh::Asked;
use super::party::Place;
use super::resolve::{Side, Via, Who, node_side, outside_side, unknown_side};
use super::stage::StageOutcome;
use super::{Silent, Trace};
use crate::compile::StageProgram;
use crate::decision::{Cause, Decision, Problem, Verdict};
use crate::id::RuleId;
use crate::model::Protocol;
use crate::request::{ConnectionRequest, Endpoint, Session};
use crate::rule::{Direction, Plane};
use crate::snapshot::{Posture, Snapshot};
use crate::symbol::Symbol;

/// Why a side of a connection was judged as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The side is outside the pod network, where no policy applies.
    NotGuarded,
    /// A pod reaches itself.
    Itself,
    /// The pod's own node reaches it, which the API promises to let pass.
    OwnNode,
    /// No policy selects the side.
    NothingSelects,
    /// Policies select it, and all leave the answer to others.
    NothingDecides,
    /// The stage of this number decided, by a rule or by its silence.
    Stage(usize),
    /// No proxy of the mesh stands before the destination.
    NoProxy,
    /// The destination's proxy cannot read the request in TLS that is not the mesh's own.
    UnreadableTls,
}

/// A judged side of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guarded<'a> {
    pub(crate) plane: Plane,
    pub(crate) subject: &'a Side<'a>,
    pub(crate) peer: &'a Side<'a>,
    pub(crate) connection: &'a Connection<'a>,
    /// The stages of the plane that guard the subject.
    pub(crate) stages: &'a [StageProgram],
    pub(crate) judgement: Judgement,
}

/// What one plane says of one side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) explicit: bool,
    pub(crate) rule: Option<RuleId>,
    pub(crate) reason: Reason,
}

impl Judgement {
    /// A judgement without a rule.
    pub(super) fn by(reason: Reason, verdict: Verdict) -> Self {
        Self {
            verdict,
            explicit: false,
            rule: None,
            reason,
        }
    }
}

/// A connection whose ends are resolved against a snapshot.
#[derive(Debug)]
pub struct PreparedConnection<'s> {
    snapshot: &'s Snapshot,
    from: SmallVec<[Side<'s>; 1]>,
    to: SmallVec<[(Side<'s>, u16); 1]>,
    protocol: Protocol,
    session: Option<Session<'s>>,
}

impl PreparedConnection<'_> {
    /// Decides the connection.
    #[inline]
    pub fn decide(&self) -> Decision {
        let mut total = Total::default();
        let asked = Asked::connection(self.session.as_ref());
        for from in &self.from {
            for (to, port) in &self.to {
                let pair = Pair {
                    from,
                    to,
                    protocol: self.protocol,
                    port: *port,
                };
                let decision = self.snapshot.decide_pair(&pair, &asked, &mut Silent);
                if total.add(decision).is_break() {
                    return total.decision();
                }
            }
        }
        total.decision()
    }
}

/// The decision over several pairs of ends: all have to be allowed.
#[derive(Default)]
struct Total(Option<Decision>);

impl Total {
    #[inline]
    fn add(&mut self, decision: Decision) -> ControlFlow<()> {
        if self.0.is_none_or(|known| decision.outweighs(&known)) {
            self.0 = Some(decision);
        }
        if decision.verdict == Verdict::Deny {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn decision(self) -> Decision {
        self.0
            .unwrap_or_else(|| Decision::problem(Problem::NoSuchWorkload))
    }
}

impl Snapshot {
    /// Resolves a connection's ends, to decide it many times. Nothing in a snapshot stands for a
    /// described workload, so it cannot be prepared.
    ///
    /// # Errors
    /// Why the request could not be understood.
    pub fn prepare_connection<'s>(
        &'s self,
        request: &ConnectionRequest<'s>,
    ) -> Result<PreparedConnection<'s>, Problem> {
        refuse_ends(request)?;
        let (mut from, mut to) = (SmallVec::new(), SmallVec::new());
        self.each_prepared(&request.from, &mut |side, _| {
            from.push(side);
            Ok(())
        })?;
        self.each_prepared(&request.to, &mut |side, via| {
            let port = via.port(request.port, request.protocol, &side.party, self)?;
            to.push((side, port));
            Ok(())
        })?;
        Ok(PreparedConnection {
            snapshot: self,
            from,
            to,
            protocol: request.protocol,
            session: request.session,
        })
    }

    fn each_prepared<'s>(
        &'s self,
        endpoint: &Endpoint<'_>,
        take: &mut dyn FnMut(Side<'s>, Via<'_>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let mut result = Ok(());
        let _stopped = self.each_side(endpoint, &mut |side, via| {
            result = self.prepared_side(side).and_then(|side| take(side, via));
            if result.is_err() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        result
    }

    /// A side that lives as long as the snapshot.
    fn prepared_side(&self, side: &Side<'_>) -> Result<Side<'_>, Problem> {
        let mut prepared = match side.who {
            Who::Workload(id) => self.workload_side(id).ok_or(Problem::NoSuchWorkload)?,
            Who::Node(name) => node_side(self.node(name).ok_or(Problem::NoSuchNode)?),
            Who::Address(address) => outside_side(address),
            Who::UnknownPod => unknown_side(),
            Who::Described(_) => return Err(Problem::DescribedWorkload),
        };
        prepared.party.address = side.party.address;
        Ok(prepared)
    }

    /// Decides a connection between every pair of parties that its ends stand for.
    #[inline]
    pub(crate) fn decide_connection<T: Trace>(
        &self,
        request: &ConnectionRequest<'_>,
        asked: &Asked<'_>,
        trace: &mut T,
    ) -> Decision {
        if let Err(problem) = refuse_ends(request) {
            return Decision::problem(problem);
        }
        let mut total = Total::default();
        let mut problem = None;
        let resolved = self.each_side(&request.from, &mut |from, _| {
            let resolved = self.each_side(&request.to, &mut |to, via| match via.port(
                request.port,
                request.protocol,
                &to.party,
                self,
            ) {
                Ok(port) => {
                    let pair = Pair {
                        from,
                        to,
                        protocol: request.protocol,
                        port,
                    };
                    let decision = self.decide_pair(&pair, asked, trace);
                    trace.pair(&decision);
                    total.add(decision)
                }
                Err(found) => {
                    problem = Some(found);
                    ControlFlow::Break(())
                }
            });
            resolved.unwrap_or_else(|found| {
                problem = Some(found);
                ControlFlow::Break(())
            })
        });
        match problem.or(resolved.err()) {
            Some(problem) => Decision::problem(problem),
            None => total.decision(),
        }
    }

    /// Decides a connection between two parties.
    #[inline]
    fn decide_pair<T: Trace>(&self, pair: &Pair<'_>, asked: &Asked<'_>, trace: &mut T) -> Decision {
        let egress = self.judge_side(pair, Direction::Egress, trace);
        if !T::EXHAUSTIVE && egress.judgement.verdict == Verdict::Deny {
            return egress.decision(self.options.posture);
        }
        let ingress = self.judge_side(pair, Direction::Ingress, trace);
        let network = if ingress.speaks_for(&egress) {
            &ingress
        } else {
            &egress
        };
        if self.has_proxies() {
            let all = self.judge_proxied(pair, asked, *network, trace);
            return all.decision(self.options.posture);
        }
        network.decision(self.options.posture)
    }

    /// Judges one side of a pair in the network.
    #[inline]
    fn judge_side<T: Trace>(&self, pair: &Pair<'_>, direction: Direction, trace: &mut T) -> Said {
        let connection = pair.connection(self, direction);
        let (subject, peer) = match direction {
            Direction::Egress => (pair.from, pair.to),
            Direction::Ingress => (pair.to, pair.from),
        };
        let judgement = self.guard(subject, peer, &connection, trace);
        let program = subject.program;
        trace.side(&Guarded {
            plane: Plane::Network,
            subject,
            peer,
            connection: &connection,
            stages: program.map_or(&[][..], |program| program.stages(direction)),
            judgement,
        });
        Said {
            plane: Plane::Network,
            direction,
            judgement,
        }
    }

    /// Judges the guarded side of a connection in the network.
    #[inline]
    fn guard<T: Trace>(
        &self,
        subject: &Side<'_>,
        peer: &Side<'_>,
        connection: &Connection<'_>,
        trace: &mut T,
    ) -> Judgement {
        let Some(program) = subject.program else {
            return Judgement::by(Reason::NotGuarded, Verdict::NotApplicable);
        };
        if let Some(reason) = self.exemption(subject, peer, connection.direction) {
            return Judgement::by(reason, Verdict::Allow);
        }
        self.run_stages(program.stages(connection.direction), connection, trace)
    }

    /// What the stages of a plane say, one after the other.
    #[inline]
    pub(super) fn run_stages<T: Trace>(
        &self,
        stages: &[StageProgram],
        connection: &Connection<'_>,
        trace: &mut T,
    ) -> Judgement {
        for (number, stage) in stages.iter().enumerate() {
            let answer = stage.answer(connection);
            trace.stage(stage, answer);
            let verdict = match answer.outcome {
                StageOutcome::Pass => continue,
                StageOutcome::Allow => Verdict::Allow,
                StageOutcome::Deny => Verdict::Deny,
                StageOutcome::Unknown => Verdict::Unknown,
            };
            return Judgement {
                verdict,
                explicit: true,
                rule: answer.rule.and_then(|at| stage.rule_id(at)),
                reason: Reason::Stage(number),
            };
        }
        let reason = match stages {
            [] => Reason::NothingSelects,
            _ => Reason::NothingDecides,
        };
        // Nobody denies it: it passes upstream, and does not where only grants count.
        let verdict = match self.options.posture {
            Posture::Upstream => Verdict::Allow,
            Posture::Strict => Verdict::Deny,
        };
        Judgement::by(reason, verdict)
    }

    /// Why no policy can keep a connection from a side, if that is so.
    #[inline]
    pub(crate) fn exemption(
        &self,
        subject: &Side<'_>,
        peer: &Side<'_>,
        direction: Direction,
    ) -> Option<Reason> {
        // NetworkPolicy does not say whether a pod may be kept from itself; ClusterNetworkPolicy
        // says that it may not. A controller stands for several pods, which are not the same.
        if subject.who == peer.who && self.is_one_pod(subject) {
            return Some(Reason::Itself);
        }
        // NetworkPolicy: "traffic to and from the node where a Pod is running is always allowed,
        // regardless of the IP address of the Pod or the node", so that the kubelet can probe.
        let is_own_node = direction == Direction::Ingress
            && peer.party.place == Place::Host
            && subject.party.node() != Symbol::ABSENT
            && peer.party.node() == subject.party.node();
        is_own_node.then_some(Reason::OwnNode)
    }
}

/// Refuses ends on the side where they mean nothing.
#[inline]
fn refuse_ends(request: &ConnectionRequest<'_>) -> Result<(), Problem> {
    match (&request.from, &request.to) {
        (Endpoint::Service { .. }, _) => Err(Problem::ServiceAsSource),
        (_, Endpoint::UnknownPod) => Err(Problem::UnknownDestination),
        _ => Ok(()),
    }
}

/// A pair of parties, and what is to pass between them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'a> {
    pub(super) from: &'a Side<'a>,
    pub(super) to: &'a Side<'a>,
    pub(super) protocol: Protocol,
    pub(super) port: u16,
}

impl<'a> Pair<'a> {
    /// The connection as the rules of one side see it.
    #[inline]
    pub(super) fn connection(
        &self,
        snapshot: &'a Snapshot,
        direction: Direction,
    ) -> Connection<'a> {
        Connection {
            direction,
            snapshot,
            source: &self.from.party,
            destination: &self.to.party,
            protocol: self.protocol,
            port: self.port,
            exchange: None,
        }
    }
}

/// What one plane says, as a candidate for the decision.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) plane: Plane,
    pub(super) direction: Direction,
    pub(super) judgement: Judgement,
}

impl Said {
    /// Whether this decides rather than what was said before: a denial first, then doubt, then
    /// what no rule grants, then what is nearest to the destination.
    #[inline]
    pub(super) fn speaks_for(&self, earlier: &Self) -> bool {
        let (own, other) = (self.weight(), earlier.weight());
        own > other || (own == other && own < 3)
    }

    #[inline]
    fn weight(&self) -> u8 {
        match self.judgement.verdict {
            Verdict::Deny => 4,
            Verdict::Unknown => 3,
            Verdict::Allow if !self.judgement.explicit => 2,
            Verdict::Allow => 1,
            Verdict::NotApplicable => 0,
        }
    }

    #[inline]
    fn decision(&self, posture: Posture) -> Decision {
        let Self {
            plane,
            direction,
            judgement,
        } = self;
        let is_guarded = judgement.verdict != Verdict::NotApplicable;
        Decision {
            verdict: match (judgement.verdict, posture) {
                // Neither end is in the pod network: no policy can grant or deny it.
                (Verdict::NotApplicable, Posture::Upstream) => Verdict::Allow,
                (Verdict::NotApplicable, Posture::Strict) => Verdict::Deny,
                (verdict, _) => verdict,
            },
            explicit: judgement.explicit,
            cause: is_guarded.then_some(Cause {
                plane: *plane,
                direction: Some(*direction),
                rule: judgement.rule,
            }),
            problem: None,
        }
    }
}
