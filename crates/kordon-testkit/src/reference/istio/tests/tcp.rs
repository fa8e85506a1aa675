//! What rules mean where no HTTP is read.

use super::*;

/// Whether a connection passes a policy of one rule.
fn passes(action: &str, rule: &Value) -> bool {
    answer(&[policy(action, &json!([rule]))], &bytes()).allowed
}

/// Every field and key that needs HTTP.
fn http_rules() -> Vec<Value> {
    let mut rules = Vec::new();
    for field in [
        "hosts",
        "methods",
        "paths",
        "notHosts",
        "notMethods",
        "notPaths",
    ] {
        rules.push(json!({"to": [{"operation": {field: ["x"]}}]}));
    }
    for field in ["requestPrincipals", "notRequestPrincipals"] {
        rules.push(json!({"from": [{"source": {field: ["x"]}}]}));
    }
    for key in [
        "request.headers[:method]",
        "request.auth.principal",
        "request.auth.audiences",
        "request.auth.presenter",
        "request.auth.claims[a]",
    ] {
        rules.push(json!({"when": [{"key": key, "values": ["x"]}]}));
        rules.push(json!({"when": [{"key": key, "notValues": ["x"]}]}));
    }
    rules
}

#[test]
fn an_allow_rule_that_needs_http_is_dropped_whole() {
    for rule in http_rules() {
        assert!(!passes("ALLOW", &rule), "{rule}");
    }
    let beside = json!({"to": [{"operation": {"ports": ["80"]}}, {"operation": {"paths": ["/"]}}]});
    assert!(!passes("ALLOW", &beside));
}

#[test]
fn a_deny_rule_that_needs_http_denies_all_connections() {
    for rule in http_rules() {
        assert!(!passes("DENY", &rule), "{rule}");
    }
    assert!(passes(
        "DENY",
        &json!({"to": [{"operation": {"methods": ["GET"], "ports": ["81"]}}]})
    ));
    assert!(!passes(
        "DENY",
        &json!({"to": [{"operation": {"methods": ["GET"], "ports": ["80"]}}]})
    ));
}

#[test]
fn fields_of_the_connection_hold_without_http() {
    assert!(passes(
        "ALLOW",
        &json!({"from": [{"source": {"remoteIpBlocks": ["10.0.0.9"]}}]})
    ));
    assert!(passes(
        "ALLOW",
        &json!({"when": [{"key": "remote.ip", "values": ["10.0.0.9"]}]})
    ));
    assert!(passes(
        "ALLOW",
        &json!({"when": [{"key": "connection.sni", "notValues": ["*"]}]})
    ));
    let metadata =
        json!({"when": [{"key": "experimental.envoy.filters.a[b]", "notValues": ["x"]}]});
    assert!(passes("ALLOW", &metadata));
}
