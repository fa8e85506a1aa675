//! Namespaces, nodes, pods and controllers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use super::{Inventory, NAMESPACES, PORT_NAMES, PORTS, PROTOCOLS, labels};
use crate::world::random::Random;

const NODES: [&str; 2] = ["n1", "n2"];

pub(super) fn inventory(random: &mut Random, size: usize) -> Inventory {
    let mut inventory = Inventory::default();
    let count = 1 + random.below(NAMESPACES.len());
    inventory.namespaces.extend(NAMESPACES.iter().take(count));
    for name in inventory.namespaces.clone() {
        // A namespace that is only mentioned exists as well.
        if random.chance(80) {
            inventory.objects.push(namespace(random, name));
        }
    }
    for (number, name) in (2..).zip(NODES) {
        if random.chance(80) {
            inventory.objects.push(node(random, name, number));
            inventory.nodes.push(name);
            inventory.addresses.extend(node_addresses(number));
        }
    }
    for number in 0..=u8::try_from(size).unwrap_or(u8::MAX) {
        add_workload(random, &mut inventory, number);
    }
    inventory
}

fn namespace(random: &mut Random, name: &str) -> Value {
    let mut labels = json!(labels(random));
    if let (true, Some(labels)) = (random.chance(50), labels.as_object_mut()) {
        labels.insert("kubernetes.io/metadata.name".to_owned(), name.into());
    }
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
}

fn node(random: &mut Random, name: &str, number: u8) -> Value {
    let mut addresses: Vec<Value> = node_addresses(number)
        .into_iter()
        .map(|ip| json!({"type": "InternalIP", "address": ip}))
        .collect();
    addresses.push(json!({"type": "Hostname", "address": name}));
    json!({"apiVersion": "v1", "kind": "Node",
        "metadata": {"name": name, "labels": labels(random)},
        "status": {"addresses": addresses}})
}

fn node_addresses(number: u8) -> [IpAddr; 2] {
    [
        Ipv4Addr::new(172, 18, 0, number).into(),
        Ipv6Addr::new(0xfd01, 0, 0, 0, 0, 0, 0, u16::from(number)).into(),
    ]
}

fn add_workload(random: &mut Random, inventory: &mut Inventory, number: u8) {
    let namespace = random.pick(&inventory.namespaces);
    let name = format!("w{number}");
    let mut labels = labels(random);
    let spec = pod_spec(random);
    if random.chance(10) {
        // A controller selects its own pods by at least one label.
        labels.entry("app").or_insert("1");
        let kind = random.pick(&["Deployment", "StatefulSet", "DaemonSet"]);
        inventory
            .objects
            .push(json!({"apiVersion": "apps/v1", "kind": kind,
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}}}));
        let whole = format!("{namespace}/{kind}/{name}");
        inventory.workloads.push(json!({"workload": whole}));
        return;
    }
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels}, "spec": spec,
        "status": {"phase": "Running"}});
    let finished = random.chance(4);
    let addresses = if random.chance(10) {
        host_network(random, &mut pod)
    } else {
        let own = pod_addresses(random, number);
        if !finished {
            inventory.addresses.extend(&own);
        }
        own
    };
    set_addresses(random, &mut pod, &addresses);
    if finished {
        // It is no endpoint any more, so no request names it.
        set(
            &mut pod,
            "/status",
            "phase",
            random.pick(&["Succeeded", "Failed"]).into(),
        );
    } else {
        let full = format!("{namespace}/{name}");
        let short = random.chance(50);
        inventory.workloads.push(if short {
            json!(full)
        } else {
            json!({"pod": full})
        });
    }
    inventory.objects.push(pod);
}

/// One address, one in each family in either order, or none.
fn pod_addresses(random: &mut Random, number: u8) -> Vec<IpAddr> {
    let v4 = IpAddr::from(Ipv4Addr::new(10, 0, 1, number));
    let v6 = IpAddr::from(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, u16::from(number)));
    match random.below(9) {
        0 | 1 => Vec::new(),
        2 => vec![v6],
        3 => vec![v4, v6],
        4 => vec![v6, v4],
        _ => vec![v4],
    }
}

/// Moves a pod into its node's network; gives the addresses that its status states.
fn host_network(random: &mut Random, pod: &mut Value) -> Vec<IpAddr> {
    let (number, node) = random.pick(&[(2, NODES[0]), (3, NODES[1])]);
    set(pod, "/spec", "hostNetwork", true.into());
    set(pod, "/spec", "nodeName", node.into());
    if random.chance(70) {
        node_addresses(number).to_vec()
    } else {
        Vec::new()
    }
}

fn set_addresses(random: &mut Random, pod: &mut Value, addresses: &[IpAddr]) {
    let Some(first) = addresses.first() else {
        return;
    };
    if addresses.len() == 1 && random.chance(20) {
        set(pod, "/status", "podIP", json!(first));
        return;
    }
    let all: Vec<_> = addresses.iter().map(|ip| json!({"ip": ip})).collect();
    set(pod, "/status", "podIP", json!(first));
    set(pod, "/status", "podIPs", all.into());
}

fn set(object: &mut Value, pointer: &str, field: &str, value: Value) {
    if let Some(fields) = object.pointer_mut(pointer).and_then(Value::as_object_mut) {
        fields.insert(field.to_owned(), value);
    }
}

fn pod_spec(random: &mut Random) -> Value {
    let mut spec = json!({"containers": [{"name": "main", "ports": ports(random)}]});
    if random.chance(70) {
        set(&mut spec, "", "nodeName", random.pick(&NODES).into());
    }
    if random.chance(20) {
        let policy = random.pick(&[json!("Always"), Value::Null]);
        let sidecar = json!([{"name": "side", "restartPolicy": policy, "ports": ports(random)}]);
        set(&mut spec, "", "initContainers", sidecar);
    }
    spec
}

/// Few names for few numbers, so that a name means another port in the next pod.
fn ports(random: &mut Random) -> Value {
    let names = random.some(&PORT_NAMES, 3);
    let mut ports: Vec<Value> = Vec::new();
    for name in names {
        if ports
            .iter()
            .any(|port| port.get("name").is_some_and(|known| known == name))
        {
            continue;
        }
        let mut port = json!({"name": name, "containerPort": random.pick(&PORTS)});
        if random.chance(60) {
            set(&mut port, "", "protocol", random.pick(&PROTOCOLS).into());
        }
        ports.push(port);
    }
    ports.into()
}
