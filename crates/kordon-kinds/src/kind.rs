//! The list of kinds.
//!
//! It owns what the world may know of a kind: its names, its versions and its scope. How each is
//! read is the business of its own module.

use kordon_core::model::Item;
use kordon_syntax::Severity;

use crate::context::Context;
use crate::names::NameRule;
use crate::{admin_network_policy, cluster, cluster_network_policy, network_policy, rbac};

/// One API kind that Kordon understands.
#[derive(Debug)]
pub struct Kind {
    /// Its API group; empty for the core group.
    pub group: &'static str,
    /// The versions that can be read, the preferred one first.
    pub versions: &'static [&'static str],
    /// Its name, such as `NetworkPolicy`.
    pub kind: &'static str,
    /// Its name in paths of the API, such as `networkpolicies`.
    pub plural: &'static str,
    /// Whether its objects live in namespaces.
    pub scope: Scope,
    /// Whether it decides or is decided about.
    pub role: Role,
    /// The grammar of its names.
    pub(crate) names: NameRule,
    /// Reads an object into what it contributes.
    pub(crate) lower: fn(&mut Context<'_>) -> Vec<Item>,
}

/// Whether the objects of a kind live in namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// They belong to the cluster.
    Cluster,
    /// They belong to a namespace.
    Namespaced,
}

/// What a kind is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It states who may do what.
    Policy,
    /// It states what the cluster holds.
    Inventory,
}

impl Kind {
    /// The preferred `apiVersion`, such as `networking.k8s.io/v1`.
    pub fn api_version(&self) -> String {
        let version = self.versions.first().copied().unwrap_or_default();
        if self.group.is_empty() {
            version.to_owned()
        } else {
            format!("{}/{version}", self.group)
        }
    }

    pub(crate) fn unknown_fields(&self) -> Severity {
        match self.role {
            Role::Policy => Severity::Error,
            Role::Inventory => Severity::Warning,
        }
    }
}

/// Every kind that Kordon understands.
pub static KINDS: &[Kind] = &[
    cluster::NAMESPACE,
    cluster::NODE,
    cluster::POD,
    cluster::SERVICE,
    cluster::SERVICE_ACCOUNT,
    cluster::REPLICATION_CONTROLLER,
    cluster::DAEMON_SET,
    cluster::DEPLOYMENT,
    cluster::REPLICA_SET,
    cluster::STATEFUL_SET,
    cluster::CRON_JOB,
    cluster::JOB,
    network_policy::KIND,
    admin_network_policy::ADMIN,
    admin_network_policy::BASELINE,
    cluster_network_policy::KIND,
    rbac::CLUSTER_ROLE,
    rbac::CLUSTER_ROLE_BINDING,
    rbac::ROLE,
    rbac::ROLE_BINDING,
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
