//! May this identity do this, and exactly why?

mod answer;
mod cluster;
mod engine;
mod position;
mod request;

pub use answer::{Answer, Line, Mark};
pub use cluster::Cluster;
pub use engine::Engine;
pub use kordon_core::{
    ApiRequest, ApiTarget, Cause, ClauseFinding, ConnectionRequest, Decision, DescribedWorkload,
    Endpoint, Explanation, GrantFinding, Granted, GrantedRule, GrantedSubject, Groups, Includes,
    Options, PlaneFinding, PolicyFinding, PolicyId, Port, Posture, PreparedApi,
    PreparedConnection, Problem, Request, RuleFinding, RuleId, Size, Snapshot, StageFinding,
    Verdict, model, rule,
};
pub use kordon_core::model::Protocol;
pub use kordon_core::rule::{Direction, Plane};
pub use kordon_kinds as kinds;
pub use kordon_syntax as syntax;
pub use position::SourcePosition;
pub use request::{
    ApiSpec, ApiTargetSpec, ConnectionSpec, EndpointSpec, PortSpec, RequestError, RequestSpec,
};
