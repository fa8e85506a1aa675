//! All connections that network policies allow, in the forms that people and programs read.
//!
//! Owns names, selections, groups and reasons. What is allowed is the map's,
//! [`analyze::connectivity`](crate::analyze::connectivity).

mod exposure;
mod group;
mod json;
mod select;
mod why;

use std::collections::BTreeMap;
use std::net::IpAddr;

use kordon_analyze::connectivity::{AddressRange, Answer, Connectivity, Peer, PortSet, Row};
use kordon_core::Endpoint;
use kordon_core::model::ObjectRef;
use kordon_core::view::EndName;

use crate::engine::Engine;
use crate::request::EndpointSpec;
use crate::request::shorthand::INGRESS_CONTROLLER;

pub use exposure::{Exposure, OpenTo};
pub use group::Group;
pub(crate) use json::{answer_json, name_json, ranges_json};
pub use select::{Filter, Nodes, Selection};
pub(crate) use why::questions;

/// The map of all connections of an engine.
///
/// ```
/// use kordon::{Cluster, Engine};
/// use kordon::connections::Filter;
///
/// let mut cluster = Cluster::new();
/// cluster.read("shop.yaml", "
/// apiVersion: v1
/// kind: Pod
/// metadata: {name: web, namespace: shop, labels: {app: web}}
/// ---
/// apiVersion: v1
/// kind: Pod
/// metadata: {name: cart, namespace: shop, labels: {app: cart}}
/// ---
/// apiVersion: networking.k8s.io/v1
/// kind: NetworkPolicy
/// metadata: {name: cart, namespace: shop}
/// spec:
///   podSelector: {matchLabels: {app: cart}}
///   ingress:
///   - from: [{podSelector: {matchLabels: {app: web}}}]
///     ports: [{port: 7070}]
/// ");
/// let engine = Engine::new(&cluster);
/// let map = engine.connections();
/// let filter = Filter {
///     to: vec![map.select("shop/cart", None)?],
///     ..Filter::default()
/// };
/// let rows: Vec<_> = map.rows(&filter).collect();
/// assert_eq!(rows.len(), 1);
/// assert_eq!(map.names(&rows[0].from), ["shop/web"]);
/// assert_eq!(rows[0].answer.allowed().to_string(), "TCP 7070");
/// assert_eq!(
///     map.why(&rows[0]).last().unwrap(),
///     "ingress: NetworkPolicy shop/cart spec.ingress[0] allows it (shop.yaml:16:5)",
/// );
/// # Ok::<(), kordon::RequestError>(())
/// ```
#[derive(Debug)]
pub struct Connections<'e> {
    engine: &'e Engine,
    map: Connectivity,
    /// By the places of workloads in the map, how requests name them.
    specs: Vec<EndpointSpec>,
    /// By the places of workloads, the fields that lead connections to them from outside.
    ways: BTreeMap<usize, Vec<(&'e ObjectRef, String)>>,
}

/// How ports are allowed, or that it cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Allowance {
    /// A rule allows them on every side that policies guard.
    Explicit,
    /// Nobody denies them, and on some side no rule speaks of them.
    Implicit,
    /// A fact is missing to tell, which is enforced as a denial.
    Unknown,
}

impl Allowance {
    /// The word for it in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::Implicit => "implicit",
            Self::Unknown => "unknown",
        }
    }
}

impl<'e> Connections<'e> {
    pub(crate) fn new(engine: &'e Engine) -> Self {
        let map = Connectivity::of(engine.snapshot());
        let workloads = map.workloads().iter();
        Self {
            specs: workloads.map(|one| spec(engine, &one.name)).collect(),
            ways: ways(engine, &map),
            engine,
            map,
        }
    }

    /// The map itself.
    pub fn map(&self) -> &Connectivity {
        &self.map
    }

    /// The rows that a filter lets through, in the order of the map.
    pub fn rows<'a>(&'a self, filter: &'a Filter) -> impl Iterator<Item = Row> + 'a {
        let rows = self.map.rows();
        rows.filter(move |row| self.is_chosen(filter, row))
    }

    /// The names of one end of a row: that of a workload, as requests and `kordon explain` take
    /// it, ranges of addresses, or `ingress-controller`.
    pub fn names(&self, peer: &Peer) -> Vec<String> {
        match peer {
            Peer::Workload(index) => vec![self.name(*index)],
            Peer::Outside(ranges) => ranges_text(ranges),
            Peer::Entry => vec![INGRESS_CONTROLLER.to_owned()],
        }
    }

    fn name(&self, index: usize) -> String {
        let spec = self.specs.get(index);
        spec.and_then(EndpointSpec::to_shorthand)
            .unwrap_or_default()
    }

    /// A request's endpoint for one end of a row; of addresses, the first that nothing in the
    /// cluster uses at the ends of the ranges.
    fn endpoint(&self, peer: &Peer) -> Option<EndpointSpec> {
        match peer {
            Peer::Workload(index) => self.specs.get(*index).cloned(),
            Peer::Outside(ranges) => unused_address(self.engine, ranges),
            Peer::Entry => Some(EndpointSpec::IngressController),
        }
    }
}

/// An address at the end of some ranges that nothing in the cluster uses.
pub(crate) fn unused_address(engine: &Engine, ranges: &[AddressRange]) -> Option<EndpointSpec> {
    let is_unused = |address: &IpAddr| {
        let names = engine.snapshot().names_of(&Endpoint::Address(*address));
        names.is_ok_and(|names| names.is_empty())
    };
    ranges
        .iter()
        .flat_map(|range| [range.first, range.last])
        .find(is_unused)
        .map(EndpointSpec::Address)
}

/// The parts of an answer that hold something.
pub fn parts(answer: &Answer) -> impl Iterator<Item = (Allowance, &PortSet)> {
    [
        (Allowance::Explicit, &answer.explicit),
        (Allowance::Implicit, &answer.implicit),
        (Allowance::Unknown, &answer.unknown),
    ]
    .into_iter()
    .filter(|(_, ports)| !ports.is_empty())
}

/// Ranges as people read them: those that cover both families as one word.
pub(crate) fn ranges_text(ranges: &[AddressRange]) -> Vec<String> {
    let texts: Vec<String> = ranges.iter().map(ToString::to_string).collect();
    if texts == ["0.0.0.0/0", "::/0"] {
        vec!["outside".to_owned()]
    } else {
        texts
    }
}

/// The fields that lead connections to workloads, each once.
fn ways<'e>(
    engine: &'e Engine,
    map: &Connectivity,
) -> BTreeMap<usize, Vec<(&'e ObjectRef, String)>> {
    let mut ways: BTreeMap<usize, Vec<(&ObjectRef, String)>> = BTreeMap::new();
    for way in engine.snapshot().ways() {
        if let Some(workload) = map.find(&way.to.workload()) {
            let field = (way.object, way.point.path.to_string());
            let known = ways.entry(workload).or_default();
            if !known.contains(&field) {
                known.push(field);
            }
        }
    }
    ways
}

/// How a request names a workload: by its bare name where that means this one.
pub(crate) fn spec(engine: &Engine, name: &EndName) -> EndpointSpec {
    let EndName {
        namespace,
        kind,
        name: bare,
    } = name;
    let short = Endpoint::Named {
        namespace,
        name: bare,
    };
    let meant = engine.snapshot().names_of(&short);
    match kind.as_str() {
        "Node" if namespace.is_empty() => EndpointSpec::Node(bare.clone()),
        _ if meant.is_ok_and(|meant| meant == [name.clone()]) => {
            EndpointSpec::Named(namespace.clone(), bare.clone())
        }
        "Pod" => EndpointSpec::Pod(namespace.clone(), bare.clone()),
        kind => EndpointSpec::Workload(namespace.clone(), kind.to_owned(), bare.clone()),
    }
}
