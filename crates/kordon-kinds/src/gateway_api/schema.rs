//! The kinds of the Gateway API as written.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// `spec` of a Gateway.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct GatewaySpec {
    pub(super) gateway_class_name: Option<String>,
    pub(super) listeners: Vec<Listener>,
    addresses: IgnoredAny,
    allowed_listeners: IgnoredAny,
    #[serde(rename = "backendTLS")]
    backend_tls: IgnoredAny,
    default_scope: IgnoredAny,
    infrastructure: IgnoredAny,
    tls: IgnoredAny,
}

/// One listener.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Listener {
    pub(super) name: Option<String>,
    pub(super) hostname: Option<String>,
    pub(super) port: Option<i64>,
    pub(super) protocol: Option<String>,
    pub(super) allowed_routes: AllowedRoutes,
    tls: IgnoredAny,
}

/// Which routes may hang on a listener.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AllowedRoutes {
    pub(super) namespaces: RouteNamespaces,
    pub(super) kinds: Vec<GroupKind>,
}

/// The namespaces of these routes. The selector is read apart.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RouteNamespaces {
    pub(super) from: Option<String>,
    selector: IgnoredAny,
}

/// A kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct GroupKind {
    pub(super) group: Option<String>,
    pub(super) kind: Option<String>,
}

/// `spec` of a route of any kind; some have no host names.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RouteSpec {
    pub(super) parent_refs: Vec<ParentRef>,
    pub(super) hostnames: Vec<String>,
    pub(super) rules: Vec<RouteRule>,
    use_default_gateways: IgnoredAny,
}

/// A parent of a route.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ParentRef {
    pub(super) group: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) name: Option<String>,
    pub(super) section_name: Option<String>,
    pub(super) port: Option<i64>,
}

/// One rule of a route.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RouteRule {
    pub(super) backend_refs: Vec<BackendRef>,
    pub(super) filters: Vec<Filter>,
    matches: IgnoredAny,
    name: IgnoredAny,
    retry: IgnoredAny,
    session_persistence: IgnoredAny,
    timeouts: IgnoredAny,
}

/// Where a rule leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BackendRef {
    pub(super) group: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) name: Option<String>,
    pub(super) port: Option<i64>,
    pub(super) weight: Option<i64>,
    pub(super) filters: Vec<Filter>,
}

/// A filter, of which only the one that mirrors requests leads anywhere.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Filter {
    pub(super) request_mirror: Option<RequestMirror>,
    #[serde(rename = "type")]
    _kind: IgnoredAny,
    cors: IgnoredAny,
    extension_ref: IgnoredAny,
    external_auth: IgnoredAny,
    request_header_modifier: IgnoredAny,
    request_redirect: IgnoredAny,
    response_header_modifier: IgnoredAny,
    #[serde(rename = "urlRewrite")]
    url_rewrite: IgnoredAny,
}

/// A copy of each request goes to another backend.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RequestMirror {
    pub(super) backend_ref: BackendRef,
    fraction: IgnoredAny,
    percent: IgnoredAny,
}

/// `spec` of a `ReferenceGrant`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct GrantSpec {
    pub(super) from: Vec<GrantFrom>,
    pub(super) to: Vec<GrantTo>,
}

/// Who may refer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct GrantFrom {
    pub(super) group: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) namespace: Option<String>,
}

/// To what.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct GrantTo {
    pub(super) group: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) name: Option<String>,
}
