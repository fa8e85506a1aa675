//! Policies of Istio.

mod authentication;
mod rules;
mod together;

use kordon_core::model::{NamespaceMatch, Selector};
use kordon_core::rule::{Combine, Effect, Policy, Target, Test};
use kordon_kinds::{Located, Lowered, MeshSettings, Settings, State, lower};
use kordon_syntax::{Node, SourceId};

use super::support::{clean, one, own_rules, policies};

/// An object of namespace `shop`.
fn object(kind: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: security.istio.io/v1, kind: {kind}, metadata: {{name: p, namespace: shop}}, spec: {spec}}}"
    )
}

fn authorization(spec: &str) -> String {
    object("AuthorizationPolicy", spec)
}

/// The one policy that an object contributes.
fn only(located: &Located) -> Policy {
    let [policy] = policies(located)[..] else {
        panic!("one policy, not {:?}", located.object.items)
    };
    policy.clone()
}

fn clean_policy(text: &str) -> Policy {
    only(&clean(text)[0])
}

/// What a policy applies to.
fn target(policy: &Policy) -> (NamespaceMatch, Selector) {
    match &policy.target {
        Target::Workloads {
            namespaces,
            workloads,
            ..
        } => (namespaces.clone(), workloads.clone()),
        other => panic!("workloads, not {other:?}"),
    }
}

/// Whether all that a policy says is unknown.
fn is_undecided(policy: &Policy) -> bool {
    own_rules(policy)
        .iter()
        .all(|rule| matches!(rule.clauses[..], [ref only] if matches!(only.test, Test::Unknown(_))))
}

fn not_a_waypoint() -> Selector {
    Selector::NotIn(
        "gateway.istio.io/managed".to_owned(),
        vec!["istio.io-mesh-controller".to_owned()],
    )
}

#[test]
fn an_action_is_a_stage() {
    let cases = [
        (
            "{rules: [{}]}",
            "ALLOW",
            40.0,
            Combine::Isolate,
            Effect::Allow,
        ),
        (
            "{action: DENY, rules: [{}]}",
            "DENY",
            30.0,
            pass(),
            Effect::Deny,
        ),
        (
            "{action: AUDIT, rules: [{}]}",
            "AUDIT",
            20.0,
            pass(),
            Effect::Pass,
        ),
        (
            "{action: CUSTOM, provider: {name: opa}, rules: [{}]}",
            "CUSTOM",
            10.0,
            pass(),
            Effect::Deny,
        ),
    ];
    for (spec, name, order, combine, effect) in cases {
        let policy = clean_policy(&authorization(spec));
        assert_eq!(
            (&*policy.stage.name, policy.stage.order.0),
            (name, order),
            "{spec}"
        );
        assert_eq!(policy.stage.combine, combine, "{spec}");
        assert_eq!(own_rules(&policy)[0].effect, effect, "{spec}");
    }
}

fn pass() -> Combine {
    Combine::FirstMatch {
        otherwise: kordon_core::rule::Otherwise::Pass,
    }
}

#[test]
fn an_allow_policy_without_rules_selects_and_admits_nothing() {
    for spec in ["{}", "{rules: []}", "{action: ALLOW, selector: {}}"] {
        let policy = clean_policy(&authorization(spec));
        assert_eq!(policy.stage.combine, Combine::Isolate, "{spec}");
        assert_eq!(own_rules(&policy), [], "{spec}");
    }
}

#[test]
fn a_dry_run_passes_in_a_stage_of_its_own() {
    let annotated = |value: &str, action: &str| {
        authorization(&format!("{{action: {action}, rules: [{{}}]}}")).replace(
            "namespace: shop",
            &format!("namespace: shop, annotations: {{istio.io/dry-run: '{value}'}}"),
        )
    };
    for value in ["1", "t", "T", "TRUE", "true", "True"] {
        for (action, stage) in [("ALLOW", "ALLOW (dry run)"), ("DENY", "DENY (dry run)")] {
            let policy = clean_policy(&annotated(value, action));
            assert_eq!(policy.stage.name, stage, "{value}");
            assert_eq!(own_rules(&policy)[0].effect, Effect::Pass, "{value}");
        }
    }
    let enforced = clean_policy(&annotated("false", "DENY"));
    assert_eq!(enforced.stage.name, "DENY");
    let (unclear, messages) = one(&annotated("yes", "DENY"));
    assert_eq!(only(&unclear).stage.name, "DENY");
    assert!(!is_undecided(&only(&unclear)));
    assert_eq!(messages.len(), 1, "{messages:?}");
}

#[test]
fn a_dry_run_of_an_action_that_has_none_is_not_decided() {
    let text = authorization("{action: CUSTOM, provider: {name: opa}, rules: [{}]}").replace(
        "namespace: shop",
        "namespace: shop, annotations: {istio.io/dry-run: 'true'}",
    );
    let (located, _) = one(&text);
    assert_eq!(located.state, State::Broken);
    assert!(is_undecided(&only(&located)));
}

#[test]
fn a_selector_selects_in_the_namespace_and_no_waypoints() {
    let policy = clean_policy(&authorization("{selector: {matchLabels: {app: cart}}}"));
    let app = Selector::In("app".to_owned(), vec!["cart".to_owned()]);
    let shop = NamespaceMatch::Named("shop".to_owned());
    let workloads = Selector::All(vec![app, not_a_waypoint()]);
    assert_eq!(target(&policy), (shop.clone(), workloads));
    assert_eq!(policy.path.to_string(), "spec.selector");
    for spec in ["{}", "{selector: {}}", "{selector: {matchLabels: {}}}"] {
        let policy = clean_policy(&authorization(spec));
        assert_eq!(target(&policy), (shop.clone(), not_a_waypoint()), "{spec}");
    }
}

#[test]
fn a_policy_of_the_root_namespace_speaks_of_all_namespaces() {
    let root = |text: &str| text.replace("namespace: shop", "namespace: istio-system");
    let policy = clean_policy(&root(&authorization("{}")));
    let everywhere = NamespaceMatch::Matching(Selector::Everything);
    assert_eq!(target(&policy), (everywhere, not_a_waypoint()));
}

#[test]
fn the_root_namespace_is_a_setting() {
    let settings = Settings {
        mesh: MeshSettings {
            root_namespace: "shop".to_owned(),
            ..MeshSettings::default()
        },
    };
    let object = serde_json::json!({"apiVersion": "security.istio.io/v1beta1", "kind": "AuthorizationPolicy",
        "metadata": {"name": "p", "namespace": "shop"}, "spec": {}});
    let mut out = Lowered::default();
    lower(
        &Node::from_json(&object),
        SourceId::default(),
        &settings,
        &mut out,
    );
    let everywhere = NamespaceMatch::Matching(Selector::Everything);
    assert_eq!(target(&only(&out.objects[0])).0, everywhere);
}

#[test]
fn a_target_that_is_a_gateway_selects_its_workloads() {
    let gateway = "{group: gateway.networking.k8s.io, kind: Gateway, name: edge}";
    for spec in [
        format!("{{targetRefs: [{gateway}]}}"),
        format!("{{targetRef: {gateway}}}"),
    ] {
        let policy = clean_policy(&authorization(&spec));
        let label = "gateway.networking.k8s.io/gateway-name".to_owned();
        let workloads = Selector::In(label, vec!["edge".to_owned()]);
        let shop = NamespaceMatch::Named("shop".to_owned());
        assert_eq!(target(&policy), (shop, workloads), "{spec}");
    }
}

#[test]
fn what_a_waypoint_enforces_may_refuse_whatever_its_action() {
    for target_ref in [
        "{kind: Service, name: cart}",
        "{group: core, kind: Service, name: cart}",
        "{group: networking.istio.io, kind: ServiceEntry, name: cart}",
        "{group: gateway.networking.k8s.io, kind: GatewayClass, name: istio-waypoint}",
    ] {
        for action in ["ALLOW", "DENY"] {
            let spec = format!("{{action: {action}, targetRefs: [{target_ref}], rules: [{{}}]}}");
            let (located, messages) = one(&authorization(&spec));
            assert_eq!(messages.len(), 1, "{messages:?}");
            let policy = only(&located);
            assert_eq!(own_rules(&policy)[0].effect, Effect::Deny, "{spec}");
            assert!(is_undecided(&policy), "{spec}");
            let shop = NamespaceMatch::Named("shop".to_owned());
            assert_eq!(target(&policy), (shop, Selector::Everything), "{spec}");
        }
    }
}

#[test]
fn a_policy_with_a_problem_in_its_frame_may_deny_all_that_it_may_select() {
    for spec in [
        "{acton: DENY, rules: [{}]}",
        "{action: DENNY, rules: [{}]}",
        "{action: [DENY], rules: [{}]}",
        "[]",
    ] {
        let (located, _) = one(&authorization(spec));
        assert_eq!(located.state, State::Broken, "{spec}");
        let policy = only(&located);
        assert!(is_undecided(&policy), "{spec}");
        assert_eq!(own_rules(&policy)[0].effect, Effect::Deny, "{spec}");
        assert_eq!(target(&policy).1, Selector::Everything, "{spec}");
    }
}

#[test]
fn a_policy_whose_selection_is_not_known_counts_for_the_whole_namespace() {
    for spec in [
        "{selector: {matchLabels: {app: 'a*'}}, rules: [{}]}",
        "{selector: {matchLabel: {app: a}}, rules: [{}]}",
        "{selector: {matchLabels: {app: a}}, targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}], rules: [{}]}",
        "{targetRefs: [{kind: Deployment, name: g}], rules: [{}]}",
        "{targetRefs: [{kind: Service, name: g, namespace: other}], rules: [{}]}",
        "{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway}], rules: [{}]}",
    ] {
        let (located, _) = one(&authorization(spec));
        assert_eq!(located.state, State::Broken, "{spec}");
        let policy = only(&located);
        assert_eq!(policy.stage.name, "ALLOW", "{spec}");
        assert!(is_undecided(&policy), "{spec}");
        assert_eq!(target(&policy).1, Selector::Everything, "{spec}");
    }
}
