//! Whether workloads are in the mesh: what Istio's injector and its ambient mode go by.
//!
//! Source: Istio's webhook configuration for injection (labels `istio-injection`, `istio.io/rev`
//! of the namespace, `sidecar.istio.io/inject` of the pod, and the annotation of that name before
//! it) and its ambient mode (label `istio.io/dataplane-mode`).

use std::collections::BTreeMap;

use kordon_core::model::Membership;

use crate::cluster::schema::pod::PodSpec;

/// The container that injection adds.
const PROXY: &str = "istio-proxy";

/// The label, once an annotation, by which a pod asks for a proxy or for none.
const INJECT: &str = "sidecar.istio.io/inject";

/// The label that puts workloads into ambient mode.
const DATAPLANE: &str = "istio.io/dataplane-mode";

/// What a pod or a template says of its own membership.
pub(super) fn pod_membership(
    labels: &BTreeMap<String, String>,
    annotations: &BTreeMap<String, String>,
    spec: &PodSpec,
) -> Membership {
    let mut containers = spec.containers.iter().chain(&spec.init_containers);
    if containers.any(|container| container.name == PROXY) {
        return Membership::Own;
    }
    // Pods in the host network get no proxy.
    if spec.host_network {
        return Membership::Outside;
    }
    let wish = labels.get(INJECT).or_else(|| annotations.get(INJECT));
    match (wish.map(String::as_str), dataplane(labels)) {
        (Some("false"), Some("none")) => Membership::Outside,
        (_, Some("ambient")) => Membership::Shared,
        (Some("false"), _) => Membership::NotOwn,
        (Some("true"), _) => Membership::Wanted,
        _ if labels.contains_key("istio.io/rev") => Membership::Wanted,
        (_, Some("none")) => Membership::NotShared,
        _ => Membership::Unspecified,
    }
}

/// What a namespace says of its workloads.
pub(super) fn namespace_membership(labels: &BTreeMap<String, String>) -> Membership {
    if dataplane(labels) == Some("ambient") {
        return Membership::Shared;
    }
    match labels.get("istio-injection").map(String::as_str) {
        Some("enabled") => Membership::Own,
        Some("disabled") => Membership::Outside,
        _ if labels.contains_key("istio.io/rev") => Membership::Own,
        _ => Membership::Unspecified,
    }
}

fn dataplane(labels: &BTreeMap<String, String>) -> Option<&str> {
    labels.get(DATAPLANE).map(String::as_str)
}
