//! Clusters of pods and network policies.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::{Value, json};

use super::World;
use super::random::Random;

mod calico;
mod inventory;
mod policy;
mod request;
mod tier;

const NAMESPACES: [&str; 4] = ["a", "b", "c", "d"];
const LABEL_KEYS: [&str; 3] = ["app", "env", "team"];
const LABEL_VALUES: [&str; 3] = ["1", "2", ""];
const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];
const PORT_NAMES: [&str; 3] = ["web", "dns", "metrics"];
/// Ends of port ranges and ports that containers declare: requests go to them and beside them.
const PORTS: [u16; 7] = [1, 53, 80, 90, 8080, 9000, 65535];

/// Blocks of addresses, each with a smaller one inside.
const BLOCKS: [(&str, &str); 9] = [
    ("0.0.0.0/0", "10.0.0.0/8"),
    ("10.0.0.0/8", "10.0.1.0/24"),
    ("10.0.1.0/24", "10.0.1.2/31"),
    ("10.0.1.2/31", "10.0.1.3/32"),
    ("172.18.0.0/16", "172.18.0.2/32"),
    ("203.0.113.0/24", "203.0.113.128/25"),
    ("::/0", "fd00::/8"),
    ("fd00::/64", "fd00::2/127"),
    ("2001:db8::/32", "2001:db8:1::/48"),
];
/// Addresses at the edges of the blocks and outside all of them.
const ADDRESSES: [&str; 14] = [
    "9.255.255.255",
    "10.0.0.0",
    "10.0.1.0",
    "10.0.1.255",
    "10.255.255.255",
    "11.0.0.0",
    "172.18.255.255",
    "203.0.113.0",
    "203.0.113.127",
    "203.0.113.128",
    "203.0.114.0",
    "fd00::ffff",
    "2001:db8::7",
    "2001:db8:1::",
];

/// What requests may name.
#[derive(Clone, Debug, Default)]
struct Inventory {
    objects: Vec<Value>,
    namespaces: Vec<&'static str>,
    /// Endpoints in compact form.
    workloads: Vec<Value>,
    addresses: Vec<IpAddr>,
    nodes: Vec<&'static str>,
}

/// A cluster of one to four namespaces with about `size` pods and as many policies, and
/// connections at the edges of what these speak about.
pub fn network(seed: u64, size: usize) -> World {
    let mut random = Random::new(seed);
    let inventory = inventory::inventory(&mut random, size);
    let policies = 1 + random.below(size.saturating_mul(2));
    world(&mut random, inventory, policies, size)
}

/// A cluster of few pods in which many policies of one namespace select the same pods.
pub fn network_dense(seed: u64) -> World {
    let mut random = Random::new(seed);
    let mut inventory = inventory::inventory(&mut random, 8);
    inventory.namespaces.truncate(1);
    let policies = 90 + random.below(60);
    world(&mut random, inventory, policies, 8)
}

/// A cluster as that of [`network`], with policies of Calico beside the others; in every fourth so
/// many of them that their rules are found by an index.
pub fn network_calico(seed: u64, size: usize) -> World {
    let mut random = Random::new(seed);
    let mut inventory = inventory::inventory(&mut random, size);
    let policies = if seed % 4 == 3 {
        inventory.namespaces.truncate(1);
        40 + random.below(30)
    } else {
        1 + random.below(size)
    };
    let objects = calico::objects(&mut random, &inventory.namespaces, policies);
    inventory.objects.extend(objects);
    let isolating = random.below(size);
    world(&mut random, inventory, isolating, size)
}

fn world(random: &mut Random, inventory: Inventory, policies: usize, size: usize) -> World {
    let Inventory {
        mut objects,
        namespaces,
        workloads,
        addresses,
        nodes,
    } = inventory;
    for number in 0..policies {
        objects.push(policy::network_policy(random, &namespaces, number));
    }
    if random.chance(70) {
        objects.extend(tier::policies(random, size));
    }
    let places = request::Places {
        workloads,
        addresses,
        nodes,
    };
    let count = size.saturating_mul(10).saturating_add(10);
    let requests = (0..count)
        .map(|_| request::connection(random, &places))
        .collect();
    random.shuffle(&mut objects);
    World { objects, requests }
}

fn labels(random: &mut Random) -> BTreeMap<&'static str, &'static str> {
    let keys = random.some(&LABEL_KEYS, 2);
    keys.into_iter()
        .map(|key| (key, random.pick(&LABEL_VALUES)))
        .collect()
}

/// A label selector, often empty.
fn selector(random: &mut Random) -> Value {
    match random.below(6) {
        0 | 1 => json!({}),
        2 | 3 => json!({"matchLabels": labels(random)}),
        4 => json!({"matchExpressions": [requirement(random)]}),
        _ => json!({"matchLabels": labels(random),
            "matchExpressions": [requirement(random), requirement(random)]}),
    }
}

/// A selector of namespaces, at times by the name that every namespace carries as a label.
fn namespace_selector(random: &mut Random) -> Value {
    if random.chance(25) {
        return json!({"matchLabels": {"kubernetes.io/metadata.name": random.pick(&NAMESPACES)}});
    }
    selector(random)
}

fn requirement(random: &mut Random) -> Value {
    let key = random.pick(&LABEL_KEYS);
    match random.below(4) {
        0 => json!({"key": key, "operator": "Exists"}),
        1 => json!({"key": key, "operator": "DoesNotExist"}),
        with_values => {
            let mut values = random.some(&LABEL_VALUES, 2);
            if values.is_empty() {
                values.push("1");
            }
            let operator = if with_values == 2 { "In" } else { "NotIn" };
            json!({"key": key, "operator": operator, "values": values})
        }
    }
}

/// A range of ports, both ends included.
fn port_range(random: &mut Random) -> (u16, u16) {
    let (one, other) = (random.pick(&PORTS), random.pick(&PORTS));
    (one.min(other), one.max(other))
}
