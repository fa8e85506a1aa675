//! What people read when a policy of Istio is broken.

use std::fmt::Write as _;

use super::super::broken::rendered;

fn mesh(kind: &str, spec: &str) -> String {
    let mut text = format!(
        "apiVersion: security.istio.io/v1\nkind: {kind}\nmetadata:\n  name: cart\n  namespace: shop\nspec:\n"
    );
    spec.lines()
        .for_each(|line| writeln!(text, "  {line}").unwrap());
    text
}

fn authorization(spec: &str) -> String {
    mesh("AuthorizationPolicy", spec)
}

fn rule(rule: &str) -> String {
    authorization(&format!("action: DENY\nrules:\n- {rule}"))
}

fn peers(spec: &str) -> String {
    mesh("PeerAuthentication", spec)
}

fn tokens(spec: &str) -> String {
    mesh("RequestAuthentication", spec)
}

#[test]
fn authorization_policies() {
    let cases = [
        (
            "unknown action",
            authorization("action: DENNY\nrules: [{}]"),
        ),
        ("denial without rules", authorization("action: DENY")),
        (
            "provider of an action that asks none",
            authorization("provider: {name: opa}\nrules: [{}]"),
        ),
        ("no provider", authorization("action: CUSTOM\nrules: [{}]")),
        (
            "identities before tokens",
            authorization(
                "action: CUSTOM\nprovider: {name: opa}\nrules:\n- from: [{source: {namespaces: [a]}}]",
            ),
        ),
        (
            "labels outside matchLabels",
            authorization("selector: {app: cart}\nrules: [{}]"),
        ),
        (
            "wildcard in a selector",
            authorization("selector: {matchLabels: {app: 'c*'}}"),
        ),
        (
            "selector and target",
            authorization(
                "selector: {matchLabels: {app: cart}}\ntargetRefs: [{kind: Service, name: cart}]",
            ),
        ),
        (
            "target of another kind",
            authorization("targetRefs: [{group: apps, kind: Deployment, name: cart}]"),
        ),
        (
            "what a waypoint enforces",
            authorization("targetRefs: [{kind: Service, name: cart}]\nrules: [{}]"),
        ),
        (
            "dry run of neither kind",
            authorization("rules: [{}]").replace(
                "  namespace: shop",
                "  namespace: shop\n  annotations: {istio.io/dry-run: enabled}",
            ),
        ),
    ];
    insta::assert_snapshot!(rendered(&cases));
}

#[test]
fn rules_of_authorization_policies() {
    let cases = [
        ("empty rule", rule("")),
        ("source without fields", rule("from: [{source: {}}]")),
        (
            "field beside source",
            rule("from: [{principals: [a/ns/b/sa/c]}]"),
        ),
        (
            "misspelt field",
            rule("from: [{source: {principal: [a/ns/b/sa/c]}}]"),
        ),
        (
            "accounts beside namespaces",
            rule("from: [{source: {serviceAccounts: [a], namespaces: [b]}}]"),
        ),
        ("no address", rule("from: [{source: {ipBlocks: [10.0.0]}}]")),
        (
            "port that is a number",
            rule("to: [{operation: {ports: [8080]}}]"),
        ),
        (
            "port that is a name",
            rule("to: [{operation: {ports: [http]}}]"),
        ),
        (
            "named part of a template",
            rule("to: [{operation: {paths: ['/a/{*}/{id}'], ports: ['80']}}]"),
        ),
        (
            "path with a query",
            rule("to: [{operation: {paths: ['/a?b=c'], ports: ['80']}}]"),
        ),
        (
            "denial of what is not HTTP",
            rule("to: [{operation: {methods: [POST]}}]"),
        ),
        (
            "unknown key",
            rule("when: [{key: destination.labels, values: [a]}]"),
        ),
        (
            "key without brackets",
            rule("when: [{key: request.headers.x, values: [a]}]"),
        ),
        ("condition without values", rule("when: [{key: source.ip}]")),
        (
            "regular expression",
            rule("from: [{source: {principals: ['*/sa/(a)']}}]"),
        ),
    ];
    insta::assert_snapshot!(rendered(&cases));
}

#[test]
fn authentication() {
    let cases = [
        ("no issuer", tokens("jwtRules: [{jwks: '{}'}]")),
        ("any issuer", tokens("jwtRules: [{jwksUri: 'https://a'}]")),
        (
            "keys that are no address",
            tokens("jwtRules: [{issuer: a, jwksUri: a.example/keys}]"),
        ),
        (
            "claim that is split",
            tokens("jwtRules: [{issuer: a, spaceDelimitedClaims: [roles]}]"),
        ),
        ("unknown mode", peers("mtls: {mode: STRICKT}")),
        ("mode without mtls", peers("mode: STRICT")),
        (
            "ports of no workload",
            peers("portLevelMtls: {8080: {mode: DISABLE}}"),
        ),
        (
            "selector in the root namespace",
            peers("selector: {matchLabels: {app: cart}}").replace("shop", "istio-system"),
        ),
        (
            "time that is none",
            peers("mtls: {mode: STRICT}").replace(
                "  namespace: shop",
                "  namespace: shop\n  creationTimestamp: yesterday",
            ),
        ),
    ];
    insta::assert_snapshot!(rendered(&cases));
}
