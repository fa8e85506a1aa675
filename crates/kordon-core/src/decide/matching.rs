//! Whether a rule matches a connection.

use std::net::IpAddr;

use super::exchange::Exchange;
use super::party::{Party, Place};
use crate::compile::{
    CompiledClause, CompiledMatch, CompiledPeer, CompiledPort, CompiledRule, CompiledSelector,
    CompiledTest, EndTest, LabelView, PortSlot,
};
use crate::model::Protocol;
use crate::rule::{Direction, End, Sense};
use crate::snapshot::Snapshot;
use crate::symbol::Symbol;

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

impl Holds {
    /// The opposite.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
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
    /// Where what rules refer to is looked up.
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) source: &'a Party<'a>,
    pub(crate) destination: &'a Party<'a>,
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
    /// What the destination's proxy sees, for the rules of the mesh.
    pub(crate) exchange: Option<&'a Exchange<'a>>,
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

    /// The end that is not guarded.
    #[inline]
    fn peer_end(&self) -> End {
        match self.direction {
            Direction::Egress => End::Destination,
            Direction::Ingress => End::Source,
        }
    }

    /// The address by which the peer takes part, if known.
    pub(crate) fn peer_address(&self) -> Option<IpAddr> {
        self.address(self.peer_end())
    }

    /// The party at an end.
    #[inline]
    pub(crate) fn party(&self, end: End) -> &'a Party<'a> {
        match end {
            End::Source => self.source,
            End::Destination => self.destination,
        }
    }

    /// The address by which an end takes part, if known.
    pub(crate) fn address(&self, end: End) -> Option<IpAddr> {
        let (source, destination) =
            meeting_addresses(self.source.addresses(), self.destination.addresses());
        match end {
            End::Source => source,
            End::Destination => destination,
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
        every(&self.clauses, connection)
    }
}

/// Whether all of some clauses hold, the last of them looked at first.
#[inline]
fn every(clauses: &[CompiledClause], connection: &Connection<'_>) -> Holds {
    let mut all = Holds::Yes;
    for clause in clauses.iter().rev() {
        all = all.min(clause.test.holds(connection));
        if all == Holds::No {
            break;
        }
    }
    all
}

impl CompiledTest {
    /// Whether the condition holds for a connection.
    #[inline]
    pub(crate) fn holds(&self, connection: &Connection<'_>) -> Holds {
        match self {
            Self::Peers(peers) => any(peers, |peer| peer.is(connection)),
            Self::Ports(ports) => Holds::from(ports.iter().any(|port| port.is(connection))),
            Self::NotPorts(ports) => Holds::from(!ports.iter().any(|port| port.is(connection))),
            Self::End(test) => test.holds(connection),
            // A connection is no API request.
            Self::Api(_) => Holds::No,
            Self::Unknown(_) => Holds::Unknown,
            Self::Any(lists) => any(lists, |clauses| every(clauses, connection)),
            others => match connection.exchange {
                Some(exchange) => others.holds_for(exchange),
                // Only a proxy sees what they ask for.
                None => Holds::Unknown,
            },
        }
    }

    /// Whether the condition holds for what a proxy sees.
    fn holds_for(&self, exchange: &Exchange<'_>) -> Holds {
        match self {
            Self::Layer(layer) => Holds::from(*layer == exchange.layer()),
            Self::Security(ways) => exchange.is_secured(ways),
            Self::Text(test) => exchange.text_holds(test),
            Self::Address(test) => exchange.address_holds(test),
            Self::TokenPrincipal(test) => exchange.principal_holds(test),
            Self::Token(rule) => exchange.is_accepted(rule),
            Self::NoToken => exchange.has_no_token(),
            Self::RefusedBy(provider) => exchange.is_refused_by(provider),
            _ => Holds::Unknown,
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

impl EndTest {
    fn holds(&self, connection: &Connection<'_>) -> Holds {
        let found = any(&self.alternatives, |peer| peer.is_at(connection, self.end));
        match self.sense {
            Sense::OneOf => found,
            Sense::NoneOf => found.negated(),
        }
    }
}

impl CompiledPeer {
    /// Whether the connection's other end is this peer.
    #[inline]
    pub(crate) fn is(&self, connection: &Connection<'_>) -> Holds {
        self.is_at(connection, connection.peer_end())
    }

    /// Whether an end of the connection is this peer.
    #[inline]
    fn is_at(&self, connection: &Connection<'_>, end: End) -> Holds {
        let party = connection.party(end);
        match self {
            Self::Workloads {
                namespaces,
                workloads,
            } => match party.place {
                Place::Pod => Holds::from(
                    namespaces.selects(party.namespace, || party.namespace_view())
                        && workloads.selects(party.label_view()),
                ),
                Place::UnknownPod => namespaces.selects_any().min(workloads.selects_any()),
                Place::Host | Place::Outside => Holds::No,
            },
            Self::Block(block) => match connection.address(end) {
                Some(address) => Holds::from(block.contains(address)),
                None => Holds::Unknown,
            },
            Self::Nodes(selector) => is_node(party, selector),
            Self::Endpoints(endpoints) => is_endpoint(connection, end, endpoints),
            Self::Service { namespace, name } => serves(connection, end, (*namespace, *name)),
            Self::Unknown(_) => Holds::Unknown,
        }
    }
}

/// Whether an end is a workload that satisfies a condition, or has an address of a group that
/// does.
fn is_endpoint(connection: &Connection<'_>, end: End, condition: &CompiledMatch) -> Holds {
    let (snapshot, party) = (connection.snapshot, connection.party(end));
    let as_workload = match party.place {
        Place::Pod => Holds::from(condition.selects(&party.attributes(snapshot))),
        Place::UnknownPod => condition.selects_any(),
        Place::Host | Place::Outside => Holds::No,
    };
    if as_workload == Holds::Yes || !snapshot.has_groups() {
        return as_workload;
    }
    let as_group = match connection.address(end) {
        Some(address) => Holds::from(
            snapshot.any_group_at(address, |group| snapshot.group_satisfies(group, condition)),
        ),
        None if snapshot.any_group(condition) => Holds::Unknown,
        None => Holds::No,
    };
    as_workload.max(as_group)
}

/// Whether an end serves a service. Without its endpoints, or the address of the end, that is not
/// known.
fn serves(connection: &Connection<'_>, end: End, service: (Symbol, Symbol)) -> Holds {
    let port = match end {
        End::Source => None,
        End::Destination => Some((connection.protocol, connection.port)),
    };
    connection
        .address(end)
        .and_then(|address| connection.snapshot.serves(service, address, port))
        .map_or(Holds::Unknown, Holds::from)
}

/// Whether a party has the address of a node that the selector selects.
fn is_node(party: &Party<'_>, selector: &CompiledSelector) -> Holds {
    match (party.place, party.node_slot()) {
        (Place::Pod | Place::UnknownPod | Place::Outside, _) => Holds::No,
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
