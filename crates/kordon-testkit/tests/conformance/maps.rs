//! Whole maps of connections.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use kordon::analyze::connectivity::{
    AddressRange, Answer, ChangedEnd, Connectivity, Peer, Place as Spot, PortSet, Row,
};
use kordon::view::EndName;
use kordon::{Cluster, Endpoint, Engine, Options, Protocol, Request};
use serde_json::{Value, json};

use crate::count::{Count, suite};
use crate::engine::{engine, read};

const PROTOCOLS: [Protocol; 3] = [Protocol::TCP, Protocol::UDP, Protocol::SCTP];

/// A row's ports by its ends.
type Rows = BTreeMap<(Place, Place), PortSet>;

/// One end of a row: a workload as `NAMESPACE/NAME[KIND]`, or IPv4 addresses from the first
/// number to the last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Workload(String),
    Outside(u32, u32),
}

/// What a map says. Where a fact is missing, as for blocks of addresses and pods
/// without any, it allows nothing and is held against nothing.
#[derive(Default)]
struct Found {
    allowed: Rows,
    unknown: Rows,
}

#[test]
fn maps_of_manifests_are_those_of_another_tool() {
    let Some(suite) = suite("maps of manifests") else {
        return;
    };
    let mut count = Count::default();
    for map in suite.manifest_maps().unwrap() {
        let mut cluster = Cluster::new();
        for (file, text) in &map.manifests {
            cluster.read(file, text);
        }
        check(&map.name, &Engine::new(&cluster), &map.expected, &mut count);
    }
    count.finish("maps of manifests");
}

#[test]
fn maps_of_random_clusters_are_those_of_two_engines() {
    let Some(suite) = suite("maps of random clusters") else {
        return;
    };
    let mut count = Count::default();
    for map in suite.fuzzed_maps().unwrap() {
        let objects: Vec<Value> = map.objects.iter().map(as_pod).collect();
        let engine = engine(&objects, Options::default());
        check(&map.name, &engine, &map.expected, &mut count);
    }
    count.finish("maps of random clusters");
}

#[test]
fn maps_hold_the_verdicts_of_upstream_and_of_other_engines() {
    let Some(suite) = suite("verdicts in maps") else {
        return;
    };
    let mut worlds = suite.network_verdicts().unwrap();
    worlds.extend(suite.fuzzed_cluster_policies().unwrap());
    let mut count = Count::default();
    for world in &worlds {
        let engine = engine(&world.objects, Options::default());
        let map = Connectivity::of(engine.snapshot());
        for case in &world.cases {
            let ends = [&case.from, &case.to].map(|end| spot(end, &engine, &map));
            let [Some(from), Some(to)] = ends else {
                continue;
            };
            let protocol = case.protocol.parse().expect("a protocol");
            if let Some(answer) = map.between(from, to) {
                let is_allowed = answer.allowed().contains(protocol, case.port);
                let same = is_allowed == case.allowed;
                count.check(same, || format!("{} {case:?}: {answer:?}", world.file));
            }
        }
    }
    count.finish("verdicts in maps");
}

#[test]
fn maps_differ_where_another_tool_finds_that_they_differ() {
    let Some(suite) = suite("differences of maps") else {
        return;
    };
    let mut count = Count::default();
    for case in suite.map_diffs().unwrap() {
        let engines = [&case.old, &case.new].map(|manifests| {
            let mut cluster = Cluster::new();
            for (file, text) in manifests {
                cluster.read(file, text);
            }
            Engine::new(&cluster)
        });
        let names: Vec<String> = engines.iter().flat_map(names).collect();
        let [old, new] = [0, 1].map(|which| Connectivity::of(engines[which].snapshot()));
        let mut changes = old.changes_to(&new);
        // The cases leave out protocols without ports.
        changes.retain(|change| tcp_udp_sctp(&change.old) != tcp_udp_sctp(&change.new));
        for (field, which) in [("old", 0), ("new", 1)] {
            let mut found = Found {
                allowed: Rows::new(),
                unknown: found(&engines[which]).unknown,
            };
            for change in &changes {
                let answer = [&change.old, &change.new][which];
                found.add(&changed(&change.from), &changed(&change.to), answer);
            }
            let expected = case.expected.iter().map(|row| {
                let place = |field: &str| place(row[field].as_str().unwrap_or_default(), &names);
                ((place("src"), place("dst")), ports(&row[field]))
            });
            let wrong = differences(&found, &expected.collect());
            count.check(wrong.is_empty(), || {
                let shown: Vec<&str> = wrong.iter().take(3).map(String::as_str).collect();
                format!(
                    "{} {field}: {} wrong, such as {}",
                    case.name,
                    wrong.len(),
                    shown.join("; ")
                )
            });
        }
    }
    count.finish("differences of maps");
}

fn changed(end: &ChangedEnd) -> Vec<Place> {
    match end {
        ChangedEnd::Workload(name) => vec![Place::Workload(written(name))],
        ChangedEnd::Outside(ranges) => v4(ranges),
        // The cases leave out what comes in by entry points.
        ChangedEnd::Entry => Vec::new(),
    }
}

/// The place of an endpoint in compact form; `None` for a pod of several that the map counts as
/// one workload.
fn spot(end: &Value, engine: &Engine, map: &Connectivity) -> Option<Spot> {
    let request = json!({"kind": "connection", "from": end, "to": end, "port": 1});
    let spec = read(&request);
    let Request::Connection(connection) = spec.as_request() else {
        return None;
    };
    let names = engine
        .snapshot()
        .names_of(&connection.from)
        .expect("an end that is known");
    match (names.as_slice(), connection.from) {
        ([], Endpoint::Address(address)) => Some(Spot::Outside(address)),
        ([name], _) if name.kind == "Pod" => map.find(name).map(Spot::Workload),
        _ => None,
    }
}

/// A Deployment as a pod that it owns: some of these have no labels, which an API server refuses
/// for a Deployment and Kordon therefore does not take for one.
fn as_pod(object: &Value) -> Value {
    if object["kind"] != "Deployment" {
        return object.clone();
    }
    let (metadata, template) = (&object["metadata"], &object["spec"]["template"]);
    json!({"apiVersion": "v1", "kind": "Pod", "spec": template["spec"], "metadata": {
        "name": metadata["name"], "namespace": metadata["namespace"],
        "labels": template["metadata"]["labels"],
        "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "controller": true,
            "name": metadata["name"]}]}})
}

fn check(name: &str, engine: &Engine, expected: &[Value], count: &mut Count) {
    let found = found(engine);
    let names = names(engine);
    let expected = expected.iter().map(|row| {
        let place = |field: &str| place(row[field].as_str().unwrap_or_default(), &names);
        ((place("src"), place("dst")), ports(&row["conns"]))
    });
    let wrong = differences(&found, &expected.collect());
    count.check(wrong.is_empty(), || {
        let shown: Vec<&str> = wrong.iter().take(5).map(String::as_str).collect();
        format!(
            "{name}: {} wrong, such as {}",
            wrong.len(),
            shown.join("; ")
        )
    });
}

/// Where a map allows what is not expected, or denies what is.
fn differences(found: &Found, expected: &Rows) -> Vec<String> {
    let starts: BTreeSet<u32> = [&found.allowed, &found.unknown, expected]
        .into_iter()
        .flat_map(BTreeMap::keys)
        .flat_map(|(from, to)| [from, to])
        .flat_map(|place| match place {
            Place::Outside(first, last) => vec![Some(*first), last.checked_add(1)],
            Place::Workload(_) => Vec::new(),
        })
        .flatten()
        .collect();
    let [allowed, unknown, expected] =
        [&found.allowed, &found.unknown, expected].map(|rows| cut(rows, &starts));
    let nothing = PortSet::EMPTY;
    let pairs: BTreeSet<_> = allowed.keys().chain(expected.keys()).collect();
    let differs = pairs.into_iter().filter_map(|pair| {
        let of = |rows: &Rows| rows.get(pair).unwrap_or(&nothing).clone();
        let (allowed, unknown, expected) = (of(&allowed), of(&unknown), of(&expected));
        let is_same = allowed.difference(&expected).is_empty()
            && expected.difference(&allowed.union(&unknown)).is_empty();
        (!is_same).then(|| format!("{pair:?} allows {allowed}, not {expected}"))
    });
    differs.collect()
}

/// Rows in which addresses are cut at some numbers, so that ranges of two maps can be compared.
fn cut(rows: &Rows, starts: &BTreeSet<u32>) -> Rows {
    let pieces = |place: &Place| match place {
        Place::Workload(_) => vec![place.clone()],
        Place::Outside(first, last) => {
            let within: Vec<u32> = starts.range(*first..=*last).copied().collect();
            let ends = within.iter().skip(1).map(|next| next - 1).chain([*last]);
            within
                .iter()
                .zip(ends)
                .map(|(first, last)| Place::Outside(*first, last))
                .collect()
        }
    };
    let mut out = Rows::new();
    for ((from, to), ports) in rows {
        for (from, to) in pieces(from)
            .iter()
            .flat_map(|from| pieces(to).into_iter().map(move |to| (from.clone(), to)))
        {
            let known = out.entry((from, to)).or_default();
            *known = known.union(ports);
        }
    }
    out
}

/// The names of workloads as the cases write them.
fn names(engine: &Engine) -> Vec<String> {
    let map = Connectivity::of(engine.snapshot());
    let names = map.workloads().iter().map(|workload| &workload.name);
    names.map(written).collect()
}

/// A name as the cases write it. An owner whose kind is not written is a `Pod` to the other tool.
fn written(name: &EndName) -> String {
    let kind = if name.kind.is_empty() {
        "Pod"
    } else {
        &name.kind
    };
    format!("{}/{}[{kind}]", name.namespace, name.name)
}

fn found(engine: &Engine) -> Found {
    let map = Connectivity::of(engine.snapshot());
    let names = names(engine);
    let mut found = Found::default();
    let places = |peer: &Peer| match peer {
        Peer::Workload(index) => vec![Place::Workload(names[*index].clone())],
        Peer::Outside(ranges) => v4(ranges),
        // The cases leave out what comes in by entry points.
        Peer::Entry => Vec::new(),
    };
    for Row { from, to, answer } in map.rows() {
        found.add(&places(&from), &places(&to), &answer);
    }
    found
}

/// Ranges without those of IPv6, which the cases leave out.
fn v4(ranges: &[AddressRange]) -> Vec<Place> {
    let v4 = ranges
        .iter()
        .filter_map(|range| match (range.first, range.last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                Some(Place::Outside(first.to_bits(), last.to_bits()))
            }
            _ => None,
        });
    v4.collect()
}

impl Found {
    fn add(&mut self, from: &[Place], to: &[Place], answer: &Answer) {
        for from in from {
            for to in to {
                let key = (from.clone(), to.clone());
                self.unknown.insert(key.clone(), answer.unknown.clone());
                self.allowed.insert(key, tcp_udp_sctp(answer));
            }
        }
    }
}

fn tcp_udp_sctp(answer: &Answer) -> PortSet {
    answer.allowed().intersection(&with_ports())
}

fn with_ports() -> PortSet {
    let all = PROTOCOLS.map(|protocol| PortSet::of(protocol, 1, u16::MAX));
    all.iter().fold(PortSet::EMPTY, |all, one| all.union(one))
}

/// An end as a case writes it.
fn place(text: &str, names: &[String]) -> Place {
    if let Some((first, last)) = text.split_once('-')
        && let (Ok(first), Ok(last)) = (first.parse::<Ipv4Addr>(), last.parse::<Ipv4Addr>())
    {
        return Place::Outside(first.to_bits(), last.to_bits());
    }
    let is_known = names.iter().any(|name| name == text);
    // The pods of a ReplicaSet that a Deployment made are the Deployment's to Kordon.
    let deployment = text
        .strip_suffix("[ReplicaSet]")
        .filter(|_| !is_known)
        .and_then(|name| name.rsplit_once('-'))
        .map(|(name, _hash)| format!("{name}[Deployment]"));
    Place::Workload(deployment.unwrap_or_else(|| text.to_owned()))
}

fn ports(conns: &Value) -> PortSet {
    if conns == "all" {
        return with_ports();
    }
    let number = |value: &Value| {
        let number = value.as_u64().and_then(|number| u16::try_from(number).ok());
        number.expect("a port")
    };
    let ranges = PROTOCOLS.into_iter().flat_map(|protocol| {
        let listed = conns[protocol.to_string().as_str()].as_array();
        listed
            .into_iter()
            .flatten()
            .map(move |range| PortSet::of(protocol, number(&range[0]), number(&range[1])))
    });
    ranges.fold(PortSet::EMPTY, |all, one| all.union(&one))
}
