//! What comes in by entry points.
//!
//! Owns which ports of which workloads are served to the outside, and how far the policies of
//! these admit a pod of which nothing is known. Must not know how ways into the cluster are
//! stated.

use std::collections::BTreeMap;
use std::sync::Arc;

use kordon_core::Snapshot;

use super::Connectivity;
use super::answer::Answer;
use super::atom::Atoms;
use super::ports::PortSet;
use super::row::{Memo, Peer, Row};

/// A way to a port of some pods of a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WayIn {
    atom: usize,
    port: OnePort,
    is_open: bool,
}

type OnePort = (kordon_core::model::Protocol, u16);

/// The ways into the cluster, by the places of workloads.
pub(super) fn ways(snapshot: &Snapshot, atoms: &Atoms<'_>) -> BTreeMap<usize, Vec<WayIn>> {
    let mut ways: BTreeMap<usize, Vec<WayIn>> = BTreeMap::new();
    for way in snapshot.ways() {
        let name = way.to.workload();
        let workload = atoms.workloads.binary_search_by(|one| one.name.cmp(&name));
        if let (Ok(workload), Some(atom)) = (workload, atoms.of(&way.to)) {
            ways.entry(workload).or_default().push(WayIn {
                atom,
                port: (way.protocol(), way.port),
                is_open: way.is_open,
            });
        }
    }
    for list in ways.values_mut() {
        list.sort_unstable();
        list.dedup();
    }
    ways
}

impl Connectivity {
    /// What the policies of a workload admit from a pod of which nothing is known, whatever entry
    /// points there are; `None` for a place that is no workload's.
    pub fn from_unknown_pod(&self, to: usize) -> Option<Answer> {
        let destination = self.workloads.get(to)?;
        let answer = self.meet(
            &[self.unknown_pod()],
            &destination.atoms,
            &mut Memo::default(),
        );
        Some((*answer).clone())
    }

    pub(super) fn rows_from_entry(&self, memo: &mut Memo) -> Vec<Row> {
        let workloads = self.ways.keys();
        let rows = workloads.map(|to| Row {
            from: Peer::Entry,
            to: Peer::Workload(*to),
            answer: self.entry_answer(*to, memo),
        });
        rows.filter(|row| !row.answer.is_denied()).collect()
    }

    /// The ports of a workload that are served to the outside, as far as its policies admit.
    pub(super) fn entry_answer(&self, to: usize, memo: &mut Memo) -> Arc<Answer> {
        let ways = self.ways.get(&to).map_or(&[][..], Vec::as_slice);
        let mut total = Answer::default();
        for WayIn {
            atom,
            port: (protocol, port),
            is_open,
        } in ways
        {
            let admitted = self.meet_atoms(self.unknown_pod(), *atom, memo);
            let admitted = admitted.within(&PortSet::of(*protocol, *port, *port));
            total = total.or(&if *is_open {
                admitted
            } else {
                admitted.in_doubt()
            });
        }
        Arc::new(total)
    }

    /// The atom that stands for a pod of which nothing is known.
    fn unknown_pod(&self) -> usize {
        self.inside + self.cells.len()
    }
}
