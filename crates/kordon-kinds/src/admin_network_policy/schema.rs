//! `AdminNetworkPolicy` and `BaselineAdminNetworkPolicy` as written.

use serde::Deserialize;

use crate::frame::known_fields;

known_fields! {
    /// `spec` of an `AdminNetworkPolicy`.
    pub(super) struct AdminSpec { priority, subject, ingress, egress }
}

known_fields! {
    /// `spec` of a `BaselineAdminNetworkPolicy`.
    pub(super) struct BaselineSpec { subject, ingress, egress }
}

known_fields! {
    /// One rule of ingress. `protocols` is what later versions call `ports`.
    pub(super) struct IngressRule { name, action, from, ports, protocols }
}

known_fields! {
    /// One rule of egress. `protocols` is what later versions call `ports`.
    pub(super) struct EgressRule { name, action, to, ports, protocols }
}

/// One entry of `ports`.
#[derive(Debug, Default, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are the API's")]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Port {
    pub(super) port_number: Option<PortNumber>,
    pub(super) port_range: Option<PortRange>,
    pub(super) named_port: Option<String>,
}

/// A port by its number.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PortNumber {
    pub(super) protocol: Option<String>,
    pub(super) port: Option<i64>,
}

/// A range of ports.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PortRange {
    pub(super) protocol: Option<String>,
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
}
