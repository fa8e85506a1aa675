//! Policies of the admin and the baseline tier, in one of their two API versions.

use serde_json::{Map, Value, json};

use super::{BLOCKS, PORT_NAMES, PORTS, PROTOCOLS, namespace_selector, port_range, selector};
use crate::world::random::Random;

#[derive(Clone, Copy)]
enum Version {
    V1Alpha1,
    V1Alpha2,
}

/// Which rules a policy may have.
#[derive(Clone, Copy)]
struct Style {
    version: Version,
    may_pass: bool,
}

/// A cluster has one version of the API.
pub(super) fn policies(random: &mut Random, size: usize) -> Vec<Value> {
    let count = 1 + random.below(size.min(6));
    if random.chance(50) {
        return (0..count)
            .map(|number| cluster_policy(random, number))
            .collect();
    }
    let mut policies: Vec<Value> = (0..count)
        .map(|number| admin_policy(random, number))
        .collect();
    if random.chance(50) {
        let style = Style {
            version: Version::V1Alpha1,
            may_pass: false,
        };
        policies.push(json!({"apiVersion": "policy.networking.k8s.io/v1alpha1",
            "kind": "BaselineAdminNetworkPolicy", "metadata": {"name": "default"},
            "spec": spec(random, style)}));
    }
    policies
}

fn admin_policy(random: &mut Random, number: usize) -> Value {
    let style = Style {
        version: Version::V1Alpha1,
        may_pass: true,
    };
    let mut spec = spec(random, style);
    spec.insert("priority".to_owned(), priority(random, number).into());
    json!({"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy",
        "metadata": {"name": format!("admin-{number}")}, "spec": spec})
}

fn cluster_policy(random: &mut Random, number: usize) -> Value {
    let style = Style {
        version: Version::V1Alpha2,
        may_pass: true,
    };
    let mut spec = spec(random, style);
    spec.insert("priority".to_owned(), priority(random, number).into());
    let tier = random.pick(&["Admin", "Admin", "Baseline"]);
    spec.insert("tier".to_owned(), tier.into());
    json!({"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy",
        "metadata": {"name": format!("cluster-{number}")}, "spec": spec})
}

/// Rarely the same as that of another policy: which then comes first is not defined upstream. Names
/// and priorities run against each other.
fn priority(random: &mut Random, number: usize) -> usize {
    if random.chance(5) {
        7
    } else {
        100_usize.saturating_sub(number * 3)
    }
}

fn spec(random: &mut Random, style: Style) -> Map<String, Value> {
    let subject = if random.chance(60) {
        json!({"namespaces": namespace_selector(random)})
    } else {
        json!({"pods": pods(random)})
    };
    let mut spec = Map::new();
    spec.insert("subject".to_owned(), subject);
    for (field, peers) in [("ingress", "from"), ("egress", "to")] {
        if random.chance(75) {
            let rules = (0..=random.below(3))
                .map(|_| rule(random, style, peers))
                .collect();
            spec.insert(field.to_owned(), rules);
        }
    }
    spec
}

fn pods(random: &mut Random) -> Value {
    json!({"namespaceSelector": namespace_selector(random), "podSelector": selector(random)})
}

fn rule(random: &mut Random, style: Style, peers: &str) -> Value {
    let allow = match style.version {
        Version::V1Alpha1 => "Allow",
        Version::V1Alpha2 => "Accept",
    };
    let actions: &[&str] = if style.may_pass {
        &[allow, "Deny", "Pass"]
    } else {
        &[allow, "Deny"]
    };
    let action = random.pick(actions);
    let listed: Vec<Value> = (0..=random.below(2)).map(|_| peer(random, peers)).collect();
    // A named port has no meaning beside addresses, and the API server refuses the pair.
    let only_pods = listed
        .iter()
        .all(|peer| peer.get("namespaces").is_some() || peer.get("pods").is_some());
    let mut rule = Map::new();
    rule.insert("action".to_owned(), action.into());
    rule.insert(peers.to_owned(), listed.into());
    if random.chance(60) {
        let (field, write): (_, fn(&mut Random, bool) -> Value) = match style.version {
            Version::V1Alpha1 => ("ports", admin_port),
            Version::V1Alpha2 => ("protocols", protocol),
        };
        let ports = (0..=random.below(2))
            .map(|_| write(random, only_pods))
            .collect();
        rule.insert(field.to_owned(), ports);
    }
    Value::Object(rule)
}

/// Nodes and networks stand in egress rules only.
fn peer(random: &mut Random, peers: &str) -> Value {
    match random.below(if peers == "to" { 6 } else { 4 }) {
        0 | 1 => json!({"namespaces": namespace_selector(random)}),
        2 | 3 => json!({"pods": pods(random)}),
        4 => json!({"nodes": selector(random)}),
        _ => {
            let blocks: Vec<_> = (0..=random.below(2))
                .map(|_| random.pick(&BLOCKS).0)
                .collect();
            json!({"networks": blocks})
        }
    }
}

fn admin_port(random: &mut Random, may_be_named: bool) -> Value {
    let protocol = random.pick(&PROTOCOLS);
    match random.below(4) {
        0 if may_be_named => json!({"namedPort": random.pick(&PORT_NAMES)}),
        1 => {
            let (start, end) = wide_range(random);
            json!({"portRange": {"protocol": protocol, "start": start, "end": end}})
        }
        2 => json!({"portNumber": {"port": random.pick(&PORTS)}}),
        _ => json!({"portNumber": {"protocol": protocol, "port": random.pick(&PORTS)}}),
    }
}

fn protocol(random: &mut Random, may_be_named: bool) -> Value {
    let protocol = random.pick(&["tcp", "udp", "sctp"]);
    match random.below(4) {
        0 if may_be_named => json!({"destinationNamedPort": random.pick(&PORT_NAMES)}),
        1 => {
            let (start, end) = wide_range(random);
            json!({protocol: {"destinationPort": {"range": {"start": start, "end": end}}}})
        }
        _ => json!({protocol: {"destinationPort": {"number": random.pick(&PORTS)}}}),
    }
}

/// The end of a range is greater than its start.
fn wide_range(random: &mut Random) -> (u16, u16) {
    match port_range(random) {
        (first, last) if first < last => (first, last),
        (u16::MAX, _) => (u16::MAX - 1, u16::MAX),
        (first, _) => (first, first + 1),
    }
}
