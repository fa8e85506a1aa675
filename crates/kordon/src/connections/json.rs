//! Rows for programs. Their form is stable: fields are added, never changed.

use kordon_analyze::connectivity::{Peer, PortSet, Row};
use serde_json::{Map, Value, json};

use super::{Connections, parts};
use crate::request::EndpointSpec;

impl Connections<'_> {
    /// A row as a JSON object: `from`, `to`, and by `explicit`, `implicit` and `unknown` the ports
    /// of which it has some.
    ///
    /// An end is an endpoint of the compact form of requests, or `{"ranges": [..]}`. Ports are
    /// `"all"`, or by protocol a list of ranges with both ends included, where `others` stands for
    /// all protocols without ports.
    pub fn row_json(&self, row: &Row) -> Value {
        let mut value = Map::new();
        value.insert("from".to_owned(), self.end_json(&row.from));
        value.insert("to".to_owned(), self.end_json(&row.to));
        for (allowance, ports) in parts(&row.answer) {
            value.insert(allowance.name().to_owned(), ports_json(ports));
        }
        Value::Object(value)
    }

    fn end_json(&self, peer: &Peer) -> Value {
        let Peer::Workload(index) = peer else {
            return json!({"ranges": self.range_texts(peer)});
        };
        match self.specs.get(*index) {
            Some(EndpointSpec::Node(name)) => json!({"node": name}),
            _ => match self.map.workloads().get(*index).map(|one| &one.name) {
                Some(name) if name.kind == "Pod" => {
                    json!({"pod": format!("{}/{}", name.namespace, name.name)})
                }
                Some(name) => {
                    json!({"workload": format!("{}/{}/{}", name.namespace, name.kind, name.name)})
                }
                None => Value::Null,
            },
        }
    }

    fn range_texts(&self, peer: &Peer) -> Vec<String> {
        match peer {
            Peer::Outside(ranges) => ranges.iter().map(ToString::to_string).collect(),
            Peer::Workload(_) => self.names(peer),
        }
    }
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
