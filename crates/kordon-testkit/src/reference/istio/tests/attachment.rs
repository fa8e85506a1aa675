//! Which policies hold for which workload.

use super::*;

const GATEWAY: &str = "gateway.networking.k8s.io/gateway-name";

/// Whether a policy that denies everything holds for a workload.
fn holds(namespace: &str, spec: &Value, workload: &Workload) -> bool {
    let mut object = policy("DENY", &json!([{}]));
    object["metadata"]["namespace"] = json!(namespace);
    for (field, value) in spec.as_object().unwrap() {
        object["spec"][field] = value.clone();
    }
    let mesh = Mesh::new(&[object], MeshConfig::default());
    !mesh.decide(workload, &get(), &Nobody).allowed
}

fn gateway() -> Workload {
    let labels = [("app", "edge"), (GATEWAY, "gw")];
    let own = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    Workload::new("foo", labels.into_iter().map(own).collect())
}

fn waypoint() -> Workload {
    let service = |kind: &str, name: &str| ServiceRef {
        kind: kind.to_owned(),
        namespace: "foo".to_owned(),
        name: name.to_owned(),
    };
    Workload {
        proxy: Proxy::Waypoint,
        services: vec![service("Service", "web"), service("ServiceEntry", "out")],
        ..gateway()
    }
}

fn target(group: &str, kind: &str, name: &str) -> Value {
    json!({"targetRefs": [{"group": group, "kind": kind, "name": name}]})
}

#[test]
fn policies_are_those_of_the_own_and_the_root_namespace() {
    assert!(holds("foo", &json!({}), &httpbin()));
    assert!(holds("istio-system", &json!({}), &httpbin()));
    assert!(!holds("bar", &json!({}), &httpbin()));
}

#[test]
fn a_selector_asks_for_all_its_labels_and_an_empty_one_for_none() {
    let selector = |labels: Value| json!({"selector": {"matchLabels": labels}});
    for namespace in ["foo", "istio-system"] {
        let check = |labels: Value| holds(namespace, &selector(labels), &httpbin());
        assert!(check(json!({})));
        assert!(check(json!({"app": "httpbin"})));
        assert!(!check(json!({"app": "httpbin", "version": "v1"})));
        assert!(!check(json!({"app": "web"})));
    }
}

#[test]
fn a_sidecar_ignores_policies_that_name_targets() {
    let reference = target("gateway.networking.k8s.io", "Gateway", "gw");
    assert!(!holds("foo", &reference, &httpbin()));
    let single = json!({"targetRef": {"group": "", "kind": "Service", "name": "web"}});
    assert!(!holds("foo", &single, &httpbin()));
}

#[test]
fn a_gateway_takes_policies_of_its_namespace_that_name_it_or_select_it() {
    let named = |name: &str| target("gateway.networking.k8s.io", "Gateway", name);
    assert!(holds("foo", &named("gw"), &gateway()));
    assert!(!holds("foo", &named("other"), &gateway()));
    assert!(!holds("istio-system", &named("gw"), &gateway()));
    assert!(!holds("foo", &target("", "Gateway", "gw"), &gateway()));
    assert!(!holds("foo", &target("", "Service", "web"), &gateway()));
    let mut both = named("other");
    let more = named("gw")["targetRefs"][0].clone();
    both["targetRefs"].as_array_mut().unwrap().push(more);
    assert!(holds("foo", &both, &gateway()));
    let selector = json!({"selector": {"matchLabels": {"app": "edge"}}});
    assert!(holds("foo", &selector, &gateway()));
    assert!(holds("foo", &json!({}), &gateway()));
}

#[test]
fn a_waypoint_ignores_selectors_and_takes_policies_that_name_it_or_its_services() {
    let check = |namespace: &str, spec: &Value| holds(namespace, spec, &waypoint());
    assert!(!check("foo", &json!({})));
    assert!(!check(
        "foo",
        &json!({"selector": {"matchLabels": {"app": "edge"}}})
    ));
    assert!(check(
        "foo",
        &target("gateway.networking.k8s.io", "Gateway", "gw")
    ));
    for group in ["", "core"] {
        assert!(check("foo", &target(group, "Service", "web")));
    }
    assert!(!check("foo", &target("", "Service", "out")));
    assert!(!check("bar", &target("", "Service", "web")));
    assert!(check(
        "foo",
        &target("networking.istio.io", "ServiceEntry", "out")
    ));
    let class = target(
        "gateway.networking.k8s.io",
        "GatewayClass",
        "istio-waypoint",
    );
    assert!(check("istio-system", &class));
    assert!(!check("foo", &class));
}

#[test]
fn a_pod_is_judged_by_the_proxy_that_labels_speak_of() {
    let check = |labels: Value, namespace_labels: &[(&str, &str)], expected: Proxy| {
        let pod = json!({"kind": "Pod", "metadata": {"namespace": "foo", "labels": labels}});
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let namespace = namespace_labels.iter().map(own).collect();
        assert_eq!(Workload::of_pod(&pod, &namespace).proxy, expected, "{pod}");
    };
    let ambient = [("istio.io/dataplane-mode", "ambient")];
    check(json!({}), &[], Proxy::Sidecar);
    check(json!({}), &ambient, Proxy::Ztunnel);
    check(
        json!({"istio.io/dataplane-mode": "ambient"}),
        &ambient,
        Proxy::Ztunnel,
    );
    check(
        json!({"istio.io/dataplane-mode": "none"}),
        &ambient,
        Proxy::Sidecar,
    );
    check(
        json!({"istio.io/dataplane-mode": "ambient"}),
        &[],
        Proxy::Ztunnel,
    );
    check(json!({GATEWAY: "gw"}), &ambient, Proxy::Gateway);
    let managed = "gateway.istio.io/managed";
    check(
        json!({GATEWAY: "gw", managed: "istio.io-mesh-controller"}),
        &ambient,
        Proxy::Waypoint,
    );
}

#[test]
fn a_workload_is_a_pod_or_else_the_template_of_a_controller() {
    let objects = [
        json!({"kind": "Namespace", "metadata": {"name": "bar"}}),
        json!({"kind": "Namespace", "metadata": {"name": "foo",
            "labels": {"istio.io/dataplane-mode": "ambient"}}}),
        json!({"kind": "Deployment", "metadata": {"name": "web", "namespace": "foo"},
            "spec": {"template": {"metadata": {"labels": {"app": "d"}}}}}),
        json!({"kind": "Deployment", "metadata": {"name": "api", "namespace": "foo"},
            "spec": {"template": {"metadata": {"labels": {"app": "t"}}}}}),
        json!({"kind": "Pod", "metadata": {"name": "web", "namespace": "foo",
            "labels": {"app": "p"}}}),
    ];
    let app = |name: &str| {
        let found = Workload::find(&objects, "foo", name)?;
        assert_eq!(
            (found.namespace.as_str(), found.proxy),
            ("foo", Proxy::Ztunnel)
        );
        found.labels.get("app").cloned()
    };
    assert_eq!(app("web").as_deref(), Some("p"));
    assert_eq!(app("api").as_deref(), Some("t"));
    assert_eq!(app("none"), None);
}
