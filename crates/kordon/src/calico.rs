//! The coordinates by which Calico names what decided.
//!
//! Owns the texts of the policy traces in Calico's flow logs, so that an explanation can be
//! compared with them. Must not decide anything.

use kordon_core::model::ObjectRef;
use kordon_core::{PlaneFinding, RuleFinding, StageFinding, Verdict};

/// The policy trace of one side of a connection: for each tier that answered
/// `index|tier|kind:name|action|rule`, where the rule is `-1` for the tier's default action.
///
/// Policies after the last tier that passed are the profiles of the workload, which let
/// everything pass; they stand as the tier `__PROFILE__`.
///
/// ```
/// use kordon::{Cluster, Engine, RequestSpec, calico};
/// let mut cluster = Cluster::new();
/// cluster.read("policies.yaml", "
/// {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop}, spec: {}}
/// ---
/// apiVersion: projectcalico.org/v3
/// kind: GlobalNetworkPolicy
/// metadata: {name: default.deny}
/// spec: {types: [Ingress], ingress: [{action: Deny, source: {nets: [203.0.113.0/24]}}]}
/// ");
/// let request = RequestSpec::from_json_text(
///     r#"{"kind":"connection","from":{"ip":"203.0.113.7"},"to":{"pod":"shop/a"},"port":80}"#,
/// )?;
/// let explanation = Engine::new(&cluster).explain(&request.as_request());
/// let ingress = &explanation.planes[1];
/// assert_eq!(calico::trace(ingress), ["0|default|gnp:default.deny|deny|0"]);
/// # Ok::<(), kordon::RequestError>(())
/// ```
pub fn trace(side: &PlaneFinding) -> Vec<String> {
    let mut steps: Vec<String> = side
        .stages
        .iter()
        .enumerate()
        .map(|(index, stage)| step(index, stage))
        .collect();
    let passed = side.stages.iter().all(|stage| stage.answer == "pass");
    if passed && side.verdict != Verdict::NotApplicable {
        steps.push(format!("{}|__PROFILE__|pro:kns|allow|0", steps.len()));
    }
    steps
}

fn step(index: usize, stage: &StageFinding) -> String {
    let tier = tier(&stage.name);
    let rule = match stage.answer {
        "unknown" => stage.unknown.first(),
        _ => stage.matching.first(),
    };
    let (policy, number) = match rule {
        Some(rule) => (Some(&rule.object), rule_number(rule)),
        None => (stage.policies.last().map(|policy| &policy.object), -1),
    };
    let policy = policy.map(policy_text).unwrap_or_default();
    format!("{index}|{tier}|{policy}|{}|{number}", stage.answer)
}

/// The tier that a stage is.
fn tier(stage: &str) -> &str {
    match stage {
        "Admin" => "kube-admin",
        "NetworkPolicy" => "default",
        "Baseline" => "kube-baseline",
        name => name,
    }
}

fn policy_text(object: &ObjectRef) -> String {
    let kind = match (&*object.group, &*object.kind) {
        ("projectcalico.org", "NetworkPolicy") => "np",
        ("projectcalico.org", "GlobalNetworkPolicy") => "gnp",
        ("networking.k8s.io", _) => "knp",
        ("policy.networking.k8s.io", _) => "kcnp",
        (_, kind) => kind,
    };
    match &object.namespace {
        Some(namespace) => format!("{kind}:{namespace}/{}", object.name),
        None => format!("{kind}:{}", object.name),
    }
}

/// The number of a rule among those of its direction: `spec.ingress[2]` is 2.
fn rule_number(rule: &RuleFinding) -> i64 {
    let number = rule.path.rsplit_once('[').map(|(_, rest)| rest);
    number
        .and_then(|rest| rest.trim_end_matches(']').parse().ok())
        .unwrap_or(-1)
}
