//! Holds the network reference against whole connection maps of random clusters.

#![expect(
    clippy::unwrap_used,
    reason = "a row that cannot be read fails the test"
)]

use std::collections::{BTreeMap, BTreeSet};

use kordon_testkit::conformance::{ConnectionMap, Suite};
use kordon_testkit::reference::network::{Connection, Endpoint, Network, Verdict};
use serde_json::{Value, json};

const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];

#[derive(Default)]
struct Count {
    checked: usize,
    unknown: usize,
    wrong: Vec<String>,
}

#[test]
fn maps_agree_with_two_engines_wherever_addresses_are_known() {
    let Some(suite) = Suite::open() else {
        println!("maps: 0 checked, the conformance folder is absent; set KORDON_CONFORMANCE");
        return;
    };
    let mut count = Count::default();
    for map in suite.fuzzed_maps().unwrap() {
        check(&map, &mut count);
    }
    let Count {
        checked,
        unknown,
        wrong,
    } = count;
    println!(
        "maps: {checked} checked, {} wrong, {unknown} left open for want of addresses",
        wrong.len()
    );
    let shown = wrong
        .iter()
        .take(10)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(wrong.is_empty(), "{} wrong, such as\n{shown}", wrong.len());
    assert!(checked > 0, "the folder is there but holds no maps");
}

/// Every pair of the map, and every pair of workloads that it does not list.
fn check(map: &ConnectionMap, count: &mut Count) {
    let network = Network::new(&map.objects);
    for ((from, to), conns) in rows(map) {
        // Both ends of a range of addresses.
        for (from, to) in ends(&from).iter().zip(ends(&to)) {
            for protocol in PROTOCOLS {
                for port in edges(conns, protocol) {
                    let connection = Connection::new(from.clone(), to.clone(), port, protocol);
                    count.add(
                        &network,
                        &connection,
                        permits(conns, protocol, port),
                        &map.name,
                    );
                }
            }
        }
    }
}

impl Count {
    fn add(&mut self, network: &Network, connection: &Connection, permitted: bool, map: &str) {
        let sides = network.decide(connection).unwrap();
        if [sides.egress.verdict, sides.ingress.verdict].contains(&Verdict::Unknown) {
            self.unknown += 1;
            return;
        }
        self.checked += 1;
        if sides.allowed != permitted {
            self.wrong.push(format!("{map} {connection:?} {sides:?}"));
        }
    }
}

fn rows(map: &ConnectionMap) -> BTreeMap<(String, String), &Value> {
    let names: Vec<String> = map.objects.iter().filter_map(workload).collect();
    let pairs = names
        .iter()
        .flat_map(|from| names.iter().map(move |to| (from, to)));
    let mut rows: BTreeMap<_, _> = pairs
        .filter(|(from, to)| from != to)
        .map(|(from, to)| ((from.clone(), to.clone()), &Value::Null))
        .collect();
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    rows.extend(
        map.expected
            .iter()
            .map(|row| ((text(row, "src"), text(row, "dst")), &row["conns"])),
    );
    rows
}

fn workload(object: &Value) -> Option<String> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let kind = text("/kind").filter(|kind| *kind == "Deployment")?;
    Some(format!(
        "{}/{}[{kind}]",
        text("/metadata/namespace")?,
        text("/metadata/name")?
    ))
}

/// A workload twice, or the first and the last address of a range.
fn ends(name: &str) -> [Endpoint; 2] {
    let read = |value: &Value| Endpoint::read(value).unwrap();
    if let Some((namespace, rest)) = name.split_once('/') {
        let (name, kind) = rest.trim_end_matches(']').split_once('[').unwrap();
        let endpoint = read(&json!({"workload": format!("{namespace}/{kind}/{name}")}));
        return [endpoint.clone(), endpoint];
    }
    let (first, last) = name.split_once('-').unwrap();
    [first, last].map(|ip| read(&json!({"ip": ip})))
}

fn ranges(conns: &Value, protocol: &str) -> Vec<(u64, u64)> {
    if conns == "all" {
        return vec![(1, 65535)];
    }
    let listed = conns[protocol].as_array().map_or(&[][..], Vec::as_slice);
    listed
        .iter()
        .map(|range| (range[0].as_u64().unwrap(), range[1].as_u64().unwrap()))
        .collect()
}

fn permits(conns: &Value, protocol: &str, port: u16) -> bool {
    ranges(conns, protocol)
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&port.into()))
}

/// Ports at the ends of the permitted ranges and beside them; without any, those that the
/// policies of these clusters are fond of.
fn edges(conns: &Value, protocol: &str) -> BTreeSet<u16> {
    let ranges = ranges(conns, protocol);
    let fond: &[u64] = if ranges.is_empty() {
        &[53, 80, 8080]
    } else {
        &[]
    };
    let beside = ranges
        .into_iter()
        .flat_map(|(first, last)| [first - 1, first, last, last + 1]);
    beside
        .chain(fond.iter().copied())
        .filter_map(|port| u16::try_from(port).ok())
        .filter(|port| *port > 0)
        .collect()
}
