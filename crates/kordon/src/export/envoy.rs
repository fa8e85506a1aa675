//! The mesh's policies of a workload as configuration of Envoy's RBAC filter.

use kordon_core::model::ObjectRef;
use kordon_core::rule::{Clause, Plane, Test};
use kordon_core::view::{End, RuleView, StageView};
use kordon_core::{Endpoint, Problem};
use serde_json::{Map, Value, json};

use super::matcher;
use crate::engine::Engine;

const RBAC: &str = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC";

/// Why policies cannot be exported exactly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The workload could not be found.
    #[error("{0}")]
    Endpoint(Problem),
    /// The endpoint stands for workloads with different policies, or for none.
    #[error("the endpoint does not stand for workloads with the same policies: name one of them")]
    Several,
    /// A rule has no exact counterpart.
    #[error("{object} {path}: {what} has no counterpart in Envoy's RBAC filter")]
    Inexact {
        /// The object.
        object: ObjectRef,
        /// The rule in it.
        path: String,
        /// The condition.
        what: String,
    },
}

/// The HTTP filters that enforce a workload's `AuthorizationPolicy` objects as Istio has them enforced:
/// first one that denies, then one that allows, each left out where no policy needs it.
///
/// Rules about tokens read what Envoy's JWT filter notes under the payload key `payload`. What
/// has no exact counterpart is an error, never left out: policies that ask an external provider,
/// and rules that could not be read.
///
/// ```
/// use kordon::{Cluster, Endpoint, Engine, export};
///
/// let mut cluster = Cluster::new();
/// cluster.read("shop.yaml", "
/// apiVersion: v1
/// kind: Pod
/// metadata: {name: cart, namespace: shop}
/// ");
/// let engine = Engine::new(&cluster);
/// let cart = Endpoint::Pod { namespace: "shop", name: "cart" };
/// assert_eq!(export::envoy_rbac(&engine, &cart)?, Vec::<serde_json::Value>::new());
/// # Ok::<(), export::ExportError>(())
/// ```
///
/// # Errors
/// What has no exact counterpart.
pub fn envoy_rbac(engine: &Engine, workload: &Endpoint<'_>) -> Result<Vec<Value>, ExportError> {
    let ends = engine.snapshot().ends_of(workload);
    let ends = ends.map_err(ExportError::Endpoint)?;
    let filters = ends.iter().map(filters).collect::<Result<Vec<_>, _>>()?;
    match filters.split_first() {
        Some((first, others)) if others.iter().all(|other| other == first) => Ok(first.clone()),
        _ => Err(ExportError::Several),
    }
}

fn filters(end: &End<'_>) -> Result<Vec<Value>, ExportError> {
    let mut filters = Vec::new();
    for stage in end.proxy_stages(Plane::Mesh) {
        let action = match stage.name() {
            "ALLOW" => "ALLOW",
            "DENY" => "DENY",
            "CUSTOM" => return Err(inexact_stage(stage)),
            // The others never change an answer.
            _ => continue,
        };
        let mut policies = Map::new();
        for rule in stage.rules() {
            let name = policy_name(rule, policies.len());
            policies.extend(policy(rule)?.map(|policy| (name, policy)));
        }
        filters.push(json!({
            "name": format!("envoy.filters.http.rbac.{}", action.to_lowercase()),
            "typed_config": {"@type": RBAC, "rules": {"action": action, "policies": policies}},
        }));
    }
    Ok(filters)
}

fn inexact_stage(stage: StageView<'_>) -> ExportError {
    match stage.rules().next() {
        Some(rule) => inexact(rule, "asking a provider"),
        None => ExportError::Several,
    }
}

fn inexact(rule: RuleView<'_>, what: &str) -> ExportError {
    ExportError::Inexact {
        object: rule.object().clone(),
        path: rule.path().to_owned(),
        what: what.to_owned(),
    }
}

/// As Istio names it, with a number where a rule comes in several forms.
fn policy_name(rule: RuleView<'_>, number: usize) -> String {
    let object = rule.object();
    let namespace = object.namespace.as_deref().unwrap_or_default();
    let index = rule
        .path()
        .trim_start_matches("spec.rules")
        .trim_matches(['[', ']']);
    format!(
        "ns[{namespace}]-policy[{}]-rule[{index}]-{number}",
        object.name
    )
}

/// A rule; `None` where it never matches a request over HTTP.
fn policy(rule: RuleView<'_>) -> Result<Option<Value>, ExportError> {
    let (mut permissions, mut principals) = (Vec::new(), Vec::new());
    for clause in rule.clauses() {
        let test = clause.stated();
        let test = test.ok_or_else(|| inexact(rule, "a condition of the network"))?;
        if test == Test::Layer(kordon_core::rule::Layer::Tcp) {
            return Ok(None);
        }
        if let Some(principal) = matcher::principal(&test) {
            principals.push(principal);
        } else if let Some(permission) = matcher::permission(&test) {
            permissions.push(permission);
        } else {
            return Err(inexact(rule, &what(&test)));
        }
    }
    let any = json!({"any": true});
    let permission = match permissions.as_slice() {
        [] => any.clone(),
        _ => json!({"and_rules": {"rules": permissions}}),
    };
    let principal = match principals.as_slice() {
        [] => any,
        _ => json!({"and_ids": {"ids": principals}}),
    };
    Ok(Some(
        json!({"permissions": [permission], "principals": [principal]}),
    ))
}

fn what(test: &Test) -> String {
    match test {
        Test::Unknown(reason) => reason.clone(),
        Test::Any(lists) => {
            let mut clauses = lists.iter().flatten();
            let inner = clauses.find_map(|Clause { test, .. }| match test {
                Test::Unknown(reason) => Some(reason.clone()),
                _ => None,
            });
            inner.unwrap_or_else(|| "a mixture of conditions".to_owned())
        }
        _ => "a condition".to_owned(),
    }
}
