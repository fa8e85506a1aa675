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
        let Some((kind, name)) = slot.owner else {
            return;
        };
        let Some(namespace) = self.namespaces.get(namespace.index()).map(|slot| slot.name) else {
            return;
        };
        let hash = hash_symbols(&[number(namespace), number(kind), number(name)]);
        let is_it = owner_is(namespace, kind, name);
        if let Some(entry) = self.owners.find_mut(hash, is_it) {
            entry.members.push(id);
            return;
        }
        self.owners.insert(OwnerEntry {
            hash,
            namespace,
            kind,
            name,
            members: vec![id],
        });
    }

    pub(super) fn unlink_owner(
        &mut self,
        namespace: NamespaceId,
        slot: &WorkloadSlot,
        id: WorkloadId,
    ) {
        let Some((kind, name)) = slot.owner else {
            return;
        };
        let Some(namespace) = self.namespaces.get(namespace.index()).map(|slot| slot.name) else {
            return;
        };
        let hash = hash_symbols(&[number(namespace), number(kind), number(name)]);
        let Some(entry) = self.owners.find_mut(hash, owner_is(namespace, kind, name)) else {
            return;
        };
        entry.members.retain(|known| *known != id);
        if entry.members.is_empty() {
            self.owners.remove(hash, owner_is(namespace, kind, name));
        }
    }

    /// The members of a controller; none when no workload names it as its owner.
    pub(crate) fn members(&self, namespace: Symbol, kind: Symbol, name: Symbol) -> &[WorkloadId] {
        let hash = hash_symbols(&[number(namespace), number(kind), number(name)]);
        self.owners
            .find(hash, owner_is(namespace, kind, name))
            .map_or(&[], |entry| &entry.members)
    }
}

fn owner_is(namespace: Symbol, kind: Symbol, name: Symbol) -> impl Fn(&OwnerEntry) -> bool {
    move |entry| (entry.namespace, entry.kind, entry.name) == (namespace, kind, name)
}
