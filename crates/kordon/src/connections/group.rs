//! Rows with equal ports as one, so that large maps stay readable.

use std::collections::{BTreeMap, BTreeSet};

use kordon_analyze::connectivity::{Peer, PortSet, Row};

use super::{Allowance, Connections, parts};

/// Connections from each of some ends to each of others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// The sources. `NAMESPACE/*` stands for all workloads of a namespace, `all workloads` for
    /// those of all namespaces, `outside` for all addresses outside the cluster, and
    /// `ingress-controller` for what comes in by entry points.
    pub from: Vec<String>,
    /// The destinations, likewise. Where one of them is also among the sources, other workloads
    /// than itself are meant.
    pub to: Vec<String>,
    /// The ports.
    pub ports: PortSet,
    /// How they are allowed.
    pub allowance: Allowance,
}

/// Identifies an end among the workloads of the map and the sets of addresses beside them.
type EndId = usize;

/// Numbers of workloads by namespace.
type Sizes<'a> = BTreeMap<&'a str, usize>;

impl Connections<'_> {
    /// Rows as groups: those to the same destination first, in which sources of equal ports are
    /// one, then destinations with the same sources.
    pub fn groups(&self, rows: impl Iterator<Item = Row>) -> Vec<Group> {
        let mut outside: Vec<Peer> = Vec::new();
        let mut by_destination: BTreeMap<(EndId, Allowance, PortSet), Vec<EndId>> = BTreeMap::new();
        for row in rows {
            let [from, to] = [&row.from, &row.to].map(|peer| self.end_id(peer, &mut outside));
            for (allowance, ports) in parts(&row.answer) {
                let key = (to, allowance, ports.clone());
                by_destination.entry(key).or_default().push(from);
            }
        }
        let mut by_sources: BTreeMap<(Vec<EndId>, Allowance, PortSet), Vec<EndId>> =
            BTreeMap::new();
        for ((to, allowance, ports), mut from) in by_destination {
            self.add_itself(to, &mut from);
            by_sources
                .entry((from, allowance, ports))
                .or_default()
                .push(to);
        }
        let sizes = self.sizes();
        let groups = by_sources
            .into_iter()
            .map(|((from, allowance, ports), to)| Group {
                from: self.texts(&from, &outside, &sizes),
                to: self.texts(&to, &outside, &sizes),
                ports,
                allowance,
            });
        let mut groups: Vec<Group> = groups.collect();
        groups.sort_by(|a, b| (&a.to, &a.from, &a.ports).cmp(&(&b.to, &b.from, &b.ports)));
        groups
    }

    fn end_id(&self, peer: &Peer, outside: &mut Vec<Peer>) -> EndId {
        let workloads = self.map.workloads().len();
        match peer {
            Peer::Workload(index) => *index,
            Peer::Outside(_) | Peer::Entry => {
                let known = outside.iter().position(|known| known == peer);
                workloads
                    + known.unwrap_or_else(|| {
                        outside.push(peer.clone());
                        outside.len() - 1
                    })
            }
        }
    }

    /// Counts a destination among its sources where all others of its namespace are.
    fn add_itself(&self, to: EndId, from: &mut Vec<EndId>) {
        let workloads = self.map.workloads();
        let Some(destination) = workloads.get(to) else {
            return;
        };
        let chosen: BTreeSet<EndId> = from.iter().copied().collect();
        let mut others = workloads.iter().enumerate().filter(|(index, other)| {
            *index != to && other.name.namespace == destination.name.namespace
        });
        let is_alone = others.clone().next().is_none();
        if !is_alone && others.all(|(index, _)| chosen.contains(&index)) {
            from.push(to);
            from.sort_unstable();
        }
    }

    fn texts(&self, ends: &[EndId], outside: &[Peer], sizes: &Sizes<'_>) -> Vec<String> {
        let workloads = self.map.workloads();
        let places = ends
            .iter()
            .filter_map(|end| Some((*end, workloads.get(*end)?.name.namespace.as_str())));
        let mut places: Vec<(EndId, &str)> = places.collect();
        let mut texts = Vec::new();
        let in_namespaces = places.iter().filter(|(_, namespace)| !namespace.is_empty());
        if sizes.len() > 1 && in_namespaces.count() == sizes.values().sum::<usize>() {
            texts.push("all workloads".to_owned());
            places.retain(|(_, namespace)| namespace.is_empty());
        }
        for same in places.chunk_by(|a, b| a.1 == b.1) {
            let namespace = same.first().map_or("", |(_, namespace)| namespace);
            if same.len() > 1 && sizes.get(namespace) == Some(&same.len()) {
                texts.push(format!("{namespace}/*"));
            } else {
                texts.extend(same.iter().map(|(index, _)| self.name(*index)));
            }
        }
        let beyond = ends
            .iter()
            .filter_map(|end| end.checked_sub(workloads.len()));
        let beyond = beyond.filter_map(|index| outside.get(index));
        texts.extend(beyond.flat_map(|peer| self.names(peer)));
        texts
    }

    /// How many workloads each namespace has. Nodes are in none.
    fn sizes(&self) -> Sizes<'_> {
        let mut sizes = Sizes::new();
        let namespaces = self.map.workloads().iter().map(|one| &*one.name.namespace);
        for namespace in namespaces.filter(|namespace| !namespace.is_empty()) {
            *sizes.entry(namespace).or_default() += 1;
        }
        sizes
    }
}
