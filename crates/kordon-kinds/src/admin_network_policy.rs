//! `AdminNetworkPolicy` and `BaselineAdminNetworkPolicy` of `policy.networking.k8s.io/v1alpha1`.
//!
//! The kinds from before `ClusterNetworkPolicy`; see the module of the tiers for what they share
//! with it. Their rules allow, deny or, in the admin tier, pass. `ports` is a list of
//! `portNumber`, `portRange` and `namedPort`; absent, it means all traffic. There is one baseline
//! policy in a cluster, called `default`, without a priority.
//!
//! This module must not know how rules are evaluated.

mod lower;
mod schema;

use crate::kind::{Kind, Role, Scope};
use crate::names::NameRule;

/// `AdminNetworkPolicy`.
pub(crate) const ADMIN: Kind = Kind {
    group: "policy.networking.k8s.io",
    versions: &["v1alpha1"],
    kind: "AdminNetworkPolicy",
    plural: "adminnetworkpolicies",
    scope: Scope::Cluster,
    role: Role::Policy,
    names: NameRule::Subdomain,
    lower: lower::lower_admin,
};

/// `BaselineAdminNetworkPolicy`.
pub(crate) const BASELINE: Kind = Kind {
    kind: "BaselineAdminNetworkPolicy",
    plural: "baselineadminnetworkpolicies",
    lower: lower::lower_baseline,
    ..ADMIN
};
