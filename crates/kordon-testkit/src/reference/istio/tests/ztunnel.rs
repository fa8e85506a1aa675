//! The node proxy of ambient mode, and where it differs from a sidecar.

use super::*;

fn ambient() -> Workload {
    Workload {
        proxy: Proxy::Ztunnel,
        ..httpbin()
    }
}

fn ask(policies: &[Value], request: &RequestFacts) -> Answer {
    Mesh::new(policies, MeshConfig::default()).decide(&ambient(), request, &Nobody)
}

fn passes(action: &str, rule: &Value, request: &RequestFacts) -> bool {
    ask(&[policy(action, &json!([rule]))], request).allowed
}

fn source(fields: &Value) -> Value {
    json!({"from": [{"source": fields}]})
}

fn named_a() -> RequestFacts {
    by(&["spiffe://td/ns/a/sa/b"], bytes())
}

#[test]
fn deny_comes_first_and_without_an_allow_policy_everything_passes() {
    assert!(!ask(&[], &bytes()).explicit);
    let allow = named("a", "ALLOW", &json!([{}]));
    let found = ask(std::slice::from_ref(&allow), &bytes());
    assert_eq!(
        (found.allowed, found.matched.as_deref()),
        (true, Some("foo/a"))
    );
    let found = ask(&[allow, named("d", "DENY", &json!([{}]))], &bytes());
    assert_eq!(
        (found.allowed, found.matched.as_deref()),
        (false, Some("foo/d"))
    );
    assert!(!ask(&[named("a", "ALLOW", &json!([]))], &bytes()).allowed);
}

#[test]
fn what_it_does_not_support_takes_no_part() {
    assert!(ask(&[policy("CUSTOM", &json!([{}]))], &bytes()).allowed);
    assert!(ask(&[policy("AUDIT", &json!([{}]))], &bytes()).allowed);
    let mut dry = policy("DENY", &json!([{}]));
    dry["metadata"]["annotations"] = json!({"istio.io/dry-run": "true"});
    assert!(ask(&[dry], &bytes()).allowed);
    let mut target = policy("DENY", &json!([{}]));
    target["spec"]["targetRefs"] = json!([{"group": "", "kind": "Service", "name": "web"}]);
    assert!(ask(&[target], &bytes()).allowed);
}

#[test]
fn an_allow_rule_that_speaks_of_http_never_matches() {
    let ports = json!({"to": [{"operation": {"ports": ["80"], "methods": ["GET"]}}]});
    assert!(!passes("ALLOW", &ports, &get()));
    let remote = source(&json!({"ipBlocks": ["10.0.0.9"], "remoteIpBlocks": ["10.0.0.9"]}));
    assert!(!passes("ALLOW", &remote, &bytes()));
    for key in [
        "source.serviceAccount",
        "connection.sni",
        "remote.ip",
        "source.trustDomain",
    ] {
        let when = json!({"when": [{"key": key, "notValues": ["x"]}]});
        assert!(!passes("ALLOW", &when, &bytes()), "{key}");
    }
}

#[test]
fn a_deny_rule_of_http_alone_denies_nothing_and_with_a_port_the_port() {
    let methods = json!({"to": [{"operation": {"methods": ["GET"]}}]});
    assert!(passes("DENY", &methods, &get()));
    // A sidecar denies every connection by the same rule.
    assert!(!answer(&[policy("DENY", &json!([methods]))], &bytes()).allowed);
    let port = |port: &str| json!({"to": [{"operation": {"methods": ["GET"], "ports": [port]}}]});
    assert!(!passes("DENY", &port("80"), &get()));
    assert!(passes("DENY", &port("81"), &get()));
    let beside = json!({"to": [{"operation": {"methods": ["GET"]}}],
        "from": [{"source": {"ipBlocks": ["10.0.0.9"]}}]});
    assert!(passes("DENY", &beside, &bytes()));
    assert!(passes(
        "DENY",
        &json!({"when": [{"key": "connection.sni", "values": ["*"]}]}),
        &get()
    ));
}

#[test]
fn a_namespace_is_that_of_the_parsed_name() {
    let check = |pattern: &str, identity: &str, expected: bool| {
        let rule = source(&json!({"namespaces": [pattern]}));
        let found = passes("ALLOW", &rule, &by(&[identity], bytes()));
        assert_eq!(found, expected, "{pattern} {identity}");
    };
    check("a", "spiffe://td/ns/a/sa/b", true);
    check("a*", "spiffe://td/ns/ab/sa/b", true);
    check("*b", "spiffe://td/ns/ab/sa/b", true);
    check("a*c", "spiffe://td/ns/abc/sa/b", false);
    check("a", "spiffe://x/ns/a/other", false);
    check("*", "host.example", false);
}

#[test]
fn service_accounts_are_exact_and_principals_know_no_aliases() {
    let account = |value: &str| source(&json!({"serviceAccounts": [value]}));
    assert!(passes("ALLOW", &account("a/b"), &named_a()));
    assert!(!passes("ALLOW", &account("b"), &named_a()));
    assert!(!passes("ALLOW", &account("a/b"), &bytes()));
    assert!(passes(
        "ALLOW",
        &account("b"),
        &by(&["spiffe://td/ns/foo/sa/b"], bytes())
    ));
    let principal = |value: &str| source(&json!({"principals": [value]}));
    assert!(passes("ALLOW", &principal("td/ns/a/sa/b"), &named_a()));
    assert!(passes("ALLOW", &principal("*"), &named_a()));
    assert!(!passes("ALLOW", &principal("*"), &bytes()));
    assert!(!passes(
        "ALLOW",
        &principal("cluster.local/ns/a/sa/b"),
        &named_a()
    ));
    let negated = source(&json!({"notPrincipals": ["*"]}));
    assert!(!passes("DENY", &negated, &bytes()));
    assert!(passes("DENY", &negated, &named_a()));
}

#[test]
fn trust_domains_are_ignored_so_the_rest_of_the_source_decides() {
    let both = source(&json!({"namespaces": ["a"], "trustDomains": ["other"]}));
    assert!(passes("ALLOW", &both, &named_a()));
    // A sidecar asks for both.
    assert!(!source_matches(
        &json!({"namespaces": ["a"], "trustDomains": ["other"]}),
        &named_a()
    ));
    assert!(!passes(
        "ALLOW",
        &source(&json!({"trustDomains": ["td"]})),
        &named_a()
    ));
}

#[test]
fn values_that_cannot_be_read_are_dropped() {
    assert!(passes(
        "ALLOW",
        &source(&json!({"ipBlocks": ["x", "10.0.0.9"]})),
        &bytes()
    ));
    assert!(!passes(
        "ALLOW",
        &source(&json!({"ipBlocks": ["x"]})),
        &bytes()
    ));
    let wider = source(&json!({"ipBlocks": ["x"], "namespaces": ["a"]}));
    assert!(passes("ALLOW", &wider, &named_a()));
    assert!(!passes(
        "ALLOW",
        &json!({"to": [{"operation": {"ports": ["http"]}}]}),
        &bytes()
    ));
}

#[test]
fn addresses_and_ports_can_be_asked_for_in_conditions() {
    for (key, value) in [
        ("source.ip", "10.0.0.0/24"),
        ("source.namespace", "a"),
        ("source.principal", "td/ns/a/sa/b"),
        ("destination.ip", "10.0.0.80"),
        ("destination.port", "80"),
    ] {
        let rule = |field: &str| json!({"when": [{"key": key, field: [value]}]});
        assert!(passes("ALLOW", &rule("values"), &named_a()), "{key}");
        assert!(!passes("ALLOW", &rule("notValues"), &named_a()), "{key}");
    }
}

#[test]
fn strict_needs_a_name_and_disable_is_permissive() {
    let peer = |mode: &str| {
        json!({"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication",
            "metadata": {"name": "n", "namespace": "foo"}, "spec": {"mtls": {"mode": mode}}})
    };
    assert_eq!(
        ask(&[peer("STRICT")], &bytes()).denied_by,
        Some(DeniedBy::Mtls)
    );
    assert!(ask(&[peer("STRICT")], &named_a()).allowed);
    assert!(ask(&[peer("DISABLE")], &named_a()).allowed);
    assert!(ask(&[peer("DISABLE")], &bytes()).allowed);
}

#[test]
fn a_policy_holds_for_the_mesh_a_namespace_or_what_it_selects() {
    let check = |namespace: &str, selector: Value, expected: bool| {
        let mut object = policy("DENY", &json!([{}]));
        object["metadata"]["namespace"] = json!(namespace);
        object["spec"]["selector"] = selector.clone();
        let found = !ask(&[object], &bytes()).allowed;
        assert_eq!(found, expected, "{namespace} {selector}");
    };
    check("istio-system", json!(null), true);
    check("foo", json!(null), true);
    check("bar", json!(null), false);
    check("foo", json!({"matchLabels": {"app": "httpbin"}}), true);
    check("foo", json!({"matchLabels": {"app": "other"}}), false);
    check(
        "istio-system",
        json!({"matchLabels": {"app": "httpbin"}}),
        true,
    );
    check(
        "istio-system",
        json!({"matchLabels": {"app": "other"}}),
        false,
    );
}
