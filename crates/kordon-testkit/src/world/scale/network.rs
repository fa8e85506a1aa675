//! Large worlds of pods and policies.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::REQUESTS;
use crate::world::World;
use crate::world::random::Random;

const APPS_A_NAMESPACE: usize = 20;
const TIERS: [&str; 3] = ["front", "back", "data"];

/// Namespaces of twenty applications. Policies come evenly to all of them: first one that denies
/// by default, then one for DNS, then for each application one for ingress and one for egress.
pub fn scale_network(policies: usize, workloads: usize, seed: u64) -> World {
    let mut random = Random::new(seed);
    let namespaces = workloads.div_ceil(APPS_A_NAMESPACE).max(1);
    let mut objects: Vec<Value> = (0..namespaces).map(namespace).collect();
    objects.extend((0..workloads).map(pod));
    objects.extend((0..policies).map(|number| {
        policy(
            &mut random,
            number / namespaces,
            number % namespaces,
            namespaces,
        )
    }));
    let requests = (0..REQUESTS)
        .map(|_| {
            let (from, to) = (random.below(workloads), random.below(workloads));
            // Half of the connections stay in a namespace, where most rules are.
            let near = from / APPS_A_NAMESPACE * APPS_A_NAMESPACE + to % APPS_A_NAMESPACE;
            let to = if random.chance(50) && near < workloads {
                near
            } else {
                to
            };
            connection(&mut random, from, to)
        })
        .collect();
    World { objects, requests }
}

/// Every policy selects the same pod and admits a peer of its own.
pub fn scale_network_one_pod(policies: usize, seed: u64) -> World {
    let mut random = Random::new(seed);
    let mut objects = vec![namespace(0), pod(0), pod(1)];
    objects.extend((0..policies).map(|number| {
        let peer = json!({"ipBlock": {"cidr": format!("{}/32", outside(number))}});
        network_policy(
            0,
            &format!("only-{number}"),
            &json!({"podSelector": {},
            "policyTypes": ["Ingress"], "ingress": [{"from": [peer]}]}),
        )
    }));
    let requests = (0..REQUESTS)
        .map(|number| {
            // Every other address is admitted by no policy.
            let beyond = if number % 2 == 0 { 0 } else { policies };
            json!({"kind": "connection",
                "from": {"ip": outside(random.below(policies) + beyond)},
                "to": {"pod": "ns-0/app-0"}, "port": 8080, "protocol": "TCP"})
        })
        .collect();
    World { objects, requests }
}

/// An address outside the cluster: the numbers from 20.0.0.0 on.
fn outside(number: usize) -> Ipv4Addr {
    address(0x1400_0000, number)
}

fn address(first: u32, number: usize) -> Ipv4Addr {
    Ipv4Addr::from_bits(first.wrapping_add(u32::try_from(number).unwrap_or(u32::MAX)))
}

fn namespace(number: usize) -> Value {
    let environment = if number.is_multiple_of(3) {
        "production"
    } else {
        "test"
    };
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": format!("ns-{number}"),
        "labels": {"kubernetes.io/metadata.name": format!("ns-{number}"), "env": environment}}})
}

fn place(workload: usize) -> (String, String) {
    let app = workload % APPS_A_NAMESPACE;
    (
        format!("ns-{}", workload / APPS_A_NAMESPACE),
        format!("app-{app}"),
    )
}

fn pod(number: usize) -> Value {
    let (namespace, app) = place(number);
    // 10.0.0.1 and on.
    let ip = address(0x0a00_0001, number);
    let tier = TIERS.get(number % TIERS.len());
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": app, "namespace": namespace, "labels": {"app": app, "tier": tier}},
        "spec": {"nodeName": format!("node-{}", number / 100), "containers": [{"name": "main",
            "ports": [{"name": "http", "containerPort": 8080}]}]},
        "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}]}})
}

/// The policy of a round for a namespace.
fn policy(random: &mut Random, round: usize, namespace: usize, namespaces: usize) -> Value {
    let app = round.saturating_sub(2) / 2;
    let selected = json!({"matchLabels": {"app": format!("app-{}", app % APPS_A_NAMESPACE)}});
    // After the last application the rounds go on with other ports.
    let port = 9000 + app / APPS_A_NAMESPACE * 100;
    match (round, round % 2) {
        (0, _) => network_policy(
            namespace,
            "default-deny",
            &json!({"podSelector": {},
            "policyTypes": ["Ingress", "Egress"]}),
        ),
        (1, _) => network_policy(
            namespace,
            "dns",
            &json!({"podSelector": {},
            "policyTypes": ["Egress"], "egress": [{
                "to": [{"namespaceSelector": {"matchLabels":
                    {"kubernetes.io/metadata.name": "kube-system"}}}],
                "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}]}),
        ),
        (_, 0) => network_policy(
            namespace,
            &format!("in-{round}"),
            &json!({
            "podSelector": selected, "policyTypes": ["Ingress"], "ingress": [{
                "from": ingress_peers(random, app, namespaces),
                "ports": [{"port": "http"}, {"port": port, "endPort": port + 10}]}]}),
        ),
        _ => network_policy(
            namespace,
            &format!("out-{round}"),
            &json!({
            "podSelector": selected, "policyTypes": ["Egress"], "egress": [
                {"to": [{"podSelector": {"matchLabels": {"tier": "data"}}}],
                    "ports": [{"port": 8080}]},
                {"to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}], "ports": [{"port": 443}]}]}),
        ),
    }
}

/// Two applications of other namespaces, one expression, and in every fifth policy a block.
fn ingress_peers(random: &mut Random, app: usize, namespaces: usize) -> Vec<Value> {
    let mut peers: Vec<Value> = (0..2)
        .map(|_| {
            let namespace = format!("ns-{}", random.below(namespaces));
            let app = format!("app-{}", random.below(APPS_A_NAMESPACE));
            json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "podSelector": {"matchLabels": {"app": app}}})
        })
        .collect();
    peers.push(json!({"podSelector": {"matchExpressions":
        [{"key": "tier", "operator": "In", "values": ["front", "back"]}]}}));
    if app.is_multiple_of(5) {
        let except = format!("10.{}.0.0/16", random.below(4));
        peers.push(json!({"ipBlock": {"cidr": "10.0.0.0/8", "except": [except]}}));
    }
    peers
}

fn network_policy(namespace: usize, name: &str, spec: &Value) -> Value {
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": format!("ns-{namespace}")}, "spec": spec})
}

fn connection(random: &mut Random, from: usize, to: usize) -> Value {
    let endpoint = |workload| {
        let (namespace, app) = place(workload);
        json!({"pod": format!("{namespace}/{app}")})
    };
    let to = if random.chance(5) {
        json!({"ip": "203.0.113.7"})
    } else {
        endpoint(to)
    };
    json!({"kind": "connection", "from": endpoint(from), "to": to,
        "port": random.pick(&[8080, 8080, 9005, 443, 53]), "protocol": "TCP"})
}
