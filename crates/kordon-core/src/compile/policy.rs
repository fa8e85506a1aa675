//! Compiled policies, and whether their rules match a connection.

use std::net::IpAddr;
use std::sync::Arc;

use super::{ApiQuery, ApiTest, CompiledSelector, Holds, NamespaceTest, Party, Place};
use crate::model::{AddressBlock, NamespaceMatch, ObjectRef, PortMatch, Protocol, Selector};
use crate::rule::{
    Clause, Direction, Effect, Order, Peer, Plane, Policy, Rule, Rules, Scope, Stage, Target, Test,
};
use crate::snapshot::PolicyId;
use crate::symbol::{Symbol, Symbols};

/// A policy as the snapshot keeps it.
#[derive(Clone, Debug)]
pub(crate) struct CompiledPolicy {
    pub(crate) id: PolicyId,
    pub(crate) object: Arc<ObjectRef>,
    /// Which of the object's policies it is.
    pub(crate) part: u32,
    pub(crate) plane: Plane,
    pub(crate) stage: Stage,
    pub(crate) order: Order,
    pub(crate) path: Box<str>,
    pub(crate) target: CompiledTarget,
    /// Its own rules; empty when it refers to a set.
    pub(crate) rules: Box<[CompiledRule]>,
    /// The set that it refers to.
    pub(crate) set: Option<ObjectRef>,
}

/// What a compiled policy applies to.
#[derive(Clone, Debug)]
pub(crate) enum CompiledTarget {
    Workloads {
        direction: Direction,
        namespaces: NamespaceTest,
        workloads: CompiledSelector,
    },
    /// The scope is a namespace's name, or [`Symbol::NONE`] for the whole cluster.
    Principals {
        subjects: Box<[Subject]>,
        scope: Symbol,
    },
}

/// One subject of a policy about the API.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) path: Box<str>,
    pub(crate) principal: crate::model::PrincipalMatch,
    pub(crate) key: u64,
}

/// A compiled rule.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CompiledRule {
    /// The object that states the rule, where that is not the policy's or the set's own.
    pub(crate) stated_by: Option<Arc<ObjectRef>>,
    pub(crate) path: Box<str>,
    pub(crate) name: Option<Box<str>>,
    pub(crate) effect: Effect,
    pub(crate) clauses: Box<[CompiledClause]>,
}

/// A compiled clause.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CompiledClause {
    pub(crate) field: &'static str,
    pub(crate) test: CompiledTest,
}

/// A compiled condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CompiledTest {
    Peers(Box<[CompiledPeer]>),
    Ports(Box<[CompiledPort]>),
    Api(Box<ApiTest>),
    Unknown(Box<str>),
}

/// A compiled peer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CompiledPeer {
    Workloads {
        namespaces: NamespaceTest,
        workloads: CompiledSelector,
    },
    Block(Box<AddressBlock>),
    Nodes(CompiledSelector),
    Unknown(Box<str>),
}

/// A compiled port.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum CompiledPort {
    Range {
        protocol: Protocol,
        first: u16,
        last: u16,
    },
    Named {
        protocol: Option<Protocol>,
        name: Symbol,
    },
}

/// A connection as rules see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection<'a> {
    /// The end that policies of this direction do not guard.
    pub(crate) peer: &'a Party<'a>,
    /// The address by which the peer takes part, if known.
    pub(crate) peer_address: Option<IpAddr>,
    /// The end that the connection goes to.
    pub(crate) destination: &'a Party<'a>,
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
}

impl CompiledPolicy {
    /// Compiles the `part`-th policy of an object.
    pub(crate) fn new(
        symbols: &mut Symbols,
        id: PolicyId,
        object: &Arc<ObjectRef>,
        part: u32,
        policy: &Policy,
    ) -> Self {
        let (rules, set) = match &policy.rules {
            Rules::Own(rules) => (compile_rules(symbols, rules), None),
            Rules::Of(set) => (Box::default(), Some(set.clone())),
        };
        Self {
            id,
            object: Arc::clone(object),
            part,
            plane: policy.plane,
            stage: policy.stage.clone(),
            order: policy.order,
            path: policy.path.to_string().into(),
            target: compile_target(symbols, &policy.target),
            rules,
            set,
        }
    }

    /// The order among the policies of one stage. It depends on the objects alone, never on the
    /// sequence in which they were read.
    pub(crate) fn rank(&self) -> (Order, &ObjectRef, u32) {
        (self.order, &self.object, self.part)
    }
}

/// Compiles rules in their order.
pub(crate) fn compile_rules(symbols: &mut Symbols, rules: &[Rule]) -> Box<[CompiledRule]> {
    rules
        .iter()
        .map(|rule| CompiledRule {
            stated_by: None,
            path: rule.path.to_string().into(),
            name: rule.name.as_deref().map(Into::into),
            effect: rule.effect,
            clauses: rule
                .clauses
                .iter()
                .map(|clause| compile_clause(symbols, clause))
                .collect(),
        })
        .collect()
}

fn compile_target(symbols: &mut Symbols, target: &Target) -> CompiledTarget {
    match target {
        Target::Workloads {
            direction,
            namespaces,
            workloads,
        } => CompiledTarget::Workloads {
            direction: *direction,
            namespaces: NamespaceTest::new(symbols, namespaces),
            workloads: CompiledSelector::new(symbols, workloads),
        },
        Target::Principals { subjects, scope } => CompiledTarget::Principals {
            subjects: subjects
                .iter()
                .map(|(path, principal)| Subject {
                    path: path.to_string().into(),
                    principal: principal.clone(),
                    key: super::principal_key(symbols, principal),
                })
                .collect(),
            scope: match scope {
                Scope::Cluster => Symbol::NONE,
                Scope::Namespace(name) => symbols.intern(name),
            },
        },
    }
}

fn compile_clause(symbols: &mut Symbols, clause: &Clause) -> CompiledClause {
    let test = match &clause.test {
        Test::Peers(peers) => CompiledTest::Peers(
            peers
                .iter()
                .map(|peer| compile_peer(symbols, peer))
                .collect(),
        ),
        Test::Ports(ports) => CompiledTest::Ports(
            ports
                .iter()
                .map(|port| compile_port(symbols, port))
                .collect(),
        ),
        Test::Api(permission) => CompiledTest::Api(Box::new(ApiTest::new(symbols, permission))),
        Test::Unknown(reason) => CompiledTest::Unknown(reason.as_str().into()),
    };
    CompiledClause {
        field: clause.field,
        test,
    }
}

fn compile_peer(symbols: &mut Symbols, peer: &Peer) -> CompiledPeer {
    let selectors = |symbols: &mut Symbols, ns: &NamespaceMatch, pods: &Selector| {
        (
            NamespaceTest::new(symbols, ns),
            CompiledSelector::new(symbols, pods),
        )
    };
    match peer {
        Peer::Workloads {
            namespaces,
            workloads,
        } => {
            let (namespaces, workloads) = selectors(symbols, namespaces, workloads);
            CompiledPeer::Workloads {
                namespaces,
                workloads,
            }
        }
        Peer::Block(block) => CompiledPeer::Block(Box::new(block.clone())),
        Peer::Nodes(selector) => CompiledPeer::Nodes(CompiledSelector::new(symbols, selector)),
        Peer::Unknown(reason) => CompiledPeer::Unknown(reason.as_str().into()),
    }
}

fn compile_port(symbols: &mut Symbols, port: &PortMatch) -> CompiledPort {
    match port {
        PortMatch::Range {
            protocol,
            first,
            last,
        } => CompiledPort::Range {
            protocol: *protocol,
            first: *first,
            last: *last,
        },
        PortMatch::Named { protocol, name } => CompiledPort::Named {
            protocol: *protocol,
            name: symbols.intern(name),
        },
    }
}

impl CompiledRule {
    /// What the rule permits of the API, if it speaks of it.
    pub(crate) fn api(&self) -> Option<&ApiTest> {
        self.clauses.iter().find_map(|clause| match &clause.test {
            CompiledTest::Api(test) => Some(&**test),
            _ => None,
        })
    }

    /// Whether all clauses hold for an API request. What is not known does not permit.
    #[inline]
    pub(crate) fn permits(&self, query: &ApiQuery<'_>) -> bool {
        self.effect == Effect::Allow
            && !self.clauses.is_empty()
            && self.clauses.iter().all(|clause| match &clause.test {
                CompiledTest::Api(test) => test.permits(query),
                CompiledTest::Peers(_) | CompiledTest::Ports(_) | CompiledTest::Unknown(_) => false,
            })
    }

    /// Whether all clauses hold for a connection.
    #[inline]
    pub(crate) fn matches(&self, connection: &Connection<'_>) -> Holds {
        let mut all = Holds::Yes;
        for clause in &self.clauses {
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
        let peer = connection.peer;
        match self {
            Self::Workloads {
                namespaces,
                workloads,
            } => Holds::from(
                peer.place == Place::Pod
                    && namespaces.selects(peer.namespace, peer.namespace_view())
                    && workloads.selects(peer.label_view()),
            ),
            Self::Block(block) => match connection.peer_address {
                Some(address) => Holds::from(block.contains(address)),
                None => Holds::Unknown,
            },
            Self::Nodes(selector) => peer.is_node(selector),
            Self::Unknown(_) => Holds::Unknown,
        }
    }
}

impl Party<'_> {
    /// Whether the party has the address of a node that the selector selects.
    fn is_node(&self, selector: &CompiledSelector) -> Holds {
        match (self.place, self.node_labels) {
            (Place::Pod | Place::Outside, _) => Holds::No,
            (Place::Host, Some(labels)) => Holds::from(selector.selects(super::LabelView(labels))),
            (Place::Host, None) => Holds::Unknown,
        }
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
            Self::Named { protocol, name } => connection.destination.ports.iter().any(|slot| {
                slot.name == name
                    && slot.port == connection.port
                    && slot.protocol == connection.protocol
                    && protocol.is_none_or(|protocol| protocol == slot.protocol)
            }),
        }
    }
}
