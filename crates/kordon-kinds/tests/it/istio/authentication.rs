//! `RequestAuthentication` and `PeerAuthentication`.

use kordon_core::model::{KeySource, NamespaceMatch, Selector, TokenPlace, TokenRule};
use kordon_core::rule::{Combine, Effect, Order, Plane, Policy, Test, Ties};
use kordon_kinds::State;

use super::super::support::{clean, one, own_rules, policies};
use super::{clean_policy, is_undecided, object, only, pass, target};

fn token_rule(policy: &Policy, index: usize) -> &TokenRule {
    match &own_rules(policy)[index].clauses[0].test {
        Test::Token(rule) => rule,
        other => panic!("a token rule, not {other:?}"),
    }
}

fn requests(spec: &str) -> String {
    object("RequestAuthentication", spec)
}

#[test]
fn tokens_are_alternatives_and_a_request_without_one_passes() {
    let policy = clean_policy(&requests("{jwtRules: [{issuer: a}, {issuer: b}]}"));
    assert_eq!(policy.plane, Plane::Authn);
    assert_eq!(policy.stage.combine, Combine::Isolate);
    let paths: Vec<String> = own_rules(&policy)
        .iter()
        .map(|rule| rule.path.to_string())
        .collect();
    assert_eq!(
        paths,
        ["spec.jwtRules[0]", "spec.jwtRules[1]", "spec.jwtRules"]
    );
    assert_eq!(token_rule(&policy, 1).issuer, "b");
    assert_eq!(own_rules(&policy)[2].clauses[0].test, Test::NoToken);
    assert!(
        own_rules(&policy)
            .iter()
            .all(|rule| rule.effect == Effect::Allow)
    );
}

#[test]
fn a_policy_without_rules_about_tokens_refuses_none() {
    for spec in ["{}", "{jwtRules: []}"] {
        assert_eq!(clean(&requests(spec))[0].object.items, [], "{spec}");
    }
}

#[test]
fn a_rule_says_which_tokens_and_where_they_stand() {
    let rule = "{issuer: a, audiences: [x, z], jwksUri: 'https://a/keys', fromHeaders: [{name: x-t, prefix: 'T '}], fromParams: [p], fromCookies: [c], spaceDelimitedClaims: [roles], forwardOriginalToken: true}";
    let policy = clean_policy(&requests(&format!("{{jwtRules: [{rule}]}}")));
    let header = TokenPlace::Header {
        name: "x-t".to_owned(),
        prefix: "T ".to_owned(),
    };
    let expected = TokenRule {
        issuer: "a".to_owned(),
        audiences: vec!["x".to_owned(), "z".to_owned()],
        keys: KeySource::Uri("https://a/keys".to_owned()),
        forwards: true,
        split_claims: ["scope", "permission", "roles"].map(str::to_owned).into(),
        places: vec![
            header,
            TokenPlace::Parameter("p".to_owned()),
            TokenPlace::Cookie("c".to_owned()),
        ],
    };
    assert_eq!(*token_rule(&policy, 0), expected);
    let inline = clean_policy(&requests("{jwtRules: [{issuer: a, jwks: '{}'}]}"));
    assert_eq!(
        token_rule(&inline, 0).keys,
        KeySource::Inline("{}".to_owned())
    );
}

#[test]
fn a_rule_about_tokens_with_a_problem_is_undecided() {
    for rule in [
        "{issuer: a, jwksUri: idp.example}",
        "{issuer: a, audiences: ['']}",
        "{issuer: a, fromHeaders: [{prefix: x}]}",
        "{issuer: a, fromParams: ['']}",
        "{issuer: a, audience: [x]}",
    ] {
        let (located, _) = one(&requests(&format!("{{jwtRules: [{rule}, {{issuer: b}}]}}")));
        assert_eq!(located.state, State::Broken, "{rule}");
        let policy = only(&located);
        let first = &own_rules(&policy)[0].clauses[0].test;
        assert!(matches!(first, Test::Unknown(_)), "{rule}");
        assert_eq!(token_rule(&policy, 1).issuer, "b", "{rule}");
        let without = &own_rules(&policy)[2].clauses;
        assert!(
            matches!(&without[..], [none, doubt] if none.test == Test::NoToken
                && matches!(doubt.test, Test::Unknown(_))),
            "a token may stand where the rule looks: {rule}"
        );
    }
    let (located, _) = one(&requests("{jwtRules: [{jwks: '{}'}]}"));
    assert_eq!(
        located.state,
        State::Broken,
        "the API server wants an issuer"
    );
    assert_eq!(token_rule(&only(&located), 0).issuer, "");
    let (located, _) = one(&requests("{jwtRule: [{issuer: a}]}"));
    let policy = only(&located);
    assert!(matches!(
        own_rules(&policy)[0].clauses[0].test,
        Test::Unknown(_)
    ));
    assert_eq!(own_rules(&policy)[1].clauses[0].test, Test::NoToken);
}

fn peers(spec: &str) -> String {
    object("PeerAuthentication", spec)
}

/// The rules in short: path, effect, conditions.
fn modes(policy: &Policy) -> Vec<String> {
    own_rules(policy)
        .iter()
        .map(|rule| {
            let tests = rule.clauses.iter().map(|clause| match &clause.test {
                Test::Ports(ports) => format!(" port {}", ports.len()),
                Test::Security(ways) => format!(" {ways:?}"),
                other => format!(" {other:?}"),
            });
            let tests: String = tests.collect();
            format!("{} {}{tests}", rule.path, rule.effect.name())
        })
        .collect()
}

#[test]
fn a_mode_says_what_passes_and_refuses_the_rest() {
    let cases: [(&str, &[&str]); 5] = [
        (
            "{mtls: {mode: STRICT}}",
            &["spec.mtls.mode allow [Mutual]", "spec.mtls.mode deny"],
        ),
        (
            "{mtls: {mode: PERMISSIVE}}",
            &[
                "spec.mtls.mode allow [Plaintext, Mutual]",
                "spec.mtls.mode allow Layer(Tcp)",
                "spec.mtls.mode deny",
            ],
        ),
        (
            "{mtls: {mode: DISABLE}}",
            &["spec.mtls.mode allow [Plaintext]", "spec.mtls.mode deny"],
        ),
        ("{mtls: {mode: UNSET}}", &["spec.mtls.mode pass"]),
        ("{}", &["spec pass"]),
    ];
    for (spec, expected) in cases {
        assert_eq!(modes(&clean_policy(&peers(spec))), expected, "{spec}");
    }
}

#[test]
fn ports_come_before_the_policys_own_mode() {
    let spec = "{selector: {matchLabels: {app: a}}, mtls: {mode: STRICT}, portLevelMtls: {9000: {mode: UNSET}, 8081: {mode: DISABLE}, 8080: {mode: PERMISSIVE}}}";
    let policy = clean_policy(&peers(spec));
    let expected = [
        "spec.portLevelMtls[\"8080\"] allow port 1 [Plaintext, Mutual]",
        "spec.portLevelMtls[\"8080\"] allow port 1 Layer(Tcp)",
        "spec.portLevelMtls[\"8080\"] deny port 1",
        "spec.portLevelMtls[\"8081\"] allow port 1 [Plaintext]",
        "spec.portLevelMtls[\"8081\"] deny port 1",
        "spec.mtls.mode allow [Mutual]",
        "spec.mtls.mode deny",
    ];
    assert_eq!(modes(&policy), expected);
}

#[test]
fn a_policy_is_of_a_workload_a_namespace_or_the_mesh() {
    let root = |text: String| text.replace("namespace: shop", "namespace: istio-system");
    let shop = NamespaceMatch::Named("shop".to_owned());
    let everywhere = NamespaceMatch::Matching(Selector::Everything);
    let app = Selector::In("app".to_owned(), vec!["a".to_owned()]);
    let selector = "{selector: {matchLabels: {app: a}}, mtls: {mode: STRICT}}";
    let cases = [
        (peers(selector), "workload", 10.0, (shop.clone(), app)),
        (
            peers("{selector: {}}"),
            "namespace",
            20.0,
            (shop, Selector::Everything),
        ),
        (
            root(peers("{}")),
            "mesh",
            30.0,
            (everywhere, Selector::Everything),
        ),
    ];
    for (text, stage, order, selected) in cases {
        let policy = clean_policy(&text);
        assert_eq!(policy.plane, Plane::Mtls);
        assert_eq!((&*policy.stage.name, policy.stage.order.0), (stage, order));
        assert_eq!(policy.stage.combine, pass());
        assert_eq!(policy.stage.ties, Ties::DottedName);
        assert_eq!(target(&policy), selected);
    }
    let (ignored, messages) = one(&root(peers(selector)));
    assert_eq!(ignored.object.items, []);
    assert!(messages[0].contains("root namespace"), "{messages:?}");
}

#[test]
fn the_oldest_comes_first() {
    let at = |time: &str| {
        let text = peers("{}").replace(
            "namespace: shop",
            &format!("namespace: shop, creationTimestamp: {time}"),
        );
        clean_policy(&text).order
    };
    assert_eq!(at("'2023-11-14T22:13:20Z'"), Order(1_700_000_000.0));
    assert_eq!(at("2023-11-14T22:13:20Z"), Order(1_700_000_000.0));
    assert_eq!(at("null"), Order(0.0));
}

#[test]
fn a_policy_with_a_problem_may_be_any_mode_and_the_first() {
    for spec in [
        "{mtls: {mode: STRICKT}}",
        "{mtls: {mode: [STRICT]}}",
        "{mtls: STRICT}",
        "{mlts: {mode: STRICT}}",
        "{selector: {matchLabels: {app: a}}, portLevelMtls: {http: {mode: STRICT}}}",
        "{selector: {matchLabels: {app: a}}, portLevelMtls: {70000: {mode: STRICT}}}",
        "{selector: {matchLabels: {app: a}}, portLevelMtls: [STRICT]}",
        "{selector: {app: a}, mtls: {mode: STRICT}}",
    ] {
        let (located, _) = one(&peers(spec));
        assert_eq!(located.state, State::Broken, "{spec}");
        let policy = only(&located);
        assert!(is_undecided(&policy), "{spec}");
        assert_eq!(policy.order, Order(f64::NEG_INFINITY), "{spec}");
        assert_eq!(target(&policy).1, Selector::Everything, "{spec}");
    }
}

#[test]
fn modes_of_ports_without_a_selector_are_ignored() {
    let spec = "{mtls: {mode: STRICT}, portLevelMtls: {80: {mode: DISABLE}}}";
    let (located, messages) = one(&peers(spec));
    assert_eq!(located.state, State::Broken);
    assert!(messages[0].contains("portLevelMtls"), "{messages:?}");
    let [policy] = policies(&located)[..] else {
        panic!("one policy")
    };
    assert_eq!(modes(policy).len(), 2);
}
