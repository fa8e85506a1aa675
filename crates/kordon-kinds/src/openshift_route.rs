//! `Route` of `route.openshift.io/v1`.
//!
//! What it says (API reference of `OpenShift`, `RouteSpec`):
//!
//! - `to`, and each of `alternateBackends`, is a service of the object's own namespace. One of
//!   weight 0 gets no traffic.
//! - `port.targetPort` chooses among the ports of the service: by name, or by the number of the
//!   port that it leads to. Without it all of them serve. The number and the name of the other end
//!   are accepted as well, since a list of ways in had better name one too many.
//!
//! This module must not know what policies say of these connections.

mod lower;
mod schema;

use crate::kind::{Kind, Role, Scope};
use crate::names::NameRule;

pub(crate) const KIND: Kind = Kind {
    group: "route.openshift.io",
    versions: &["v1"],
    kind: "Route",
    plural: "routes",
    scope: Scope::Namespaced,
    role: Role::Inventory,
    names: NameRule::Subdomain,
    lower: lower::lower,
};
