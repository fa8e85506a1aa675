//! Namespaces, pods with and without proxies, and controllers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use super::{ACCOUNTS, GATEWAY_LABEL, GATEWAYS, MeshSettings, PORTS, ROOT, TRUST_DOMAINS, labels};
use crate::world::random::Random;

/// What requests may name.
pub(super) struct Inventory {
    pub(super) objects: Vec<Value>,
    pub(super) pods: Vec<Pod>,
}

/// A pod as a request sees it.
#[derive(Clone, Debug)]
pub(super) struct Pod {
    /// `NAMESPACE/NAME`.
    pub(super) name: String,
    pub(super) ip: IpAddr,
    /// The SPIFFE name that its certificate has.
    pub(super) identity: String,
}

pub(super) fn inventory(
    random: &mut Random,
    size: usize,
    settings: &MeshSettings,
    namespaces: &[&str],
) -> Inventory {
    let all = namespaces.iter().chain(&[ROOT]);
    let mut inventory = Inventory {
        objects: all.map(|name| namespace(random, name)).collect(),
        pods: Vec::new(),
    };
    for number in 0..=u8::try_from(size).unwrap_or(u8::MAX) {
        let home = if random.chance(8) {
            ROOT
        } else {
            random.pick(namespaces)
        };
        add_pod(random, &mut inventory, home, number, settings);
    }
    if random.chance(40) {
        let home = random.pick(namespaces);
        inventory.objects.push(deployment(random, home));
    }
    inventory
}

/// The root namespace has sidecars; of the others each has sidecars, is ambient, or says nothing.
fn namespace(random: &mut Random, name: &str) -> Value {
    let labels = match random.below(5) {
        0 if name != ROOT => json!({"istio.io/dataplane-mode": "ambient"}),
        1 => json!({}),
        _ => json!({"istio-injection": "enabled"}),
    };
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
}

fn add_pod(
    random: &mut Random,
    inventory: &mut Inventory,
    namespace: &str,
    number: u8,
    settings: &MeshSettings,
) {
    let account = random.pick(&ACCOUNTS);
    let name = format!("w{number}");
    let ip = address(random, number);
    let spec = pod_spec(random, account);
    inventory
        .objects
        .push(json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": pod_labels(random)},
        "spec": spec, "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}]}}));
    let local = settings.trust_domains.first().map_or("", String::as_str);
    // A client of a federated mesh, or with a certificate from before the trust domain changed.
    let domain = if random.chance(75) {
        local
    } else {
        random.pick(&TRUST_DOMAINS)
    };
    inventory.pods.push(Pod {
        name: format!("{namespace}/{name}"),
        ip,
        identity: format!("spiffe://{domain}/ns/{namespace}/sa/{account}"),
    });
}

fn address(random: &mut Random, number: u8) -> IpAddr {
    if random.chance(15) {
        return Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, u16::from(number)).into();
    }
    Ipv4Addr::new(10, 0, number % 3, number).into()
}

/// The labels of a pod, among them those that say which proxy stands in front of it.
fn pod_labels(random: &mut Random) -> Value {
    let mut labels = json!(labels(random));
    let more: &[(&str, &str)] = match random.below(12) {
        0 => &[("istio.io/dataplane-mode", "ambient")],
        1 => &[("istio.io/dataplane-mode", "none")],
        2 => &[("sidecar.istio.io/inject", "true")],
        3 | 4 => &[(GATEWAY_LABEL, GATEWAYS[0])],
        5 => &[
            (GATEWAY_LABEL, GATEWAYS[1]),
            ("gateway.istio.io/managed", "istio.io-mesh-controller"),
        ],
        _ => &[],
    };
    for (key, value) in more {
        if let Some(labels) = labels.as_object_mut() {
            labels.insert((*key).to_owned(), json!(value));
        }
    }
    labels
}

fn deployment(random: &mut Random, namespace: &str) -> Value {
    let labels = labels(random);
    let spec = pod_spec(random, "default");
    json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "d", "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec}}})
}

fn pod_spec(random: &mut Random, account: &str) -> Value {
    let ports: Vec<Value> = random
        .some(&PORTS, 2)
        .into_iter()
        .map(|port| json!({"containerPort": port, "protocol": "TCP"}))
        .collect();
    json!({"serviceAccountName": account, "containers": [{"name": "main", "ports": ports}]})
}
