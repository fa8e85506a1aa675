//! Policies of `networking.k8s.io/v1`.

use serde_json::{Map, Value, json};

use super::{BLOCKS, PORT_NAMES, PORTS, PROTOCOLS, namespace_selector, port_range, selector};
use crate::world::random::Random;

pub(super) fn network_policy(
    random: &mut Random,
    namespaces: &[&'static str],
    number: usize,
) -> Value {
    let mut spec = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            spec.insert(name.to_owned(), value);
        }
    };
    // The field is optional and then means the empty selector.
    set("podSelector", random.chance(95).then(|| selector(random)));
    let types = match random.below(6) {
        0 | 1 => None,
        2 => Some(json!(["Ingress"])),
        3 => Some(json!(["Egress"])),
        4 => Some(json!([])),
        _ => Some(json!(["Egress", "Ingress"])),
    };
    set("policyTypes", types);
    set("ingress", rules(random, "from"));
    set("egress", rules(random, "to"));
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": format!("p{number}"), "namespace": random.pick(namespaces)},
        "spec": spec})
}

/// Absent, empty, one rule that allows everything, or some rules.
fn rules(random: &mut Random, peers: &str) -> Option<Value> {
    match random.below(6) {
        0 => None,
        1 => Some(json!([])),
        2 => Some(json!([{}])),
        _ => Some((0..=random.below(2)).map(|_| rule(random, peers)).collect()),
    }
}

fn rule(random: &mut Random, peers: &str) -> Value {
    let mut rule = Map::new();
    if random.chance(80) {
        rule.insert(
            peers.to_owned(),
            (0..random.below(4)).map(|_| peer(random)).collect(),
        );
    }
    if random.chance(60) {
        rule.insert(
            "ports".to_owned(),
            (0..random.below(4)).map(|_| port(random)).collect(),
        );
    }
    Value::Object(rule)
}

fn peer(random: &mut Random) -> Value {
    match random.below(5) {
        0 => json!({"podSelector": selector(random)}),
        1 => json!({"namespaceSelector": namespace_selector(random)}),
        2 => json!({"namespaceSelector": namespace_selector(random),
            "podSelector": selector(random)}),
        _ => {
            let (cidr, inside) = random.pick(&BLOCKS);
            if random.chance(50) {
                json!({"ipBlock": {"cidr": cidr, "except": [inside]}})
            } else {
                json!({"ipBlock": {"cidr": cidr}})
            }
        }
    }
}

fn port(random: &mut Random) -> Value {
    let (first, last) = port_range(random);
    let port = match random.below(5) {
        0 => json!({}),
        1 => json!({"port": random.pick(&PORT_NAMES)}),
        2 => json!({"port": first, "endPort": last}),
        _ => json!({"port": random.pick(&PORTS)}),
    };
    let mut fields = port.as_object().cloned().unwrap_or_default();
    if random.chance(60) {
        fields.insert("protocol".to_owned(), random.pick(&PROTOCOLS).into());
    }
    Value::Object(fields)
}
