//! The fields of operations, patterns of strings, and templates of paths.

use super::*;

#[test]
fn a_star_counts_alone_in_front_or_at_the_end_and_nowhere_else() {
    let check = |pattern: &str, method: &str, expected: bool| {
        let request = with_http(|http| http.method = method.to_owned());
        let found = operation_matches(&json!({"methods": [pattern]}), &request);
        assert_eq!(found, expected, "{pattern} {method}");
    };
    check("*", "GET", true);
    check("*", "", false);
    check("G*", "GET", true);
    check("GET*", "GET", true);
    check("G*", "get", false);
    check("*ET", "GET", true);
    check("*ET", "ETC", false);
    check("G*T", "GET", false);
    check("G*T", "G*T", true);
    check("*E*", "GE*", true);
    check("*E*", "GET", false);
    check("get", "GET", false);
    check("PURGE", "PURGE", true);
}

#[test]
fn hosts_match_in_any_case_and_with_their_port() {
    let check = |pattern: &str, host: &str, expected: bool| {
        let request = with_http(|http| http.host = host.to_owned());
        let found = operation_matches(&json!({"hosts": [pattern]}), &request);
        assert_eq!(found, expected, "{pattern} {host}");
    };
    check("Example.com", "eXample.COM", true);
    check("example.com", "example.com:8080", false);
    check("example.com*", "example.com:8080", true);
    check("example.com:*", "example.com:8080", true);
    check("*.example.com", "a.EXAMPLE.com", true);
    check("*.example.com", "example.com", false);
    check("example.com", "example.com.", false);
}

#[test]
fn paths_match_the_normalized_path_without_its_query() {
    let check = |pattern: &str, path: &str, expected: bool| {
        let found = operation_matches(&json!({"paths": [pattern]}), &with_path(path));
        assert_eq!(found, expected, "{pattern} {path}");
    };
    check("/a", "/a?b=c", true);
    check("/a?b=c", "/a?b=c", false);
    check("/a", "/b/../a", true);
    check("/a", "/%61", true);
    check("/a/*", "/a/", true);
    check("/a/*", "/a", false);
    check("*/b", "/a/b", true);
    check("/A", "/a", false);
    check("/a{b", "/a{b", false);
    check("/a%7Bb", "/a{b", true);
}

#[test]
fn an_operator_of_a_template_is_one_segment_or_any_text() {
    let check = |template: &str, path: &str, expected: bool| {
        let found = operation_matches(&json!({"paths": [template]}), &with_path(path));
        assert_eq!(found, expected, "{template} {path}");
    };
    check("/foo/{**}", "/foo/", true);
    check("/foo/{**}", "/foo/a/b", true);
    check("/foo/{**}", "/foo", false);
    check("/store/{**}/cart", "/store//cart", true);
    check("/store/{**}/cart", "/store/a/b/cart", true);
    check("/store/{**}/cart", "/store/cart", false);
    check("/{*}", "/", false);
    check("/{*}", "/a", true);
    check("/{*}", "/a/b", false);
    check("/{*}", "/a%2Fb", true);
    check("/{*}/b", "/a/b?c", true);
    check("/a/{*}", "/a/*", true);
    check("/{**}/path", "/x/path", true);
    // In a template a star is no wildcard.
    check("/a*/{*}", "/ab/c", false);
    check("/a*/{*}", "/a*/c", true);
}

#[test]
fn ports_are_those_of_the_destination_in_decimal() {
    let check = |port: &str, expected: bool| {
        let found = operation_matches(&json!({"ports": [port]}), &get());
        assert_eq!(found, expected, "{port}");
    };
    check("80", true);
    check("080", true);
    check("81", false);
    check("+80", false);
    check("80*", false);
    check("65616", false);
    assert!(!operation_matches(&json!({"notPorts": ["80"]}), &get()));
    assert!(operation_matches(&json!({"notPorts": ["81"]}), &get()));
}

#[test]
fn a_value_that_cannot_be_read_drops_an_allow_rule() {
    assert!(!operation_matches(
        &json!({"ports": ["80", "http"]}),
        &get()
    ));
    let other =
        json!({"to": [{"operation": {"ports": ["80"]}}, {"operation": {"notPorts": ["x"]}}]});
    assert!(!rule_matches(&other, &get()));
    assert!(!source_matches(
        &json!({"ipBlocks": ["10.0.0.0/8", "ten"]}),
        &get()
    ));
}

#[test]
fn a_value_that_cannot_be_read_widens_a_deny_rule() {
    let check = |operation: Value, allowed: bool| {
        let rule = json!([{"to": [{"operation": operation}]}]);
        let found = answer(&[policy("DENY", &rule)], &get());
        assert_eq!(found.allowed, allowed, "{operation}");
    };
    check(json!({"ports": ["81", "http"]}), true);
    check(json!({"ports": ["80", "http"]}), false);
    check(json!({"ports": ["http"]}), false);
    check(json!({"ports": ["http"], "paths": ["/x"]}), true);
    check(json!({"notPorts": ["http"]}), false);
}
