//! Policies, tiers and network sets of Calico.

use serde_json::{Map, Value, json};

use super::{ADDRESSES, BLOCKS, LABEL_KEYS, NAMESPACES, PORT_NAMES, PORTS, labels, port_range};
use crate::world::random::Random;

/// Tiers, those of equal order as built-in ones included.
const TIERS: [(&str, f64); 5] = [
    ("alpha", 500.0),
    ("beta", 500.0),
    ("gamma", 1_000_000.0),
    ("zeta", 1_000_000.0),
    ("late", 20_000_000.0),
];

/// Everything of Calico in a cluster of about `size` pods.
pub(super) fn objects(
    random: &mut Random,
    namespaces: &[&'static str],
    policies: usize,
) -> Vec<Value> {
    let mut objects: Vec<Value> = Vec::new();
    for (name, order) in TIERS {
        // Policies of a tier that nothing declares are in doubt.
        if random.chance(96) {
            let action = random.pick(&["Deny", "Deny", "Pass"]);
            objects.push(json!({"apiVersion": "projectcalico.org/v3", "kind": "Tier",
                "metadata": {"name": name}, "spec": {"order": order, "defaultAction": action}}));
        }
    }
    for namespace in namespaces {
        objects.push(json!({"apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": namespace, "labels": labels(random)}}));
    }
    for number in 0..random.below(4) {
        objects.push(network_set(random, namespaces, number));
    }
    if random.chance(12) {
        objects.push(
            json!({"apiVersion": "projectcalico.org/v3", "kind": "HostEndpoint",
            "metadata": {"name": "n1-eth0", "labels": labels(random)},
            "spec": {"node": "n1", "interfaceName": "eth0", "expectedIPs": ["172.18.0.2"]}}),
        );
    }
    let addresses: Vec<&str> = (0..3).map(|_| random.pick(&ADDRESSES)).collect();
    let addresses: Vec<&str> = addresses
        .into_iter()
        .filter(|ip| !ip.contains(':'))
        .collect();
    objects.push(
        json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": "web-1", "namespace": "a",
            "labels": {"kubernetes.io/service-name": "web"}},
        "addressType": "IPv4", "endpoints": [{"addresses": addresses}],
        "ports": [{"port": random.pick(&PORTS), "protocol": "TCP"}]}),
    );
    for number in 0..policies {
        objects.push(policy(random, namespaces, number));
    }
    objects
}

fn network_set(random: &mut Random, namespaces: &[&'static str], number: usize) -> Value {
    let nets: Vec<&str> = (0..=random.below(2))
        .map(|_| match random.below(3) {
            0 => random.pick(&ADDRESSES),
            _ => random.pick(&BLOCKS).1,
        })
        .collect();
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), format!("set-{number}").into());
    metadata.insert("labels".to_owned(), json!(labels(random)));
    let kind = if random.chance(50) {
        let namespace = random.pick(namespaces);
        metadata.insert("namespace".to_owned(), namespace.into());
        "NetworkSet"
    } else {
        "GlobalNetworkSet"
    };
    json!({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata,
        "spec": {"nets": nets}})
}

fn policy(random: &mut Random, namespaces: &[&'static str], number: usize) -> Value {
    let mut spec = Map::new();
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), format!("p{number}").into());
    let kind = if random.chance(50) {
        let namespace = random.pick(namespaces);
        metadata.insert("namespace".to_owned(), namespace.into());
        "NetworkPolicy"
    } else {
        if random.chance(40) {
            spec.insert("namespaceSelector".to_owned(), selector(random).into());
        }
        if random.chance(8) {
            spec.insert("applyOnForward".to_owned(), true.into());
        }
        "GlobalNetworkPolicy"
    };
    if random.chance(50) {
        spec.insert("tier".to_owned(), random.pick(&TIERS).0.into());
    }
    if random.chance(80) {
        // Kubernetes' own policies have order 1000.
        let order = random.pick(&[1.0, 999.5, 1000.0, 1001.0]);
        spec.insert("order".to_owned(), order.into());
    }
    if random.chance(80) {
        spec.insert("selector".to_owned(), selector(random).into());
    }
    if random.chance(20) {
        spec.insert("serviceAccountSelector".to_owned(), selector(random).into());
    }
    let types = [
        json!(["Ingress"]),
        json!(["Egress"]),
        json!(["Ingress", "Egress"]),
        json!([]),
    ];
    if random.chance(60) {
        spec.insert("types".to_owned(), random.pick(&types));
    }
    for direction in ["ingress", "egress"] {
        if random.chance(70) {
            let rules = (0..random.below(4))
                .map(|_| rule(random, direction))
                .collect();
            spec.insert(direction.to_owned(), rules);
        }
    }
    json!({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata,
        "spec": spec})
}

fn rule(random: &mut Random, direction: &str) -> Value {
    let mut rule = Map::new();
    let action = random.pick(&["Allow", "Allow", "Deny", "Pass", "Log"]);
    rule.insert("action".to_owned(), action.into());
    let has_ports = random.chance(60);
    if has_ports {
        let protocol = random.pick(&[json!("TCP"), json!("UDP"), json!("SCTP"), json!(6)]);
        rule.insert("protocol".to_owned(), protocol);
    } else if random.chance(15) {
        rule.insert("notProtocol".to_owned(), "TCP".into());
    }
    // The blocks of a rule are of one family.
    let is_v6 = random.chance(25);
    if random.chance(10) {
        rule.insert("ipVersion".to_owned(), if is_v6 { 6 } else { 4 }.into());
    }
    let peer = if direction == "ingress" {
        "source"
    } else {
        "destination"
    };
    for name in ["source", "destination"] {
        if name == peer && random.chance(6) {
            let service = random.pick(&["web", "web", "gone"]);
            let services = json!({"services": {"name": service, "namespace": "a"}});
            rule.insert(name.to_owned(), services);
        } else if random.chance(60) {
            let mut entity = entity(random, is_v6);
            if has_ports && name == "destination" {
                add_ports(random, &mut entity);
            } else if has_ports && random.chance(3) {
                entity.insert("ports".to_owned(), json!([80]));
            }
            rule.insert(name.to_owned(), entity.into());
        }
    }
    Value::Object(rule)
}

fn entity(random: &mut Random, is_v6: bool) -> Map<String, Value> {
    let mut entity = Map::new();
    for (field, percent) in [
        ("selector", 45),
        ("namespaceSelector", 25),
        ("notSelector", 12),
    ] {
        if random.chance(percent) {
            entity.insert(field.to_owned(), selector(random).into());
        }
    }
    if random.chance(6) {
        entity.insert("namespaceSelector".to_owned(), "global()".into());
    }
    if random.chance(12) {
        let accounts = match random.below(3) {
            0 => json!({"names": ["default"]}),
            1 => json!({"names": ["other"], "selector": "has(app)"}),
            _ => json!({"selector": selector(random)}),
        };
        entity.insert("serviceAccounts".to_owned(), accounts);
    }
    for (field, percent) in [("nets", 25), ("notNets", 12)] {
        if random.chance(percent) {
            let nets: Vec<&str> = (0..=random.below(2))
                .map(|_| net(random, is_v6, field))
                .collect();
            entity.insert(field.to_owned(), json!(nets));
        }
    }
    entity
}

/// A block of a family; a negated one that holds every address is refused.
fn net(random: &mut Random, is_v6: bool, field: &str) -> &'static str {
    let fits: Vec<&'static str> = BLOCKS
        .iter()
        .flat_map(|(outer, inner)| [*outer, *inner])
        .filter(|net| net.contains(':') == is_v6)
        .filter(|net| field == "nets" || !net.ends_with("/0"))
        .collect();
    random.pick(&fits)
}

fn add_ports(random: &mut Random, entity: &mut Map<String, Value>) {
    for (field, percent) in [("ports", 60), ("notPorts", 20)] {
        if random.chance(percent) {
            let ports: Vec<Value> = (0..=random.below(2)).map(|_| port(random)).collect();
            entity.insert(field.to_owned(), ports.into());
        }
    }
}

fn port(random: &mut Random) -> Value {
    match random.below(4) {
        0 => random.pick(&PORT_NAMES).into(),
        1 => {
            let (first, last) = port_range(random);
            format!("{first}:{last}").into()
        }
        _ => random.pick(&PORTS).into(),
    }
}

/// A selector, at times of several parts.
fn selector(random: &mut Random) -> String {
    match random.below(6) {
        0 => format!("{} && {}", comparison(random), comparison(random)),
        1 => format!("{} || {}", comparison(random), comparison(random)),
        2 => format!("!({} || {})", comparison(random), comparison(random)),
        _ => comparison(random),
    }
}

fn comparison(random: &mut Random) -> String {
    let key = match random.below(12) {
        0 => "pcns.app",
        1 => "pcsa.env",
        2 => {
            let namespace = random.pick(&NAMESPACES);
            return format!("projectcalico.org/namespace == '{namespace}'");
        }
        _ => random.pick(&LABEL_KEYS),
    };
    match random.below(10) {
        0 => "all()".to_owned(),
        1 => format!("has({key})"),
        2 => format!("!has({key})"),
        3 => format!("{key} != '1'"),
        4 => format!("{key} in {{'1', '2'}}"),
        5 => format!("{key} not in {{\"1\"}}"),
        6 => format!("{key} starts with '1'"),
        7 => format!("{key} contains ''"),
        _ => format!("{key} == '{}'", random.pick(&["1", "2"])),
    }
}
