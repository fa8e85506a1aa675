//! Compiled policies.

use std::ops::Deref;
use std::sync::Arc;

use ipnet::IpNet;
use smallvec::SmallVec;
use triomphe::ThinArc;

use super::{ApiQuery, ApiTest, CompiledMatch, CompiledSelector, CompiledTexts, NamespaceTest};
use crate::id::{PolicyId, RuleSetId};
use crate::model::{
    AddressBlock, Case, NamespaceMatch, ObjectRef, PortMatch, PrincipalMatch, Protocol,
    SERVICE_ACCOUNT_PREFIX, Selector, TextMatch, TokenRule,
};
use crate::rule::{
    AddressOf, Clause, Direction, Effect, End, Fact, Layer, Order, Peer, Plane, Policy, Rule,
    Rules, Scope, Security, Sense, Stage, Target, Test, Ties,
};
use crate::symbol::{Symbol, Symbols};
use kordon_syntax::FieldPath;

/// A policy as the snapshot keeps it; clones share it.
///
/// Head and rules lie in one allocation: a decision waits for memory once for both, and a policy
/// whose rules are another object's pays for none.
#[derive(Clone, Debug)]
pub(crate) struct CompiledPolicy(ThinArc<PolicyHead, CompiledRule>);

/// A compiled policy without its rules.
#[derive(Debug)]
pub(crate) struct PolicyHead {
    pub(crate) id: PolicyId,
    pub(crate) object: Arc<ObjectRef>,
    /// Which of the object's policies it is.
    pub(crate) part: u32,
    pub(crate) plane: Plane,
    pub(crate) stage: Arc<Stage>,
    pub(crate) order: Order,
    pub(crate) path: Arc<str>,
    pub(crate) target: CompiledTarget,
    /// The set that it refers to.
    pub(crate) set: Option<RuleSetId>,
}

/// What a compiled policy applies to.
#[derive(Clone, Debug)]
pub(crate) enum CompiledTarget {
    Workloads {
        direction: Direction,
        namespaces: NamespaceTest,
        workloads: CompiledSelector,
    },
    Endpoints {
        direction: Direction,
        namespaces: NamespaceTest,
        endpoints: CompiledMatch,
    },
    BehindHosts {
        direction: Direction,
        hosts: CompiledMatch,
    },
    /// The scope is a namespace's name, or the whole cluster.
    Principals {
        subjects: Box<[Subject]>,
        scope: Option<Arc<str>>,
    },
}

/// One subject of a policy about the API.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) path: Arc<str>,
    pub(crate) principal: Principal,
    /// The length of the namespace in the user name of a service account.
    service_account: Option<u32>,
}

impl Subject {
    fn new(symbols: &mut Symbols, path: &FieldPath, matches: &PrincipalMatch) -> Self {
        Self {
            path: symbols.share(&path.to_string()),
            principal: Principal::from(matches),
            service_account: match matches {
                PrincipalMatch::ServiceAccount { namespace, .. } => {
                    u32::try_from(namespace.len()).ok()
                }
                PrincipalMatch::User(_) | PrincipalMatch::Group(_) => None,
            },
        }
    }

    /// The subject as it was stated.
    pub(crate) fn matches(&self) -> PrincipalMatch {
        match (&self.principal, self.service_account) {
            (Principal::Group(name), _) => PrincipalMatch::Group(name.to_string()),
            (Principal::User(name), None) => PrincipalMatch::User(name.to_string()),
            (Principal::User(name), Some(namespace)) => {
                let account = name.strip_prefix(SERVICE_ACCOUNT_PREFIX).unwrap_or(name);
                let (namespace, rest) = account
                    .split_at_checked(namespace as usize)
                    .unwrap_or((account, ""));
                PrincipalMatch::ServiceAccount {
                    namespace: namespace.to_owned(),
                    name: rest.strip_prefix(':').unwrap_or(rest).to_owned(),
                }
            }
        }
    }
}

/// Whom grants are made to: a service account is the user of its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Principal {
    User(Arc<str>),
    Group(Arc<str>),
}

impl From<&PrincipalMatch> for Principal {
    fn from(matches: &PrincipalMatch) -> Self {
        match matches {
            PrincipalMatch::User(name) => Self::User(name.as_str().into()),
            PrincipalMatch::Group(name) => Self::Group(name.as_str().into()),
            PrincipalMatch::ServiceAccount { namespace, name } => {
                Self::User(format!("{SERVICE_ACCOUNT_PREFIX}{namespace}:{name}").into())
            }
        }
    }
}

/// A declared port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PortSlot {
    /// Its name, or [`Symbol::NONE`].
    pub(crate) name: Symbol,
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
}

/// A compiled rule.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CompiledRule {
    /// The object that states the rule, where that is not the policy's or the set's own.
    pub(crate) stated_by: Option<Arc<ObjectRef>>,
    /// Where it stands in its object.
    pub(crate) path: Symbol,
    /// Its name, or [`Symbol::NONE`].
    pub(crate) name: Symbol,
    pub(crate) effect: Effect,
    pub(crate) clauses: SmallVec<[CompiledClause; 2]>,
}

/// The place of a rule in a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RuleAt {
    pub(crate) policy: u32,
    pub(crate) rule: u32,
}

/// A compiled clause.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CompiledClause {
    /// The field that states it.
    pub(crate) field: Symbol,
    pub(crate) test: CompiledTest,
}

/// A compiled condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CompiledTest {
    Peers(SmallVec<[CompiledPeer; 1]>),
    Ports(SmallVec<[CompiledPort; 2]>),
    NotPorts(SmallVec<[CompiledPort; 2]>),
    End(Box<EndTest>),
    Api(Box<ApiTest>),
    Any(Box<[Box<[CompiledClause]>]>),
    Layer(Layer),
    Security(Box<[Security]>),
    Text(Box<TextTest>),
    Address(Box<AddressTest>),
    TokenPrincipal(Box<PairTest>),
    Token(Box<TokenRule>),
    NoToken,
    RefusedBy(Box<str>),
    Unknown(Box<str>),
}

/// A compiled condition on a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextTest {
    pub(crate) of: Fact,
    pub(crate) sense: Sense,
    pub(crate) texts: CompiledTexts,
}

/// A compiled condition on an address.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AddressTest {
    pub(crate) of: AddressOf,
    pub(crate) sense: Sense,
    pub(crate) blocks: Box<[IpNet]>,
}

/// A compiled condition on issuer and subject.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PairTest {
    pub(crate) sense: Sense,
    pub(crate) pairs: Box<[(CompiledTexts, CompiledTexts)]>,
}

/// A compiled condition on one end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EndTest {
    pub(crate) end: End,
    pub(crate) sense: Sense,
    pub(crate) alternatives: Box<[CompiledPeer]>,
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
    Endpoints(Box<CompiledMatch>),
    Service {
        namespace: Symbol,
        name: Symbol,
    },
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

impl CompiledPolicy {
    /// Compiles the `part`-th policy of an object.
    pub(crate) fn new(
        symbols: &mut Symbols,
        id: PolicyId,
        object: &Arc<ObjectRef>,
        part: u32,
        stage: Arc<Stage>,
        set: Option<RuleSetId>,
        policy: &Policy,
    ) -> Self {
        let head = PolicyHead {
            id,
            object: Arc::clone(object),
            part,
            plane: policy.plane,
            stage,
            order: policy.order,
            path: symbols.share(&policy.path.to_string()),
            target: compile_target(symbols, &policy.target),
            set,
        };
        let rules: Vec<CompiledRule> = match &policy.rules {
            Rules::Own(rules) => compile_rules(symbols, rules).collect(),
            Rules::Of(_) => Vec::new(),
        };
        Self(ThinArc::from_header_and_iter(head, rules.into_iter()))
    }

    /// Its own rules; none when it refers to a set.
    #[inline]
    pub(crate) fn rules(&self) -> &[CompiledRule] {
        &self.0.slice
    }

    /// The side of connections that it guards; none for what principals ask of the API.
    pub(crate) fn direction(&self) -> Option<Direction> {
        match self.target {
            CompiledTarget::Workloads { direction, .. }
            | CompiledTarget::Endpoints { direction, .. }
            | CompiledTarget::BehindHosts { direction, .. } => Some(direction),
            CompiledTarget::Principals { .. } => None,
        }
    }

    /// The namespaces of the workloads that it may guard.
    pub(crate) fn namespaces(&self) -> Option<&NamespaceTest> {
        match &self.target {
            CompiledTarget::Workloads { namespaces, .. }
            | CompiledTarget::Endpoints { namespaces, .. } => Some(namespaces),
            CompiledTarget::BehindHosts { .. } => Some(&NamespaceTest::Any),
            CompiledTarget::Principals { .. } => None,
        }
    }

    /// The order among the policies of one stage, where equal orders are told apart so.
    pub(crate) fn rank_among(&self, other: &Self, ties: Ties) -> std::cmp::Ordering {
        fn text(object: &ObjectRef, ties: Ties) -> impl Iterator<Item = u8> + '_ {
            let namespace = object.namespace.as_deref().unwrap_or_default();
            let parts = match ties {
                Ties::Reference => [""; 5],
                Ties::Name => [&*object.name, "/", namespace, "/", &*object.kind],
                Ties::DottedName => [&*object.name, ".", namespace, "", ""],
            };
            parts.into_iter().flat_map(str::bytes)
        }
        self.order
            .cmp(&other.order)
            .then_with(|| text(&self.object, ties).cmp(text(&other.object, ties)))
            .then_with(|| self.rank().cmp(&other.rank()))
    }

    /// The order among the policies of one stage. It depends on the objects alone, never on the
    /// sequence in which they were read.
    pub(crate) fn rank(&self) -> (Order, &ObjectRef, u32) {
        (self.order, &self.object, self.part)
    }
}

impl Deref for CompiledPolicy {
    type Target = PolicyHead;

    #[inline]
    fn deref(&self) -> &PolicyHead {
        &self.0.header.header
    }
}

/// Compiles rules in their order.
pub(crate) fn compile_rules<'a>(
    symbols: &'a mut Symbols,
    rules: &'a [Rule],
) -> impl Iterator<Item = CompiledRule> + 'a {
    rules.iter().map(move |rule| CompiledRule {
        stated_by: None,
        path: symbols.intern(&rule.path.to_string()),
        name: rule
            .name
            .as_deref()
            .map_or(Symbol::NONE, |name| symbols.intern(name)),
        effect: rule.effect,
        clauses: rule
            .clauses
            .iter()
            .map(|clause| compile_clause(symbols, clause))
            .collect(),
    })
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
        Target::Endpoints {
            direction,
            namespaces,
            endpoints,
        } => CompiledTarget::Endpoints {
            direction: *direction,
            namespaces: NamespaceTest::new(symbols, namespaces),
            endpoints: CompiledMatch::new(symbols, endpoints),
        },
        Target::BehindHosts { direction, hosts } => CompiledTarget::BehindHosts {
            direction: *direction,
            hosts: CompiledMatch::new(symbols, hosts),
        },
        Target::Principals { subjects, scope } => CompiledTarget::Principals {
            subjects: subjects
                .iter()
                .map(|(path, matches)| Subject::new(symbols, path, matches))
                .collect(),
            scope: match scope {
                Scope::Cluster => None,
                Scope::Namespace(name) => Some(symbols.share(name)),
            },
        },
    }
}

fn compile_clause(symbols: &mut Symbols, clause: &Clause) -> CompiledClause {
    CompiledClause {
        field: symbols.intern(&clause.field),
        test: compile_test(symbols, &clause.test),
    }
}

fn compile_test(symbols: &mut Symbols, test: &Test) -> CompiledTest {
    match test {
        Test::Peers(peers) => CompiledTest::Peers(compile_peers(symbols, peers)),
        Test::Ports(ports) => CompiledTest::Ports(compile_ports(symbols, ports)),
        Test::NotPorts(ports) => CompiledTest::NotPorts(compile_ports(symbols, ports)),
        Test::End {
            end,
            sense,
            alternatives,
        } => CompiledTest::End(Box::new(EndTest {
            end: *end,
            sense: *sense,
            alternatives: compile_peers(symbols, alternatives),
        })),
        Test::Api(permission) => CompiledTest::Api(Box::new(ApiTest::new(symbols, permission))),
        Test::Any(lists) => {
            let mut list = |list: &Vec<Clause>| {
                let clauses = list.iter().map(|clause| compile_clause(symbols, clause));
                clauses.collect()
            };
            CompiledTest::Any(lists.iter().map(&mut list).collect())
        }
        Test::Layer(layer) => CompiledTest::Layer(*layer),
        Test::Security(ways) => CompiledTest::Security(ways.as_slice().into()),
        Test::Text {
            of,
            sense,
            case,
            patterns,
        } => CompiledTest::Text(Box::new(TextTest {
            of: of.clone(),
            sense: *sense,
            texts: CompiledTexts::new(patterns, *case),
        })),
        Test::Address { of, sense, blocks } => CompiledTest::Address(Box::new(AddressTest {
            of: *of,
            sense: *sense,
            blocks: blocks.as_slice().into(),
        })),
        Test::TokenPrincipal { sense, patterns } => {
            CompiledTest::TokenPrincipal(Box::new(compile_pairs(*sense, patterns)))
        }
        Test::Token(rule) => CompiledTest::Token(Box::new(rule.clone())),
        Test::NoToken => CompiledTest::NoToken,
        Test::RefusedBy(provider) => CompiledTest::RefusedBy(provider.as_str().into()),
        Test::Unknown(reason) => CompiledTest::Unknown(reason.as_str().into()),
    }
}

fn compile_pairs(sense: Sense, patterns: &[(TextMatch, TextMatch)]) -> PairTest {
    let texts = |pattern| CompiledTexts::new(std::slice::from_ref(pattern), Case::Sensitive);
    let pairs = patterns.iter();
    PairTest {
        sense,
        pairs: pairs
            .map(|(issuer, subject)| (texts(issuer), texts(subject)))
            .collect(),
    }
}

fn compile_peers<C: FromIterator<CompiledPeer>>(symbols: &mut Symbols, peers: &[Peer]) -> C {
    let compile = |peer| compile_peer(symbols, peer);
    peers.iter().map(compile).collect()
}

fn compile_ports<C: FromIterator<CompiledPort>>(symbols: &mut Symbols, ports: &[PortMatch]) -> C {
    let compile = |port| compile_port(symbols, port);
    ports.iter().map(compile).collect()
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
        Peer::Endpoints(endpoints) => {
            CompiledPeer::Endpoints(Box::new(CompiledMatch::new(symbols, endpoints)))
        }
        Peer::Service { namespace, name } => CompiledPeer::Service {
            namespace: symbols.intern(namespace),
            name: symbols.intern(name),
        },
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

    /// Whether it permits what it says of the API, without any condition that cannot be decided.
    pub(crate) fn is_permission(&self) -> bool {
        self.effect == Effect::Allow
            && self
                .clauses
                .iter()
                .all(|clause| matches!(clause.test, CompiledTest::Api(_)))
    }

    /// Whether all clauses hold for an API request. What is not known does not permit.
    #[inline]
    pub(crate) fn permits(&self, query: &ApiQuery<'_>) -> bool {
        self.effect == Effect::Allow
            && !self.clauses.is_empty()
            && self.clauses.iter().all(|clause| match &clause.test {
                CompiledTest::Api(test) => test.permits(query),
                _ => false,
            })
    }
}
