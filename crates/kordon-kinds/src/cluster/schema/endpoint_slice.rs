//! An endpoint slice.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// Addresses and ports that serve a service.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct EndpointSlice {
    api_version: IgnoredAny,
    kind: IgnoredAny,
    metadata: IgnoredAny,
    pub(crate) address_type: Option<String>,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) ports: Vec<SlicePort>,
}

/// One endpoint.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Endpoint {
    pub(crate) addresses: Vec<String>,
    conditions: IgnoredAny,
    deprecated_topology: IgnoredAny,
    hints: IgnoredAny,
    hostname: IgnoredAny,
    node_name: IgnoredAny,
    target_ref: IgnoredAny,
    zone: IgnoredAny,
}

/// One port.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct SlicePort {
    pub(crate) protocol: Option<String>,
    pub(crate) port: Option<i64>,
    name: IgnoredAny,
    app_protocol: IgnoredAny,
}
