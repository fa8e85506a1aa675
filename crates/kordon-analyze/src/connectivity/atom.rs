//! The ends of all connections, alike ones counted once.
//!
//! Owns the list of atoms: what no rule can tell apart is one of them. Must not know what any rule
//! says.

use std::net::IpAddr;

use kordon_core::Snapshot;
use kordon_core::rule::Direction;
use kordon_core::view::{ClauseView, End, EndName, RuleView, StageView, Traits};
use rustc_hash::{FxHashMap, FxHashSet};

use super::cut::Cut;

/// All atoms: pods, templates or nodes with equal traits, of which one stands for all, or the
/// addresses of a cell, of which the lowest does. Those of the inventory come first, in the order of their names, then the cells of
/// addresses, so that what rules select together tends to stand together. The last one is a pod of which nothing is known.
#[derive(Debug)]
pub(super) struct Atoms<'s> {
    /// The end that stands for each.
    pub(super) ends: Vec<End<'s>>,
    /// Neighbours of one namespace: the first of each run, and how many they are.
    pub(super) runs: Vec<(u32, usize)>,
    /// How many of them stand for ends in the inventory.
    pub(super) inside: usize,
    pub(super) cut: Cut,
    pub(super) workloads: Vec<Workload>,
    known: FxHashMap<Key, usize>,
    has_hosts: bool,
}

/// A workload, or a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its name.
    pub name: EndName,
    /// Whether it is in the pod network, where policies guard it.
    pub is_guarded: bool,
    /// The atoms of its pods, ascending, each once.
    pub(super) atoms: Vec<usize>,
}

/// What makes two ends of the inventory one atom: their traits, with the cells of their addresses
/// in place of these.
type Key = (Traits, Vec<usize>);

impl<'s> Atoms<'s> {
    pub(super) fn new(snapshot: &'s Snapshot) -> Self {
        let all = snapshot.ends();
        let cut = Cut::new(blocks(&all).into_iter());
        let has_hosts = all.iter().any(End::is_host);
        let mut ends: Vec<End<'s>> = Vec::new();
        let mut known: FxHashMap<Key, usize> = FxHashMap::default();
        let mut members: Vec<(EndName, usize)> = Vec::with_capacity(all.len());
        for end in all {
            let atom = *known.entry(key(&end, &cut, has_hosts)).or_insert_with(|| {
                ends.push(end);
                ends.len() - 1
            });
            members.push((end.workload(), atom));
        }
        let inside = ends.len();
        let cells = cut.cells().into_iter();
        ends.extend(cells.map(|cell| snapshot.outside_end(cell.first)));
        ends.push(snapshot.unknown_end());
        Self {
            workloads: workloads(members, &ends),
            runs: runs(&ends),
            ends,
            inside,
            cut,
            known,
            has_hosts,
        }
    }

    /// The atom of an end of the inventory.
    pub(super) fn of(&self, end: &End<'_>) -> Option<usize> {
        self.known
            .get(&key(end, &self.cut, self.has_hosts))
            .copied()
    }
}

fn key(end: &End<'_>, cut: &Cut, has_hosts: bool) -> Key {
    let mut traits = end.traits();
    let addresses = std::mem::take(&mut traits.addresses);
    // Without anything in a node's network, no pod's own node can be the peer.
    if !has_hosts {
        traits.forget_node();
    }
    let cells = addresses.iter().map(|address| cut.cell(*address));
    (traits, cells.collect())
}

/// The blocks that any rule about connections speaks of. Ends with one guard share its rules.
fn blocks(ends: &[End<'_>]) -> Vec<ipnet::IpNet> {
    let mut seen = FxHashSet::default();
    let guarded = ends
        .iter()
        .filter(|end| end.guard().is_some_and(|guard| seen.insert(guard)));
    let stages =
        guarded.flat_map(|end| [Direction::Egress, Direction::Ingress].map(|d| end.stages(d)));
    stages
        .flatten()
        .flat_map(StageView::rules)
        .flat_map(RuleView::clauses)
        .flat_map(ClauseView::blocks)
        .collect()
}

fn runs(ends: &[End<'_>]) -> Vec<(u32, usize)> {
    let mut runs = Vec::new();
    let mut first = 0_u32;
    for run in ends.chunk_by(|a, b| a.shares_namespace(b)) {
        runs.push((first, run.len()));
        first = first.saturating_add(u32::try_from(run.len()).unwrap_or(u32::MAX));
    }
    runs
}

fn workloads(mut members: Vec<(EndName, usize)>, ends: &[End<'_>]) -> Vec<Workload> {
    members.sort();
    members.dedup();
    let is_guarded = |atom: usize| ends.get(atom).is_some_and(|end| end.guard().is_some());
    members
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|same| {
            let (name, _) = same.first()?;
            Some(Workload {
                name: name.clone(),
                is_guarded: same.iter().any(|(_, atom)| is_guarded(*atom)),
                atoms: same.iter().map(|(_, atom)| *atom).collect(),
            })
        })
        .collect()
}

/// The families in which an end has addresses, the preferred one first. With it stands or falls
/// by which of its addresses a peer takes part.
pub(super) fn families(end: &End<'_>) -> Vec<bool> {
    let mut families: Vec<bool> = Vec::new();
    for is_v4 in end.addresses().iter().map(IpAddr::is_ipv4) {
        if !families.contains(&is_v4) {
            families.push(is_v4);
        }
    }
    families
}
