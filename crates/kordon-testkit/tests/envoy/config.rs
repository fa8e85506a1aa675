//! Envoy's configuration: listeners as Istio gives a sidecar, with nothing behind them.

use std::net::IpAddr;
use std::path::Path;

use kordon::PathNormalization;
use kordon::model::{TokenPlace, TokenRule};
use serde_json::{Value, json};

const TYPE: &str = "type.googleapis.com/envoy.extensions";

/// What stands between the parts of the body of an answer.
pub(crate) const SEPARATOR: char = '\n';

/// What every answer says in its body: why it was given, the path as policies see it, and what the
/// last RBAC filter noted.
const BODY: &str =
    "%RESPONSE_CODE_DETAILS%\n%REQ(:PATH)%\n%DYNAMIC_METADATA(envoy.filters.http.rbac)%";

/// A listener on some addresses, which takes mutual TLS and plaintext.
pub(crate) fn listener(
    address: IpAddr,
    ports: impl IntoIterator<Item = u16>,
    credentials: &Path,
    connections: &Value,
) -> Value {
    let socket = |port: u16| json!({"address": {"socket_address": {"address": address, "port_value": port}}});
    let mut addresses: Vec<Value> = ports.into_iter().map(socket).collect();
    let mut listener = addresses.swap_remove(0);
    // Of two listeners of one name Envoy has the last.
    listener["name"] = json!(listener["address"].to_string());
    listener["additional_addresses"] = json!(addresses);
    listener["listener_filters"] = json!([{
        "name": "tls_inspector",
        "typed_config":
            {"@type": format!("{TYPE}.filters.listener.tls_inspector.v3.TlsInspector")},
    }]);
    listener["filter_chains"] = json!([
        {"filter_chain_match": {"transport_protocol": "tls"},
            "transport_socket": mutual_tls(credentials), "filters": [connections]},
        {"filter_chain_match": {"transport_protocol": "raw_buffer"}, "filters": [connections]},
    ]);
    listener
}

fn mutual_tls(credentials: &Path) -> Value {
    let file = |name: &str| json!({"filename": credentials.join(name)});
    json!({
        "name": "tls",
        "typed_config": {
            "@type": format!("{TYPE}.transport_sockets.tls.v3.DownstreamTlsContext"),
            "require_client_certificate": true,
            "common_tls_context": {
                "tls_certificates": [
                    {"certificate_chain": file("server.pem"), "private_key": file("server.key")}
                ],
                "validation_context": {"trusted_ca": file("authority.pem")},
            },
        },
    })
}

/// The filter that reads HTTP, answers 200 to what passes the filters, and normalizes paths so.
pub(crate) fn http(paths: PathNormalization, filters: &[Value]) -> Value {
    let router = json!({"name": "router",
        "typed_config": {"@type": format!("{TYPE}.filters.http.router.v3.Router")}});
    let filters: Vec<&Value> = filters.iter().chain([&router]).collect();
    let mut http = json!({
        "@type":
            format!("{TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "http",
        "codec_type": "HTTP1",
        "http_protocol_options": {"allow_custom_methods": true},
        "use_remote_address": false,
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
            {"match": {"prefix": ""}, "direct_response": {"status": 200}},
        ]}]},
        "local_reply_config": {"body_format": {"text_format_source": {"inline_string": BODY}}},
        "http_filters": filters,
    });
    if let (Some(http), Some(paths)) = (http.as_object_mut(), normalization(paths).as_object()) {
        http.extend(paths.clone());
    }
    json!({"name": "http", "typed_config": http})
}

/// As Istio has it for each option of `pathNormalization`.
fn normalization(paths: PathNormalization) -> Value {
    match paths {
        PathNormalization::None => json!({"normalize_path": false}),
        PathNormalization::Base => json!({"normalize_path": true}),
        PathNormalization::MergeSlashes => json!({"normalize_path": true, "merge_slashes": true}),
        PathNormalization::DecodeAndMergeSlashes => json!({
            "normalize_path": true, "merge_slashes": true,
            "path_with_escaped_slashes_action": "UNESCAPE_AND_FORWARD"}),
    }
}

/// An RBAC filter that also notes which of its policies matches, if the request passes it.
pub(crate) fn observed(filter: &Value) -> Value {
    let mut filter = filter.clone();
    let config = &mut filter["typed_config"];
    config["shadow_rules"] = config["rules"].clone();
    let action = config["rules"]["action"].as_str().unwrap_or_default();
    config["shadow_rules_stat_prefix"] = json!(format!("{action} "));
    filter
}

/// The filter that verifies tokens by some rules, as Istio has it: one token that holds is
/// enough, and no token as well, but not a bad one.
pub(crate) fn tokens(rules: &[TokenRule], keys: &str) -> Option<Value> {
    let names: Vec<String> = (0..rules.len())
        .map(|number| format!("rule-{number}"))
        .collect();
    let providers: serde_json::Map<String, Value> = names
        .iter()
        .cloned()
        .zip(rules.iter().map(|rule| provider(rule, keys)))
        .collect();
    let known = |name: &String| json!({"provider_name": name});
    let or_missing = |name: &String| {
        json!({"requires_any": {"requirements":
        [known(name), {"allow_missing": {}}]}})
    };
    let requirement = match names.as_slice() {
        [] => return None,
        [single] => or_missing(single),
        several => {
            let all: Vec<Value> = several.iter().map(or_missing).collect();
            let last = json!({"requires_all": {"requirements": all}});
            let any: Vec<Value> = several.iter().map(known).chain([last]).collect();
            json!({"requires_any": {"requirements": any}})
        }
    };
    Some(
        json!({"name": "envoy.filters.http.jwt_authn", "typed_config": {
            "@type": format!("{TYPE}.filters.http.jwt_authn.v3.JwtAuthentication"),
            "providers": providers,
            "rules": [{"match": {"prefix": "/"}, "requires": requirement}],
            "bypass_cors_preflight": true,
        }}),
    )
}

fn provider(rule: &TokenRule, keys: &str) -> Value {
    let mut provider = json!({
        "issuer": rule.issuer,
        "audiences": rule.audiences,
        "local_jwks": {"inline_string": keys},
        "forward": rule.forwards,
        "payload_in_metadata": "payload",
        "normalize_payload_in_metadata": {"space_delimited_claims": rule.split_claims},
    });
    let headers = rule.places.iter().filter_map(|place| match place {
        TokenPlace::Header { name, prefix } => Some(json!({"name": name, "value_prefix": prefix})),
        _ => None,
    });
    let headers: Vec<Value> = headers.collect();
    if !headers.is_empty() {
        provider["from_headers"] = json!(headers);
    }
    provider
}
