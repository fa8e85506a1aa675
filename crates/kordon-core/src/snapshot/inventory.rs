//! The inventory of a snapshot, and how one contribution enters and leaves it.

use std::net::IpAddr;
use std::sync::Arc;

use smallvec::SmallVec;

use super::Snapshot;
use crate::compile::{PortSlot, Program, pack_labels};
use crate::model::{
    NamedPort, Namespace, Node, Owner, PodNetwork, Protocol, Service, ServicePort, TargetPort,
    Workload,
};
use crate::persist::Entry;
use crate::symbol::{Pair, Symbol, Symbols};

/// The kind that a bare name means first.
pub(crate) const POD: &str = "Pod";

/// The label that the API server gives every namespace.
pub(crate) const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Identifies a workload within a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct WorkloadId(u32);

/// Identifies a class within a snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ClassId(u32);

/// Identifies a namespace within a snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NamespaceId(u32);

macro_rules! index {
    ($($id:ident),*) => { $(
        impl $id {
            pub(crate) fn new(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }

            #[inline]
            pub(crate) fn index(self) -> usize {
                usize::try_from(self.0).unwrap_or(usize::MAX)
            }
        }
    )* };
}

index!(WorkloadId, ClassId, NamespaceId);

/// A namespace, declared or mentioned.
#[derive(Clone, Debug, Default)]
pub(crate) struct NamespaceSlot {
    pub(crate) name: Symbol,
    pub(crate) labels: Box<[Pair]>,
    /// Whether an object declares it.
    pub(crate) declared: bool,
    pub(crate) workloads: Vec<WorkloadId>,
    pub(crate) classes: Vec<ClassId>,
    /// Policies about workloads of this namespace alone.
    pub(crate) policies: Vec<super::PolicyId>,
}

impl NamespaceSlot {
    /// Whether anything declares or mentions it.
    pub(crate) fn exists(&self) -> bool {
        self.declared || !self.workloads.is_empty() || !self.policies.is_empty()
    }
}

/// Workloads that no policy can tell apart as a target.
#[derive(Clone, Debug, Default)]
pub(crate) struct Class {
    pub(crate) namespace: NamespaceId,
    pub(crate) namespace_name: Symbol,
    pub(crate) labels: SmallVec<[Pair; 6]>,
    pub(crate) service_account: Symbol,
    pub(crate) network: PodNetwork,
    pub(crate) members: u32,
    /// The policies that select it, ascending.
    pub(crate) policies: Arc<[super::PolicyId]>,
    pub(crate) program: Arc<Program>,
}

/// A workload as its name leads to it: all that most decisions need to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NamedWorkload {
    pub(crate) id: WorkloadId,
    pub(crate) class: ClassId,
    pub(crate) sort: Sort,
}

/// Whether a workload is one pod or stands for several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Pod,
    Controller,
}

/// A workload.
#[derive(Clone, Debug)]
pub(crate) struct WorkloadSlot {
    pub(crate) class: ClassId,
    pub(crate) kind: Symbol,
    pub(crate) name: Symbol,
    pub(crate) owner: Option<(Symbol, Symbol)>,
    pub(crate) node: Symbol,
    pub(crate) addresses: Box<[IpAddr]>,
    pub(crate) ports: Box<[PortSlot]>,
}

/// A service.
#[derive(Clone, Debug)]
pub(crate) struct ServiceSlot {
    pub(crate) selector: Option<Box<[Pair]>>,
    pub(crate) addresses: Box<[IpAddr]>,
    pub(crate) external_name: Option<Box<str>>,
    pub(crate) ports: Box<[(PortSlot, Target)]>,
}

/// Where a service port leads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Number(u16),
    Name(Symbol),
}

/// A node.
#[derive(Clone, Debug)]
pub(crate) struct NodeSlot {
    pub(crate) name: Symbol,
    pub(crate) labels: Box<[Pair]>,
    pub(crate) addresses: Box<[IpAddr]>,
}

/// Who uses an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressUse {
    Workload(WorkloadId),
    Node(Symbol),
    Service(Symbol, Symbol),
}

macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub(crate) struct $name {
            pub(crate) hash: u64,
            $(pub(crate) $field: $type,)*
        }

        impl Entry for $name {
            #[inline]
            fn hash(&self) -> u64 {
                self.hash
            }
        }
    )* };
}

entries! {
    /// A namespace by name.
    NamespaceEntry { name: Symbol, id: NamespaceId }
    /// Workloads by namespace and name, pods first.
    NameEntry { text: Arc<str>, workloads: SmallVec<[NamedWorkload; 1]> }
    /// Members by owner.
    OwnerEntry { namespace: Symbol, kind: Symbol, name: Symbol, members: Vec<WorkloadId> }
    /// Users of an address.
    AddressEntry { address: IpAddr, uses: SmallVec<[AddressUse; 1]> }
    /// Services by namespace and name.
    ServiceEntry { namespace: Symbol, name: Symbol, service: Arc<ServiceSlot> }
    /// Nodes by name.
    NodeEntry { name: Symbol, node: Arc<NodeSlot> }
    /// Classes by what makes them one.
    ClassEntry { id: ClassId }
}

/// Mixes symbols into a hash. They are numbers that this process handed out, so no one outside
/// chooses them.
pub(crate) fn hash_symbols(parts: &[u64]) -> u64 {
    let mix = |hash: u64, part: &u64| {
        let product = (hash.rotate_left(5) ^ part).wrapping_mul(0x517C_C1B7_2722_0A95);
        product ^ (product >> 32)
    };
    parts.iter().fold(0x9E37_79B9_7F4A_7C15, mix)
}

fn number(symbol: Symbol) -> u64 {
    u64::from(symbol.number())
}

impl Snapshot {
    // === namespaces ===

    /// The namespace of this name.
    pub(crate) fn namespace_id(&self, name: Symbol) -> Option<NamespaceId> {
        let hash = hash_symbols(&[number(name)]);
        self.namespace_ids
            .find(hash, |entry| entry.name == name)
            .map(|entry| entry.id)
    }

    /// The namespace of this name, made with its name label alone if need be.
    pub(super) fn mention_namespace(&mut self, name: &str) -> NamespaceId {
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
    pub(super) fn put_namespace(&mut self, namespace: &Namespace) -> NamespaceId {
        let id = self.mention_namespace(&namespace.name);
        let labels = pack_labels(&mut self.symbols, &namespace.labels);
        if let Some(slot) = self.namespaces.get_mut(id.index()) {
            slot.labels = labels;
            slot.declared = true;
        }
        id
    }

    /// Leaves of a namespace what mentions of it imply.
    pub(super) fn remove_namespace(&mut self, id: NamespaceId) {
        let Some(name) = self.namespaces.get(id.index()).map(|slot| slot.name) else {
            return;
        };
        let labels = implied_labels(&mut self.symbols, name);
        if let Some(slot) = self.namespaces.get_mut(id.index()) {
            slot.labels = labels;
            slot.declared = false;
        }
    }

    // === workloads ===

    /// Adds a workload. Returns it, and its class if no workload was in that class before.
    pub(super) fn put_workload(&mut self, workload: &Workload) -> (WorkloadId, Option<ClassId>) {
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
    pub(super) fn remove_workload(&mut self, id: WorkloadId) {
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

    // === names and owners ===

    fn link_name(&mut self, workload: &Workload, id: WorkloadId, class: ClassId) {
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

    fn unlink_name(&mut self, namespace: NamespaceId, name: Symbol, id: WorkloadId) {
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

    fn link_owner(&mut self, namespace: NamespaceId, slot: &WorkloadSlot, id: WorkloadId) {
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

    fn unlink_owner(&mut self, namespace: NamespaceId, slot: &WorkloadSlot, id: WorkloadId) {
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

    // === addresses, services, nodes ===

    fn link_address(&mut self, address: IpAddr, by: AddressUse) {
        let hash = self.symbols.hash_address(address);
        if let Some(entry) = self
            .addresses
            .find_mut(hash, |entry| entry.address == address)
        {
            entry.uses.push(by);
            return;
        }
        let uses = SmallVec::from_slice(&[by]);
        self.addresses.insert(AddressEntry {
            hash,
            address,
            uses,
        });
    }

    fn unlink_address(&mut self, address: IpAddr, by: AddressUse) {
        let hash = self.symbols.hash_address(address);
        let is_it = |entry: &AddressEntry| entry.address == address;
        let Some(entry) = self.addresses.find_mut(hash, is_it) else {
            return;
        };
        entry.uses.retain(|known| *known != by);
        if entry.uses.is_empty() {
            self.addresses.remove(hash, is_it);
        }
    }

    /// Who uses an address.
    #[inline]
    pub(crate) fn address_uses(&self, address: IpAddr) -> &[AddressUse] {
        let hash = self.symbols.hash_address(address);
        self.addresses
            .find(hash, |entry| entry.address == address)
            .map_or(&[], |entry| &entry.uses)
    }

    /// Adds a service; returns its namespace and name.
    pub(super) fn put_service(&mut self, service: &Service) -> (Symbol, Symbol) {
        let id = self.mention_namespace(&service.namespace);
        let namespace = self
            .namespaces
            .get(id.index())
            .map_or(Symbol::ABSENT, |namespace| namespace.name);
        let symbols = &mut self.symbols;
        let name = symbols.intern(&service.name);
        let slot = ServiceSlot {
            selector: service
                .selector
                .as_ref()
                .map(|labels| pack_labels(symbols, labels)),
            addresses: service.addresses.as_slice().into(),
            external_name: service.external_name.as_deref().map(Into::into),
            ports: service
                .ports
                .iter()
                .map(|port| service_port(symbols, port))
                .collect(),
        };
        for address in &slot.addresses {
            self.link_address(*address, AddressUse::Service(namespace, name));
        }
        let hash = hash_symbols(&[number(namespace), number(name)]);
        self.services.insert(ServiceEntry {
            hash,
            namespace,
            name,
            service: Arc::new(slot),
        });
        (namespace, name)
    }

    /// Removes a service.
    pub(super) fn remove_service(&mut self, namespace: Symbol, name: Symbol) {
        let hash = hash_symbols(&[number(namespace), number(name)]);
        let is_it = |entry: &ServiceEntry| (entry.namespace, entry.name) == (namespace, name);
        let Some(entry) = self.services.remove(hash, is_it) else {
            return;
        };
        for address in &entry.service.addresses {
            self.unlink_address(*address, AddressUse::Service(namespace, name));
        }
    }

    /// The service of a name.
    pub(crate) fn service(&self, namespace: Symbol, name: Symbol) -> Option<&ServiceSlot> {
        let hash = hash_symbols(&[number(namespace), number(name)]);
        self.services
            .find(hash, |entry| {
                (entry.namespace, entry.name) == (namespace, name)
            })
            .map(|entry| &*entry.service)
    }

    /// Adds a node; returns its name.
    pub(super) fn put_node(&mut self, node: &Node) -> Symbol {
        let name = self.symbols.intern(&node.name);
        let labels = pack_labels(&mut self.symbols, &node.labels);
        let slot = NodeSlot {
            name,
            labels,
            addresses: node.addresses.as_slice().into(),
        };
        for address in &slot.addresses {
            self.link_address(*address, AddressUse::Node(name));
        }
        let hash = hash_symbols(&[number(name)]);
        self.nodes.insert(NodeEntry {
            hash,
            name,
            node: Arc::new(slot),
        });
        name
    }

    /// Removes a node.
    pub(super) fn remove_node(&mut self, name: Symbol) {
        let hash = hash_symbols(&[number(name)]);
        let Some(entry) = self.nodes.remove(hash, |entry| entry.name == name) else {
            return;
        };
        for address in &entry.node.addresses {
            self.unlink_address(*address, AddressUse::Node(name));
        }
    }

    /// The node of a name.
    pub(crate) fn node(&self, name: Symbol) -> Option<&NodeSlot> {
        let hash = hash_symbols(&[number(name)]);
        self.nodes
            .find(hash, |entry| entry.name == name)
            .map(|entry| &*entry.node)
    }
}

impl NameEntry {
    /// Whether the entry is that of a namespace and name. One text holds both, joined by a
    /// slash, so that comparing touches one place in memory.
    #[inline]
    fn is(&self, namespace: &str, name: &str) -> bool {
        self.text.len() == namespace.len() + 1 + name.len()
            && self.text.ends_with(name)
            && self.text.starts_with(namespace)
            && self.text.as_bytes().get(namespace.len()) == Some(&b'/')
    }
}

impl Class {
    /// Whether any workload is in the class; without one its place is free.
    pub(super) fn has_members(&self) -> bool {
        self.members > 0
    }

    /// What identifies the class, hashed.
    fn hash(&self) -> u64 {
        let place = u64::from(self.namespace.0) << 1 | u64::from(self.network == PodNetwork::Host);
        let base = hash_symbols(&[place, number(self.service_account)]);
        self.labels
            .iter()
            .fold(base, |hash, pair| hash_symbols(&[hash, pair.number()]))
    }

    fn is_like(&self, other: &Self) -> bool {
        self.members > 0
            && self.namespace == other.namespace
            && self.network == other.network
            && self.service_account == other.service_account
            && self.labels == other.labels
    }
}

fn owner_is(namespace: Symbol, kind: Symbol, name: Symbol) -> impl Fn(&OwnerEntry) -> bool {
    move |entry| (entry.namespace, entry.kind, entry.name) == (namespace, kind, name)
}

/// The labels of a namespace that nothing declares.
pub(crate) fn implied_labels(symbols: &mut Symbols, name: Symbol) -> Box<[Pair]> {
    let key = symbols.intern(NAME_LABEL);
    [Pair::new(key, name)].into()
}

/// A declared port in symbols.
pub(crate) fn port_slot(symbols: &mut Symbols, port: &NamedPort) -> PortSlot {
    let name = if port.name.is_empty() {
        Symbol::NONE
    } else {
        symbols.intern(&port.name)
    };
    PortSlot {
        name,
        protocol: port.protocol,
        port: port.port,
    }
}

fn service_port(symbols: &mut Symbols, port: &ServicePort) -> (PortSlot, Target) {
    let target = match &port.target {
        TargetPort::Number(number) => Target::Number(*number),
        TargetPort::Name(name) => Target::Name(symbols.intern(name)),
    };
    (port_slot(symbols, &port.port), target)
}

impl Target {
    /// The port of a workload that the target means.
    pub(crate) fn port(self, ports: &[PortSlot], protocol: Protocol) -> Option<u16> {
        match self {
            Self::Number(number) => Some(number),
            Self::Name(name) => ports
                .iter()
                .find(|slot| slot.name == name && slot.protocol == protocol)
                .map(|slot| slot.port),
        }
    }
}
