//! Order of the stages, emptiness, and what is reported.

use super::*;

#[test]
fn without_an_allow_policy_everything_passes_implicitly() {
    let found = answer(&[], &get());
    assert!(found.allowed && !found.explicit);
    let other = policy("DENY", &json!([{"to": [{"operation": {"paths": ["/x"]}}]}]));
    let found = answer(&[other], &get());
    assert!(found.allowed && !found.explicit);
}

#[test]
fn with_allow_policies_a_rule_of_any_of_them_must_match() {
    let only = |name: &str, path: &str| {
        named(
            name,
            "ALLOW",
            &json!([{"to": [{"operation": {"paths": [path]}}]}]),
        )
    };
    let policies = [only("a", "/a"), only("b", "/b")];
    assert!(answer(&policies, &with_path("/b")).explicit);
    assert!(answer(&policies, &with_path("/b")).allowed);
    let found = answer(&policies, &with_path("/c"));
    assert_eq!(found.denied_by, Some(DeniedBy::Rbac));
    assert_eq!((found.matched, found.explicit), (None, true));
}

#[test]
fn deny_wins_over_allow() {
    let policies = [
        named("a", "ALLOW", &json!([{}])),
        named("d", "DENY", &json!([{}])),
    ];
    let found = answer(&policies, &get());
    assert!(!found.allowed);
    assert_eq!(found.matched.as_deref(), Some("ns[foo]-policy[d]-rule[0]"));
}

#[test]
fn a_policy_without_rules_matches_nothing_and_an_empty_rule_everything() {
    let check = |action: &str, rules: Value, expected: bool| {
        let found = answer(&[policy(action, &rules)], &get());
        assert_eq!(found.allowed, expected, "{action} {rules}");
    };
    check("ALLOW", json!(null), false);
    check("ALLOW", json!([]), false);
    check("ALLOW", json!([{}]), true);
    check("DENY", json!(null), true);
    check("DENY", json!([{}]), false);
    check("AUDIT", json!([{}]), true);
    let mut bare = policy("ALLOW", &json!(null));
    bare["spec"] = json!({});
    assert!(!answer(&[bare], &get()).allowed);
}

#[test]
fn an_entry_of_each_part_and_all_conditions_must_hold() {
    let rule = json!({
        "from": [{"source": {"namespaces": ["a"]}}, {"source": {"namespaces": ["b"]}}],
        "to": [{"operation": {"paths": ["/x"], "methods": ["GET"]}}, {"operation": {"paths": ["/"]}}],
        "when": [{"key": "destination.port", "values": ["80"]}]});
    assert!(rule_matches(&rule, &from_namespace("b")));
    assert!(!rule_matches(&rule, &from_namespace("c")));
    let mut elsewhere = from_namespace("a");
    elsewhere.connection.port = 81;
    assert!(!rule_matches(&rule, &elsewhere));
    let mut post = from_namespace("a");
    let http = post.http.as_mut().unwrap();
    (http.path, http.method) = ("/x".to_owned(), "POST".to_owned());
    assert!(!rule_matches(&rule, &post));
}

#[test]
fn in_a_field_any_value_and_no_negated_one_must_match() {
    let field = json!({"namespaces": ["a*"], "notNamespaces": ["ab"]});
    assert!(source_matches(&field, &from_namespace("ac")));
    assert!(!source_matches(&field, &from_namespace("ab")));
    assert!(!source_matches(&field, &from_namespace("b")));
    let empty = json!({"namespaces": [], "notNamespaces": []});
    assert!(source_matches(&empty, &get()));
}

#[test]
fn audit_marks_and_changes_nothing() {
    let audit = named("m", "AUDIT", &json!([{}]));
    let found = answer(std::slice::from_ref(&audit), &get());
    assert!(found.allowed && !found.explicit);
    assert_eq!(found.matched.as_deref(), Some("ns[foo]-policy[m]-rule[0]"));
    let none = answer(&[audit, named("a", "ALLOW", &json!([]))], &get());
    assert_eq!((none.allowed, none.matched), (false, None));
}

#[test]
fn a_dry_run_is_reported_and_never_enforced() {
    let check = |annotation: &str, action: &str, allowed: bool, result: Option<&str>| {
        let mut dry = policy(
            action,
            &json!([{"to": [{"operation": {"paths": ["/dry"]}}]}]),
        );
        dry["metadata"]["annotations"] = json!({"istio.io/dry-run": annotation});
        let found = answer(&[dry], &get());
        let name = action.to_lowercase();
        let key = format!("istio_dry_run_{name}_shadow_engine_result");
        let shown = found.shadow.get(&key).map(String::as_str);
        assert_eq!(
            (found.allowed, shown),
            (allowed, result),
            "{annotation} {action}"
        );
    };
    for yes in ["1", "t", "T", "true", "TRUE", "True"] {
        check(yes, "ALLOW", true, Some("denied"));
        check(yes, "DENY", true, Some("allowed"));
    }
    // What Go's ParseBool does not read as true leaves the ALLOW policy enforced.
    for no in ["false", "0", "", "yes", "tRUE"] {
        check(no, "ALLOW", false, None);
    }
}

#[test]
fn a_dry_run_names_the_rule_that_would_have_decided() {
    let mut dry = policy("DENY", &json!([{}]));
    dry["metadata"]["annotations"] = json!({"istio.io/dry-run": "true"});
    let found = answer(&[dry], &get());
    let id = found
        .shadow
        .get("istio_dry_run_deny_shadow_effective_policy_id");
    assert_eq!(id.map(String::as_str), Some("ns[foo]-policy[p]-rule[0]"));
}

#[test]
fn of_several_rules_the_smallest_key_in_bytes_is_reported() {
    let rules: Vec<Value> = (0..11)
        .map(|number| match number {
            2 | 10 => json!({}),
            _ => json!({"to": [{"operation": {"paths": ["/none"]}}]}),
        })
        .collect();
    let found = answer(&[policy("ALLOW", &json!(rules))], &get());
    assert_eq!(found.matched.as_deref(), Some("ns[foo]-policy[p]-rule[10]"));
    let both = [
        named("b", "ALLOW", &json!([{}])),
        named("B", "ALLOW", &json!([{}])),
    ];
    let found = answer(&both, &get());
    assert_eq!(found.matched.as_deref(), Some("ns[foo]-policy[B]-rule[0]"));
}

#[test]
fn the_order_of_objects_changes_nothing() {
    let mut policies = vec![
        named("a", "ALLOW", &json!([{}])),
        named("b", "ALLOW", &json!([{}])),
        named("c", "AUDIT", &json!([{}])),
    ];
    let first = answer(&policies, &get());
    policies.reverse();
    assert_eq!(first, answer(&policies, &get()));
}
