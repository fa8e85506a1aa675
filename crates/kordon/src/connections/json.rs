//! Rows for programs. Their form is stable: fields are added, never changed.

use kordon_analyze::connectivity::{AddressRange, Answer, Peer, PortSet, Row};
use kordon_core::view::EndName;
use serde_json::{Map, Value, json};

use super::{Connections, parts};
use crate::request::shorthand::INGRESS_CONTROLLER;

impl Connections<'_> {
    /// A row as a JSON object: `from`, `to`, and by `explicit`, `implicit` and `unknown` the ports
    /// of which it has some.
    ///
    /// An end is an endpoint of the compact form of requests, or `{"ranges": [..]}`. Ports are
    /// `"all"`, or by protocol a list of ranges with both ends included, where `others` stands for
    /// all protocols without ports.
    pub fn row_json(&self, row: &Row) -> Value {
        let mut value = answer_json(&row.answer);
        value.insert("from".to_owned(), self.end_json(&row.from));
        value.insert("to".to_owned(), self.end_json(&row.to));
        Value::Object(value)
    }

    fn end_json(&self, peer: &Peer) -> Value {
        match peer {
            Peer::Outside(ranges) => ranges_json(ranges),
            Peer::Entry => json!(INGRESS_CONTROLLER),
            Peer::Workload(index) => {
                let workload = self.map.workloads().get(*index);
                workload.map_or(Value::Null, |workload| name_json(&workload.name))
            }
        }
    }
}

/// An answer by the names of its parts.
pub(crate) fn answer_json(answer: &Answer) -> Map<String, Value> {
    let parts = parts(answer).map(|(kind, ports)| (kind.name().to_owned(), ports_json(ports)));
    parts.collect()
}

/// A workload or node as an endpoint of a request in compact form.
pub(crate) fn name_json(name: &EndName) -> Value {
    let EndName {
        namespace,
        kind,
        name,
    } = name;
    match kind.as_str() {
        "Node" if namespace.is_empty() => json!({"node": name}),
        "Pod" => json!({"pod": format!("{namespace}/{name}")}),
        kind => json!({"workload": format!("{namespace}/{kind}/{name}")}),
    }
}

/// Addresses outside.
pub(crate) fn ranges_json(ranges: &[AddressRange]) -> Value {
    let texts: Vec<String> = ranges.iter().map(ToString::to_string).collect();
    json!({"ranges": texts})
}

/// Ports as `"all"`, or by protocol as ranges; `others` is all protocols without ports.
pub(super) fn ports_json(ports: &PortSet) -> Value {
    if ports.is_all() {
        return json!("all");
    }
    let has_others = ports.holds_all_without_ports();
    let protocols = ports
        .protocols()
        .filter(|protocol| protocol.has_ports() || !has_others);
    let ranges = protocols.map(|protocol| {
        let ranges: Vec<[u16; 2]> = ports
            .ports_of(protocol)
            .into_iter()
            .map(|(first, last)| [first, last])
            .collect();
        (protocol.to_string(), json!(ranges))
    });
    let others = has_others.then(|| ("others".to_owned(), json!("all")));
    Value::Object(ranges.chain(others).collect())
}
