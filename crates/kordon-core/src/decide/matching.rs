//! Whether a rule matches a connection.

use std::net::IpAddr;

use super::party::{Party, Place};
use crate::compile::{
    CompiledPeer, CompiledPort, CompiledRule, CompiledSelector, CompiledTest, LabelView, PortSlot,
};
use crate::model::Protocol;
use crate::rule::Direction;

/// Whether a condition holds, where a snapshot may lack the fact to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holds {
    /// It does not.
    No,
    /// The snapshot lacks a fact.
    Unknown,
    /// It does.
    Yes,
}

impl From<bool> for Holds {
    #[inline]
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// A connection as the rules of one side see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection<'a> {
    /// The side that is guarded.
    pub(crate) direction: Direction,
    pub(crate) source: &'a Party<'a>,
    pub(crate) destination: &'a Party<'a>,
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
}

impl<'a> Connection<'a> {
    /// The end that is not guarded.
    #[inline]
    pub(crate) fn peer(&self) -> &'a Party<'a> {
        match self.direction {
            Direction::Egress => self.destination,
            Direction::Ingress => self.source,
        }
    }

    /// The address by which the peer takes part, if known.
    pub(crate) fn peer_address(&self) -> Option<IpAddr> {
        let (source, destination) =
            meeting_addresses(self.source.addresses(), self.destination.addresses());
        match self.direction {
            Direction::Egress => destination,
            Direction::Ingress => source,
        }
    }
}

/// The addresses by which two parties meet: the destination's primary one and the source's of the
/// same family. Families do not mix; where only later addresses agree on one, those.
fn meeting_addresses(from: &[IpAddr], to: &[IpAddr]) -> (Option<IpAddr>, Option<IpAddr>) {
    match (from, to) {
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

impl CompiledRule {
    /// Whether all clauses hold for a connection. Kinds state ports last, and they are the
    /// cheapest to look at, so it begins at the end.
    #[inline]
    pub(crate) fn matches(&self, connection: &Connection<'_>) -> Holds {
        let mut all = Holds::Yes;
        for clause in self.clauses.iter().rev() {
            all = all.min(clause.test.holds(connection));
            if all == Holds::No {
                break;
            }
        }
        all
    }
}

impl CompiledTest {
    /// Whether the condition holds for a connection.
    #[inline]
    pub(crate) fn holds(&self, connection: &Connection<'_>) -> Holds {
        match self {
            Self::Peers(peers) => any(peers, |peer| peer.is(connection)),
            Self::Ports(ports) => Holds::from(ports.iter().any(|port| port.is(connection))),
            // A connection is no API request.
            Self::Api(_) => Holds::No,
            Self::Unknown(_) => Holds::Unknown,
        }
    }
}

/// The best of several alternatives.
#[inline]
fn any<T>(alternatives: &[T], holds: impl Fn(&T) -> Holds) -> Holds {
    let mut best = Holds::No;
    for alternative in alternatives {
        best = best.max(holds(alternative));
        if best == Holds::Yes {
            break;
        }
    }
    best
}

impl CompiledPeer {
    /// Whether the connection's other end is this peer.
    #[inline]
    pub(crate) fn is(&self, connection: &Connection<'_>) -> Holds {
        let peer = connection.peer();
        match self {
            Self::Workloads {
                namespaces,
                workloads,
            } => Holds::from(
                peer.place == Place::Pod
                    && namespaces.selects(peer.namespace, || peer.namespace_view())
                    && workloads.selects(peer.label_view()),
            ),
            Self::Block(block) => match connection.peer_address() {
                Some(address) => Holds::from(block.contains(address)),
                None => Holds::Unknown,
            },
            Self::Nodes(selector) => is_node(peer, selector),
            Self::Unknown(_) => Holds::Unknown,
        }
    }
}

/// Whether a party has the address of a node that the selector selects.
fn is_node(party: &Party<'_>, selector: &CompiledSelector) -> Holds {
    match (party.place, party.node_slot()) {
        (Place::Pod | Place::Outside, _) => Holds::No,
        (Place::Host, Some(node)) => Holds::from(selector.selects(LabelView(&node.labels))),
        (Place::Host, None) => Holds::Unknown,
    }
}

impl CompiledPort {
    /// Whether the connection goes to this port. A name is looked up among the ports that the
    /// destination declares.
    #[inline]
    pub(crate) fn is(self, connection: &Connection<'_>) -> bool {
        match self {
            Self::Range {
                protocol,
                first,
                last,
            } => protocol == connection.protocol && (first..=last).contains(&connection.port),
            Self::Named { .. } => connection.destination.ports().iter().any(|slot| {
                self.names(*slot)
                    && slot.port == connection.port
                    && slot.protocol == connection.protocol
            }),
        }
    }

    /// Whether it is the name under which a port is declared.
    #[inline]
    pub(crate) fn names(self, slot: PortSlot) -> bool {
        match self {
            Self::Range { .. } => false,
            Self::Named { protocol, name } => {
                slot.name == name && protocol.is_none_or(|protocol| protocol == slot.protocol)
            }
        }
    }
}
