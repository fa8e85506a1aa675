//! `Role`, `ClusterRole`, `RoleBinding` and `ClusterRoleBinding` of
//! `rbac.authorization.k8s.io/v1`.
//!
//! What upstream does (plugin/pkg/auth/authorizer/rbac and pkg/apis/rbac/validation):
//!
//! - A binding grants its subjects the rules of one role: a `ClusterRoleBinding` everywhere, a
//!   `RoleBinding` in its namespace. Nothing denies.
//! - A rule permits verbs on resources of API groups, perhaps of given names, or on paths outside
//!   the resources. All texts are compared exactly.
//! - A `ClusterRole` with an `aggregationRule` has the rules of all `ClusterRoles` whose labels
//!   satisfy one of its selectors, beside those that are stored in it.
//! - A service account subject without a namespace is meant in the binding's; in a
//!   `ClusterRoleBinding` it matches nobody. `apiGroup` of subjects and of the role reference is
//!   checked when an object is stored and plays no part in decisions.
//!
//! The authorizer evaluates even what the API server would refuse to store, so what is written is
//! lowered as written beside the errors. This module must not know how requests are matched.

mod binding;
mod role;
mod schema;

use kordon_core::model::Item;

use crate::context::Context;
use crate::kind::{Kind, Role, Scope};
use crate::names::NameRule;

/// The API group of all four kinds.
pub(crate) const GROUP: &str = "rbac.authorization.k8s.io";

/// The item, unless it is in doubt of which kind or namespace the object is: what the API server
/// does not know grants nothing.
fn unless_doubtful(ctx: &Context<'_>, item: Item) -> Vec<Item> {
    if ctx.doubt.is_none() {
        vec![item]
    } else {
        Vec::new()
    }
}

const BASE: Kind = Kind {
    group: GROUP,
    versions: &["v1"],
    kind: "Role",
    plural: "roles",
    scope: Scope::Namespaced,
    role: Role::Policy,
    names: NameRule::PathSegment,
    lower: role::lower_role,
};

pub(crate) const ROLE: Kind = BASE;

pub(crate) const CLUSTER_ROLE: Kind = Kind {
    kind: "ClusterRole",
    plural: "clusterroles",
    scope: Scope::Cluster,
    lower: role::lower_cluster_role,
    ..BASE
};

pub(crate) const ROLE_BINDING: Kind = Kind {
    kind: "RoleBinding",
    plural: "rolebindings",
    lower: binding::lower_role_binding,
    ..BASE
};

pub(crate) const CLUSTER_ROLE_BINDING: Kind = Kind {
    kind: "ClusterRoleBinding",
    plural: "clusterrolebindings",
    scope: Scope::Cluster,
    lower: binding::lower_cluster_role_binding,
    ..BASE
};
