//! The `spec` of a pod.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// What a pod runs and where.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct PodSpec {
    pub(crate) containers: Vec<Container>,
    pub(crate) init_containers: Vec<Container>,
    pub(crate) service_account_name: Option<String>,
    pub(crate) service_account: Option<String>,
    pub(crate) node_name: Option<String>,
    pub(crate) host_network: bool,
    active_deadline_seconds: IgnoredAny,
    affinity: IgnoredAny,
    automount_service_account_token: IgnoredAny,
    dns_config: IgnoredAny,
    dns_policy: IgnoredAny,
    enable_service_links: IgnoredAny,
    ephemeral_containers: IgnoredAny,
    host_aliases: IgnoredAny,
    #[serde(rename = "hostIPC")]
    host_ipc: IgnoredAny,
    #[serde(rename = "hostPID")]
    host_pid: IgnoredAny,
    host_users: IgnoredAny,
    hostname: IgnoredAny,
    hostname_override: IgnoredAny,
    image_pull_secrets: IgnoredAny,
    node_selector: IgnoredAny,
    os: IgnoredAny,
    overhead: IgnoredAny,
    preemption_policy: IgnoredAny,
    priority: IgnoredAny,
    priority_class_name: IgnoredAny,
    readiness_gates: IgnoredAny,
    resource_claims: IgnoredAny,
    resources: IgnoredAny,
    restart_policy: IgnoredAny,
    runtime_class_name: IgnoredAny,
    scheduler_name: IgnoredAny,
    scheduling_gates: IgnoredAny,
    scheduling_group: IgnoredAny,
    security_context: IgnoredAny,
    #[serde(rename = "setHostnameAsFQDN")]
    set_hostname_as_fqdn: IgnoredAny,
    share_process_namespace: IgnoredAny,
    subdomain: IgnoredAny,
    termination_grace_period_seconds: IgnoredAny,
    tolerations: IgnoredAny,
    topology_spread_constraints: IgnoredAny,
    volumes: IgnoredAny,
    workload_ref: IgnoredAny,
}

/// A container, of which the name and the ports matter.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Container {
    pub(crate) ports: Vec<ContainerPort>,
    pub(crate) restart_policy: Option<String>,
    pub(crate) name: String,
    args: IgnoredAny,
    command: IgnoredAny,
    env: IgnoredAny,
    env_from: IgnoredAny,
    image: IgnoredAny,
    image_pull_policy: IgnoredAny,
    lifecycle: IgnoredAny,
    liveness_probe: IgnoredAny,
    readiness_probe: IgnoredAny,
    resize_policy: IgnoredAny,
    resources: IgnoredAny,
    restart_policy_rules: IgnoredAny,
    security_context: IgnoredAny,
    startup_probe: IgnoredAny,
    stdin: IgnoredAny,
    stdin_once: IgnoredAny,
    termination_message_path: IgnoredAny,
    termination_message_policy: IgnoredAny,
    tty: IgnoredAny,
    volume_devices: IgnoredAny,
    volume_mounts: IgnoredAny,
    working_dir: IgnoredAny,
}

/// A port that a container declares.
#[derive(Debug, Default, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are the API's")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ContainerPort {
    pub(crate) name: Option<String>,
    pub(crate) container_port: Option<i64>,
    pub(crate) protocol: Option<String>,
    #[serde(rename = "hostIP")]
    host_ip: IgnoredAny,
    host_port: IgnoredAny,
}

/// One entry of `status.podIPs` or `status.hostIPs`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ip {
    pub(crate) ip: String,
}
