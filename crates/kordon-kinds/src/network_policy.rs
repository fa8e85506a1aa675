//! `NetworkPolicy` of `networking.k8s.io/v1`.
//!
//! What the specification says (Kubernetes API reference and network policy e2e tests):
//!
//! - A policy selects pods of its own namespace. An empty or absent `podSelector` selects all.
//! - `policyTypes` says which directions it governs; absent or empty means ingress, and egress as
//!   well if there is an egress rule.
//! - A pod selected in a direction is isolated there: only what some rule of some policy allows
//!   passes. Rules have no order and none denies.
//! - A rule allows what matches one of its peers and one of its ports. An absent or empty list of
//!   either allows any.
//! - A peer is pods (`podSelector`, `namespaceSelector` or both) or addresses (`ipBlock`), never
//!   both. A `podSelector` alone speaks of the policy's namespace.
//! - A port without `protocol` is TCP, one without `port` all ports of the protocol; a name is
//!   looked up in the containers of the destination; `endPort` makes a range.
//!
//! This module must not know how rules are evaluated.

mod lower;
mod schema;

pub(crate) use lower::check_spec;

use crate::kind::{Kind, Role, Scope};
use crate::names::NameRule;

/// The kind.
pub(crate) const KIND: Kind = Kind {
    group: "networking.k8s.io",
    versions: &["v1"],
    kind: "NetworkPolicy",
    plural: "networkpolicies",
    scope: Scope::Namespaced,
    role: Role::Policy,
    names: NameRule::Subdomain,
    lower: lower::lower,
};
