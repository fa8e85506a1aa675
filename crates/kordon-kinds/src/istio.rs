//! Policies of Istio: `security.istio.io`.
//!
//! What the specification says (Istio's API reference, its translation to Envoy, and Envoy):
//!
//! - A proxy at the destination judges in the order CUSTOM, tokens, AUDIT, DENY, ALLOW. AUDIT only
//!   marks. One matching DENY rule refuses; if any ALLOW policy selects the workload, one of its
//!   rules has to match.
//! - Policies of a workload's namespace and of the root namespace apply to it, those with a
//!   selector to the workloads with such labels. With `targetRefs` they apply to gateways.
//! - Everything that a rule says has to hold: one of `from`, one of `to`, and each of `when`. In a
//!   list one value has to match, and no value of the list of the same name with `not` may.
//! - What only HTTP has is left out of rules that refuse connections of bytes, so they refuse
//!   more; an ALLOW rule with such a condition allows no connection of bytes.
//! - `RequestAuthentication` refuses tokens that do not verify; a request without one passes.
//! - `PeerAuthentication` says how connections are secured: the oldest of a workload's own, of its
//!   namespace, of the mesh, by default plaintext and TLS.
//!
//! Waypoints and the node's proxies of ambient mode are not followed. This module must not know
//! how rules are evaluated.

mod attachment;
mod authorization_policy;
mod identity;
mod mesh;
mod peer_authentication;
mod request_authentication;
mod schema;
mod text;

use kordon_core::model::Item;

use crate::context::Context;
use crate::kind::{Kind, Role, Scope};
use crate::names::NameRule;

/// The group of the kinds about security.
const SECURITY: &str = "security.istio.io";

/// A kind about security.
const fn security(
    kind: &'static str,
    plural: &'static str,
    lower: fn(&mut Context<'_>) -> Vec<Item>,
) -> Kind {
    Kind {
        group: SECURITY,
        versions: &["v1", "v1beta1"],
        kind,
        plural,
        scope: Scope::Namespaced,
        role: Role::Policy,
        names: NameRule::Subdomain,
        lower,
    }
}

pub(crate) const AUTHORIZATION_POLICY: Kind = security(
    "AuthorizationPolicy",
    "authorizationpolicies",
    authorization_policy::lower,
);

pub(crate) const REQUEST_AUTHENTICATION: Kind = security(
    "RequestAuthentication",
    "requestauthentications",
    request_authentication::lower,
);

pub(crate) const PEER_AUTHENTICATION: Kind = security(
    "PeerAuthentication",
    "peerauthentications",
    peer_authentication::lower,
);
