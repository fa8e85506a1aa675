//! Rules of `AuthorizationPolicy`.

use std::fmt::Display;

use kordon_core::model::{GlobPart, PortMatch, TextMatch};
use kordon_core::rule::{Clause, Rule, Sense, Test};
use kordon_kinds::State;

use super::super::support::{one, own_rules};
use super::{authorization, clean_policy, is_undecided, only};

/// A condition in short.
fn short(clause: &Clause) -> String {
    let listed = |sense: &Sense, all: Vec<String>| {
        let not = if *sense == Sense::NoneOf { "not " } else { "" };
        format!("{not}{}", all.join(" | "))
    };
    let test = match &clause.test {
        Test::Text {
            of,
            sense,
            patterns,
            case,
        } => format!("{of:?} {case:?} {}", listed(sense, texts(patterns))),
        Test::Address { of, sense, blocks } => {
            format!("{of:?} {}", listed(sense, texts(blocks)))
        }
        Test::Ports(ports) => format!("ports {}", numbers(ports)),
        Test::NotPorts(ports) => format!("ports not {}", numbers(ports)),
        Test::Any(lists) => {
            let each = |list: &Vec<Clause>| list.iter().map(short).collect::<Vec<_>>().join(" & ");
            lists.iter().map(each).collect::<Vec<_>>().join(" or ")
        }
        Test::TokenPrincipal { sense, patterns } => {
            let pair = |(iss, sub): &(TextMatch, TextMatch)| format!("{iss} {sub}");
            format!(
                "token {}",
                listed(sense, patterns.iter().map(pair).collect())
            )
        }
        Test::Unknown(_) => "unknown".to_owned(),
        other => format!("{other:?}"),
    };
    match &*clause.field {
        "" => test,
        field => format!("{field}: {test}"),
    }
}

fn texts(all: &[impl Display]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

fn numbers(ports: &[PortMatch]) -> String {
    let number = |port: &PortMatch| match port {
        PortMatch::Range { first, .. } => first.to_string(),
        PortMatch::Named { name, .. } => name.clone(),
    };
    ports.iter().map(number).collect::<Vec<_>>().join(" | ")
}

fn lines(rules: &[Rule]) -> Vec<Vec<String>> {
    let line = |rule: &Rule| rule.clauses.iter().map(short).collect();
    rules.iter().map(line).collect()
}

/// The rules that one rule of an object without problems becomes.
fn lowered(action: &str, rule: &str) -> Vec<Vec<String>> {
    lowered_with_messages(action, rule).0
}

fn lowered_with_messages(action: &str, rule: &str) -> (Vec<Vec<String>>, Vec<String>) {
    let spec = format!("{{action: {action}, rules: [{rule}]}}");
    let (located, messages) = one(&authorization(&spec));
    assert_eq!(located.state, State::Exact, "{rule} {messages:?}");
    (lines(own_rules(&only(&located))), messages)
}

#[test]
fn each_field_is_a_condition_on_its_own() {
    let cases = [
        (
            "{from: [{source: {principals: ['*', 'a/ns/b/sa/c', 'p*', '*q'], notPrincipals: [x]}}]}",
            "from[0].source.principals: Identity Sensitive * | spiffe://a/ns/b/sa/c | spiffe://p* | *q & from[0].source.notPrincipals: Identity Sensitive not spiffe://x",
        ),
        (
            "{from: [{source: {namespaces: ['a*'], notNamespaces: [b]}}]}",
            "from[0].source.namespaces: Identity Sensitive a* & from[0].source.notNamespaces: Identity Sensitive not b",
        ),
        (
            "{from: [{source: {trustDomains: [td], notTrustDomains: ['x*']}}]}",
            "from[0].source.trustDomains: Identity Sensitive spiffe://td/* & from[0].source.notTrustDomains: Identity Sensitive not x*",
        ),
        (
            "{from: [{source: {ipBlocks: [10.1.2.3/16, 10.0.0.1], notIpBlocks: ['fd00::/8']}}]}",
            "from[0].source.ipBlocks: Peer 10.1.0.0/16 | 10.0.0.1/32 & from[0].source.notIpBlocks: Peer not fd00::/8",
        ),
        (
            "{from: [{source: {remoteIpBlocks: [10.0.0.0/8], notRemoteIpBlocks: [10.1.0.0/16]}}]}",
            "from[0].source.remoteIpBlocks: Client 10.0.0.0/8 & from[0].source.notRemoteIpBlocks: Client not 10.1.0.0/16",
        ),
        (
            "{to: [{operation: {ports: ['80', '0'], notPorts: ['81']}}]}",
            "to[0].operation.ports: ports 80 | 0 & to[0].operation.notPorts: ports not 81",
        ),
        (
            "{when: [{key: destination.ip, values: [10.0.0.0/8], notValues: [10.0.0.1]}]}",
            "when[0].values: Destination 10.0.0.0/8 & when[0].notValues: Destination not 10.0.0.1/32",
        ),
        (
            "{when: [{key: destination.port, values: ['80']}, {key: connection.sni, notValues: ['*']}]}",
            "when[0].values: ports 80 & when[1].notValues: ServerName Sensitive not *",
        ),
        (
            "{when: [{key: source.principal, values: ['*']}, {key: source.trustDomain, values: [a]}]}",
            "when[0].values: Identity Sensitive * & when[1].values: Identity Sensitive spiffe://a/*",
        ),
        (
            "{when: [{key: source.ip, values: ['::1']}, {key: remote.ip, values: ['::1']}]}",
            "when[0].values: Peer ::1/128 & when[1].values: Client ::1/128",
        ),
    ];
    for (rule, expected) in cases {
        let [only] = &lowered("ALLOW", rule)[..] else {
            panic!("one rule for {rule}")
        };
        assert_eq!(only.join(" & "), expected, "{rule}");
    }
}

#[test]
fn what_only_http_has_is_judged_on_http() {
    let cases = [
        (
            "{to: [{operation: {hosts: ['A.example', '*.b', 'c*', '*']}}]}",
            "to[0].operation.hosts: Host Ignored A.example | *.b | c* | *",
        ),
        (
            "{to: [{operation: {methods: [GET], notMethods: ['P*']}}]}",
            "to[0].operation.methods: Method Sensitive GET & to[0].operation.notMethods: Method Sensitive not P*",
        ),
        (
            "{to: [{operation: {paths: ['/a', '/b/*', '*/c'], notPaths: ['/d/{**}']}}]}",
            "to[0].operation.paths: Path Sensitive /a | /b/* | */c & to[0].operation.notPaths: Path Sensitive not /d/{**}",
        ),
        (
            "{from: [{source: {requestPrincipals: ['idp/*']}}]}",
            "from[0].source.requestPrincipals: token idp *",
        ),
        (
            "{when: [{key: 'request.auth.principal', values: ['*']}]}",
            "when[0].values: token * *",
        ),
        (
            "{when: [{key: 'request.headers[X-A]', notValues: ['b*']}]}",
            "when[0].notValues: Header(\"x-a\") Sensitive not b*",
        ),
        (
            "{when: [{key: request.auth.audiences, values: [a]}]}",
            "when[0].values: Claim { path: [\"aud\"] } Sensitive a",
        ),
        (
            "{when: [{key: request.auth.presenter, values: [a]}]}",
            "when[0].values: Claim { path: [\"azp\"] } Sensitive a",
        ),
        (
            "{when: [{key: 'request.auth.claims[scope]', values: [a]}]}",
            "when[0].values: Claim { path: [\"scope\"] } Sensitive a",
        ),
        (
            "{when: [{key: 'request.auth.claims[a][scope]', values: [a]}]}",
            "when[0].values: Claim { path: [\"a\", \"scope\"] } Sensitive a",
        ),
    ];
    for (rule, expected) in cases {
        let expected = format!("Layer(Http) & {expected}");
        let [only] = &lowered("ALLOW", rule)[..] else {
            panic!("one rule for {rule}")
        };
        assert_eq!(only.join(" & "), expected, "{rule}");
    }
}

#[test]
fn a_denial_ignores_on_bytes_what_only_http_has() {
    let both = "{from: [{source: {ipBlocks: [10.0.0.0/8]}}], to: [{operation: {methods: [GET], ports: ['80']}}]}";
    let source = "from[0].source.ipBlocks: Peer 10.0.0.0/8";
    let port = "to[0].operation.ports: ports 80";
    for action in ["DENY", "AUDIT"] {
        let [http, tcp] = &lowered(action, both)[..] else {
            panic!("two rules")
        };
        let method = "to[0].operation.methods: Method Sensitive GET";
        assert_eq!(*http, ["Layer(Http)", source, method, port]);
        assert_eq!(*tcp, ["Layer(Tcp)", source, port]);
    }
    let [_, tcp] = &lowered("DENY", "{to: [{operation: {methods: [GET]}}]}")[..] else {
        panic!("two rules")
    };
    assert_eq!(*tcp, ["Layer(Tcp)"], "every connection of bytes");
}

#[test]
fn entries_are_alternatives_and_one_that_matches_all_takes_the_condition_away() {
    let two = "{from: [{source: {ipBlocks: [10.0.0.1]}}, {source: {requestPrincipals: ['*']}}]}";
    let [http, tcp] = &lowered("DENY", two)[..] else {
        panic!("two rules")
    };
    let expected = "from: from[0].source.ipBlocks: Peer 10.0.0.1/32 or from[1].source.requestPrincipals: token * *";
    assert_eq!(*http, ["Layer(Http)", expected]);
    assert_eq!(*tcp, ["Layer(Tcp)"]);
    assert_eq!(lowered("ALLOW", two).len(), 1, "left out on bytes");
}

#[test]
fn a_rule_without_fields_matches_everything() {
    assert_eq!(lowered("ALLOW", "{}"), [[""; 0]]);
}

#[test]
fn a_custom_rule_refuses_what_its_provider_refuses() {
    let spec = |provider: &str| {
        authorization(&format!(
            "{{action: CUSTOM, {provider} rules: [{{to: [{{operation: {{ports: ['80']}}}}]}}]}}"
        ))
    };
    let asked = clean_policy(&spec("provider: {name: opa},"));
    let port = "to[0].operation.ports: ports 80";
    assert_eq!(lines(own_rules(&asked)), [[port, "RefusedBy(\"opa\")"]]);
    let (without, _) = one(&spec(""));
    assert_eq!(without.state, State::Broken);
    assert_eq!(lines(own_rules(&only(&without))), [[port]], "always");
}

#[test]
fn service_accounts_are_those_of_the_policys_namespace_unless_said() {
    let rule = "{from: [{source: {serviceAccounts: [cart, other/web]}}]}";
    let spec = format!("{{rules: [{rule}]}}");
    let policy = clean_policy(&authorization(&spec));
    let Test::Text { patterns, .. } = &own_rules(&policy)[0].clauses[0].test else {
        panic!("a text")
    };
    let ends: Vec<String> = patterns
        .iter()
        .map(|pattern| match pattern {
            TextMatch::Glob(glob) => glob.parts.iter().map(part).collect(),
            other => panic!("{other:?}"),
        })
        .collect();
    let forms = |namespace: &str, account: &str| {
        let start = format!("spiffe://+/ns/{namespace}/");
        [
            format!("{start}sa/{account}"),
            format!("{start}sa/{account}/+"),
            format!("{start}+/sa/{account}"),
            format!("{start}+/sa/{account}/+"),
        ]
    };
    assert_eq!(
        ends,
        [forms("shop", "cart"), forms("other", "web")].concat()
    );
}

fn part(part: &GlobPart) -> String {
    match part {
        GlobPart::Text(text) => text.clone(),
        GlobPart::One => ".".to_owned(),
        GlobPart::Any { least: 0, .. } => "*".to_owned(),
        GlobPart::Any { .. } => "+".to_owned(),
    }
}

#[test]
fn values_in_brackets_are_elements_of_lists_in_metadata() {
    let rule = |field: &str| {
        format!("{{when: [{{key: 'experimental.envoy.filters.a.b[c]', {field}: ['[x*]', z]}}]}}")
    };
    let fact = |list: bool| {
        format!("Metadata {{ namespace: \"envoy.filters.a.b\", key: \"c\", list: {list} }}")
    };
    let (list, text) = (fact(true), fact(false));
    assert_eq!(
        lowered("ALLOW", &rule("values")),
        [[format!(
            "when[0].values: {text} Sensitive z or {list} Sensitive x*"
        )]]
    );
    assert_eq!(
        lowered("ALLOW", &rule("notValues")),
        [[
            format!("when[0].notValues: {text} Sensitive not z"),
            format!("when[0].notValues: {list} Sensitive not x*")
        ]]
    );
}

/// The rules of an object that Istio refuses and whose meaning is known, and the messages.
fn refused(action: &str, rule: &str) -> (Vec<Vec<String>>, Vec<String>) {
    let spec = format!("{{action: {action}, rules: [{rule}]}}");
    let (located, messages) = one(&authorization(&spec));
    assert_eq!(located.state, State::Broken, "{rule}");
    (lines(own_rules(&only(&located))), messages)
}

#[test]
fn a_bad_value_leaves_an_allow_rule_out_and_widens_a_denial() {
    let cases = [
        ("{from: [{source: {ipBlocks: [bad, 10.0.0.1]}}]}", 1),
        ("{from: [{source: {ipBlocks: [bad]}}]}", 0),
        ("{to: [{operation: {ports: [http]}}]}", 0),
        ("{to: [{operation: {ports: ['70000', '80']}}]}", 1),
        ("{when: [{key: 'request.headers', values: [a]}]}", 0),
    ];
    for (rule, conditions) in cases {
        assert_eq!(
            refused("ALLOW", rule).0,
            Vec::<Vec<String>>::new(),
            "{rule}"
        );
        let denied = refused("DENY", rule).0;
        assert_eq!(denied.len(), 1, "{rule}");
        assert_eq!(denied[0].len(), conditions, "{rule}");
    }
}

#[test]
fn an_unknown_key_leaves_the_rule_out_whatever_the_action() {
    for action in ["ALLOW", "DENY", "AUDIT"] {
        let rule = "{when: [{key: 'destination.labels[a]', values: [b]}]}";
        let (rules, messages) = refused(action, rule);
        assert_eq!(rules, Vec::<Vec<String>>::new(), "{action}");
        assert!(
            messages[0].contains("destination.labels[a]"),
            "{messages:?}"
        );
    }
}

#[test]
fn what_istio_refuses_is_reported_and_keeps_its_meaning() {
    let everything = Vec::<String>::new();
    let cases = [
        ("{from: [{source: {}}]}", everything.clone()),
        ("{from: [{}]}", everything.clone()),
        ("{to: [{operation: {}}]}", everything.clone()),
        ("{when: [{key: source.ip}]}", everything),
        (
            "{from: [{source: {principals: ['']}}]}",
            vec!["from[0].source.principals: Identity Sensitive spiffe://".to_owned()],
        ),
    ];
    for (rule, expected) in cases {
        let (rules, messages) = refused("DENY", rule);
        assert_eq!(rules, [expected], "{rule}");
        assert_eq!(messages.len(), 1, "{rule} {messages:?}");
    }
    let mixed = "{from: [{source: {serviceAccounts: [a], namespaces: [b]}}]}";
    assert_eq!(refused("DENY", mixed).0[0].len(), 2);
    let custom = "{from: [{source: {namespaces: [b]}}]}";
    assert_eq!(
        refused("CUSTOM, provider: {name: opa}", custom).0[0].len(),
        2
    );
    assert_eq!(refused("DENY", "").0, Vec::<Vec<String>>::new(), "no rules");
    assert_eq!(refused("DENY", "null").0, Vec::<Vec<String>>::new());
}

#[test]
fn a_rule_that_could_not_be_read_is_undecided_among_the_others() {
    let broken = [
        "{form: []}",
        "{from: {}}",
        "{from: [{source: {principal: [a]}}]}",
        "{to: [{operation: {ports: [80]}}]}",
        "{to: [{operation: {paths: ['/{*}/{name}']}}]}",
        "{to: [{operation: {paths: ['/{**}/{*}']}}]}",
        "{to: [{operation: {paths: ['{*}']}}]}",
        "{when: [{values: [a], kay: b}]}",
    ];
    for rule in broken {
        let spec = format!("{{action: DENY, rules: [{rule}, {{}}]}}");
        let (located, _) = one(&authorization(&spec));
        assert_eq!(located.state, State::Broken, "{rule}");
        let policy = only(&located);
        let [undecided, exact] = own_rules(&policy) else {
            panic!("two rules for {rule}")
        };
        assert!(
            matches!(undecided.clauses[0].test, Test::Unknown(_)),
            "{rule}"
        );
        assert_eq!(exact.clauses, [], "{rule}");
        assert!(!is_undecided(&policy), "{rule}");
    }
}

#[test]
fn a_value_that_is_a_regular_expression_is_unknown_beside_the_others() {
    let rule = |field: &str| format!("{{from: [{{source: {{{field}: ['*(a)', b]}}}}]}}");
    let lowered = |field: &str| {
        let (rules, messages) = lowered_with_messages("ALLOW", &rule(field));
        let told = messages.iter().any(|message| message.contains("`*(a)`"));
        assert!(told, "{messages:?}");
        rules
    };
    let text = "Identity Sensitive";
    assert_eq!(
        lowered("principals"),
        [[format!(
            "from[0].source.principals: {text} spiffe://b or unknown"
        )]]
    );
    let field = "from[0].source.notPrincipals";
    assert_eq!(
        lowered("notPrincipals"),
        [[
            format!("{field}: {text} not spiffe://b"),
            format!("{field}: unknown")
        ]]
    );
}

#[test]
fn what_is_valid_and_seldom_meant_is_noticed() {
    let source = |fields: &str| format!("{{from: [{{source: {{{fields}}}}}]}}");
    let operation = |fields: &str| format!("{{to: [{{operation: {{{fields}}}}}]}}");
    let header = |field: &str| format!("{{when: [{{key: 'request.headers[a]', {field}}}]}}");
    let cases = [
        (
            "ALLOW",
            source("notPrincipals: [a/ns/b/sa/c]"),
            "without an identity",
        ),
        (
            "ALLOW",
            source("notRequestPrincipals: [iss/sub]"),
            "without a token",
        ),
        ("ALLOW", header("notValues: [b]"), "without the header"),
        ("DENY", header("notValues: [b]"), "without the header"),
        (
            "ALLOW",
            source("requestPrincipals: ['https://idp*']"),
            "last `/`",
        ),
        ("ALLOW", operation("paths: ['/a?b']"), "without their query"),
        ("DENY", operation("paths: [/admin]"), "not HTTP"),
    ];
    for (action, rule, expected) in cases {
        let (_, messages) = lowered_with_messages(action, &rule);
        let told = messages.iter().any(|message| message.contains(expected));
        assert!(told, "{action} {rule}: {messages:?}");
    }
    let silent = [
        (
            "ALLOW",
            source("notPrincipals: [a/ns/b/sa/c], namespaces: ['*']"),
        ),
        ("DENY", source("notRequestPrincipals: ['*']")),
        ("ALLOW", header("values: [a], notValues: [b]")),
        ("DENY", operation("paths: [/admin], ports: ['8080']")),
        ("ALLOW", operation("paths: [/admin], notPorts: ['8080']")),
    ];
    for (action, rule) in silent {
        let (_, messages) = lowered_with_messages(action, &rule);
        let expected: &[&str] = match action {
            "DENY" if rule.contains("notRequest") => &[
                "this rule denies every connection that is not HTTP, as only HTTP has what it compares",
            ],
            _ => &[],
        };
        assert_eq!(messages, expected, "{action} {rule}");
    }
}
