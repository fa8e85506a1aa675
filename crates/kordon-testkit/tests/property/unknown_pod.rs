//! Connections from a pod of which nothing is known, which stands for every pod.

use kordon::analyze::connectivity::Connectivity;
use kordon::{Direction, Explanation, Options, PlaneFinding, Verdict};
use kordon_testkit::world::World;
use serde_json::{Value, json};

use crate::connectivity::{PROTOCOLS, borders, decided, named, told};
use crate::engine::{engine, read};
use crate::law::{Broken, Law, same};
use crate::network;

/// Ports that the policies of the worlds are fond of.
const PORTS: [(&str, u16); 4] = [("TCP", 80), ("TCP", 8080), ("UDP", 53), ("SCTP", 9)];

#[test]
fn what_is_known_of_an_unknown_pod_holds_for_every_pod() {
    let law = |name, world, broken| Law {
        name,
        world,
        broken,
    };
    law(
        "what admits an unknown pod admits every pod",
        network::world,
        contradicts,
    )
    .hold();
    law(
        "what admits an unknown pod with Calico admits every pod",
        network::calico_world,
        contradicts,
    )
    .hold();
}

#[test]
fn the_map_says_of_an_unknown_pod_what_a_decision_says() {
    Law {
        name: "the map says of an unknown pod what a decision says",
        world: network::world,
        broken: differs,
    }
    .hold();
}

/// A pod that a workload denies though it admits every pod, or the other way round.
fn contradicts(world: &World) -> Option<Broken> {
    let engine = engine(&world.objects, Options::default());
    let map = Connectivity::of(engine.snapshot());
    let pods: Vec<Value> = map.workloads().iter().map(named).collect();
    let told = |request: &Value| engine.explain(&read(request).as_request());
    let ports = PORTS.iter();
    let mut requests = ports.flat_map(|(protocol, port)| {
        pods.iter().map(move |to| {
            json!({"kind": "connection", "from": "ingress-controller", "to": to,
                "protocol": protocol, "port": port})
        })
    });
    requests.find_map(|mut request| {
        let unknown = told(&request);
        let every = ingress(&unknown).filter(|every| every.verdict != Verdict::Unknown)?;
        pods.iter().find_map(|pod| {
            request["from"] = pod.clone();
            let judged = judged_pod(&told(&request))?;
            let why = same(&judged, &every.verdict).err()?;
            let request = request.clone();
            Some(Broken { request, why })
        })
    })
}

/// The ingress side of a connection whose source is one pod in the pod network. A pod always
/// reaches itself, whatever others do, and of several pods another may have been shown.
fn judged_pod(explanation: &Explanation) -> Option<Verdict> {
    let egress = side(explanation, Direction::Egress)?;
    let is_pod = egress.verdict != Verdict::NotApplicable && egress.subject != egress.object;
    let judged = ingress(explanation).filter(|_| is_pod)?;
    Some(judged.verdict)
}

fn ingress(explanation: &Explanation) -> Option<&PlaneFinding> {
    side(explanation, Direction::Ingress).filter(|_| explanation.pairs == 1)
}

fn side(explanation: &Explanation, direction: Direction) -> Option<&PlaneFinding> {
    let mut planes = explanation.planes.iter();
    planes.find(|plane| plane.direction == Some(direction))
}

/// A port of which the map and a decision differ.
fn differs(world: &World) -> Option<Broken> {
    let engine = engine(&world.objects, Options::default());
    let map = Connectivity::of(engine.snapshot());
    for (place, workload) in map.workloads().iter().enumerate() {
        let answer = map.from_unknown_pod(place).expect("a workload of the map");
        for protocol in PROTOCOLS {
            for port in borders(&answer, protocol) {
                let mut request = json!({"kind": "connection", "from": "ingress-controller",
                    "to": named(workload), "protocol": protocol.to_string()});
                if protocol.has_ports() {
                    request["port"] = port.into();
                }
                let decision = engine.decide(&read(&request).as_request());
                let told = told(&answer, protocol, port);
                if let Err(why) = same(&told, &decided(&decision)) {
                    return Some(Broken { request, why });
                }
            }
        }
    }
    None
}
