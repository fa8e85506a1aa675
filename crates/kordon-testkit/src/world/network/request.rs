//! Connections at the edges of what policies speak about.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{ADDRESSES, PORTS, PROTOCOLS};
use crate::world::random::Random;

/// What connections start from and lead to.
pub(super) struct Places {
    pub(super) workloads: Vec<Value>,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) nodes: Vec<&'static str>,
}

pub(super) fn connection(random: &mut Random, places: &Places) -> Value {
    let (from, to) = (endpoint(random, places), endpoint(random, places));
    let port = random.pick(&PORTS);
    let port = match random.below(6) {
        0 => port.saturating_sub(1).max(1),
        1 => port.saturating_add(1),
        _ => port,
    };
    json!({"kind": "connection", "from": from, "to": to, "port": port,
        "protocol": random.pick(&PROTOCOLS)})
}

fn endpoint(random: &mut Random, places: &Places) -> Value {
    match random.below(20) {
        0 if !places.nodes.is_empty() => json!({"node": random.pick(&places.nodes)}),
        1 if !places.addresses.is_empty() => {
            let at = random.below(places.addresses.len());
            json!({"ip": places.addresses.get(at)})
        }
        2..=4 => json!({"ip": random.pick(&ADDRESSES)}),
        _ if places.workloads.is_empty() => json!({"ip": random.pick(&ADDRESSES)}),
        _ => random.pick(&places.workloads),
    }
}
