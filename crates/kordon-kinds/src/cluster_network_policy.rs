//! `ClusterNetworkPolicy` of `policy.networking.k8s.io/v1alpha2`.
//!
//! A policy of the admin or the baseline tier with a priority from 0 to 1000, a subject and
//! ordered rules; see the module of the tiers for what they share with the kinds before it. Its
//! rules accept, deny or pass. `protocols` is a list of `tcp`, `udp` and `sctp`, each with a
//! destination port, or names of ports; absent, it means all traffic, ICMP included.
//!
//! This module must not know how rules are evaluated.

mod lower;
mod schema;

use crate::kind::{Kind, Role, Scope};
use crate::names::NameRule;

/// The kind.
pub(crate) const KIND: Kind = Kind {
    group: "policy.networking.k8s.io",
    versions: &["v1alpha2"],
    kind: "ClusterNetworkPolicy",
    plural: "clusternetworkpolicies",
    scope: Scope::Cluster,
    role: Role::Policy,
    names: NameRule::Subdomain,
    lower: lower::lower,
};
