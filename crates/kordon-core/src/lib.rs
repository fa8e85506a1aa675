//! The policy model, rule compiler and decision engine of Kordon.

mod compile;
mod decide;
mod decision;
mod explain;
mod granted;
mod http_path;
mod id;
pub mod model;
mod persist;
mod request;
pub mod rule;
mod snapshot;
mod symbol;
pub mod view;

pub use decide::{PreparedApi, PreparedConnection};
pub use decision::{Cause, Decision, Problem, Verdict};
pub use explain::{
    ClauseFinding, Explanation, GrantFinding, LISTED, NEAREST, PlaneFinding, PolicyFinding,
    RuleFinding, StageFinding,
};
pub use granted::{Grant, Granted, GrantedRule, GrantedSubject};
pub use http_path::PathNormalization;
pub use id::{PolicyId, RuleId};
pub use request::{
    ApiRequest, ApiTarget, ConnectionRequest, DescribedWorkload, Endpoint, Headers, HttpMessage,
    HttpRequest, Metadata, MetadataValue, Names, Port, Request, Session, SessionSecurity, Texts,
    Token,
};
pub use snapshot::{Includes, Options, Posture, Size, Snapshot, TrustDomainName};
