//! Workloads by their names and by their owners.

use smallvec::SmallVec;

use super::{
    ClassId, NameEntry, NamedWorkload, NamespaceId, OwnerEntry, POD, Sort, WorkloadId,
    WorkloadSlot, hash_symbols, number,
};
use crate::model::Workload;
use crate::snapshot::Snapshot;
use crate::symbol::Symbol;

impl Snapshot {
    pub(super) fn link_name(&mut self, workload: &Workload, id: WorkloadId, class: ClassId) {
        let (namespace, name) = (&*workload.namespace, &*workload.name);
        let hash = self.symbols.hash_two(namespace, name);
        let is_pod = workload.kind == POD;
        let sort = if is_pod { Sort::Pod } else { Sort::Controller };
        let named = NamedWorkload { id, class, sort };
        if let Some(entry) = self.names.find_mut(hash, |entry| entry.is(namespace, name)) {
            let place = if is_pod { 0 } else { entry.workloads.len() };
            entry.workloads.insert(place, named);
            return;
        }
        self.names.insert(NameEntry {
            hash,
            text: format!("{namespace}/{name}").into(),
            workloads: SmallVec::from_slice(&[named]),
        });
    }

    pub(super) fn unlink_name(&mut self, namespace: NamespaceId, name: Symbol, id: WorkloadId) {
        let Some(namespace) = self.namespaces.get(namespace.index()) else {
            return;
        };
        let (namespace, name) = (self.symbols.text(namespace.name), self.symbols.text(name));
        let hash = self.symbols.hash_two(namespace, name);
        let Some(entry) = self.names.find_mut(hash, |entry| entry.is(namespace, name)) else {
            return;
        };
        entry.workloads.retain(|known| known.id != id);
        if entry.workloads.is_empty() {
            self.names.remove(hash, |entry| entry.is(namespace, name));
        }
    }

    /// The workloads of a name, pods first.
    #[inline]
    pub(crate) fn workloads_named(&self, namespace: &str, name: &str) -> &[NamedWorkload] {
        let hash = self.symbols.hash_two(namespace, name);
        self.names
            .find(hash, |entry| entry.is(namespace, name))
            .map_or(&[], |entry| &entry.workloads)
    }

    /// Whether any workload names an owner.
    pub(crate) fn has_owners(&self) -> bool {
        !self.owners.is_empty()
    }

    pub(super) fn link_owner(
        &mut self,
        namespace: NamespaceId,
        slot: &WorkloadSlot,
        id: WorkloadId,
    ) {
        let Some(owner) = self.owner_of(namespace, slot) else {
            return;
        };
        let known = self
            .owners
            .find(owner.hash(), owner.is())
            .map(|entry| entry.members.clone());
        let mut members = known.unwrap_or_default();
        // By name, so that which of several members speaks for all does not depend on history.
        let name = self.symbols.text(slot.name);
        let place = members.partition_point(|known| {
            let known = self
                .workload(*known)
                .map_or(Symbol::ABSENT, |slot| slot.name);
            self.symbols.text(known) < name
        });
        members.insert(place, id);
        self.owners.remove(owner.hash(), owner.is());
        self.owners.insert(owner.entry(members));
    }

    pub(super) fn unlink_owner(
        &mut self,
        namespace: NamespaceId,
        slot: &WorkloadSlot,
        id: WorkloadId,
    ) {
        let Some(owner) = self.owner_of(namespace, slot) else {
            return;
        };
        let Some(entry) = self.owners.find_mut(owner.hash(), owner.is()) else {
            return;
        };
        entry.members.retain(|known| *known != id);
        if entry.members.is_empty() {
            self.owners.remove(owner.hash(), owner.is());
        }
    }

    fn owner_of(&self, namespace: NamespaceId, slot: &WorkloadSlot) -> Option<OwnerKey> {
        let (kind, name) = slot.owner?;
        let namespace = self.namespaces.get(namespace.index())?.name;
        Some(OwnerKey([namespace, kind, name]))
    }

    /// The members of a controller by name; none when no workload names it as its owner.
    pub(crate) fn members(&self, namespace: Symbol, kind: Symbol, name: Symbol) -> &[WorkloadId] {
        let owner = OwnerKey([namespace, kind, name]);
        self.owners
            .find(owner.hash(), owner.is())
            .map_or(&[], |entry| &entry.members)
    }
}

/// A controller: its namespace, kind and name.
#[derive(Clone, Copy)]
struct OwnerKey([Symbol; 3]);

impl OwnerKey {
    fn hash(self) -> u64 {
        hash_symbols(&self.0.map(number))
    }

    fn is(self) -> impl Fn(&OwnerEntry) -> bool {
        move |entry| [entry.namespace, entry.kind, entry.name] == self.0
    }

    fn entry(self, members: Vec<WorkloadId>) -> OwnerEntry {
        let [namespace, kind, name] = self.0;
        OwnerEntry {
            hash: self.hash(),
            namespace,
            kind,
            name,
            members,
        }
    }
}
