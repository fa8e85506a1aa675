//! What policies of a mesh miss only together.

use std::fmt::Write as _;

use kordon_kinds::check;
use kordon_syntax::{Severity, Sources};

use super::super::support::read;
use super::{authorization, object};

const CART: &str = "{apiVersion: v1, kind: Pod, metadata: {name: cart, namespace: shop, labels: {app: cart}}, spec: {containers: [{name: c}]}}";

/// What the objects are warned of, beside the workload `cart`.
fn warnings(objects: &[String]) -> Vec<String> {
    let mut text = CART.to_owned();
    for (index, object) in objects.iter().enumerate() {
        let named = object.replace("name: p,", &format!("name: p{index},"));
        write!(text, "\n---\n{named}").unwrap();
    }
    let lowered = read(&mut Sources::default(), "input.yaml", &text);
    check(&lowered.objects)
        .into_iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Warning)
        .map(|diagnostic| diagnostic.message)
        .collect()
}

fn peers(spec: &str) -> String {
    object("PeerAuthentication", spec)
}

#[test]
fn identities_are_no_protection_where_plaintext_is_accepted() {
    let deny =
        authorization("{action: DENY, rules: [{from: [{source: {principals: [a/ns/b/sa/c]}}]}]}");
    let message =
        "`spec.rules[0]` compares identities, and `shop/cart` accepts plaintext, which has none";
    let strict = peers("{mtls: {mode: STRICT}}");
    let of_cart = |mode: &str| {
        peers(&format!(
            "{{selector: {{matchLabels: {{app: cart}}}}, mtls: {{mode: {mode}}}}}"
        ))
    };
    let cases = [
        (vec![], true),
        (vec![strict.clone()], false),
        (vec![peers("{mtls: {mode: PERMISSIVE}}")], true),
        (vec![strict.clone(), of_cart("DISABLE")], true),
        (vec![strict.clone(), of_cart("UNSET")], false),
        (
            vec![strict.replace("namespace: shop", "namespace: istio-system")],
            false,
        ),
        (
            vec![strict.replace("namespace: shop", "namespace: other")],
            true,
        ),
    ];
    for (mut objects, is_told) in cases {
        objects.push(deny.clone());
        let warnings = warnings(&objects);
        assert_eq!(
            warnings.iter().any(|found| found == message),
            is_told,
            "{objects:?}: {warnings:?}"
        );
    }
    let allow = authorization("{rules: [{from: [{source: {principals: [a/ns/b/sa/c]}}]}]}");
    assert_eq!(warnings(&[allow]), [""; 0], "plaintext is not allowed");
    let not = authorization("{rules: [{from: [{source: {notPrincipals: [a/ns/b/sa/c]}}]}]}");
    assert_eq!(warnings(&[not]), [message]);
}

#[test]
fn verified_tokens_are_not_required_by_themselves() {
    let verify = object("RequestAuthentication", "{jwtRules: [{issuer: a}]}");
    let message = "requests to `shop/cart` that carry no token pass";
    assert_eq!(warnings(std::slice::from_ref(&verify)), [message]);
    for guard in [
        "{rules: [{from: [{source: {requestPrincipals: ['*']}}]}]}",
        "{action: DENY, rules: [{from: [{source: {notRequestPrincipals: ['*']}}]}]}",
        "{rules: [{when: [{key: 'request.auth.claims[role]', values: [a]}]}]}",
    ] {
        let objects = [verify.clone(), authorization(guard)];
        assert_eq!(warnings(&objects), [""; 0], "{guard}");
    }
    let elsewhere = authorization("{rules: [{from: [{source: {requestPrincipals: ['*']}}]}]}")
        .replace("namespace: shop", "namespace: other");
    assert_eq!(warnings(&[verify, elsewhere])[0], message);
}

#[test]
fn a_workload_has_one_provider() {
    let custom = |provider: &str| {
        authorization(&format!(
            "{{action: CUSTOM, provider: {{name: {provider}}}, rules: [{{}}]}}"
        ))
    };
    assert_eq!(warnings(&[custom("opa"), custom("opa")]), [""; 0]);
    let found = warnings(&[custom("opa"), custom("cel")]);
    let expected = "`shop/cart` is guarded by two providers, `opa` and `cel`";
    assert_eq!(found[0], expected);
    assert_eq!(found.len(), 2, "each of them");
}

#[test]
fn a_port_of_bytes_is_closed_by_rules_about_http() {
    let service = |port: &str| {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: s, namespace: shop}}, spec: {{selector: {{app: cart}}, ports: [{{port: 6379, name: {port}}}]}}}}"
        )
    };
    let http = authorization("{rules: [{to: [{operation: {methods: [GET]}}]}]}");
    let message = "no rule allows connections to the port `redis` of `shop/cart`, which is not HTTP by its name";
    assert_eq!(warnings(&[service("redis"), http.clone()]), [message]);
    assert_eq!(warnings(&[service("http-api"), http]), [""; 0]);
    let both = authorization(
        "{rules: [{to: [{operation: {methods: [GET]}}]}, {to: [{operation: {ports: ['6379']}}]}]}",
    );
    assert_eq!(warnings(&[service("tcp-cache"), both]), [""; 0]);
}

#[test]
fn a_selector_that_selects_nothing_is_told() {
    for kind in ["AuthorizationPolicy", "PeerAuthentication"] {
        let policy = object(kind, "{selector: {matchLabels: {app: crat}}}");
        assert_eq!(
            warnings(&[policy]),
            ["this policy selects no pod of the input"],
            "{kind}"
        );
    }
}
