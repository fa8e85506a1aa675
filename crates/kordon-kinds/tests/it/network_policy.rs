//! Network policies.

use std::borrow::Cow;

use kordon_core::model::{AddressBlock, NamespaceMatch, PortMatch, Protocol, Selector};
use kordon_core::rule::{Clause, Direction, Effect, Peer, Policy, Target, Test};
use kordon_kinds::State;

use super::support::{clean, one, own_rules, policies};

fn policy(spec: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: shop}}\nspec: {spec}\n"
    )
}

fn directions(policies: &[&Policy]) -> Vec<Direction> {
    policies
        .iter()
        .map(|policy| match policy.target {
            Target::Workloads { direction, .. } => direction,
            _ => panic!("a network policy"),
        })
        .collect()
}

/// The clauses of the first rule of the only policy of a spec.
fn clauses(spec: &str) -> Vec<Clause> {
    let objects = clean(&policy(spec));
    let policies = policies(&objects[0]);
    assert_eq!(policies.len(), 1);
    own_rules(policies[0])[0].clauses.clone()
}

fn ports(spec: &str) -> Vec<PortMatch> {
    match clauses(&format!(
        "{{podSelector: {{}}, ingress: [{{ports: {spec}}}]}}"
    ))
    .as_slice()
    {
        [
            Clause {
                field: Cow::Borrowed("ports"),
                test: Test::Ports(ports),
            },
        ] => ports.clone(),
        other => panic!("ports, not {other:?}"),
    }
}

fn peers(spec: &str) -> Vec<Peer> {
    match clauses(&format!(
        "{{podSelector: {{}}, ingress: [{{from: {spec}}}]}}"
    ))
    .as_slice()
    {
        [
            Clause {
                field: Cow::Borrowed("from"),
                test: Test::Peers(peers),
            },
        ] => peers.clone(),
        other => panic!("peers, not {other:?}"),
    }
}

#[test]
fn policy_types_default_to_ingress_and_to_egress_where_there_are_rules() {
    use Direction::{Egress, Ingress};
    let cases: [(&str, &[Direction]); 8] = [
        ("{podSelector: {}}", &[Ingress]),
        ("{podSelector: {}, policyTypes: []}", &[Ingress]),
        ("{podSelector: {}, egress: []}", &[Ingress]),
        ("{podSelector: {}, egress: [{}]}", &[Egress, Ingress]),
        ("{podSelector: {}, policyTypes: [Egress]}", &[Egress]),
        (
            "{podSelector: {}, policyTypes: [Egress], ingress: [{}]}",
            &[Egress],
        ),
        (
            "{podSelector: {}, policyTypes: [Ingress], egress: [{}]}",
            &[Ingress],
        ),
        (
            "{podSelector: {}, policyTypes: [Ingress, Egress]}",
            &[Egress, Ingress],
        ),
    ];
    for (spec, expected) in cases {
        let objects = clean(&policy(spec));
        assert_eq!(directions(&policies(&objects[0])), expected, "{spec}");
    }
}

#[test]
fn an_empty_selector_selects_all_pods_of_the_namespace() {
    for spec in ["{podSelector: {}}", "{policyTypes: [Ingress]}"] {
        let objects = clean(&policy(spec));
        let expected = Target::Workloads {
            direction: Direction::Ingress,
            namespaces: NamespaceMatch::Named("shop".to_owned()),
            workloads: Selector::Everything,
        };
        assert_eq!(policies(&objects[0])[0].target, expected);
    }
}

#[test]
fn a_policy_without_a_namespace_is_in_default() {
    let objects = clean(
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {podSelector: {}}}",
    );
    assert_eq!(objects[0].object.id.to_string(), "NetworkPolicy default/p");
}

#[test]
fn an_absent_or_empty_list_of_a_rule_is_no_condition() {
    for rule in [
        "{}",
        "{from: []}",
        "{ports: []}",
        "{from: [], ports: []}",
        "{from: null}",
    ] {
        assert_eq!(
            clauses(&format!("{{podSelector: {{}}, ingress: [{rule}]}}")),
            [],
            "{rule}"
        );
    }
}

#[test]
fn an_empty_list_of_rules_has_no_rules() {
    for spec in [
        "{podSelector: {}}",
        "{podSelector: {}, ingress: []}",
        "{podSelector: {}, ingress: null}",
    ] {
        let objects = clean(&policy(spec));
        assert_eq!(own_rules(policies(&objects[0])[0]), [], "{spec}");
    }
}

#[test]
fn ports_are_numbers_ranges_names_or_whole_protocols() {
    let cases = [
        ("[{port: 80}]", PortMatch::single(Protocol::TCP, 80)),
        (
            "[{port: 80, protocol: UDP}]",
            PortMatch::single(Protocol::UDP, 80),
        ),
        ("[{protocol: SCTP}]", PortMatch::all(Protocol::SCTP)),
        ("[{}]", PortMatch::all(Protocol::TCP)),
        ("[null]", PortMatch::all(Protocol::TCP)),
        (
            "[{port: 80, endPort: 80}]",
            PortMatch::single(Protocol::TCP, 80),
        ),
        (
            "[{port: 1, endPort: 65535}]",
            PortMatch::Range {
                protocol: Protocol::TCP,
                first: 1,
                last: 65535,
            },
        ),
        (
            "[{port: http}]",
            PortMatch::Named {
                protocol: Some(Protocol::TCP),
                name: "http".to_owned(),
            },
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(ports(text), [expected], "{text}");
    }
}

#[test]
fn one_peer_with_two_selectors_means_both_and_two_peers_mean_either() {
    let labels = |key: &str| Selector::In(key.to_owned(), vec!["x".to_owned()]);
    let here = NamespaceMatch::Named("shop".to_owned());
    let both = "[{namespaceSelector: {matchLabels: {ns: x}}, podSelector: {matchLabels: {p: x}}}]";
    assert_eq!(
        peers(both),
        [Peer::Workloads {
            namespaces: NamespaceMatch::Matching(labels("ns")),
            workloads: labels("p")
        }]
    );
    let either = "[{namespaceSelector: {}}, {podSelector: {matchLabels: {p: x}}}]";
    assert_eq!(
        peers(either),
        [
            Peer::Workloads {
                namespaces: NamespaceMatch::Matching(Selector::Everything),
                workloads: Selector::Everything
            },
            Peer::Workloads {
                namespaces: here,
                workloads: labels("p")
            },
        ]
    );
}

#[test]
fn selectors_keep_every_requirement() {
    let text = "[{podSelector: {matchLabels: {a: x}, matchExpressions: [{key: b, operator: In, values: [v, z]}, \
                {key: c, operator: NotIn, values: [w]}, {key: d, operator: Exists}, {key: e, operator: DoesNotExist}]}}]";
    let strings = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let expected = Selector::All(vec![
        Selector::In("a".to_owned(), strings(&["x"])),
        Selector::In("b".to_owned(), strings(&["v", "z"])),
        Selector::NotIn("c".to_owned(), strings(&["w"])),
        Selector::Has("d".to_owned()),
        Selector::Lacks("e".to_owned()),
    ]);
    let [Peer::Workloads { workloads, .. }] = &peers(text)[..] else {
        panic!("one peer")
    };
    assert_eq!(*workloads, expected);
}

#[test]
fn a_block_loses_its_exceptions() {
    let expected = AddressBlock::new("10.0.0.0/8", ["10.1.0.0/16"]).unwrap();
    assert_eq!(
        peers("[{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]"),
        [Peer::Block(expected)]
    );
}

#[test]
fn rules_keep_their_places() {
    let objects = clean(&policy(
        "{podSelector: {}, egress: [{}, {to: [{podSelector: {}}]}], policyTypes: [Egress]}",
    ));
    let policies = policies(&objects[0]);
    let paths: Vec<String> = own_rules(policies[0])
        .iter()
        .map(|rule| rule.path.to_string())
        .collect();
    assert_eq!(paths, ["spec.egress[0]", "spec.egress[1]"]);
    assert_eq!(policies[0].path.to_string(), "spec.podSelector");
    assert_eq!(policies[0].stage.name, "NetworkPolicy");
}

#[test]
fn a_rule_with_an_error_is_undecided_and_the_others_stay() {
    let text =
        policy("{podSelector: {}, ingress: [{ports: [{port: 80}]}, {ports: [{port: 0}]}, {}]}");
    let (object, messages) = one(&text);
    assert_eq!(messages, ["`0` is not a port"]);
    assert_eq!(object.state, State::Broken);
    let policies = policies(&object);
    let rules = own_rules(policies[0]);
    let undecided: Vec<bool> = rules
        .iter()
        .map(|rule| {
            rule.clauses
                .iter()
                .any(|clause| matches!(clause.test, Test::Unknown(_)))
        })
        .collect();
    assert_eq!(undecided, [false, true, false]);
    assert_eq!(rules[1].path.to_string(), "spec.ingress[1]");
    assert_eq!(rules[1].effect, Effect::Allow);
}

#[test]
fn a_policy_that_cannot_be_read_is_undecided_for_its_whole_namespace() {
    let cases = [
        policy("{podSelector: {matchLabels: {a: [x]}}}"),
        policy("{podselector: {}}"),
        policy("[]"),
        policy("{podSelector: {}}").replace("networking.k8s.io/v1", "networking.k8s.io/v1beta1"),
        policy("{podSelector: {}}").replace("networking.k8s.io/v1", "v1"),
        policy("{podSelector: {}}").replace("NetworkPolicy", "networkpolicy"),
        policy("{podSelector: {}}").replace("apiVersion: networking.k8s.io/v1\n", ""),
    ];
    for text in cases {
        let (object, messages) = one(&text);
        assert_ne!(messages, [""; 0], "{text}");
        assert_eq!(object.state, State::Broken, "{text}");
        let policies = policies(&object);
        assert_eq!(
            directions(&policies),
            [Direction::Egress, Direction::Ingress],
            "{text}"
        );
        for policy in policies {
            let Target::Workloads {
                namespaces,
                workloads,
                ..
            } = &policy.target
            else {
                panic!("a network policy")
            };
            assert_eq!(*namespaces, NamespaceMatch::Named("shop".to_owned()));
            assert_eq!(*workloads, Selector::Everything);
            let rules = own_rules(policy);
            assert!(
                matches!(rules[0].clauses[0].test, Test::Unknown(_)),
                "{text}"
            );
        }
    }
}

#[test]
fn a_misspelt_policy_type_leaves_the_other_direction_exact() {
    let (object, _) = one(&policy(
        "{podSelector: {}, policyTypes: [Egress, ingress], ingress: [{}]}",
    ));
    let policies = policies(&object);
    assert_eq!(
        directions(&policies),
        [Direction::Egress, Direction::Ingress]
    );
    assert_eq!(own_rules(policies[0]), []);
    assert!(matches!(
        own_rules(policies[1])[0].clauses[0].test,
        Test::Unknown(_)
    ));
}

#[test]
fn a_policy_without_a_name_still_counts() {
    let text = policy("{podSelector: {}}").replace("name: p, ", "");
    let (object, messages) = one(&text);
    assert_eq!(messages, ["this NetworkPolicy has no name"]);
    assert!(object.object.id.name.starts_with("unnamed-"));
    assert_eq!(policies(&object).len(), 1);
}

#[test]
fn a_policy_whose_namespace_cannot_be_read_is_undecided_for_the_whole_cluster() {
    let text = policy("{podSelector: {}}");
    for namespace in ["namespace: y", "namespace: [shop]", "nmespace: shop"] {
        let (object, messages) = one(&text.replace("namespace: shop", namespace));
        assert_eq!(messages.len(), 1, "{namespace}");
        for policy in policies(&object) {
            let Target::Workloads { namespaces, .. } = &policy.target else {
                panic!("a network policy")
            };
            assert_eq!(
                *namespaces,
                NamespaceMatch::Matching(Selector::Everything),
                "{namespace}"
            );
            assert!(matches!(
                own_rules(policy)[0].clauses[0].test,
                Test::Unknown(_)
            ));
        }
    }
}
