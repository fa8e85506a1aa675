use super::*;

fn role(kind: &str, name: &str, rules: &Value) -> Value {
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind,
        "metadata": {"name": name, "namespace": "shop"}, "rules": rules})
}

fn binding(kind: &str, name: &str, role: (&str, &str), subject: &Value) -> Value {
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind,
        "metadata": {"name": name, "namespace": "shop"},
        "roleRef": {"kind": role.0, "name": role.1}, "subjects": [subject]})
}

fn readers() -> Vec<Value> {
    let pods = json!([{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]);
    let alice = json!({"kind": "User", "name": "alice"});
    vec![
        role("Role", "reader", &pods),
        binding("RoleBinding", "readers", ("Role", "reader"), &alice),
        binding("RoleBinding", "more-readers", ("Role", "reader"), &alice),
        binding(
            "ClusterRoleBinding",
            "broken",
            ("ClusterRole", "gone"),
            &alice,
        ),
    ]
}

#[test]
fn every_binding_that_allows_is_a_possible_reason() {
    let request = json!({"kind": "api", "user": "alice", "verb": "get", "resource": "pods",
        "namespace": "shop"});
    let answer = Rbac::new(&readers()).decide(&request).unwrap();
    assert!(answer.allowed);
    let reasons: Vec<_> = answer.reasons.iter().map(String::as_str).collect();
    assert_eq!(
        reasons,
        [
            r#"RBAC: allowed by RoleBinding "more-readers/shop" of Role "reader" to User "alice""#,
            r#"RBAC: allowed by RoleBinding "readers/shop" of Role "reader" to User "alice""#,
        ]
    );
}

#[test]
fn a_missing_role_shows_only_when_nothing_allows() {
    let request = json!({"user": "alice", "verb": "delete", "resource": "pods",
        "namespace": "shop"});
    let answer = Rbac::new(&readers()).decide(&request).unwrap();
    assert!(!answer.allowed);
    let error = r#"clusterrole.rbac.authorization.k8s.io "gone" not found"#;
    assert_eq!(answer.errors, BTreeSet::from([error.to_owned()]));
    assert_eq!(answer.reasons, BTreeSet::from([format!("RBAC: {error}")]));
}

#[test]
fn a_review_and_the_compact_form_are_the_same_request() {
    let compact = json!({"kind": "api", "user": "alice", "groups": ["dev"], "verb": "get",
        "apiGroup": "apps", "resource": "deployments", "subresource": "scale",
        "namespace": "shop", "name": "cart"});
    let review = json!({"kind": "SubjectAccessReview", "spec": {"user": "alice",
        "groups": ["dev"], "resourceAttributes": {"verb": "get", "group": "apps",
            "resource": "deployments", "subresource": "scale", "namespace": "shop",
            "name": "cart"}}});
    assert_eq!(Attributes::read(&compact), Attributes::read(&review));
    let path = json!({"kind": "SubjectAccessReview", "spec": {"user": "alice",
        "nonResourceAttributes": {"verb": "get", "path": "/healthz"}}});
    let attributes = Attributes::read(&path).unwrap();
    assert_eq!(attributes.scope, Scope::Path("/healthz".to_owned()));
}

#[test]
fn a_request_of_another_kind_is_refused() {
    let refused = Attributes::read(&json!({"kind": "connection"}));
    assert_eq!(refused, Err(RequestError::Kind("connection".to_owned())));
    let both = json!({"kind": "SubjectAccessReview", "spec": {"user": "alice",
        "resourceAttributes": {}, "nonResourceAttributes": {}}});
    assert_eq!(Attributes::read(&both), Err(RequestError::Attributes));
}

#[test]
fn aggregation_follows_chains_and_leaves_rules_that_nothing_replaces() {
    let labelled = |name: &str, label: &str, selector: Option<&str>, verbs: &[&str]| {
        let mut object = role("ClusterRole", name, &json!([{"verbs": verbs}]));
        object["metadata"]["labels"] = json!({"to": label});
        if let Some(selector) = selector {
            object["aggregationRule"] =
                json!({"clusterRoleSelectors": [{"matchLabels": {"to": selector}}]});
        }
        object
    };
    let objects = [
        labelled("a-top", "", Some("top"), &[]),
        labelled("b-middle", "top", Some("middle"), &["old"]),
        labelled("leaf", "middle", None, &["get"]),
        labelled("lonely", "", Some("nobody"), &["kept"]),
    ];
    let filled = fill_aggregation(&objects);
    let verbs: Vec<_> = filled
        .iter()
        .map(|role| role["rules"][0]["verbs"][0].as_str())
        .collect();
    assert_eq!(verbs, [Some("get"), Some("get"), Some("get"), Some("kept")]);
}
