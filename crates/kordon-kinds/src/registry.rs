//! The list of kinds: the one place that names them all.

use crate::kind::Kind;
use crate::{
    admin_network_policy, calico, cluster, cluster_network_policy, gateway_api, ingress, istio,
    network_policy, openshift_route, rbac,
};

/// Every kind that Kordon understands.
pub static KINDS: &[Kind] = &[
    cluster::NAMESPACE,
    cluster::NODE,
    cluster::POD,
    cluster::SERVICE,
    cluster::SERVICE_ACCOUNT,
    cluster::ENDPOINT_SLICE,
    cluster::REPLICATION_CONTROLLER,
    cluster::DAEMON_SET,
    cluster::DEPLOYMENT,
    cluster::REPLICA_SET,
    cluster::STATEFUL_SET,
    cluster::CRON_JOB,
    cluster::JOB,
    ingress::KIND,
    gateway_api::GATEWAY,
    gateway_api::HTTP_ROUTE,
    gateway_api::GRPC_ROUTE,
    gateway_api::TLS_ROUTE,
    gateway_api::TCP_ROUTE,
    gateway_api::UDP_ROUTE,
    gateway_api::REFERENCE_GRANT,
    openshift_route::KIND,
    network_policy::KIND,
    admin_network_policy::ADMIN,
    admin_network_policy::BASELINE,
    cluster_network_policy::KIND,
    rbac::CLUSTER_ROLE,
    rbac::CLUSTER_ROLE_BINDING,
    rbac::ROLE,
    rbac::ROLE_BINDING,
    istio::PEER_AUTHENTICATION,
    istio::REQUEST_AUTHENTICATION,
    istio::AUTHORIZATION_POLICY,
    calico::NETWORK_POLICY,
    calico::GLOBAL_NETWORK_POLICY,
    calico::STAGED_NETWORK_POLICY,
    calico::STAGED_GLOBAL_NETWORK_POLICY,
    calico::STAGED_KUBERNETES_NETWORK_POLICY,
    calico::TIER,
    calico::NETWORK_SET,
    calico::GLOBAL_NETWORK_SET,
    calico::PROFILE,
    calico::HOST_ENDPOINT,
    calico::STORED_NETWORK_POLICY,
    calico::STORED_GLOBAL_NETWORK_POLICY,
    calico::STORED_STAGED_NETWORK_POLICY,
    calico::STORED_STAGED_GLOBAL_NETWORK_POLICY,
    calico::STORED_STAGED_KUBERNETES_NETWORK_POLICY,
    calico::STORED_TIER,
    calico::STORED_NETWORK_SET,
    calico::STORED_GLOBAL_NETWORK_SET,
    calico::STORED_PROFILE,
    calico::STORED_HOST_ENDPOINT,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_once_and_in_the_spelling_of_the_api() {
        for kind in KINDS {
            let same = |other: &&Kind| (other.group, other.kind) == (kind.group, kind.kind);
            assert_eq!(KINDS.iter().filter(same).count(), 1, "{}", kind.kind);
            assert!(
                kind.plural
                    .starts_with(&kind.kind.to_lowercase()[..kind.kind.len() - 1])
            );
            assert!(!kind.versions.is_empty(), "{}", kind.kind);
            assert!(kind.api_version().starts_with(kind.group));
        }
    }

    #[test]
    fn the_core_group_has_no_name_in_api_versions() {
        let version = |name: &str| {
            KINDS
                .iter()
                .find(|kind| kind.kind == name)
                .map(Kind::api_version)
        };
        assert_eq!(version("Pod").as_deref(), Some("v1"));
        assert_eq!(version("Deployment").as_deref(), Some("apps/v1"));
    }
}
