//! A fleet's objects, as reading its manifests gives them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use kordon::Direction;
use kordon::model::{
    Item, Membership, NamedPort, Namespace, NamespaceMatch, Object, ObjectRef, Owner, PodNetwork,
    PortMatch, Protocol, Selector, Workload,
};
use kordon::rule::{
    Clause, Combine, Effect, Order, Peer, Plane, Policy, Rule, Rules, Stage, Target, Test, Ties,
};
use kordon::syntax::FieldPath;

use super::{HTTP, Replicas, TIERS, address, app_name, app_of, ns, pod_name};

const PODS_A_NODE: usize = 50;

/// The rules of a network policy for the directions that it governs: peers and ports of each.
#[derive(Clone, Debug, Default)]
pub struct NetworkRules {
    /// Rules for ingress, if the policy governs it.
    pub ingress: Option<Vec<(Vec<Peer>, Vec<PortMatch>)>>,
    /// Rules for egress, if the policy governs it.
    pub egress: Option<Vec<(Vec<Peer>, Vec<PortMatch>)>>,
}

/// The namespace of a number.
pub fn namespace(number: usize) -> Object {
    let name = ns(number);
    let environment = if number.is_multiple_of(3) {
        "production"
    } else {
        "test"
    };
    let labels = labels(&[("kubernetes.io/metadata.name", &name), ("env", environment)]);
    Object {
        id: ObjectRef::cluster("", "Namespace", &name),
        items: vec![Item::Namespace(Namespace {
            name,
            labels,
            mesh: Membership::default(),
        })],
    }
}

/// The pod of a number.
pub fn pod(number: usize, replicas: Replicas) -> Object {
    let app = app_name(app_of(number));
    let tier = TIERS
        .get(app_of(number) % TIERS.len())
        .copied()
        .unwrap_or("front");
    let name = pod_name(number);
    let mut labels = labels(&[
        ("app", &app),
        ("tier", tier),
        ("pod-template-hash", "5d4f8c7b9"),
    ]);
    if replicas == Replicas::Distinct {
        labels.insert(
            "statefulset.kubernetes.io/pod-name".to_owned(),
            name.clone(),
        );
    }
    let namespace = ns(number / super::PODS_A_NAMESPACE);
    let workload = Workload {
        namespace: namespace.clone(),
        kind: "Pod".to_owned(),
        name: name.clone(),
        owner: Some(Owner {
            kind: "ReplicaSet".to_owned(),
            name: format!("{app}-5d4f8c7b9"),
        }),
        labels,
        service_account: app,
        addresses: vec![IpAddr::V4(address(Ipv4Addr::new(10, 0, 0, 1), number))],
        ports: vec![port("http", HTTP), port("metrics", 9090)],
        node: Some(format!("node-{}", number / PODS_A_NODE)),
        network: PodNetwork::Pod,
        mesh: Membership::default(),
    };
    Object {
        id: ObjectRef::namespaced("", "Pod", &namespace, &name),
        items: vec![Item::Workload(workload)],
    }
}

/// A network policy: one contribution for each direction that it governs.
pub fn network_policy(
    namespace: usize,
    name: &str,
    selector: &Selector,
    rules: NetworkRules,
) -> Object {
    let directions = [
        (Direction::Egress, "egress", "to", rules.egress),
        (Direction::Ingress, "ingress", "from", rules.ingress),
    ];
    let items = directions
        .into_iter()
        .filter_map(|(direction, list, field, rules)| {
            let list = FieldPath::root().key("spec").key(list);
            let rules = (0_u32..)
                .zip(rules?)
                .map(|(number, (peers, ports))| Rule {
                    path: list.index(number),
                    name: None,
                    effect: Effect::Allow,
                    clauses: clauses(field, peers, ports),
                })
                .collect();
            Some(Item::Policy(policy(namespace, selector, direction, rules)))
        });
    Object {
        id: ObjectRef::namespaced("networking.k8s.io", "NetworkPolicy", &ns(namespace), name),
        items: items.collect(),
    }
}

fn clauses(field: &'static str, peers: Vec<Peer>, ports: Vec<PortMatch>) -> Vec<Clause> {
    let mut clauses = Vec::new();
    if !peers.is_empty() {
        clauses.push(Clause {
            field: field.into(),
            test: Test::Peers(peers),
        });
    }
    if !ports.is_empty() {
        clauses.push(Clause {
            field: "ports".into(),
            test: Test::Ports(ports),
        });
    }
    clauses
}

fn policy(namespace: usize, selector: &Selector, direction: Direction, rules: Vec<Rule>) -> Policy {
    Policy {
        plane: Plane::Network,
        stage: Stage {
            order: Order(1_000_000.0),
            name: "NetworkPolicy".to_owned(),
            combine: Combine::Isolate,
            ties: Ties::default(),
        },
        order: Order(1000.0),
        path: FieldPath::root().key("spec").key("podSelector"),
        target: Target::Workloads {
            direction,
            namespaces: namespace_named(namespace),
            workloads: selector.clone(),
        },
        rules: Rules::Own(rules),
    }
}

pub(super) fn pods_of(namespaces: NamespaceMatch, workloads: Selector) -> Peer {
    Peer::Workloads {
        namespaces,
        workloads,
    }
}

pub(super) fn namespace_named(number: usize) -> NamespaceMatch {
    NamespaceMatch::Named(ns(number))
}

pub(super) fn namespace_labelled(key: &str, value: &str) -> NamespaceMatch {
    NamespaceMatch::Matching(Selector::In(key.to_owned(), vec![value.to_owned()]))
}

fn port(name: &str, port: u16) -> NamedPort {
    NamedPort {
        name: name.to_owned(),
        protocol: Protocol::TCP,
        port,
    }
}

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}
