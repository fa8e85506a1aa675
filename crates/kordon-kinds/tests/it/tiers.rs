//! The kinds of the admin and baseline tiers.

use kordon_core::model::{AddressBlock, NamespaceMatch, PortMatch, Protocol, Selector};
use kordon_core::rule::{Effect, Order, Peer, Policy, Rule, Target, Test};
use kordon_kinds::State;

use super::support::{clean, one, own_rules, policies};

fn cluster(spec: &str) -> String {
    format!(
        "{{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {{name: p}}, spec: {{tier: Admin, priority: 5, subject: {{namespaces: {{}}}}, {spec}}}}}"
    )
}

fn admin(spec: &str) -> String {
    format!(
        "{{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {{name: p}}, spec: {{priority: 5, subject: {{namespaces: {{}}}}, {spec}}}}}"
    )
}

fn baseline(spec: &str) -> String {
    format!(
        "{{apiVersion: policy.networking.k8s.io/v1alpha1, kind: BaselineAdminNetworkPolicy, metadata: {{name: default}}, spec: {{subject: {{namespaces: {{}}}}, {spec}}}}}"
    )
}

fn only_policy(text: &str) -> Policy {
    let objects = clean(text);
    let policies = policies(&objects[0]);
    assert_eq!(policies.len(), 1, "{text}");
    policies[0].clone()
}

fn first_rule(text: &str) -> Rule {
    own_rules(&only_policy(text))[0].clone()
}

fn ports(text: &str) -> Vec<PortMatch> {
    match &first_rule(text).clauses[1].test {
        Test::Ports(ports) => ports.clone(),
        other => panic!("ports, not {other:?}"),
    }
}

fn peers(text: &str) -> Vec<Peer> {
    match &first_rule(text).clauses[0].test {
        Test::Peers(peers) => peers.clone(),
        other => panic!("peers, not {other:?}"),
    }
}

#[test]
fn each_kind_stands_in_its_tier_at_its_priority() {
    let rule = "ingress: [{action: Deny, from: [{namespaces: {}}]}]";
    let baseline_tier = cluster(rule).replace("tier: Admin", "tier: Baseline");
    let cases = [
        (cluster(rule), "Admin", 5.0),
        (baseline_tier, "Baseline", 5.0),
        (admin(rule), "Admin", 5.0),
        (baseline(rule), "Baseline", 0.0),
    ];
    for (text, stage, order) in cases {
        let policy = only_policy(&text);
        assert_eq!(
            (policy.stage.name.as_str(), policy.order),
            (stage, Order(order)),
            "{text}"
        );
        assert_eq!(policy.path.to_string(), "spec.subject");
    }
}

#[test]
fn a_direction_without_rules_is_not_affected() {
    assert_eq!(
        policies(&clean(&cluster("ingress: []"))[0]),
        Vec::<&Policy>::new()
    );
}

#[test]
fn actions_are_the_words_of_the_kind() {
    let rule = |action: &str| {
        format!("ingress: [{{name: name, action: {action}, from: [{{namespaces: {{}}}}]}}]")
    };
    let cases = [
        (cluster(&rule("Accept")), Effect::Allow),
        (cluster(&rule("Pass")), Effect::Pass),
        (admin(&rule("Allow")), Effect::Allow),
        (admin(&rule("Pass")), Effect::Pass),
        (baseline(&rule("Deny")), Effect::Deny),
    ];
    for (text, effect) in cases {
        let rule = first_rule(&text);
        assert_eq!(
            (rule.effect, rule.name.as_deref()),
            (effect, Some("name")),
            "{text}"
        );
    }
    for (text, message) in [
        (
            cluster(&rule("Allow")),
            "`Allow` is not an action of ClusterNetworkPolicy",
        ),
        (
            admin(&rule("Accept")),
            "`Accept` is not an action of AdminNetworkPolicy",
        ),
        (
            baseline(&rule("Pass")),
            "`Pass` is not an action of BaselineAdminNetworkPolicy",
        ),
    ] {
        assert_eq!(one(&text).1, [message]);
    }
}

#[test]
fn a_subject_is_namespaces_or_pods() {
    let text = cluster("ingress: [{action: Deny, from: [{namespaces: {}}]}]").replace(
        "subject: {namespaces: {}}",
        "subject: {pods: {namespaceSelector: {matchLabels: {ns: x}}, podSelector: {matchLabels: {p: x}}}}",
    );
    let labels = |key: &str| Selector::In(key.to_owned(), vec!["x".to_owned()]);
    let Target::Workloads {
        namespaces,
        workloads,
        ..
    } = only_policy(&text).target
    else {
        panic!("workloads")
    };
    assert_eq!(namespaces, NamespaceMatch::Matching(labels("ns")));
    assert_eq!(workloads, labels("p"));
}

#[test]
fn peers_of_egress_are_pods_nodes_networks_and_names() {
    let to = "egress: [{action: Accept, to: [{networks: [10.0.0.0/8, 'fd00::/8']}, {nodes: {}}, {domainNames: ['*.example.com']}]}]";
    let block = |text: &str| Peer::Block(AddressBlock::new(text, []).unwrap());
    let expected = [
        block("10.0.0.0/8"),
        block("fd00::/8"),
        Peer::Nodes(Selector::Everything),
        Peer::Unknown("the addresses of `*.example.com` are not known".to_owned()),
    ];
    assert_eq!(peers(&cluster(to)), expected);
}

#[test]
fn protocols_of_a_cluster_policy_are_numbers_ranges_and_names() {
    let rule = |protocols: &str| {
        cluster(&format!(
            "ingress: [{{action: Deny, from: [{{namespaces: {{}}}}], protocols: {protocols}}}]"
        ))
    };
    let text = rule(
        "[{tcp: {destinationPort: {number: 80}}}, {udp: {destinationPort: {range: {start: 1, end: 9}}}}, {destinationNamedPort: http}]",
    );
    let expected = [
        PortMatch::single(Protocol::TCP, 80),
        PortMatch::Range {
            protocol: Protocol::UDP,
            first: 1,
            last: 9,
        },
        PortMatch::Named {
            protocol: None,
            name: "http".to_owned(),
        },
    ];
    assert_eq!(ports(&text), expected);
    let without = cluster("ingress: [{action: Deny, from: [{namespaces: {}}]}]");
    assert_eq!(
        first_rule(&without).clauses.len(),
        1,
        "no protocols: all traffic"
    );
}

#[test]
fn ports_of_an_admin_policy_are_numbers_ranges_and_names() {
    let text = admin(
        "ingress: [{action: Deny, from: [{namespaces: {}}], ports: [{portNumber: {port: 80}}, {portRange: {protocol: UDP, start: 1, end: 9}}, {namedPort: http}]}]",
    );
    let expected = [
        PortMatch::single(Protocol::TCP, 80),
        PortMatch::Range {
            protocol: Protocol::UDP,
            first: 1,
            last: 9,
        },
        PortMatch::Named {
            protocol: None,
            name: "http".to_owned(),
        },
    ];
    assert_eq!(ports(&text), expected);
}

#[test]
fn a_rule_with_an_error_is_undecided_and_keeps_name_and_action() {
    let text = cluster(
        "ingress: [{name: bad, action: Pass, from: [{}]}, {action: Deny, from: [{namespaces: {}}]}]",
    );
    let (object, messages) = one(&text);
    assert_eq!(
        messages,
        ["`spec.ingress[0].from[0]` has none of the fields that it needs"]
    );
    let policies = policies(&object);
    let rules = own_rules(policies[0]);
    assert!(matches!(rules[0].clauses[0].test, Test::Unknown(_)));
    assert_eq!(
        (rules[0].effect, rules[0].name.as_deref()),
        (Effect::Pass, Some("bad"))
    );
    assert!(matches!(rules[1].clauses[0].test, Test::Peers(_)));
}

#[test]
fn a_policy_that_cannot_be_read_is_undecided_for_the_whole_cluster() {
    let rules = "ingress: [{action: Accept, from: [{namespaces: {}}]}]";
    let cases = [
        (
            cluster(rules).replace("priority: 5", "priority: 1001"),
            -1.0,
        ),
        (cluster(rules).replace("tier: Admin", "tier: admin"), -1.0),
        (
            cluster(rules).replace("subject: {namespaces: {}}", "subject: {}"),
            5.0,
        ),
        (cluster(rules).replace("ingress", "ingres"), 5.0),
        (cluster(rules).replace("v1alpha2", "v1alpha9"), 5.0),
    ];
    for (text, order) in cases {
        let (object, _) = one(&text);
        assert_eq!(object.state, State::Broken, "{text}");
        let policies = policies(&object);
        assert_eq!(policies.len(), 2, "{text}");
        for policy in policies {
            assert_eq!(policy.order, Order(order), "{text}");
            let Target::Workloads { namespaces, .. } = &policy.target else {
                panic!("workloads")
            };
            assert_eq!(
                *namespaces,
                NamespaceMatch::Matching(Selector::Everything),
                "{text}"
            );
            assert!(
                matches!(own_rules(policy)[0].clauses[0].test, Test::Unknown(_)),
                "{text}"
            );
        }
    }
}

#[test]
fn forms_of_earlier_versions_are_explained() {
    let from = |peer: &str| admin(&format!("ingress: [{{action: Deny, from: [{peer}]}}]"));
    for peer in [
        "{namespaces: {namespaceSelector: {}}}",
        "{namespaces: {sameLabels: [a]}}",
        "{namespaces: {notSameLabels: [a]}}",
        "{pods: {namespaces: {namespaceSelector: {}}, podSelector: {}}}",
    ] {
        let (_, messages) = one(&from(peer));
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(
            messages[0].ends_with("is the form of an earlier version"),
            "{messages:?}"
        );
    }
}
