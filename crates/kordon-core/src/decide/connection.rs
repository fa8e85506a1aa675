//! Connections: the source's egress side and the destination's ingress side.

use std::net::IpAddr;
use std::ops::ControlFlow;

use smallvec::SmallVec;

use super::resolve::{Side, Via, Who, node_side, outside_side};
use super::{Silent, Trace};
use crate::compile::{Connection, Party, Place, StageOutcome};
use crate::decision::{Cause, Decision, Problem, RuleId, Verdict};
use crate::model::Protocol;
use crate::request::{ConnectionRequest, Endpoint};
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
}

/// A judged side of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guarded<'a> {
    pub(crate) direction: Direction,
    pub(crate) subject: &'a Side<'a>,
    pub(crate) peer: &'a Side<'a>,
    pub(crate) connection: &'a Connection<'a>,
    pub(crate) verdict: Verdict,
    pub(crate) explicit: bool,
    pub(crate) rule: Option<RuleId>,
    pub(crate) reason: Reason,
}

/// A connection whose ends are resolved against a snapshot.
#[derive(Debug)]
pub struct PreparedConnection<'s> {
    snapshot: &'s Snapshot,
    from: SmallVec<[PreparedEnd<'s>; 1]>,
    to: SmallVec<[(PreparedEnd<'s>, u16); 1]>,
    protocol: Protocol,
}

/// One resolved end.
#[derive(Debug)]
struct PreparedEnd<'s> {
    side: Side<'s>,
    /// The address that the request gave, in place of those the snapshot knows.
    address: Option<IpAddr>,
}

impl PreparedEnd<'_> {
    #[inline]
    fn side(&self) -> Side<'_> {
        let mut side = self.side;
        if let Some(address) = &self.address {
            side.party.addresses = std::slice::from_ref(address);
        }
        side
    }
}

impl PreparedConnection<'_> {
    /// Decides the connection.
    #[inline]
    pub fn decide(&self) -> Decision {
        let mut total = Total::default();
        for from in &self.from {
            for (to, port) in &self.to {
                let (from, to) = (from.side(), to.side());
                let decision =
                    self.snapshot
                        .decide_pair(&from, &to, self.protocol, *port, &mut Silent);
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
    pub fn prepare_connection(
        &self,
        request: &ConnectionRequest<'_>,
    ) -> Result<PreparedConnection<'_>, Problem> {
        if matches!(request.from, Endpoint::Service { .. }) {
            return Err(Problem::ServiceAsSource);
        }
        let (mut from, mut to) = (SmallVec::new(), SmallVec::new());
        self.each_prepared(&request.from, &mut |end, _| {
            from.push(end);
            Ok(())
        })?;
        self.each_prepared(&request.to, &mut |end, via| {
            let port = via.port(request.port, request.protocol, &end.side.party, self)?;
            to.push((end, port));
            Ok(())
        })?;
        Ok(PreparedConnection {
            snapshot: self,
            from,
            to,
            protocol: request.protocol,
        })
    }

    fn each_prepared<'s>(
        &'s self,
        endpoint: &Endpoint<'_>,
        take: &mut dyn FnMut(PreparedEnd<'s>, Via<'_>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let mut result = Ok(());
        let _stopped = self.each_side(endpoint, &mut |side, via| {
            result = self.prepared_end(side).and_then(|end| take(end, via));
            if result.is_err() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        result
    }

    fn prepared_end(&self, side: &Side<'_>) -> Result<PreparedEnd<'_>, Problem> {
        let end = match side.who {
            Who::Workload(id) => PreparedEnd {
                side: self.workload_side(id).ok_or(Problem::NoSuchWorkload)?,
                address: None,
            },
            Who::Node(name) => PreparedEnd {
                side: node_side(self.node(name).ok_or(Problem::NoSuchNode)?),
                address: side.party.addresses.first().copied(),
            },
            Who::Address(address) => PreparedEnd {
                side: outside_side(address),
                address: Some(address),
            },
            Who::Described(_) => return Err(Problem::DescribedWorkload),
        };
        Ok(end)
    }

    /// Decides a connection between every pair of parties that its ends stand for.
    #[inline]
    pub(crate) fn decide_connection<T: Trace>(
        &self,
        request: &ConnectionRequest<'_>,
        trace: &mut T,
    ) -> Decision {
        if matches!(request.from, Endpoint::Service { .. }) {
            return Decision::problem(Problem::ServiceAsSource);
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
                    let decision = self.decide_pair(from, to, request.protocol, port, trace);
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
    fn decide_pair<T: Trace>(
        &self,
        from: &Side<'_>,
        to: &Side<'_>,
        protocol: Protocol,
        port: u16,
        trace: &mut T,
    ) -> Decision {
        let (source, destination) = addresses(&from.party, &to.party);
        let connection = |peer, peer_address| Connection {
            peer,
            peer_address,
            destination: &to.party,
            protocol,
            port,
        };
        let outgoing = connection(&to.party, destination);
        let egress = guard(Direction::Egress, from, to, &outgoing, trace);
        trace.side(&egress);
        if !T::EXHAUSTIVE && matches!(egress.verdict, Verdict::Deny) {
            return self.conclude(&egress, None);
        }
        let incoming = connection(&from.party, source);
        let ingress = guard(Direction::Ingress, to, from, &incoming, trace);
        trace.side(&ingress);
        self.conclude(&egress, Some(&ingress))
    }

    /// One decision from the sides: a denial first, then doubt, then the allows.
    #[inline]
    fn conclude(&self, egress: &Guarded<'_>, ingress: Option<&Guarded<'_>>) -> Decision {
        let decided = |side: &Guarded<'_>, verdict| Decision {
            verdict,
            explicit: side.explicit,
            cause: Some(side.cause()),
            problem: None,
        };
        let sides = [Some(egress), ingress];
        for verdict in [Verdict::Deny, Verdict::Unknown] {
            for side in sides.into_iter().flatten() {
                if side.verdict == verdict {
                    return decided(side, verdict);
                }
            }
        }
        // Nobody denies it. What no rule grants passes only where upstream is followed.
        let allowing = |side: &&Guarded<'_>| side.verdict == Verdict::Allow;
        let implicit = sides
            .into_iter()
            .flatten()
            .filter(allowing)
            .find(|side| !side.explicit);
        let granting = implicit.or(sides.into_iter().flatten().rfind(allowing));
        let explicit = granting.is_some_and(|side| side.explicit);
        let verdict = match self.options.posture {
            Posture::Strict if !explicit => Verdict::Deny,
            Posture::Upstream | Posture::Strict => Verdict::Allow,
        };
        Decision {
            verdict,
            explicit,
            cause: granting.map(Guarded::cause),
            problem: None,
        }
    }
}

/// Judges one side of a connection.
#[inline]
fn guard<'a, T: Trace>(
    direction: Direction,
    subject: &'a Side<'a>,
    peer: &'a Side<'a>,
    connection: &'a Connection<'a>,
    trace: &mut T,
) -> Guarded<'a> {
    let judged = |verdict, explicit, rule, reason| Guarded {
        direction,
        subject,
        peer,
        connection,
        verdict,
        explicit,
        rule,
        reason,
    };
    let Some(program) = subject.program else {
        return judged(Verdict::NotApplicable, false, None, Reason::NotGuarded);
    };
    if subject.is_pod && subject.who == peer.who {
        return judged(Verdict::Allow, true, None, Reason::Itself);
    }
    // NetworkPolicy: "traffic ... from the node that the pod resides on" is always allowed,
    // so that the kubelet can probe.
    if direction == Direction::Ingress
        && peer.party.place == Place::Host
        && subject.party.node != Symbol::ABSENT
        && peer.party.node == subject.party.node
    {
        return judged(Verdict::Allow, true, None, Reason::OwnNode);
    }
    let stages = program.stages(direction);
    for (number, stage) in stages.iter().enumerate() {
        let answer = stage.answer(connection);
        trace.stage(stage, answer);
        let verdict = match answer.outcome {
            StageOutcome::Pass => continue,
            StageOutcome::Allow => Verdict::Allow,
            StageOutcome::Deny => Verdict::Deny,
            StageOutcome::Unknown => Verdict::Unknown,
        };
        let rule = answer.rule.and_then(|at| stage.rule_id(at));
        return judged(verdict, true, rule, Reason::Stage(number));
    }
    let reason = if stages.is_empty() {
        Reason::NothingSelects
    } else {
        Reason::NothingDecides
    };
    judged(Verdict::Allow, false, None, reason)
}

impl Guarded<'_> {
    fn cause(&self) -> Cause {
        Cause {
            plane: Plane::Network,
            direction: Some(self.direction),
            rule: self.rule,
        }
    }
}

/// The addresses by which two parties meet: the destination's primary one, and the source's of
/// the same family. Families do not mix; where only later addresses agree on one, those.
#[inline]
fn addresses(from: &Party<'_>, to: &Party<'_>) -> (Option<IpAddr>, Option<IpAddr>) {
    match (from.addresses, to.addresses) {
        ([], to) => (None, to.first().copied()),
        (from, []) => (from.first().copied(), None),
        (from, to) => to
            .iter()
            .find_map(|to| {
                let from = from.iter().find(|from| from.is_ipv4() == to.is_ipv4())?;
                Some((Some(*from), Some(*to)))
            })
            .unwrap_or((None, None)),
    }
}
