//! What an answer says, in terms that Envoy and Kordon share.

use kordon::{Engine, Plane, Problem, Request, Verdict, istio};
use serde_json::Value;

use crate::client::Response;
use crate::config::SEPARATOR;

/// What becomes of a request, and by which rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    /// It passes, by this rule or by none.
    Passes(Option<String>),
    /// A policy refuses it, by this rule or because none admits it.
    Refused(Option<String>),
    /// Its token is refused.
    BadToken,
    /// It is no request that policies see.
    BadRequest,
    /// Something else.
    Other(String),
}

impl Answer {
    /// What Envoy said.
    pub(crate) fn of_envoy(response: &Response) -> Self {
        let mut parts = response.body.split(SEPARATOR);
        let details = parts.next().unwrap_or_default();
        let rule = |text: &str, before: &str, after: &str| {
            let (_, rest) = text.split_once(before)?;
            let (name, _) = rest.rsplit_once(after)?;
            (name != "none").then(|| numbered(name))
        };
        match response.status {
            200 => {
                let noted = parts.nth(1).unwrap_or_default();
                let noted: Value = serde_json::from_str(noted).unwrap_or_default();
                let allowing = noted["ALLOW shadow_effective_policy_id"].as_str();
                Self::Passes(allowing.map(numbered))
            }
            400 => Self::BadRequest,
            401 | 403 if details.starts_with("jwt_authn_access_denied") => Self::BadToken,
            403 => Self::Refused(rule(details, "matched_policy[", "]")),
            _ => Self::Other(format!("{} {}", response.status, response.body)),
        }
    }

    /// What Kordon says.
    pub(crate) fn of_kordon(engine: &Engine, request: &Request<'_>) -> Self {
        let explanation = engine.explain(request);
        let decision = engine.decide(request);
        let says = |plane, verdict| {
            let mut planes = explanation.planes.iter();
            planes.any(|finding| finding.plane == plane && finding.verdict == verdict)
        };
        if decision != explanation.decision {
            return Self::Other(format!("{decision:?} is not explained by {explanation:?}"));
        }
        match (decision.problem, decision.verdict) {
            (Some(Problem::RefusedPath), _) => Self::BadRequest,
            (Some(problem), _) => Self::Other(format!("{problem:?}")),
            _ if says(Plane::Authn, Verdict::Deny) => Self::BadToken,
            (None, Verdict::Allow) => Self::Passes(istio::matched_rule(&explanation)),
            (None, Verdict::Deny) if says(Plane::Mesh, Verdict::Deny) => {
                Self::Refused(istio::matched_rule(&explanation))
            }
            (None, _) => Self::Other(format!("{explanation:?}")),
        }
    }
}

/// A rule by its name without the number that the export puts behind it.
fn numbered(name: &str) -> String {
    let (rule, _number) = name.rsplit_once('-').unwrap_or((name, ""));
    rule.to_owned()
}
