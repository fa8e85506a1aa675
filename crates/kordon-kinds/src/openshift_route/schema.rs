//! `Route` as written.

use kordon_syntax::IntOrString;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// `spec`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    pub(super) host: Option<String>,
    pub(super) to: Option<Target>,
    pub(super) alternate_backends: Vec<Target>,
    pub(super) port: Option<Port>,
    http_headers: IgnoredAny,
    path: IgnoredAny,
    subdomain: IgnoredAny,
    tls: IgnoredAny,
    wildcard_policy: IgnoredAny,
}

/// A service.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Target {
    pub(super) kind: Option<String>,
    pub(super) name: Option<String>,
    pub(super) weight: Option<i64>,
}

/// The port.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Port {
    pub(super) target_port: Option<IntOrString>,
}
