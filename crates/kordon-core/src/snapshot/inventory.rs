//! The inventory of a snapshot: its tables. How one contribution enters and leaves them stands
//! in the modules below.

mod endpoints;
mod names;
mod workloads;

use std::net::IpAddr;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::compile::{PortSlot, Program};
use crate::id::PolicyId;
use crate::model::{Membership, NamedPort, PodNetwork, Protocol};
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
    pub(crate) policies: Vec<PolicyId>,
    /// Whether its workloads are in the mesh.
    pub(crate) mesh: Membership,
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
    pub(crate) policies: Arc<[PolicyId]>,
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
    pub(crate) mesh: Membership,
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
