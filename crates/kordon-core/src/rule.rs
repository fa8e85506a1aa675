//! The rule IR: what every kind lowers into, and all that the compiler reads.
//!
//! A policy stands in one stage of one plane, has a target and rules, and the stage says how
//! rules combine. The IR names no API kind; a semantic that does not fit gets a combining rule
//! of its own, never a special case inside one (docs/adr/0001).

use std::borrow::Cow;
use std::fmt;

use kordon_syntax::FieldPath;

use crate::model::{
    AddressBlock, Case, EndpointMatch, NamespaceMatch, ObjectRef, PortMatch, PrincipalMatch,
    Selector, TextMatch, TokenRule,
};

/// One family of policy that has a say in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Plane {
    /// Who may do what with the API.
    Rbac,
    /// Which packets pass between workloads.
    Network,
    /// How the connections of a mesh must be secured.
    Mtls,
    /// Which tokens a request may carry.
    Authn,
    /// Which requests and connections a mesh passes on.
    Mesh,
}

impl Plane {
    /// All planes, in their order.
    pub const ALL: [Self; 5] = [
        Self::Rbac,
        Self::Network,
        Self::Mtls,
        Self::Authn,
        Self::Mesh,
    ];

    /// The plane's name in documents and output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rbac => "rbac",
            Self::Network => "network",
            Self::Mtls => "mtls",
            Self::Authn => "authn",
            Self::Mesh => "mesh",
        }
    }
}

impl fmt::Display for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The side of a connection that a policy guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Guarded at the source.
    Egress,
    /// Guarded at the destination.
    Ingress,
}

impl Direction {
    /// The direction's name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Egress => "egress",
            Self::Ingress => "ingress",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How the rules of one stage become one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Combine {
    /// Any matching rule allows; nothing denies, and silence is no opinion.
    AnyAllow,
    /// A selected target is isolated: any matching rule allows, and silence denies.
    Isolate,
    /// The first matching rule in order decides; `Pass` leaves the stage.
    FirstMatch {
        /// What follows when no rule matches.
        otherwise: Otherwise,
    },
    /// As another object says that declares the stage of this name, which also says where the
    /// stage stands. While there is none, the stage answers unknown, before all others.
    Declared,
}

/// What a stage whose policies select the target says when no rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Otherwise {
    /// It leaves the answer to the next stage.
    Pass,
    /// It denies.
    Deny,
}

/// A position among stages or policies; smaller comes first. Calico's orders are floating-point
/// numbers, so this is one as well, in total order.
#[derive(Clone, Copy, Debug)]
pub struct Order(pub f64);

impl PartialEq for Order {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Order {}

impl PartialOrd for Order {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Order {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// An ordered step inside a plane.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stage {
    /// Where the stage stands in its plane.
    pub order: Order,
    /// Its name, such as `NetworkPolicy` or a tier's.
    pub name: String,
    /// How its rules combine.
    pub combine: Combine,
    /// What decides between policies of equal order.
    pub ties: Ties,
}

/// What decides the sequence of policies of equal order in a stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ties {
    /// Their references: kind, namespace, name.
    #[default]
    Reference,
    /// The text `name/namespace/kind`.
    Name,
    /// The text `name.namespace`.
    DottedName,
}

/// Rules with a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The plane that it belongs to.
    pub plane: Plane,
    /// The stage that it stands in.
    pub stage: Stage,
    /// Where it stands in the stage; [`Stage::ties`] says what decides between equals.
    pub order: Order,
    /// The field that makes the object apply, such as `spec.podSelector`.
    pub path: FieldPath,
    /// What it applies to.
    pub target: Target,
    /// Its rules.
    pub rules: Rules,
}

/// What a policy applies to.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// One side of the connections of workloads. Pods in the host network are never meant.
    Workloads {
        /// The guarded side.
        direction: Direction,
        /// Their namespaces.
        namespaces: NamespaceMatch,
        /// Their labels.
        workloads: Selector,
    },
    /// One side of the connections of workloads that satisfy a condition. Pods in the host
    /// network are never meant.
    Endpoints {
        /// The guarded side.
        direction: Direction,
        /// Their namespaces.
        namespaces: NamespaceMatch,
        /// What they satisfy.
        endpoints: EndpointMatch,
    },
    /// One side of the connections of every workload, while a group of
    /// [hosts](crate::model::Members::Host) satisfies a condition: what passes through such a
    /// host meets the policy too.
    BehindHosts {
        /// The guarded side.
        direction: Direction,
        /// What the hosts satisfy.
        hosts: EndpointMatch,
    },
    /// What principals ask of the API.
    Principals {
        /// The principals, each with its place in the object's list.
        subjects: Vec<(FieldPath, PrincipalMatch)>,
        /// Where the rules hold.
        scope: Scope,
    },
}

/// Where rules about the API hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// In every namespace, for cluster-scoped resources and for paths.
    Cluster,
    /// In one namespace.
    Namespace(String),
}

/// A policy's rules: its own, or those of another object.
#[derive(Clone, Debug, PartialEq)]
pub enum Rules {
    /// Its own rules in their order.
    Own(Vec<Rule>),
    /// Those of the [`RuleSet`] that this object contributes, none while there is no such object.
    Of(ObjectRef),
}

/// Rules that policies share.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSet {
    /// Labels by which other sets include this one.
    pub labels: std::collections::BTreeMap<String, String>,
    /// The rules as written.
    pub rules: Vec<Rule>,
    /// Include the rules of every set whose labels satisfy one of these selectors.
    pub includes: Vec<Selector>,
}

/// What a matching rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// It allows the request.
    Allow,
    /// It denies the request.
    Deny,
    /// It leaves the stage without an answer.
    Pass,
}

impl Effect {
    /// The effect's name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Pass => "pass",
        }
    }
}

/// One rule: if all clauses hold, the effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Where it stands in its object, such as `spec.ingress[0]`.
    pub path: FieldPath,
    /// Its name, where the kind has names for rules.
    pub name: Option<String>,
    /// What it does when it matches.
    pub effect: Effect,
    /// Its conditions; a rule without any matches every request that its target meets.
    pub clauses: Vec<Clause>,
}

/// One condition of a rule, and the field of the rule that states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// The field under the rule's path, such as `from` or `ports`.
    pub field: Cow<'static, str>,
    /// The condition.
    pub test: Test,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Test {
    /// The other end of the connection is one of these. An empty list is satisfied by none.
    Peers(Vec<Peer>),
    /// The connection goes to one of these ports. An empty list is satisfied by none.
    Ports(Vec<PortMatch>),
    /// The connection goes to none of these ports.
    NotPorts(Vec<PortMatch>),
    /// One end of the connection, whichever side is guarded.
    End {
        /// The end.
        end: End,
        /// Whether it has to be one of the alternatives or none of them.
        sense: Sense,
        /// The alternatives.
        alternatives: Vec<Peer>,
    },
    /// The API request is one of these.
    Api(ApiPermission),
    /// Of these lists of conditions all of one list hold. No list is satisfied by none.
    Any(Vec<Vec<Clause>>),
    /// The connection is judged as one of this layer.
    Layer(Layer),
    /// The connection is secured in one of these ways.
    Security(Vec<Security>),
    /// A text of the request or of its connection.
    Text {
        /// Which text. There may be several, or none.
        of: Fact,
        /// Whether one of them has to match, or none of them may.
        sense: Sense,
        /// How texts are compared.
        case: Case,
        /// What they are compared with.
        patterns: Vec<TextMatch>,
    },
    /// An address of the connection.
    Address {
        /// Which address.
        of: AddressOf,
        /// Whether it has to be in one of the blocks, or in none of them.
        sense: Sense,
        /// The blocks.
        blocks: Vec<ipnet::IpNet>,
    },
    /// The issuer and the subject of the verified token.
    TokenPrincipal {
        /// Whether they have to match a pair, or must match none.
        sense: Sense,
        /// What issuer and subject are compared with.
        patterns: Vec<(TextMatch, TextMatch)>,
    },
    /// The request carries a verified token that the rule accepts.
    Token(TokenRule),
    /// The request carries no token.
    NoToken,
    /// The provider of this name, which is asked from outside, refuses the request.
    RefusedBy(String),
    /// It cannot be decided from a snapshot; the reason says why.
    Unknown(String),
}

/// What a proxy understands of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layer {
    /// Its bytes alone.
    Tcp,
    /// The HTTP requests on it.
    Http,
}

/// How a connection is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Security {
    /// It is not.
    Plaintext,
    /// By TLS that the destination's proxy does not take for the mesh's own.
    OtherTls,
    /// By TLS with certificates of both sides.
    Mutual,
}

/// A text of a request or of its connection. Where it is said that a text counts though it is
/// empty, [`TextMatch::Present`] holds for the empty text as well.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// The names in the source's certificate: all URIs, all DNS names, the subject.
    Identity,
    /// The name that TLS asks for (SNI); an empty text without one.
    ServerName,
    /// The method.
    Method,
    /// The host with its port, as the request names it.
    Host,
    /// The path after normalization, without query and fragment.
    Path,
    /// Each line of a header, by its name in lower case; `:method`, `:path` (with the query),
    /// `:authority` and `:scheme` are headers too. An empty line counts.
    Header(String),
    /// A claim of the verified token, by its path: a text, or the texts in a list. What
    /// [`TokenRule::split_claims`] names is split at blanks first.
    Claim {
        /// The names that lead to it.
        path: Vec<String>,
    },
    /// What a filter of the proxy has noted about the request, by its namespace and key.
    Metadata {
        /// The filter's namespace.
        namespace: String,
        /// The key.
        key: String,
        /// Whether the value is a list, of which an element has to match, or a text.
        list: bool,
    },
}

/// An address of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressOf {
    /// Whoever opened the connection.
    Peer,
    /// The client, which proxies on the way name.
    Client,
    /// Where the connection goes.
    Destination,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// Where it comes from.
    Source,
    /// Where it goes.
    Destination,
}

/// How a list of alternatives counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sense {
    /// One of them holds.
    OneOf,
    /// None of them holds.
    NoneOf,
}

/// One alternative for an end of a connection.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Peer {
    /// Pods of matching namespaces with matching labels. Pods in the host network are never
    /// meant, nor is anything outside the cluster.
    Workloads {
        /// Their namespaces.
        namespaces: NamespaceMatch,
        /// Their labels.
        workloads: Selector,
    },
    /// Everything with an address in the block, pods included.
    Block(AddressBlock),
    /// Everything with an address of a node whose labels satisfy the selector.
    Nodes(Selector),
    /// Workloads that satisfy the condition, and everything with an address of a group that does.
    Endpoints(EndpointMatch),
    /// Everything that serves the service: as a destination on the ports that it serves there, as
    /// a source on any.
    Service {
        /// The service's namespace.
        namespace: String,
        /// The service's name.
        name: String,
    },
    /// Cannot be decided from a snapshot; the reason says why.
    Unknown(String),
}

/// What an API rule permits. A list that is empty permits nothing, but for `names`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ApiPermission {
    /// Verbs; `*` is any.
    pub verbs: Vec<String>,
    /// API groups; `*` is any.
    pub groups: Vec<String>,
    /// Resources; `*` is any with or without subresource, `*/scale` that subresource of any.
    pub resources: Vec<String>,
    /// Names; an empty list is any.
    pub names: Vec<String>,
    /// Paths outside the resources; `*` at the end of one is any continuation.
    pub paths: Vec<String>,
}
