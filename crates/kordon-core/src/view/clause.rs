//! Stages, rules and conditions as an analysis reads them.
//!
//! Owns what a condition speaks of and which tests it answers. Must not know who takes part.

use ipnet::IpNet;

use super::{End, Form, PolicyView};
use crate::compile::{
    CompiledClause, CompiledPeer, CompiledPort, CompiledRule, CompiledTest, CompiledTexts,
    StageProgram,
};
use crate::decide::{Connection, Holds, Party, Place};
use crate::id::RuleId;
use crate::model::{ObjectRef, PortMatch, Protocol};
use crate::rule::{self, Clause, Combine, Direction, Effect, Sense, Test};
use crate::snapshot::Snapshot;
use crate::symbol::Symbol;

/// One stage that guards an end, with the rules of the policies that select it.
#[derive(Clone, Copy, Debug)]
pub struct StageView<'s> {
    pub(super) snapshot: &'s Snapshot,
    pub(super) stage: &'s StageProgram,
}

/// One rule of a stage.
#[derive(Clone, Copy, Debug)]
pub struct RuleView<'s> {
    /// What identifies the rule in the snapshot.
    pub id: RuleId,
    /// The policy that it is part of.
    pub policy: PolicyView<'s>,
    pub(super) snapshot: &'s Snapshot,
    pub(super) rule: &'s CompiledRule,
}

/// One condition of a rule.
#[derive(Clone, Copy, Debug)]
pub struct ClauseView<'s> {
    snapshot: &'s Snapshot,
    clause: &'s CompiledClause,
}

/// What a condition speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// The ends, of which that which is not guarded is the peer.
    Peer,
    /// The protocol, and the port of the destination.
    Port,
    /// Nothing of a connection: it holds, fails or is unknown for all alike.
    Nothing,
}

/// Ports `first` to `last` of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortRange {
    /// The protocol.
    pub protocol: Protocol,
    /// The lowest port.
    pub first: u16,
    /// The highest port.
    pub last: u16,
}

impl<'s> StageView<'s> {
    /// The stage's name.
    pub fn name(self) -> &'s str {
        self.stage.name()
    }

    /// How the rules combine.
    pub fn combine(self) -> Combine {
        self.stage.combine
    }

    /// The rules in rank order.
    pub fn rules(self) -> impl Iterator<Item = RuleView<'s>> {
        let Self { snapshot, stage } = self;
        stage.rules().filter_map(move |(at, rule)| {
            let member = stage.policy(at)?;
            Some(RuleView {
                id: stage.rule_id(at)?,
                policy: snapshot.policy_view(&member.policy),
                snapshot,
                rule,
            })
        })
    }

    /// The policies in rank order, also those without rules.
    pub fn policies(self) -> impl Iterator<Item = PolicyView<'s>> {
        let Self { snapshot, stage } = self;
        let policies = stage.policies.iter();
        policies.map(move |member| snapshot.policy_view(&member.policy))
    }
}

impl<'s> RuleView<'s> {
    /// The object that states it.
    pub fn object(self) -> &'s ObjectRef {
        self.rule
            .stated_by
            .as_deref()
            .unwrap_or_else(|| self.policy.object())
    }

    /// Where it stands in its object.
    pub fn path(self) -> &'s str {
        self.snapshot.symbols.text(self.rule.path)
    }

    /// What it does when all of its conditions hold.
    pub fn effect(self) -> Effect {
        self.rule.effect
    }

    /// Its conditions.
    pub fn clauses(self) -> impl Iterator<Item = ClauseView<'s>> {
        let snapshot = self.snapshot;
        let clauses = self.rule.clauses.iter();
        clauses.map(move |clause| ClauseView { snapshot, clause })
    }
}

impl ClauseView<'_> {
    /// The condition as it was stated, where it speaks of ports by number, of a message, or of
    /// what secures its connection; `None` for the others.
    pub fn stated(self) -> Option<Test> {
        stated(&self.clause.test)
    }

    /// What the condition speaks of.
    pub fn about(self) -> About {
        match &self.clause.test {
            CompiledTest::Peers(_) | CompiledTest::End(_) => About::Peer,
            CompiledTest::Ports(_) | CompiledTest::NotPorts(_) => About::Port,
            _ => About::Nothing,
        }
    }

    /// Whether the condition, unless it speaks of ports, holds for connections between a guarded
    /// end and a peer; `None` where the snapshot lacks a fact to tell, where it speaks of the
    /// guarded end, or where it depends on the port as well.
    pub fn holds(self, guarded: &End<'_>, peer: &End<'_>, direction: Direction) -> Option<bool> {
        if !self.is_about_peer_alone(direction) {
            return None;
        }
        self.holds_between(guarded, peer, direction)
    }

    /// Whether the condition, unless it speaks of ports, holds for connections between a guarded
    /// end and a peer, whichever end it speaks of; `None` where the snapshot lacks a fact to tell,
    /// or where it depends on the port as well.
    pub fn holds_between(
        self,
        guarded: &End<'_>,
        peer: &End<'_>,
        direction: Direction,
    ) -> Option<bool> {
        let (source, destination) = match direction {
            Direction::Egress => (guarded, peer),
            Direction::Ingress => (peer, guarded),
        };
        if self.depends_on_port() {
            return None;
        }
        let connection = Connection {
            direction,
            snapshot: self.snapshot,
            source: &source.side.party,
            destination: &destination.side.party,
            protocol: Protocol::TCP,
            port: 0,
            exchange: None,
        };
        match self.clause.test.holds(&connection) {
            Holds::Yes => Some(true),
            Holds::No => Some(false),
            Holds::Unknown => None,
        }
    }

    /// Whether the condition fails for all ends of a peer's namespace, by the namespace alone.
    pub fn excludes_namespace_of(self, peer: &End<'_>) -> bool {
        let party = &peer.side.party;
        if party.place == Place::UnknownPod {
            return false;
        }
        let excludes = |alternative: &CompiledPeer| match alternative {
            CompiledPeer::Workloads { namespaces, .. } => {
                party.namespace == Symbol::ABSENT
                    || !namespaces.selects(party.namespace, || party.namespace_view())
            }
            _ => false,
        };
        match &self.clause.test {
            CompiledTest::Peers(peers) => peers.iter().all(excludes),
            _ => false,
        }
    }

    /// Whether the answer is the same whatever the guarded end and the port.
    fn is_about_peer_alone(self, direction: Direction) -> bool {
        let peer = match direction {
            Direction::Egress => rule::End::Destination,
            Direction::Ingress => rule::End::Source,
        };
        match &self.clause.test {
            CompiledTest::End(test) => test.end == peer && !self.depends_on_port(),
            _ => !self.depends_on_port(),
        }
    }

    /// Whether a condition on ends looks at the port as well, as that on a service does.
    fn depends_on_port(self) -> bool {
        let serves = |peer: &CompiledPeer| matches!(peer, CompiledPeer::Service { .. });
        self.peers().iter().any(serves)
    }

    /// What the condition asks, for a rule that guards this direction.
    pub fn form(self, direction: Direction) -> Form {
        self.snapshot.form(&self.clause.test, direction)
    }

    /// The ports of a destination that a condition about ports names, and whether they are those
    /// that satisfy it or those that do not.
    pub fn ports(self, destination: &End<'_>) -> (Sense, Vec<PortRange>) {
        let party = &destination.side.party;
        let ranges = self
            .port_matches()
            .iter()
            .flat_map(|port| port.ranges(party));
        let sense = match &self.clause.test {
            CompiledTest::NotPorts(_) => Sense::NoneOf,
            _ => Sense::OneOf,
        };
        (sense, ranges.collect())
    }

    fn port_matches(&self) -> &[CompiledPort] {
        match &self.clause.test {
            CompiledTest::Ports(ports) | CompiledTest::NotPorts(ports) => ports,
            _ => &[],
        }
    }

    /// Whether a condition about ports depends on the destination, as names of ports do.
    pub fn has_named_ports(self) -> bool {
        let is_named = |port: &CompiledPort| matches!(port, CompiledPort::Named { .. });
        self.port_matches().iter().any(is_named)
    }

    /// Whether the answer may depend on the addresses of the ends.
    pub fn asks_address(self) -> bool {
        self.peers().iter().any(|peer| match peer {
            CompiledPeer::Block(_) => true,
            CompiledPeer::Endpoints(_) => self.snapshot.has_groups(),
            _ => false,
        })
    }

    /// The blocks at whose borders the condition may change its answer.
    pub fn blocks(self) -> Vec<IpNet> {
        let mut blocks = Vec::new();
        for peer in self.peers() {
            match peer {
                CompiledPeer::Block(block) => {
                    blocks.push(block.block);
                    blocks.extend(&block.except);
                }
                CompiledPeer::Endpoints(condition) => {
                    blocks.extend(self.snapshot.blocks_of_groups(condition));
                }
                _ => {}
            }
        }
        blocks
    }

    fn peers(&self) -> &[CompiledPeer] {
        match &self.clause.test {
            CompiledTest::Peers(peers) => peers,
            CompiledTest::End(test) => &test.alternatives,
            _ => &[],
        }
    }
}

/// A condition as it was stated.
fn stated(test: &CompiledTest) -> Option<Test> {
    Some(match test {
        CompiledTest::Peers(_) | CompiledTest::End(_) | CompiledTest::Api(_) => return None,
        CompiledTest::Ports(ports) => Test::Ports(stated_ports(ports)?),
        CompiledTest::NotPorts(ports) => Test::NotPorts(stated_ports(ports)?),
        CompiledTest::Any(lists) => {
            let clause = |clause: &CompiledClause| {
                Some(Clause {
                    field: "".into(),
                    test: stated(&clause.test)?,
                })
            };
            let lists = lists.iter().map(|list| list.iter().map(clause).collect());
            Test::Any(lists.collect::<Option<_>>()?)
        }
        CompiledTest::Layer(layer) => Test::Layer(*layer),
        CompiledTest::Security(ways) => Test::Security(ways.to_vec()),
        CompiledTest::Text(test) => Test::Text {
            of: test.of.clone(),
            sense: test.sense,
            case: test.texts.case,
            patterns: test.texts.written.to_vec(),
        },
        CompiledTest::Address(test) => Test::Address {
            of: test.of,
            sense: test.sense,
            blocks: test.blocks.to_vec(),
        },
        CompiledTest::TokenPrincipal(test) => {
            let pair = |(issuer, subject): &(CompiledTexts, CompiledTexts)| {
                Some((
                    issuer.written.first()?.clone(),
                    subject.written.first()?.clone(),
                ))
            };
            Test::TokenPrincipal {
                sense: test.sense,
                patterns: test.pairs.iter().map(pair).collect::<Option<_>>()?,
            }
        }
        CompiledTest::Token(rule) => Test::Token((**rule).clone()),
        CompiledTest::NoToken => Test::NoToken,
        CompiledTest::RefusedBy(provider) => Test::RefusedBy(provider.to_string()),
        CompiledTest::Unknown(reason) => Test::Unknown(reason.to_string()),
    })
}

fn stated_ports(ports: &[CompiledPort]) -> Option<Vec<PortMatch>> {
    let stated = |port: &CompiledPort| match *port {
        CompiledPort::Range {
            protocol,
            first,
            last,
        } => Some(PortMatch::Range {
            protocol,
            first,
            last,
        }),
        CompiledPort::Named { .. } => None,
    };
    ports.iter().map(stated).collect()
}

impl CompiledPort {
    /// The ports of a destination that are meant.
    fn ranges(self, destination: &Party<'_>) -> impl Iterator<Item = PortRange> {
        let (own, declared) = match self {
            Self::Range {
                protocol,
                first,
                last,
            } => (
                Some(PortRange {
                    protocol,
                    first,
                    last,
                }),
                &[][..],
            ),
            Self::Named { .. } => (None, destination.ports()),
        };
        let named = declared.iter().filter(move |slot| self.names(**slot));
        own.into_iter().chain(named.map(|slot| PortRange {
            protocol: slot.protocol,
            first: slot.port,
            last: slot.port,
        }))
    }
}
