//! The keys of conditions.

use super::*;

fn header(name: &str, field: &str, value: &str) -> Value {
    json!({"key": format!("request.headers[{name}]"), field: [value]})
}

#[test]
fn every_line_of_a_header_is_matched_on_its_own() {
    let lines = with_headers(&[("x-a", "one"), ("x-a", "two,three")]);
    let check = |field: &str, value: &str, expected: bool| {
        let found = when_matches(&header("X-A", field, value), &lines);
        assert_eq!(found, expected, "{field} {value}");
    };
    check("values", "one", true);
    check("values", "two,three", true);
    check("values", "two", false);
    check("values", "one,two,three", false);
    check("notValues", "one", false);
    check("notValues", "three", true);
}

#[test]
fn a_star_asks_for_a_header_even_an_empty_one() {
    assert!(when_matches(
        &header("x-a", "values", "*"),
        &with_headers(&[("x-a", "")])
    ));
    assert!(!when_matches(&header("x-a", "values", "*"), &get()));
    assert!(when_matches(&header("x-a", "notValues", "*"), &get()));
}

#[test]
fn pseudo_headers_can_be_asked_for_and_the_path_has_its_query() {
    let request = with_path("/a/../b?c=1");
    assert!(when_matches(&header(":path", "values", "/b?c=1"), &request));
    assert!(when_matches(&header(":method", "values", "GET"), &request));
    assert!(when_matches(
        &header(":authority", "values", "web.example"),
        &request
    ));
    assert!(!when_matches(
        &header(":authority", "values", "WEB.example"),
        &request
    ));
}

#[test]
fn keys_of_the_connection_read_the_connection() {
    let mut request = from_namespace("a");
    request.connection.sni = "a.example".to_owned();
    request.connection.remote_ip = "203.0.113.7".parse().unwrap();
    for (key, value) in [
        ("source.ip", "10.0.0.0/24"),
        ("remote.ip", "203.0.113.7"),
        ("source.namespace", "a"),
        ("source.trustDomain", "cluster.local"),
        ("source.serviceAccount", "a/a"),
        ("source.principal", "cluster.local/ns/a/sa/a"),
        ("destination.ip", "10.0.0.80"),
        ("destination.port", "80"),
        ("connection.sni", "*.example"),
    ] {
        assert!(
            when_matches(&json!({"key": key, "values": [value]}), &request),
            "{key}"
        );
        assert!(
            !when_matches(&json!({"key": key, "notValues": [value]}), &request),
            "{key}"
        );
    }
}

#[test]
fn an_absent_server_name_is_an_empty_one() {
    let sni = |field: &str| json!({"key": "connection.sni", field: ["*"]});
    assert!(!when_matches(&sni("values"), &get()));
    assert!(when_matches(&sni("notValues"), &get()));
}

#[test]
fn an_unknown_key_drops_its_rule_whatever_the_action() {
    for key in [
        "destination.labels[app]",
        "source.ips",
        "request.header",
        "experimental.x[y]",
    ] {
        let rules = json!([{"when": [{"key": key, "notValues": ["a"]}]}]);
        assert!(!answer(&[policy("ALLOW", &rules)], &get()).allowed, "{key}");
        assert!(answer(&[policy("DENY", &rules)], &get()).allowed, "{key}");
    }
}

#[test]
fn a_claim_is_a_string_or_a_list_with_one() {
    let check = |claims: Value, key: &str, value: &str, expected: bool| {
        let condition = json!({"key": format!("request.auth.claims{key}"), "values": [value]});
        let found = when_matches(&condition, &with_claims(claims.clone()));
        assert_eq!(found, expected, "{claims} {key} {value}");
    };
    check(json!({"a": "x"}), "[a]", "x", true);
    check(json!({"a": ["y", "x"]}), "[a]", "x", true);
    check(json!({"a": [1, "x"]}), "[a]", "x", true);
    check(json!({"a": [["x"]]}), "[a]", "x", false);
    check(json!({"a": 1}), "[a]", "1", false);
    check(json!({"a": true}), "[a]", "true", false);
    check(json!({"a": true}), "[a]", "*", false);
    check(json!({"a": null}), "[a]", "*", false);
    check(json!({"a": {}}), "[a]", "*", false);
    check(json!({"a": ""}), "[a]", "*", false);
    check(json!({"a": ["", "x"]}), "[a]", "*", true);
    check(json!({"a": {"b": {"c": "x"}}}), "[a][b][c]", "x", true);
    check(json!({"a": [{"b": "x"}]}), "[a][b]", "x", false);
    check(
        json!({"https://x.example/a.b": "x"}),
        "[https://x.example/a.b]",
        "x",
        true,
    );
    check(json!({"a": "x y"}), "[a]", "x", false);
    check(json!({"scope": "x y"}), "[scope]", "x", true);
    check(json!({"permission": "x y"}), "[permission]", "y", true);
    check(json!({"scope": ["x y"]}), "[scope]", "x", false);
    check(json!({"a": "x"}), "", "x", false);
}

#[test]
fn audiences_and_the_presenter_are_claims() {
    let request = with_claims(json!({"aud": ["a", "b"], "azp": "p"}));
    let check =
        |key: &str, value: &str| when_matches(&json!({"key": key, "values": [value]}), &request);
    assert!(check("request.auth.audiences", "b"));
    assert!(!check("request.auth.audiences", "c"));
    assert!(check("request.auth.presenter", "p"));
    assert!(!check("request.auth.principal", "*"));
}

#[test]
fn metadata_of_filters_is_a_string_or_a_list_asked_for_in_brackets() {
    let mut request = get();
    request.metadata = BTreeMap::from([(
        "envoy.filters.a.b".to_owned(),
        json!({"text": "one", "list": ["one", "two"]}),
    )]);
    let check = |name: &str, value: &str, expected: bool| {
        let key = format!("experimental.envoy.filters.a.b[{name}]");
        let found = when_matches(&json!({"key": key, "values": [value]}), &request);
        assert_eq!(found, expected, "{name} {value}");
    };
    check("text", "one", true);
    check("text", "[one]", false);
    check("list", "one", false);
    check("list", "[two]", true);
    check("list", "[t*]", true);
    check("none", "*", false);
}
