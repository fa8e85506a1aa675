use serde_json::json;

use super::*;

fn pod(namespace: &str, name: &str, ips: &[&str]) -> Value {
    let ips: Vec<_> = ips.iter().map(|ip| json!({"ip": ip})).collect();
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {"nodeName": "n1", "containers": [
            {"name": "main", "ports": [{"name": "web", "containerPort": 8080}]}]},
        "status": {"phase": "Running", "podIPs": ips}})
}

fn policy(namespace: &str, spec: &Value) -> Value {
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": "p", "namespace": namespace}, "spec": spec})
}

fn admin(name: &str, priority: u64, rules: &Value) -> Value {
    json!({"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy",
        "metadata": {"name": name},
        "spec": {"priority": priority, "subject": {"namespaces": {}}, "egress": rules}})
}

/// `NS/NAME`, an address, or `node NAME`.
fn endpoint(text: &str) -> Endpoint {
    let value = match (text.split_once(' '), text.contains('/')) {
        (Some(("node", name)), _) => json!({"node": name}),
        (_, true) => json!(text),
        _ => json!({"ip": text}),
    };
    Endpoint::read(&value).unwrap()
}

/// Egress and ingress verdicts, with `!` for those that a policy gave.
fn judge(objects: &[Value], from: &str, to: &str, port: u16) -> String {
    let connection = Connection::new(endpoint(from), endpoint(to), port, "TCP");
    let sides = Network::new(objects).decide(&connection).unwrap();
    let show = |side: Side| format!("{:?}{}", side.verdict, if side.explicit { "!" } else { "" });
    format!("{} {}", show(sides.egress), show(sides.ingress))
}

#[test]
fn nothing_isolates_a_pod_that_no_policy_selects() {
    let objects = [pod("a", "x", &["10.0.0.1"]), pod("a", "y", &["10.0.0.2"])];
    assert_eq!(judge(&objects, "a/x", "a/y", 80), "Allow Allow");
}

#[test]
fn policy_types_default_to_ingress_and_to_egress_when_there_are_egress_rules() {
    let check = |spec: Value, expected: &str| {
        let objects = [
            pod("a", "x", &["10.0.0.1"]),
            pod("a", "y", &["10.0.0.2"]),
            policy("a", &spec),
        ];
        assert_eq!(judge(&objects, "a/x", "a/y", 80), expected, "{spec}");
    };
    check(json!({}), "Allow Deny!");
    check(json!({"podSelector": {}, "egress": []}), "Allow Deny!");
    check(json!({"podSelector": {}, "egress": [{}]}), "Allow! Deny!");
    check(
        json!({"podSelector": {}, "policyTypes": ["Egress"]}),
        "Deny! Allow",
    );
    check(json!({"podSelector": {}, "ingress": [{}]}), "Allow Allow!");
}

#[test]
fn an_address_block_about_a_pod_without_address_is_unknown_unless_another_rule_allows() {
    let block = json!({"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]});
    let check = |rules: Value, expected: &str| {
        let spec = json!({"podSelector": {}, "ingress": rules});
        let objects = [
            pod("a", "x", &[]),
            pod("b", "y", &["10.0.0.2"]),
            policy("b", &spec),
        ];
        assert_eq!(judge(&objects, "a/x", "b/y", 80), expected, "{rules}");
    };
    check(json!([block]), "Allow Unknown!");
    check(
        json!([block, {"from": [{"namespaceSelector": {}}]}]),
        "Allow Allow!",
    );
    check(
        json!([{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 81}]}]),
        "Allow Deny!",
    );
}

#[test]
fn a_tier_does_not_know_only_if_the_ways_end_differently() {
    let networks = |action: &str| json!({"action": action, "to": [{"networks": ["10.0.0.0/8"]}]});
    let everyone = |action: &str| json!({"action": action, "to": [{"namespaces": {}}]});
    let check = |rules: Value, expected: &str| {
        let objects = [
            pod("a", "x", &["10.0.0.1"]),
            pod("a", "y", &[]),
            admin("a", 1, &rules),
        ];
        assert_eq!(judge(&objects, "a/x", "a/y", 80), expected, "{rules}");
    };
    check(
        json!([networks("Deny"), everyone("Allow")]),
        "Unknown! Allow",
    );
    check(json!([networks("Deny"), everyone("Deny")]), "Deny! Allow");
    check(json!([everyone("Allow"), networks("Deny")]), "Allow! Allow");
    check(json!([networks("Pass")]), "Allow Allow");
    check(
        json!([{"action": "Deny", "to": [{"domainNames": ["example.com"]}]}]),
        "Unknown! Allow",
    );
}

#[test]
fn lower_priorities_come_first_and_equal_ones_go_by_name() {
    let all = |action: &str| json!([{"action": action, "to": [{"namespaces": {}}]}]);
    let check = |policies: &[Value], expected: &str| {
        let mut objects = vec![pod("a", "x", &["10.0.0.1"]), pod("a", "y", &["10.0.0.2"])];
        objects.extend_from_slice(policies);
        assert_eq!(judge(&objects, "a/x", "a/y", 80), expected);
        objects.reverse();
        assert_eq!(judge(&objects, "a/x", "a/y", 80), expected);
    };
    check(
        &[admin("z", 1, &all("Deny")), admin("a", 2, &all("Allow"))],
        "Deny! Allow",
    );
    check(
        &[admin("z", 1, &all("Deny")), admin("a", 1, &all("Allow"))],
        "Allow! Allow",
    );
}

#[test]
fn a_policy_without_a_priority_or_with_a_foreign_tier_is_not_guessed() {
    let rules = json!([{"action": "Accept", "to": [{"namespaces": {}}]}]);
    for (priority, tier) in [(json!(1), "Middle"), (json!(null), "Admin")] {
        let odd = json!({"apiVersion": "policy.networking.k8s.io/v1alpha2",
            "kind": "ClusterNetworkPolicy", "metadata": {"name": "odd"},
            "spec": {"tier": tier, "priority": priority, "subject": {"namespaces": {}},
                "egress": rules}});
        let objects = [
            pod("a", "x", &["10.0.0.1"]),
            pod("a", "y", &["10.0.0.2"]),
            odd,
        ];
        assert_eq!(judge(&objects, "a/x", "a/y", 80), "Unknown! Allow");
    }
}

#[test]
fn a_named_port_is_the_destinations_and_no_address_has_one() {
    let spec = json!({"podSelector": {}, "policyTypes": ["Egress"],
        "egress": [{"ports": [{"port": "web"}]}]});
    let objects = [
        pod("a", "x", &["10.0.0.1"]),
        pod("b", "y", &["10.0.0.2"]),
        policy("a", &spec),
    ];
    assert_eq!(judge(&objects, "a/x", "b/y", 8080), "Allow! Allow");
    assert_eq!(judge(&objects, "a/x", "b/y", 80), "Deny! Allow");
    assert_eq!(judge(&objects, "a/x", "203.0.113.7", 8080), "Deny! Allow");
}

#[test]
fn a_native_sidecar_declares_ports_and_another_init_container_does_not() {
    let spec = json!({"podSelector": {}, "ingress": [{"ports": [{"port": "proxy"}]}]});
    let check = |restart: Value, expected: &str| {
        let mut server = pod("b", "y", &["10.0.0.2"]);
        server["spec"]["initContainers"] = json!([{"name": "i", "restartPolicy": restart,
            "ports": [{"name": "proxy", "containerPort": 15000}]}]);
        let objects = [pod("a", "x", &["10.0.0.1"]), server, policy("b", &spec)];
        assert_eq!(judge(&objects, "a/x", "b/y", 15000), expected);
    };
    check(json!("Always"), "Allow Allow!");
    check(json!(null), "Allow Deny!");
}

#[test]
fn the_destinations_first_address_chooses_the_family() {
    let spec = json!({"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "::/0"}}]}]});
    let check = |ips: &[&str], expected: &str| {
        let objects = [
            pod("a", "x", &["10.0.0.1", "fd00::1"]),
            pod("b", "y", ips),
            policy("b", &spec),
        ];
        assert_eq!(judge(&objects, "a/x", "b/y", 80), expected);
    };
    check(&["fd00::2", "10.0.0.2"], "Allow Allow!");
    check(&["10.0.0.2", "fd00::2"], "Allow Deny!");
}

#[test]
fn a_host_network_pod_has_no_side_of_its_own_and_no_labels() {
    let mut host = pod("a", "x", &["172.18.0.2"]);
    host["spec"]["hostNetwork"] = json!(true);
    let spec = json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [{"podSelector": {}}]}]});
    let objects = [
        host.clone(),
        pod("a", "y", &["10.0.0.2"]),
        policy("a", &spec),
    ];
    assert_eq!(
        judge(&objects, "a/x", "a/y", 80),
        "Allow Allow",
        "its own node"
    );
    host["spec"]["nodeName"] = json!("n2");
    let objects = [host, pod("a", "y", &["10.0.0.2"]), policy("a", &spec)];
    assert_eq!(
        judge(&objects, "a/x", "a/y", 80),
        "Allow Deny!",
        "another node"
    );
}

#[test]
fn a_pod_reaches_itself_and_a_finished_pod_is_no_endpoint() {
    let spec = json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]});
    let mut finished = pod("a", "done", &[]);
    finished["status"]["phase"] = json!("Succeeded");
    let objects = [pod("a", "x", &["10.0.0.1"]), finished, policy("a", &spec)];
    assert_eq!(judge(&objects, "a/x", "a/x", 80), "Allow Allow");
    assert_eq!(judge(&objects, "10.0.0.1", "a/x", 80), "Allow Allow");
    let to_finished = Connection::new(
        Endpoint::pod("a", "x"),
        Endpoint::pod("a", "done"),
        80,
        "TCP",
    );
    let refused = Network::new(&objects).decide(&to_finished);
    assert_eq!(refused, Err(EndpointError::Absent("a/done".to_owned())));
}

#[test]
fn the_nodes_peer_is_about_addresses_of_nodes() {
    let node = json!({"apiVersion": "v1", "kind": "Node",
        "metadata": {"name": "n1", "labels": {"role": "edge"}},
        "status": {"addresses": [{"type": "InternalIP", "address": "172.18.0.2"},
            {"type": "Hostname", "address": "n1"}]}});
    let rules = json!([{"action": "Deny", "to": [{"nodes": {"matchLabels": {"role": "edge"}}}]}]);
    let objects = [
        node,
        pod("a", "x", &["10.0.0.1"]),
        pod("a", "y", &[]),
        admin("a", 1, &rules),
    ];
    assert_eq!(judge(&objects, "a/x", "node n1", 80), "Deny! Allow");
    assert_eq!(judge(&objects, "a/x", "172.18.0.2", 80), "Deny! Allow");
    assert_eq!(judge(&objects, "a/x", "172.18.0.3", 80), "Allow Allow");
    assert_eq!(judge(&objects, "a/x", "a/y", 80), "Allow Allow");
}

#[test]
fn an_endpoint_has_exactly_one_place() {
    for wrong in [
        json!("shop"),
        json!({}),
        json!({"ip": "1.2.3"}),
        json!({"pod": "a"}),
        json!({"pod": "a/b", "ip": "10.0.0.1"}),
        json!({"node": ""}),
        json!(7),
    ] {
        assert!(Endpoint::read(&wrong).is_err(), "{wrong}");
    }
    assert_eq!(
        Endpoint::read(&json!({"workload": "shop/Deployment/cart"})).unwrap(),
        Endpoint::Workload {
            namespace: "shop".to_owned(),
            kind: Some("Deployment".to_owned()),
            name: "cart".to_owned(),
        }
    );
}

#[test]
fn a_connection_needs_both_ends_a_port_and_a_protocol() {
    let whole = json!({"kind": "connection", "from": "a/x", "to": {"ip": "10.0.0.1"},
        "port": 80, "protocol": "TCP"});
    assert!(Connection::read(&whole).is_ok());
    let wrong = [
        ("kind", json!("http")),
        ("from", json!("a")),
        ("to", json!(null)),
        ("port", json!(0)),
        ("port", json!(65536)),
        ("protocol", json!(6)),
    ];
    for (field, value) in wrong {
        let mut broken = whole.clone();
        broken[field] = value;
        assert!(Connection::read(&broken).is_err(), "{broken}");
    }
}
