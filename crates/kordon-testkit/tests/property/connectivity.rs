//! The map of connections against decisions, one by one.

use std::collections::BTreeSet;
use std::net::IpAddr;

use kordon::analyze::connectivity::{Answer, Connectivity, Place, Workload};
use kordon::{Decision, Engine, Options, Posture, Protocol, Verdict};
use kordon_testkit::world::World;
use serde_json::{Value, json};

use crate::engine::{engine, read};
use crate::law::{Broken, Law, same};
use crate::network;

/// Of protocols without ports, one.
pub(crate) const PROTOCOLS: [Protocol; 4] =
    [Protocol::TCP, Protocol::UDP, Protocol::SCTP, Protocol::ICMP];

#[test]
fn the_map_says_of_every_pair_what_a_decision_says() {
    Law {
        name: "the map of connections is what decisions say",
        world: network::world,
        broken: |world| {
            let postures = [Posture::Upstream, Posture::Strict];
            postures
                .into_iter()
                .find_map(|posture| differs(world, posture, |_| true))
        },
    }
    .hold();
}

/// Rules that speak of the guarded end or of services are beyond the map, which then says that it
/// does not know. It must not say anything else that a decision does not.
#[test]
fn what_the_map_knows_of_calicos_policies_is_what_a_decision_says() {
    Law {
        name: "what the map knows with Calico is what decisions say",
        world: network::calico_world,
        broken: |world| {
            let is_known = |verdict| verdict != Verdict::Unknown;
            differs(world, Posture::Upstream, is_known)
        },
    }
    .hold();
}

/// A connection of which map and decision differ, among those whose verdict in the map counts.
fn differs(world: &World, posture: Posture, counts: impl Fn(Verdict) -> bool) -> Option<Broken> {
    let options = Options {
        posture,
        ..Options::default()
    };
    let engine = engine(&world.objects, options);
    let map = Connectivity::of(engine.snapshot());
    let places = places(&engine, &map);
    let pairs = places.iter().flat_map(|from| {
        let others = places.iter().filter(move |to| from.0 != to.0);
        others.map(move |to| (from, to))
    });
    for (from, to) in pairs {
        // What is between two addresses outside is no business of the cluster's policies.
        let Some(answer) = map.between(from.0, to.0) else {
            continue;
        };
        for protocol in PROTOCOLS {
            for port in borders(&answer, protocol) {
                let mut request = json!({"kind": "connection", "from": from.1, "to": to.1,
                    "protocol": protocol.to_string()});
                if protocol.has_ports() {
                    request["port"] = port.into();
                }
                let told = told(&answer, protocol, port);
                let decision = engine.decide(&read(&request).as_request());
                match same(&told, &decided(&decision)) {
                    Err(why) if counts(told.0) => return Some(Broken { request, why }),
                    _ => {}
                }
            }
        }
    }
    None
}

/// What the map says of one port: the verdict, and whether a rule says so where it is an allow.
pub(crate) fn told(answer: &Answer, protocol: Protocol, port: u16) -> (Verdict, bool) {
    let is_in = |set: &kordon::analyze::connectivity::PortSet| set.contains(protocol, port);
    match (
        is_in(&answer.explicit),
        is_in(&answer.implicit),
        is_in(&answer.unknown),
    ) {
        (true, _, _) => (Verdict::Allow, true),
        (_, true, _) => (Verdict::Allow, false),
        (_, _, true) => (Verdict::Unknown, false),
        _ => (Verdict::Deny, false),
    }
}

pub(crate) fn decided(decision: &Decision) -> (Verdict, bool) {
    let is_explicit = decision.explicit && decision.verdict == Verdict::Allow;
    (decision.verdict, is_explicit)
}

/// Every workload and node, and the addresses at the borders of ranges that nothing uses.
fn places(engine: &Engine, map: &Connectivity) -> Vec<(Place, Value)> {
    let workloads = map.workloads().iter().enumerate();
    let workloads = workloads.map(|(index, workload)| (Place::Workload(index), named(workload)));
    let borders: BTreeSet<IpAddr> = map
        .ranges()
        .iter()
        .flat_map(|range| [range.first, range.last])
        .collect();
    let outside = borders.into_iter().map(|ip| (ip, json!({"ip": ip})));
    let unused = outside.filter(|(ip, _)| {
        let names = engine.snapshot().names_of(&kordon::Endpoint::Address(*ip));
        names.is_ok_and(|names| names.is_empty())
    });
    let unused = unused.map(|(ip, value)| (Place::Outside(ip), value));
    workloads.chain(unused).collect()
}

pub(crate) fn named(workload: &Workload) -> Value {
    let name = &workload.name;
    match name.kind.as_str() {
        "Pod" => json!({"pod": format!("{}/{}", name.namespace, name.name)}),
        "Node" => json!({"node": name.name}),
        kind => json!({"workload": format!("{}/{kind}/{}", name.namespace, name.name)}),
    }
}

/// The ports at both ends of every range of an answer and beside them, and some others.
pub(crate) fn borders(answer: &Answer, protocol: Protocol) -> BTreeSet<u16> {
    if !protocol.has_ports() {
        return BTreeSet::from([0]);
    }
    let sets = [&answer.explicit, &answer.implicit, &answer.unknown];
    let ranges = sets.into_iter().flat_map(|set| set.ports_of(protocol));
    let mut ports: BTreeSet<u16> = ranges
        .flat_map(|(first, last)| [first.saturating_sub(1), first, last, last.saturating_add(1)])
        .chain([1, 53, 80, 8080, u16::MAX])
        .collect();
    ports.remove(&0);
    ports
}
