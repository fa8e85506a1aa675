//! The `spec` of a service.

use std::collections::BTreeMap;

use kordon_syntax::IntOrString;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Where a service leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ServiceSpec {
    pub(crate) ports: Vec<ServicePort>,
    pub(crate) selector: BTreeMap<String, String>,
    #[serde(rename = "clusterIP")]
    pub(crate) cluster_ip: Option<String>,
    #[serde(rename = "clusterIPs")]
    pub(crate) cluster_ips: Vec<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) external_name: Option<String>,
    allocate_load_balancer_node_ports: IgnoredAny,
    #[serde(rename = "externalIPs")]
    external_ips: IgnoredAny,
    external_traffic_policy: IgnoredAny,
    health_check_node_port: IgnoredAny,
    internal_traffic_policy: IgnoredAny,
    ip_families: IgnoredAny,
    ip_family_policy: IgnoredAny,
    load_balancer_class: IgnoredAny,
    #[serde(rename = "loadBalancerIP")]
    load_balancer_ip: IgnoredAny,
    load_balancer_source_ranges: IgnoredAny,
    publish_not_ready_addresses: IgnoredAny,
    session_affinity: IgnoredAny,
    session_affinity_config: IgnoredAny,
    topology_keys: IgnoredAny,
    traffic_distribution: IgnoredAny,
}

/// One port of a service.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ServicePort {
    pub(crate) name: Option<String>,
    pub(crate) protocol: Option<String>,
    pub(crate) port: Option<i64>,
    pub(crate) target_port: Option<IntOrString>,
    app_protocol: IgnoredAny,
    node_port: IgnoredAny,
}
