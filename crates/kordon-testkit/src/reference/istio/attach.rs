//! Which policies hold for a workload: AuthorizationPolicy and RequestAuthentication alike.

use serde_json::Value;

use super::match_labels;
use super::workload::{GATEWAY, Proxy, Workload};
use crate::reference::value::{at, list, namespace_of, text};

const GATEWAY_GROUP: &str = "gateway.networking.k8s.io";

/// Whether a policy holds for a workload behind an Envoy.
pub(super) fn attaches(policy: &Value, root_namespace: &str, workload: &Workload) -> bool {
    let namespace = namespace_of(policy);
    let refs = target_refs(policy);
    match workload.proxy {
        // A waypoint looks at targets alone, so a selector never reaches it.
        Proxy::Waypoint => refs
            .iter()
            .any(|found| names_waypoint(found, namespace, root_namespace, workload)),
        Proxy::Gateway if !refs.is_empty() => refs
            .iter()
            .any(|found| names_gateway(found, namespace, workload)),
        Proxy::Gateway => selects(policy, root_namespace, workload),
        Proxy::Sidecar | Proxy::Ztunnel => {
            refs.is_empty() && selects(policy, root_namespace, workload)
        }
    }
}

/// Whether a policy names what it targets.
pub(super) fn has_target(policy: &Value) -> bool {
    !target_refs(policy).is_empty()
}

/// `WorkloadSelector`: in the root namespace "the selector will additionally match with workloads in
/// all namespaces".
pub(super) fn selects(policy: &Value, root_namespace: &str, workload: &Workload) -> bool {
    let namespace = namespace_of(policy);
    let is_in_reach = namespace == root_namespace || namespace == workload.namespace;
    let wanted = at(policy, "/spec/selector")
        .map(match_labels)
        .unwrap_or_default();
    is_in_reach
        && wanted
            .iter()
            .all(|(key, value)| workload.labels.get(key) == Some(value))
}

fn target_refs(policy: &Value) -> Vec<&Value> {
    let single = at(policy, "/spec/targetRef");
    single
        .into_iter()
        .chain(list(policy, "/spec/targetRefs"))
        .collect()
}

/// A Gateway is named in the namespace of the policy.
fn names_gateway(target: &Value, namespace: &str, workload: &Workload) -> bool {
    let name = workload.labels.get(GATEWAY).map(String::as_str);
    text(target, "/group") == GATEWAY_GROUP
        && text(target, "/kind") == "Gateway"
        && namespace == workload.namespace
        && Some(text(target, "/name")) == name
}

fn names_waypoint(
    target: &Value,
    namespace: &str,
    root_namespace: &str,
    workload: &Workload,
) -> bool {
    let (group, kind, name) = (
        text(target, "/group"),
        text(target, "/kind"),
        text(target, "/name"),
    );
    let serves = || {
        workload.services.iter().any(|service| {
            service.kind == kind && service.namespace == namespace && service.name == name
        })
    };
    match (group, kind) {
        ("" | "core", "Service") | ("networking.istio.io", "ServiceEntry") => serves(),
        // The class of all waypoints is named in the root namespace alone.
        (GATEWAY_GROUP, "GatewayClass") => name == "istio-waypoint" && namespace == root_namespace,
        _ => names_gateway(target, namespace, workload),
    }
}
