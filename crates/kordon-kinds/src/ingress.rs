//! `Ingress` of `networking.k8s.io/v1`.
//!
//! What it says (Kubernetes API reference, IngressSpec):
//!
//! - Each path of each rule, and `defaultBackend`, leads to a port of a service of the object's own
//!   namespace, by the port's number or its name.
//! - A backend may be a `resource` in place of a service; it is not followed.
//! - Whoever reads the object, an ingress controller, opens the connections. Which class of
//!   controllers does is not looked at.
//!
//! This module must not know what policies say of these connections.

mod lower;
mod schema;

use crate::kind::{Kind, Role, Scope};
use crate::names::NameRule;

pub(crate) const KIND: Kind = Kind {
    group: "networking.k8s.io",
    versions: &["v1"],
    kind: "Ingress",
    plural: "ingresses",
    scope: Scope::Namespaced,
    role: Role::Inventory,
    names: NameRule::Subdomain,
    lower: lower::lower,
};
