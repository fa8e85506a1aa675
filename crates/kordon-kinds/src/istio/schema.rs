//! Istio's objects as written: which fields there are.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::frame::known_fields;

known_fields! {
    /// `spec` of an `AuthorizationPolicy`.
    pub(super) struct AuthorizationSpec { selector, target_ref, target_refs, rules, action, provider }
}

/// `selector`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WorkloadSelector {
    pub(super) match_labels: BTreeMap<String, String>,
}

/// `targetRef`, and one of `targetRefs`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TargetRef {
    pub(super) group: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: String,
}

/// `provider`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Provider {
    pub(super) name: String,
}

known_fields! {
    /// One rule.
    pub(super) struct Rule { from, to, when }
}

known_fields! {
    /// One of `from`.
    pub(super) struct From { source }
}

known_fields! {
    /// `source`.
    pub(super) struct Source {
        principals, not_principals, request_principals, not_request_principals, namespaces,
        not_namespaces, service_accounts, not_service_accounts, trust_domains, not_trust_domains,
        ip_blocks, not_ip_blocks, remote_ip_blocks, not_remote_ip_blocks,
    }
}

known_fields! {
    /// One of `to`.
    pub(super) struct To { operation }
}

known_fields! {
    /// `operation`.
    pub(super) struct Operation {
        hosts, not_hosts, ports, not_ports, methods, not_methods, paths, not_paths,
    }
}

/// One of `when`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Condition {
    pub(super) key: String,
    values: IgnoredAny,
    not_values: IgnoredAny,
}

known_fields! {
    /// `spec` of a `RequestAuthentication`.
    pub(super) struct AuthenticationSpec { selector, target_ref, target_refs, jwt_rules }
}

/// One of `jwtRules`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct JwtRule {
    pub(super) issuer: String,
    pub(super) audiences: Vec<String>,
    pub(super) jwks_uri: Option<String>,
    pub(super) jwks: Option<String>,
    pub(super) from_headers: Vec<JwtHeader>,
    pub(super) from_params: Vec<String>,
    pub(super) from_cookies: Vec<String>,
    pub(super) space_delimited_claims: Vec<String>,
    pub(super) forward_original_token: bool,
    output_payload_to_header: IgnoredAny,
    output_claim_to_headers: IgnoredAny,
    timeout: IgnoredAny,
}

/// One of `fromHeaders`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct JwtHeader {
    pub(super) name: String,
    pub(super) prefix: String,
}

known_fields! {
    /// `spec` of a `PeerAuthentication`.
    pub(super) struct PeerSpec { selector, mtls, port_level_mtls }
}

/// `mtls`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MutualTls {
    pub(super) mode: Option<String>,
}
