//! What differs between two maps.
//!
//! Owns how ends of two snapshots are matched: workloads by their names, addresses by themselves.

use std::collections::BTreeSet;
use std::sync::Arc;

use kordon_core::view::EndName;
use rustc_hash::FxHashMap;

use super::answer::Answer;
use super::cut::{AddressRange, Cut, joined};
use super::row::Memo;
use super::{Connectivity, Workload};

/// One end of a changed connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangedEnd {
    /// A workload or node, which one of the maps may lack.
    Workload(EndName),
    /// Addresses outside the cluster, ascending.
    Outside(Vec<AddressRange>),
    /// Whoever opens connections at entry points on behalf of the outside.
    Entry,
}

/// Connections that are allowed by one map in another way than by the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Who opens them.
    pub from: ChangedEnd,
    /// Where they go.
    pub to: ChangedEnd,
    /// What the old map says; nothing is allowed to and from what it lacks.
    pub old: Arc<Answer>,
    /// What the new map says, likewise.
    pub new: Arc<Answer>,
}

/// How connections between two ends changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// Nothing was allowed before.
    Added,
    /// Nothing is allowed any longer.
    Removed,
    /// Other ports are allowed.
    Changed,
}

impl ChangeKind {
    /// The kind's name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

impl Change {
    /// How the connections changed.
    pub fn kind(&self) -> ChangeKind {
        match (self.old.allowed().is_empty(), self.new.allowed().is_empty()) {
            (true, _) => ChangeKind::Added,
            (_, true) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        }
    }
}

impl Connectivity {
    /// The pairs of ends between which a new map allows other ports than this one, in the order of
    /// [`Connectivity::rows`]. That a port is allowed for another reason is no change.
    pub fn changes_to(&self, new: &Self) -> Vec<Change> {
        let mut both = Both {
            old: self,
            new,
            memos: Default::default(),
            changes: Vec::new(),
        };
        let names: BTreeSet<&EndName> = [self, new]
            .into_iter()
            .flat_map(|map| map.workloads.iter().map(|workload| &workload.name))
            .collect();
        let found: Vec<Pair<'_>> = names.into_iter().map(|name| both.pair(name)).collect();
        let cut = self.cut.union(&new.cut);
        for from in &found {
            for to in found.iter().filter(|to| to.name != from.name) {
                both.compare(from, to);
            }
            both.compare_outside(from, &cut, Toward::Outside);
        }
        for to in &found {
            both.compare_outside(to, &cut, Toward::Workload);
        }
        for to in &found {
            both.compare_entry(to);
        }
        both.changes
    }
}

/// Whether connections go to addresses outside or come from them.
#[derive(Clone, Copy)]
enum Toward {
    Outside,
    Workload,
}

/// A workload in both maps.
struct Pair<'m> {
    name: &'m EndName,
    old: Option<&'m Workload>,
    new: Option<&'m Workload>,
}

/// Two maps that are compared.
struct Both<'m> {
    old: &'m Connectivity,
    new: &'m Connectivity,
    memos: [Memo; 2],
    changes: Vec<Change>,
}

impl<'m> Both<'m> {
    fn pair(&self, name: &'m EndName) -> Pair<'m> {
        let find = |map: &'m Connectivity| map.workloads.get(map.find(name)?);
        Pair {
            name,
            old: find(self.old),
            new: find(self.new),
        }
    }

    fn compare(&mut self, from: &Pair<'_>, to: &Pair<'_>) {
        let [old, new] = &mut self.memos;
        let old = self.old.meet_workloads(from.old, to.old, old);
        let new = self.new.meet_workloads(from.new, to.new, new);
        if differs(&old, &new) {
            self.changes.push(Change {
                from: ChangedEnd::Workload(from.name.clone()),
                to: ChangedEnd::Workload(to.name.clone()),
                old,
                new,
            });
        }
    }

    /// Compares what comes to a workload by entry points.
    fn compare_entry(&mut self, to: &Pair<'_>) {
        let [old, new] = &mut self.memos;
        let answer = |map: &Connectivity, memo: &mut Memo| {
            let place = map.find(to.name);
            place.map_or_else(Arc::default, |place| map.entry_answer(place, memo))
        };
        let old = answer(self.old, old);
        let new = answer(self.new, new);
        if differs(&old, &new) {
            self.changes.push(Change {
                from: ChangedEnd::Entry,
                to: ChangedEnd::Workload(to.name.clone()),
                old,
                new,
            });
        }
    }

    /// Compares a workload's connections with all addresses, alike ones as one.
    fn compare_outside(&mut self, workload: &Pair<'_>, cut: &Cut, toward: Toward) {
        let mut groups: Vec<(Arc<Answer>, Arc<Answer>, Vec<AddressRange>)> = Vec::new();
        let mut known: FxHashMap<(Arc<Answer>, Arc<Answer>), usize> = FxHashMap::default();
        for range in cut.cells() {
            let [old, new] = &mut self.memos;
            let old = self.old.meet_range(workload.old, range, toward, old);
            let new = self.new.meet_range(workload.new, range, toward, new);
            if !differs(&old, &new) {
                continue;
            }
            let key = (Arc::clone(&old), Arc::clone(&new));
            let group = *known.entry(key).or_insert(groups.len());
            match groups.get_mut(group) {
                Some((_, _, ranges)) => ranges.push(range),
                None => groups.push((old, new, vec![range])),
            }
        }
        for (old, new, ranges) in groups {
            let workload = ChangedEnd::Workload(workload.name.clone());
            let outside = ChangedEnd::Outside(joined(ranges));
            let (from, to) = match toward {
                Toward::Outside => (workload, outside),
                Toward::Workload => (outside, workload),
            };
            self.changes.push(Change { from, to, old, new });
        }
    }
}

fn differs(old: &Answer, new: &Answer) -> bool {
    old != new && old.allowed() != new.allowed()
}

impl Connectivity {
    /// What is allowed between workloads that may not be there.
    fn meet_workloads(
        &self,
        from: Option<&Workload>,
        to: Option<&Workload>,
        memo: &mut Memo,
    ) -> Arc<Answer> {
        match (from, to) {
            (Some(from), Some(to)) if from.is_guarded || to.is_guarded => {
                self.meet(&from.atoms, &to.atoms, memo)
            }
            _ => Arc::default(),
        }
    }

    /// What is allowed between a workload that may not be there and the addresses of a range that
    /// lies in one cell.
    fn meet_range(
        &self,
        workload: Option<&Workload>,
        range: AddressRange,
        toward: Toward,
        memo: &mut Memo,
    ) -> Arc<Answer> {
        let Some(workload) = workload.filter(|workload| workload.is_guarded) else {
            return Arc::default();
        };
        let outside = [self.inside + self.cut.cell(range.first)];
        match toward {
            Toward::Outside => self.meet(&workload.atoms, &outside, memo),
            Toward::Workload => self.meet(&outside, &workload.atoms, memo),
        }
    }
}
