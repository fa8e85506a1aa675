//! Roles and bindings.

use kordon_core::model::{ObjectRef, PrincipalMatch, Selector};
use kordon_core::rule::{ApiPermission, Rule, Rules, Scope, Target, Test};
use kordon_kinds::State;

use super::support::{clean, one, policies, rule_set};

const GROUP: &str = "rbac.authorization.k8s.io";

fn role(kind: &str, rest: &str) -> String {
    format!(
        "apiVersion: {GROUP}/v1\nkind: {kind}\nmetadata: {{name: r, namespace: shop}}\n{rest}\n"
    )
    .replace(
        if kind.starts_with("Cluster") {
            ", namespace: shop"
        } else {
            "\0"
        },
        "",
    )
}

fn binding(kind: &str, role: &str, subjects: &str) -> String {
    self::role(kind, &format!("roleRef: {role}\nsubjects: {subjects}"))
}

fn permission(rule: &Rule) -> &ApiPermission {
    match rule.clauses.as_slice() {
        [clause] => match &clause.test {
            Test::Api(permission) => permission,
            other => panic!("a permission, not {other:?}"),
        },
        other => panic!("one clause, not {other:?}"),
    }
}

fn subjects(text: &str) -> Vec<PrincipalMatch> {
    let (object, _) = one(text);
    match &policies(&object)[0].target {
        Target::Principals { subjects, .. } => subjects
            .iter()
            .map(|(_, subject)| subject.clone())
            .collect(),
        _ => panic!("principals"),
    }
}

#[test]
fn a_rule_is_kept_as_written() {
    let objects = clean(&role(
        "Role",
        "rules: [{apiGroups: ['', '*'], resources: [pods/log], resourceNames: [a], verbs: [get, '*']}]",
    ));
    let rules = &rule_set(&objects[0]).rules;
    assert_eq!(rules[0].path.to_string(), "rules[0]");
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let expected = ApiPermission {
        verbs: list(&["get", "*"]),
        groups: list(&["", "*"]),
        resources: list(&["pods/log"]),
        names: list(&["a"]),
        paths: Vec::new(),
    };
    assert_eq!(*permission(&rules[0]), expected);
}

#[test]
fn a_rule_that_the_api_server_refuses_is_reported_and_kept_as_written() {
    let (object, messages) = one(&role(
        "ClusterRole",
        "rules: [{apiGroups: [''], resources: [pods], nonResourceURLs: [/x], verbs: []}]",
    ));
    assert_eq!(
        messages,
        [
            "a rule needs at least one verb",
            "a rule speaks either of resources or of paths, not of both"
        ]
    );
    assert_eq!(object.state, State::Broken);
    assert_eq!(permission(&rule_set(&object).rules[0]).paths, ["/x"]);
}

#[test]
fn a_rule_of_the_wrong_shape_is_undecided() {
    let (object, _) = one(&role(
        "ClusterRole",
        "rules: [{apiGroups: [''], resources: pods, verbs: [get]}]",
    ));
    let rules = &rule_set(&object).rules;
    assert!(matches!(rules[0].clauses[0].test, Test::Unknown(_)));
}

#[test]
fn an_aggregating_role_includes_by_labels_beside_its_own_rules() {
    let objects = clean(&role(
        "ClusterRole",
        "aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}, {}]}\nrules: null",
    ));
    let expected = [
        Selector::In("a".to_owned(), vec!["b".to_owned()]),
        Selector::Everything,
    ];
    assert_eq!(rule_set(&objects[0]).includes, expected);
}

#[test]
fn only_cluster_roles_offer_their_labels_for_aggregation() {
    let labels = "metadata: {name: r, namespace: shop, labels: {a: b}}";
    for (kind, expected) in [("Role", 0), ("ClusterRole", 1)] {
        let text = format!("apiVersion: {GROUP}/v1\nkind: {kind}\n{labels}\nrules: []\n");
        let (object, _) = one(&text);
        assert_eq!(rule_set(&object).labels.len(), expected, "{kind}");
    }
}

#[test]
fn a_role_binding_holds_in_its_namespace() {
    let objects = clean(&binding(
        "RoleBinding",
        "{kind: Role, name: reader}",
        "[{kind: User, name: alice}]",
    ));
    let policies = policies(&objects[0]);
    let Target::Principals { scope, subjects } = &policies[0].target else {
        panic!("principals")
    };
    assert_eq!(*scope, Scope::Namespace("shop".to_owned()));
    assert_eq!(subjects[0].0.to_string(), "subjects[0]");
    assert_eq!(
        policies[0].rules,
        Rules::Of(ObjectRef::namespaced(GROUP, "Role", "shop", "reader"))
    );
}

#[test]
fn a_role_binding_may_grant_a_cluster_role() {
    let objects = clean(&binding(
        "RoleBinding",
        "{kind: ClusterRole, name: view}",
        "[]",
    ));
    assert_eq!(
        policies(&objects[0])[0].rules,
        Rules::Of(ObjectRef::cluster(GROUP, "ClusterRole", "view"))
    );
}

#[test]
fn a_service_account_without_a_namespace_is_the_bindings() {
    let list =
        "[{kind: ServiceAccount, name: a}, {kind: ServiceAccount, name: a, namespace: other}]";
    let text = binding("RoleBinding", "{kind: Role, name: r}", list);
    let account = |namespace: &str| PrincipalMatch::ServiceAccount {
        namespace: namespace.to_owned(),
        name: "a".to_owned(),
    };
    assert_eq!(subjects(&text), [account("shop"), account("other")]);
}

#[test]
fn a_service_account_without_a_namespace_matches_nobody_in_the_cluster() {
    let text = binding(
        "ClusterRoleBinding",
        "{kind: ClusterRole, name: r}",
        "[{kind: ServiceAccount, name: a}]",
    );
    assert_eq!(subjects(&text), []);
    assert_eq!(one(&text).1, ["the service account `a` needs a namespace"]);
}

#[test]
fn odd_subjects_are_kept_as_the_authorizer_reads_them() {
    let list = "[{kind: User, name: ''}, {kind: user, name: a}, {kind: Group, name: g, apiGroup: example.com}, \
                {kind: ServiceAccount, name: 'b:c', namespace: ns}]";
    let text = binding("RoleBinding", "{kind: Role, name: r}", list);
    let expected = [
        PrincipalMatch::User(String::new()),
        PrincipalMatch::Group("g".to_owned()),
        PrincipalMatch::ServiceAccount {
            namespace: "ns".to_owned(),
            name: "b:c".to_owned(),
        },
    ];
    assert_eq!(subjects(&text), expected);
}

#[test]
fn a_role_reference_of_an_odd_kind_means_an_object_that_cannot_exist() {
    for (kind, written) in [
        ("RoleBinding", "role"),
        ("RoleBinding", ""),
        ("ClusterRoleBinding", "Role"),
    ] {
        let (object, messages) = one(&binding(
            kind,
            &format!("{{kind: '{written}', name: r}}"),
            "[]",
        ));
        assert_eq!(messages.len(), 1, "{kind} {written}");
        assert_eq!(
            policies(&object)[0].rules,
            Rules::Of(ObjectRef::cluster(GROUP, written, "r")),
            "{kind} {written}"
        );
    }
}

#[test]
fn an_object_of_which_kind_or_namespace_is_in_doubt_grants_nothing() {
    let text = binding(
        "RoleBinding",
        "{kind: ClusterRole, name: view}",
        "[{kind: User, name: alice}]",
    );
    let doubtful = [
        text.replace("kind: RoleBinding", "kind: rolebinding"),
        text.replace("k8s.io/v1", "k8s.io/v1beta1"),
        text.replace("namespace: shop", "namespace: y"),
        text.replace("namespace: shop", "nmespace: shop"),
    ];
    for text in doubtful {
        let (object, messages) = one(&text);
        assert_eq!(messages.len(), 1, "{text}");
        assert_eq!(object.object.items, [], "{text}");
    }
}
