//! What the inventories of snapshots hold, by name.

use std::collections::BTreeMap;

use kordon_core::Snapshot;
use kordon_core::view::{End, EndFacts, EndName};

/// The ends of each name, with what is known of them.
pub(super) struct Known<'s>(BTreeMap<EndName, Vec<(End<'s>, EndFacts)>>);

impl<'s> Known<'s> {
    pub(super) fn of(snapshot: &'s Snapshot) -> Self {
        let mut known: BTreeMap<EndName, Vec<(End<'s>, EndFacts)>> = BTreeMap::new();
        for end in snapshot.ends() {
            let facts = end.facts();
            let members = known.entry(end.workload()).or_default();
            if !members.iter().any(|(_, other)| *other == facts) {
                members.push((end, facts));
            }
        }
        Self(known)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &EndName> {
        self.0.keys()
    }

    /// The ends of a name that can be told apart.
    pub(super) fn ends(&self, name: &EndName) -> Vec<End<'s>> {
        let members = self.0.get(name).into_iter().flatten();
        members.map(|(end, _)| *end).collect()
    }

    /// What is known of them.
    pub(super) fn facts(&self, name: &EndName) -> Vec<&EndFacts> {
        let members = self.0.get(name).into_iter().flatten();
        members.map(|(_, facts)| facts).collect()
    }
}
