//! Namespaces, workloads and the classes that workloads form.

use smallvec::SmallVec;

use super::{
    AddressUse, Class, ClassEntry, ClassId, NamespaceEntry, NamespaceId, NamespaceSlot, WorkloadId,
    WorkloadSlot, hash_symbols, implied_labels, number, port_slot,
};
use crate::compile::pack_labels;
use crate::model::{Membership, Namespace, Owner, PodNetwork, Workload};
use crate::snapshot::Snapshot;
use crate::symbol::{Symbol, Symbols};

impl Snapshot {
    /// The namespace of this name.
    pub(crate) fn namespace_id(&self, name: Symbol) -> Option<NamespaceId> {
        let hash = hash_symbols(&[number(name)]);
        self.namespace_ids
            .find(hash, |entry| entry.name == name)
            .map(|entry| entry.id)
    }

    /// The namespace of this name, made with its name label alone if need be.
    pub(in crate::snapshot) fn mention_namespace(&mut self, name: &str) -> NamespaceId {
        let symbol = self.symbols.intern(name);
        if let Some(id) = self.namespace_id(symbol) {
            return id;
        }
        let labels = implied_labels(&mut self.symbols, symbol);
        let slot = NamespaceSlot {
            name: symbol,
            labels,
            ..NamespaceSlot::default()
        };
        let id = NamespaceId::new(self.namespaces.push(slot));
        let hash = hash_symbols(&[number(symbol)]);
        self.namespace_ids.insert(NamespaceEntry {
            hash,
            name: symbol,
            id,
        });
        id
    }

    /// Declares a namespace and returns it.
    pub(in crate::snapshot) fn put_namespace(&mut self, namespace: &Namespace) -> NamespaceId {
        let id = self.mention_namespace(&namespace.name);
        let labels = pack_labels(&mut self.symbols, &namespace.labels);
        if let Some(slot) = self.namespaces.get_mut(id.index()) {
            slot.labels = labels;
            slot.declared = true;
            slot.mesh = namespace.mesh;
        }
        id
    }

    /// Leaves of a namespace what mentions of it imply.
    pub(in crate::snapshot) fn remove_namespace(&mut self, id: NamespaceId) {
        let Some(name) = self.namespaces.get(id.index()).map(|slot| slot.name) else {
            return;
        };
        let labels = implied_labels(&mut self.symbols, name);
        if let Some(slot) = self.namespaces.get_mut(id.index()) {
            slot.labels = labels;
            slot.declared = false;
            slot.mesh = Membership::Unspecified;
        }
    }

    /// All workloads, in no order that means anything.
    pub(crate) fn workload_ids(&self) -> impl Iterator<Item = WorkloadId> {
        let places = self.workloads.iter().enumerate();
        places.filter_map(|(index, slot)| slot.as_ref().map(|_| WorkloadId::new(index)))
    }

    /// Adds a workload. Returns it, and its class if no workload was in that class before.
    pub(in crate::snapshot) fn put_workload(
        &mut self,
        workload: &Workload,
    ) -> (WorkloadId, Option<ClassId>) {
        let namespace = self.mention_namespace(&workload.namespace);
        let (class, is_new) = self.join_class(namespace, workload);
        let symbols = &mut self.symbols;
        let owner = |symbols: &mut Symbols, owner: &Owner| {
            (symbols.intern(&owner.kind), symbols.intern(&owner.name))
        };
        let slot = WorkloadSlot {
            class,
            kind: symbols.intern(&workload.kind),
            name: symbols.intern(&workload.name),
            owner: workload.owner.as_ref().map(|o| owner(symbols, o)),
            node: workload
                .node
                .as_ref()
                .map_or(Symbol::ABSENT, |node| symbols.intern(node)),
            addresses: workload.addresses.as_slice().into(),
            ports: workload
                .ports
                .iter()
                .map(|port| port_slot(symbols, port))
                .collect(),
            mesh: workload.mesh,
        };
        let id = WorkloadId::new(self.workloads.insert(Some(slot.clone())));
        if let Some(slot) = self.namespaces.get_mut(namespace.index()) {
            slot.workloads.push(id);
        }
        self.link_name(workload, id, class);
        self.link_owner(namespace, &slot, id);
        if workload.network == PodNetwork::Pod {
            for address in &slot.addresses {
                self.link_address(*address, AddressUse::Workload(id));
            }
        }
        (id, is_new.then_some(class))
    }

    /// Removes a workload.
    pub(in crate::snapshot) fn remove_workload(&mut self, id: WorkloadId) {
        let Some(slot) = self.workloads.remove(id.index()) else {
            return;
        };
        let Some(class) = self.classes.get(slot.class.index()) else {
            return;
        };
        let namespace = class.namespace;
        for address in &slot.addresses {
            self.unlink_address(*address, AddressUse::Workload(id));
        }
        self.unlink_owner(namespace, &slot, id);
        self.unlink_name(namespace, slot.name, id);
        if let Some(slot) = self.namespaces.get_mut(namespace.index()) {
            slot.workloads.retain(|known| *known != id);
        }
        self.leave_class(slot.class);
    }

    fn join_class(&mut self, namespace: NamespaceId, workload: &Workload) -> (ClassId, bool) {
        let namespace_name = self
            .namespaces
            .get(namespace.index())
            .map_or(Symbol::ABSENT, |slot| slot.name);
        let class = Class {
            namespace,
            namespace_name,
            labels: SmallVec::from_slice(&pack_labels(&mut self.symbols, &workload.labels)),
            service_account: self.symbols.intern(&workload.service_account),
            network: workload.network,
            ..Class::default()
        };
        let known = self.find_class(&class);
        let id = known.unwrap_or_else(|| self.add_class(class));
        if let Some(class) = self.classes.get_mut(id.index()) {
            class.members += 1;
        }
        (id, known.is_none())
    }

    /// The class of workloads like this.
    pub(crate) fn find_class(&self, like: &Class) -> Option<ClassId> {
        let is_like = |entry: &ClassEntry| {
            self.classes
                .get(entry.id.index())
                .is_some_and(|class| class.is_like(like))
        };
        self.class_ids
            .find(like.hash(), is_like)
            .map(|entry| entry.id)
    }

    fn add_class(&mut self, class: Class) -> ClassId {
        let (hash, namespace) = (class.hash(), class.namespace);
        let id = ClassId::new(self.classes.insert(class));
        self.class_ids.insert(ClassEntry { hash, id });
        if let Some(slot) = self.namespaces.get_mut(namespace.index()) {
            slot.classes.push(id);
        }
        id
    }

    fn leave_class(&mut self, id: ClassId) {
        let Some(class) = self.classes.get_mut(id.index()) else {
            return;
        };
        class.members = class.members.saturating_sub(1);
        if class.members > 0 {
            return;
        }
        let gone = self.classes.remove(id.index());
        self.class_ids.remove(gone.hash(), |entry| entry.id == id);
        if let Some(slot) = self.namespaces.get_mut(gone.namespace.index()) {
            slot.classes.retain(|known| *known != id);
        }
    }
}
