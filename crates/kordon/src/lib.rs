//! May this identity do this, and exactly why?
//!
//! Kordon reads the policies that a Kubernetes cluster has, compiles them, and decides requests
//! with the rules that decided: which object, which field, which line.
//!
//! ```
//! use kordon::{Cluster, Engine, RequestSpec};
//!
//! let mut cluster = Cluster::new();
//! cluster.read("rbac.yaml", "
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata: {name: view}
//! rules: [{apiGroups: [''], resources: [pods], verbs: [get, list, watch]}]
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata: {name: viewers}
//! roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
//! subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: alice}]
//! ");
//! let engine = Engine::new(&cluster);
//! let request = RequestSpec::from_json_text(
//!     r#"{"kind":"api","user":"alice","verb":"get","resource":"pods","namespace":"shop"}"#,
//! )?;
//! let answer = engine.answer(&request);
//! assert!(answer.decision().is_allowed());
//! assert_eq!(
//!     answer.explanation().planes[0].reason,
//!     "ClusterRoleBinding viewers grants ClusterRole view rules[0] to User alice",
//! );
//! # Ok::<(), kordon::RequestError>(())
//! ```
//!
//! | to | look at |
//! | --- | --- |
//! | learn the crate | the [`manual`] |
//! | read manifests | [`Cluster`] |
//! | decide and explain | [`Engine`], [`Request`], [`Decision`], [`Explanation`] |
//! | read requests from JSON or from a line | [`RequestSpec`], [`shorthand`] |
//! | show an answer | [`Answer`] |
//! | show problems | [`syntax::Diagnostic`], [`syntax::render`] |
//! | ask who reaches whom | [`Engine::connections`] |
//! | draw who reaches whom | [`graph`] |
//! | find policies without effect | [`lint`] |
//! | compare two clusters | [`diff`], [`equality`] |
//! | ask who can do what | [`Snapshot::who_can`], [`Snapshot::rules_for`] |
//! | change one object | [`Engine::apply`], [`model::Change`] |
//!
//! The crate reads no file, socket, clock or environment, and starts no thread: it runs the same
//! in a server, a browser and a test. Nothing in it panics on any input.

/// The examples of the pages outside the crate, which run as its own do.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../README.md")]
    mod readme {}

    #[doc = include_str!("../../../docs/how-to/use-from-rust.md")]
    mod use_from_rust {}
}

mod answer;
pub mod authorizer;
pub mod calico;
mod cluster;
mod codes;
pub mod connections;
pub mod diff;
mod engine;
pub mod equality;
pub mod export;
pub mod graph;
pub mod istio;
pub mod lint;
pub mod manual;
pub mod policy_test;
mod position;
mod reason;
mod request;
mod wrap;

pub use answer::{Answer, Line, Mark, Row};
pub use cluster::Cluster;
pub use codes::codes;
pub use engine::Engine;
pub use kordon_analyze as analyze;
pub use kordon_core::model::Protocol;
pub use kordon_core::rule::{Direction, Plane};
pub use kordon_core::{
    ApiRequest, ApiTarget, Cause, ClauseFinding, ConnectionRequest, Decision, DescribedWorkload,
    Endpoint, Explanation, Grant, GrantFinding, Granted, GrantedRule, GrantedSubject, Headers,
    HttpMessage, HttpRequest, Includes, Metadata, MetadataValue, Names, Options, PathNormalization,
    PlaneFinding, PolicyFinding, PolicyId, Port, Posture, PreparedApi, PreparedConnection, Problem,
    Request, RuleFinding, RuleId, Session, SessionSecurity, Size, Snapshot, StageFinding, Texts,
    Token, TrustDomainName, Verdict, model, rule, view,
};
pub use kordon_kinds as kinds;
pub use kordon_kinds::{MeshSettings, Settings};
pub use kordon_syntax as syntax;
pub use position::SourcePosition;
pub use reason::{Reason, RulePlace};
pub use request::shorthand;
pub use request::{
    ApiCall, ApiSpec, ApiTargetSpec, ConnectionSpec, EndpointSpec, HttpSpec, PortSpec,
    RequestError, RequestSpec, SecuritySpec, SessionSpec, TokenSpec, claims_from_json,
};
pub use wrap::wrap;
