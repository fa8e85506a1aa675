//! The map of all connections that network policies allow.
//!
//! Owns the set of protocols and ports between every two workloads, and between workloads and the
//! addresses outside, by the algebra of intervals rather than by trials. Its answers are those of
//! [`Snapshot::decide`]. Must not know the kinds that policies stem from, nor how a map is shown.

mod answer;
mod atom;
mod cut;
mod diff;
mod entry;
pub(crate) mod pair;
mod ports;
mod row;
mod side;
mod stage;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use kordon_core::rule::Direction;
use kordon_core::view::EndName;
use kordon_core::{Posture, Snapshot};
use rustc_hash::FxHashSet;

pub use answer::Answer;
pub use atom::Workload;
pub use cut::AddressRange;
pub(crate) use cut::Cut;
pub use diff::{Change, ChangeKind, ChangedEnd};
pub use ports::PortSet;
pub use row::{Peer, Row};

pub(crate) use answer::open;
pub(crate) use stage::{Match, answer as stages_answer};

use answer::SideAnswer;
use atom::Atoms;
use side::{AnswerId, EXEMPT, Judge, NOT_GUARDED, Partition};

/// A place on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A workload or node, by its place in [`Connectivity::workloads`].
    Workload(usize),
    /// An address outside the cluster.
    Outside(IpAddr),
}

/// The map of all connections over one snapshot.
///
/// A workload stands for its pods: what is allowed is allowed between every two of them. An
/// address that a pod, a service or a node of the snapshot uses is that one and does not count as
/// outside, though the ranges of addresses are not cut there.
///
/// ```
/// use kordon_analyze::connectivity::Connectivity;
/// use kordon_core::{Options, Snapshot};
///
/// let empty = Snapshot::new(Options::default());
/// let map = Connectivity::of(&empty);
/// assert!(map.workloads().is_empty());
/// assert_eq!(map.rows().count(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Connectivity {
    posture: Posture,
    workloads: Vec<Workload>,
    cut: Cut,
    cells: Vec<AddressRange>,
    /// How many atoms stand for ends of the inventory; those of the cells follow.
    inside: usize,
    /// What each atom of the inventory says about every peer.
    egress: Vec<Arc<Partition>>,
    ingress: Vec<Arc<Partition>>,
    answers: Vec<SideAnswer>,
    /// Hosts and pods of which the first always reaches the second.
    exempt: FxHashSet<(usize, usize)>,
    /// By the places of workloads, the ways that lead to them.
    ways: BTreeMap<usize, Vec<entry::WayIn>>,
}

impl Connectivity {
    /// The map of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        let atoms = Atoms::new(snapshot);
        let posture = snapshot.options().posture;
        let mut judge = Judge::new(&atoms, posture);
        let mut sides = |direction| -> Vec<Arc<Partition>> {
            let inside = 0..atoms.inside;
            inside
                .map(|atom| judge.partition(atom, direction))
                .collect()
        };
        let (egress, ingress) = (sides(Direction::Egress), sides(Direction::Ingress));
        Self {
            posture,
            egress,
            ingress,
            answers: judge.into_answers(),
            exempt: exempt(&atoms),
            ways: entry::ways(snapshot, &atoms),
            inside: atoms.inside,
            workloads: atoms.workloads,
            cells: atoms.cut.cells(),
            cut: atoms.cut,
        }
    }

    /// The workloads and nodes in the order of their names. A controller's pods count as it.
    pub fn workloads(&self) -> &[Workload] {
        &self.workloads
    }

    /// The place of a workload in that list.
    pub fn find(&self, name: &EndName) -> Option<usize> {
        let found = self
            .workloads
            .binary_search_by(|known| known.name.cmp(name));
        found.ok()
    }

    /// The ranges of addresses that policies may tell apart, ascending, those of IPv4 first. They
    /// cover both families.
    pub fn ranges(&self) -> &[AddressRange] {
        &self.cells
    }

    /// What is allowed from one place to another. A workload's connections to itself are not part
    /// of the map, since for a pod policies leave them undefined.
    pub fn between(&self, from: Place, to: Place) -> Option<Answer> {
        let mut memo = row::Memo::default();
        let (source, destination) = (self.atoms_at(from)?, self.atoms_at(to)?);
        let answer = self.meet(&source, &destination, &mut memo);
        (from != to).then(|| (*answer).clone())
    }

    fn atoms_at(&self, place: Place) -> Option<Vec<usize>> {
        match place {
            Place::Workload(index) => Some(self.workloads.get(index)?.atoms.clone()),
            Place::Outside(address) => {
                Some(vec![self.inside + self.cut.cell(address.to_canonical())])
            }
        }
    }

    /// What the source's side says of a pair of atoms.
    fn egress(&self, from: usize, to: usize) -> AnswerId {
        side(&self.egress, from, to)
    }

    /// What the destination's side says of a pair of atoms.
    fn ingress(&self, from: usize, to: usize) -> AnswerId {
        if !self.exempt.is_empty() && self.exempt.contains(&(from, to)) {
            return EXEMPT;
        }
        side(&self.ingress, to, from)
    }
}

fn side(sides: &[Arc<Partition>], guarded: usize, peer: usize) -> AnswerId {
    let peer = u32::try_from(peer).unwrap_or(u32::MAX);
    let side = sides.get(guarded);
    side.map_or(NOT_GUARDED, |partition| partition.answer(peer))
}

/// The pairs of a host and a pod that it always reaches.
fn exempt(atoms: &Atoms<'_>) -> FxHashSet<(usize, usize)> {
    let inside = || atoms.ends.iter().enumerate().take(atoms.inside);
    let hosts = inside().filter(|(_, end)| end.is_host());
    let pairs = hosts.flat_map(|(from, host)| {
        let pods = inside().filter(|(_, pod)| pod.guard().is_some());
        pods.filter(|(_, pod)| pod.is_exempt(host, Direction::Ingress))
            .map(move |(to, _)| (from, to))
    });
    pairs.collect()
}
