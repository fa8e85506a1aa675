//! Connections from a pod of which nothing is known, which stands for every pod.

use kordon::analyze::connectivity::Connectivity;
use kordon::{Direction, Explanation, Options, PlaneFinding, Verdict};
use kordon_testkit::world::World;
use serde_json::{Value, json};

use crate::connectivity::{PROTOCOLS, borders, decided, named, told};
use crate::engine::{engine, read};
use crate::law::{Broken, Law, first_broken, same};
use crate::network;

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
    let from = |request: &Value, from: Value| {
        let mut request = request.clone();
        request["from"] = from;
        engine.explain(&read(&request).as_request())
    };
    first_broken(world, |request| {
        let unknown = from(request, json!("ingress-controller"));
        let Some(every) = ingress(&unknown).filter(|every| every.verdict != Verdict::Unknown)
        else {
            return Ok(());
        };
        map.workloads().iter().map(named).try_for_each(|pod| {
            let known = from(request, pod.clone());
            judged_pod(&known).map_or(Ok(()), |judged| {
                same(&judged.verdict, &every.verdict).map_err(|why| format!("{pod}: {why}"))
            })
        })
    })
}

/// The ingress side of a connection whose source is one pod in the pod network. A pod always
/// reaches itself, whatever others do, and of several pods another may have been shown.
fn judged_pod(explanation: &Explanation) -> Option<&PlaneFinding> {
    let egress = side(explanation, Direction::Egress)?;
    let is_pod = egress.verdict != Verdict::NotApplicable && egress.subject != egress.object;
    ingress(explanation).filter(|_| is_pod && explanation.pairs == 1)
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
