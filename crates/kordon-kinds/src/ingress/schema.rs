//! `Ingress` as written.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// `spec`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    pub(super) default_backend: Option<Backend>,
    pub(super) rules: Vec<Rule>,
    ingress_class_name: IgnoredAny,
    tls: IgnoredAny,
}

/// One rule.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Rule {
    pub(super) host: Option<String>,
    pub(super) http: Option<Http>,
}

/// The paths of a rule.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Http {
    pub(super) paths: Vec<HttpPath>,
}

/// One path.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct HttpPath {
    pub(super) path: Option<String>,
    pub(super) path_type: Option<String>,
    pub(super) backend: Option<Backend>,
}

/// Where a path leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Backend {
    pub(super) service: Option<ServiceBackend>,
    pub(super) resource: Option<Resource>,
}

/// A port of a service.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ServiceBackend {
    pub(super) name: Option<String>,
    pub(super) port: Port,
}

/// The port, by name or by number.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Port {
    pub(super) name: Option<String>,
    pub(super) number: Option<i64>,
}

/// Another object.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Resource {
    pub(super) kind: String,
    api_group: IgnoredAny,
    name: IgnoredAny,
}
