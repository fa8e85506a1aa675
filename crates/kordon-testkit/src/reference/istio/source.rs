//! The fields of `from.source`.

use super::address::holds;
use super::claims::is_request_principal;
use super::identity::{is_in_namespace, is_of_trust_domain, is_principal, is_service_account};
use super::rule::Field;
use super::scene::Scene;
use super::trust_domain::{expand_domain, expand_principal};

/// Source: each field with its negation.
pub(super) const FIELDS: [Field; 7] = [
    ("principals", "notPrincipals", |scene, value| {
        Some(principal(scene, value))
    }),
    (
        "requestPrincipals",
        "notRequestPrincipals",
        request_principal,
    ),
    ("namespaces", "notNamespaces", |scene, value| {
        Some(namespace(scene, value))
    }),
    ("serviceAccounts", "notServiceAccounts", |scene, value| {
        Some(service_account(scene, value))
    }),
    ("trustDomains", "notTrustDomains", |scene, value| {
        Some(trust_domain(scene, value))
    }),
    ("ipBlocks", "notIpBlocks", ip),
    ("remoteIpBlocks", "notRemoteIpBlocks", remote_ip),
];

pub(super) fn principal(scene: &Scene<'_>, value: &str) -> bool {
    let written = expand_principal(value, &scene.config.trust_domains);
    written
        .iter()
        .any(|principal| scene.any_identity(|identity| is_principal(principal, identity)))
}

pub(super) fn request_principal(scene: &Scene<'_>, value: &str) -> Option<bool> {
    scene.http()?;
    Some(is_request_principal(scene.claims, value))
}

pub(super) fn namespace(scene: &Scene<'_>, value: &str) -> bool {
    scene.any_identity(|identity| is_in_namespace(value, identity))
}

pub(super) fn service_account(scene: &Scene<'_>, value: &str) -> bool {
    let namespace = scene.policy_namespace;
    scene.any_identity(|identity| is_service_account(value, namespace, identity))
}

pub(super) fn trust_domain(scene: &Scene<'_>, value: &str) -> bool {
    let written = expand_domain(value, &scene.config.trust_domains);
    written
        .iter()
        .any(|domain| scene.any_identity(|identity| is_of_trust_domain(domain, identity)))
}

/// Source: "populated from the source address of the IP packet".
pub(super) fn ip(scene: &Scene<'_>, value: &str) -> Option<bool> {
    holds(value, scene.request.connection.ip)
}

/// Source: "populated from X-Forwarded-For header or proxy protocol".
pub(super) fn remote_ip(scene: &Scene<'_>, value: &str) -> Option<bool> {
    holds(value, scene.request.connection.remote_ip)
}
