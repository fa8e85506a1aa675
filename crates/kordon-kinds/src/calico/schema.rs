//! Calico's objects as written: which fields there are.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::frame::known_fields;

known_fields! {
    /// `spec` of a policy of one namespace.
    pub(super) struct NamespacedSpec {
        tier, order, selector, types, ingress, egress, service_account_selector, performance_hints,
    }
}

known_fields! {
    /// `spec` of a staged policy of one namespace.
    pub(super) struct StagedNamespacedSpec {
        staged_action, tier, order, selector, types, ingress, egress, service_account_selector,
        performance_hints,
    }
}

/// `spec` of a policy of the cluster.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct GlobalSpec {
    tier: IgnoredAny,
    order: IgnoredAny,
    selector: IgnoredAny,
    types: IgnoredAny,
    ingress: IgnoredAny,
    egress: IgnoredAny,
    namespace_selector: IgnoredAny,
    service_account_selector: IgnoredAny,
    performance_hints: IgnoredAny,
    pub(super) do_not_track: bool,
    #[serde(rename = "preDNAT")]
    pub(super) pre_dnat: bool,
    pub(super) apply_on_forward: bool,
}

/// `spec` of a staged policy of the cluster.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct StagedGlobalSpec {
    staged_action: IgnoredAny,
    tier: IgnoredAny,
    order: IgnoredAny,
    selector: IgnoredAny,
    types: IgnoredAny,
    ingress: IgnoredAny,
    egress: IgnoredAny,
    namespace_selector: IgnoredAny,
    service_account_selector: IgnoredAny,
    performance_hints: IgnoredAny,
    pub(super) do_not_track: bool,
    #[serde(rename = "preDNAT")]
    pub(super) pre_dnat: bool,
    pub(super) apply_on_forward: bool,
}

/// One rule.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Rule {
    action: IgnoredAny,
    metadata: IgnoredAny,
    ip_version: IgnoredAny,
    protocol: IgnoredAny,
    not_protocol: IgnoredAny,
    icmp: IgnoredAny,
    #[serde(rename = "notICMP")]
    not_icmp: IgnoredAny,
    source: IgnoredAny,
    destination: IgnoredAny,
    http: IgnoredAny,
}

known_fields! {
    /// `source` or `destination` of a rule.
    pub(super) struct Entity {
        nets, not_nets, selector, not_selector, namespace_selector, ports, not_ports,
        service_accounts, services,
    }
}

/// `serviceAccounts` of an entity.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ServiceAccounts {
    pub(super) names: Vec<String>,
    selector: IgnoredAny,
}

/// `services` of an entity.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Services {
    pub(super) name: String,
    pub(super) namespace: String,
}

/// `icmp` and `notICMP` of a rule.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Icmp {
    #[serde(rename = "type")]
    pub(super) kind: Option<i64>,
    pub(super) code: Option<i64>,
}

/// `http` of a rule.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Http {
    pub(super) methods: Vec<String>,
    pub(super) paths: Vec<HttpPath>,
}

/// One path of `http`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HttpPath {
    pub(super) exact: String,
    pub(super) prefix: String,
}

/// `spec` of a tier.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct TierSpec {
    pub(super) order: Option<f64>,
    pub(super) default_action: Option<String>,
}

/// `spec` of a network set.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NetworkSetSpec {
    pub(super) nets: Vec<String>,
}

/// `spec` of a host endpoint.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct HostEndpointSpec {
    node: IgnoredAny,
    interface_name: IgnoredAny,
    ports: IgnoredAny,
    #[serde(rename = "expectedIPs")]
    pub(super) expected_ips: Vec<String>,
    pub(super) profiles: Vec<String>,
}

known_fields! {
    /// `spec` of a profile.
    pub(super) struct ProfileSpec { ingress, egress, labels_to_apply }
}

known_fields! {
    /// `spec` of a staged policy of Kubernetes.
    pub(super) struct StagedKubernetesSpec {
        staged_action, pod_selector, policy_types, ingress, egress,
    }
}
