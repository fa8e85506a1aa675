//! Which workloads are open to many.

use std::collections::BTreeMap;

use kordon_analyze::connectivity::{Peer, PortSet, Row};
use serde_json::{Value, json};

use super::json::ports_json;
use super::{Connections, Filter};
use crate::request::shorthand::INGRESS_CONTROLLER;

/// That a workload is open to many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// The workload, as requests name it.
    pub workload: String,
    /// To whom.
    pub to: OpenTo,
    /// On which ports.
    pub ports: PortSet,
}

/// To whom a workload is open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpenTo {
    /// Every other workload, and every address outside the cluster.
    Everyone,
    /// Every other workload of the cluster.
    Workloads,
    /// Every other workload of this namespace, of which there are at least two.
    Namespace(String),
    /// Addresses outside the cluster: these ranges.
    Outside(Vec<String>),
    /// What comes in by an Ingress, a Gateway or a Route.
    Entry,
}

impl std::fmt::Display for OpenTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Everyone => f.write_str("everyone"),
            Self::Workloads => f.write_str("all workloads"),
            Self::Namespace(name) => write!(f, "namespace {name}"),
            Self::Outside(ranges) => f.write_str(&ranges.join(", ")),
            Self::Entry => f.write_str(INGRESS_CONTROLLER),
        }
    }
}

impl Exposure {
    /// The exposure as a JSON object: `workload`, `openTo` and `ports`.
    pub fn to_json(&self) -> Value {
        json!({
            "workload": self.workload,
            "openTo": self.to.to_string(),
            "ports": ports_json(&self.ports),
        })
    }
}

/// The rows to one workload, from workloads by their places, and from outside.
#[derive(Default)]
struct Incoming {
    inside: BTreeMap<usize, PortSet>,
    outside: Vec<Row>,
    entry: PortSet,
}

impl Connections<'_> {
    /// The workloads that many reach, by what is known: those of the map, and all addresses.
    /// A port is listed for the widest of those to whom it is open, for ranges of addresses, and
    /// where an entry point leads to it.
    pub fn exposures(&self, filter: &Filter) -> Vec<Exposure> {
        let mut incoming: BTreeMap<usize, Incoming> = BTreeMap::new();
        for row in self.rows(filter) {
            let Peer::Workload(to) = row.to else { continue };
            let known = incoming.entry(to).or_default();
            match row.from {
                Peer::Workload(from) => {
                    known.inside.insert(from, row.answer.allowed());
                }
                Peer::Outside(_) => known.outside.push(row),
                Peer::Entry => known.entry = row.answer.allowed(),
            }
        }
        let found = incoming.iter();
        found
            .flat_map(|(to, from)| self.exposure(*to, from))
            .collect()
    }

    fn exposure(&self, to: usize, from: &Incoming) -> Vec<Exposure> {
        let namespaces = self.by_namespace(from, to);
        let cluster = namespaces.values().map(|(_, open)| open);
        let several = namespaces.values().map(|(size, _)| size).sum::<usize>() > 1;
        let cluster = cluster
            .filter(|_| several)
            .fold(None, |all: Option<PortSet>, open| {
                Some(all.map_or_else(|| open.clone(), |all| all.intersection(open)))
            })
            .unwrap_or_default();
        let whole = from
            .outside
            .iter()
            .filter(|row| self.names(&row.from) == ["outside"]);
        let outside = whole.fold(PortSet::EMPTY, |all, row| all.union(&row.answer.allowed()));
        let everyone = cluster.intersection(&outside);
        let mut found = vec![
            (OpenTo::Everyone, everyone.clone()),
            (OpenTo::Workloads, cluster.difference(&everyone)),
        ];
        for (namespace, (size, open)) in namespaces {
            if size > 1 {
                let open = open.difference(&cluster);
                found.push((OpenTo::Namespace(namespace.to_owned()), open));
            }
        }
        for row in &from.outside {
            let open = row.answer.allowed().difference(&everyone);
            found.push((OpenTo::Outside(self.names(&row.from)), open));
        }
        found.push((OpenTo::Entry, from.entry.clone()));
        let workload = self.name(to);
        let exposure = |(to, ports)| Exposure {
            workload: workload.clone(),
            to,
            ports,
        };
        let open = found.into_iter().filter(|(_, ports)| !ports.is_empty());
        open.map(exposure).collect()
    }

    /// By namespace, how many other workloads it has, and the ports that all of them reach.
    fn by_namespace(&self, from: &Incoming, to: usize) -> BTreeMap<&str, (usize, PortSet)> {
        let mut namespaces: BTreeMap<&str, (usize, PortSet)> = BTreeMap::new();
        for (index, one) in self.map.workloads().iter().enumerate() {
            if index == to || one.name.namespace.is_empty() {
                continue;
            }
            let namespace = namespaces.entry(&one.name.namespace);
            let (size, common) = namespace.or_insert_with(|| (0, PortSet::all()));
            *size += 1;
            *common = match from.inside.get(&index) {
                Some(open) => common.intersection(open),
                None => PortSet::EMPTY,
            };
        }
        namespaces
    }
}
