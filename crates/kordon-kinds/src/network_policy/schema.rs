//! `NetworkPolicy` as written.

use kordon_syntax::IntOrString;
use serde::Deserialize;

use crate::frame::known_fields;
use crate::label_selector::LabelSelector;

known_fields! {
    /// `spec`, whose parts are read one by one.
    pub(super) struct Spec { pod_selector, policy_types, ingress, egress }
}

/// One rule of `spec.ingress`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct IngressRule {
    pub(super) from: Vec<Option<Peer>>,
    pub(super) ports: Vec<Option<PortEntry>>,
}

/// One rule of `spec.egress`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EgressRule {
    pub(super) to: Vec<Option<Peer>>,
    pub(super) ports: Vec<Option<PortEntry>>,
}

/// One alternative of `from` or `to`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Peer {
    pub(super) pod_selector: Option<LabelSelector>,
    pub(super) namespace_selector: Option<LabelSelector>,
    pub(super) ip_block: Option<IpBlock>,
}

/// Addresses.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct IpBlock {
    pub(super) cidr: String,
    pub(super) except: Vec<String>,
}

/// One alternative of `ports`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PortEntry {
    pub(super) protocol: Option<String>,
    pub(super) port: Option<IntOrString>,
    pub(super) end_port: Option<i64>,
}
