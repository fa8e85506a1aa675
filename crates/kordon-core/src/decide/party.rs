//! One end of a connection as a decision sees it.
//!
//! What every rule asks for is at hand; what few rules ask for (addresses, ports, the node) is
//! looked up when one does.

use std::net::IpAddr;

use crate::compile::{LabelView, PortSlot};
use crate::model::Membership;
use crate::snapshot::{Class, NodeSlot, Snapshot, WorkloadAttributes, WorkloadId, WorkloadSlot};
use crate::symbol::{Pair, Symbol, Symbols};

/// Where a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// A pod in the pod network: policies may select it.
    Pod,
    /// A pod in its node's network, or the node itself.
    Host,
    /// An address that the inventory does not know.
    Outside,
    /// Somewhere in the pod network: a pod of which nothing else is known.
    UnknownPod,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Party<'a> {
    pub(crate) place: Place,
    /// The namespace; [`Symbol::ABSENT`] outside the cluster.
    pub(crate) namespace: Symbol,
    pub(crate) labels: &'a [Pair],
    /// The address that the request gives, in place of those that are known.
    pub(crate) address: Option<IpAddr>,
    pub(crate) facts: Facts<'a>,
}

/// Where the facts about a party are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Facts<'a> {
    /// In the snapshot.
    Stored {
        snapshot: &'a Snapshot,
        class: &'a Class,
        workload: WorkloadId,
    },
    /// With its node.
    Node(&'a NodeSlot),
    /// In the request.
    Described {
        /// The texts that its labels stand for.
        symbols: &'a Symbols,
        account: Symbol,
        namespace_labels: &'a [Pair],
        addresses: &'a [IpAddr],
        ports: &'a [PortSlot],
    },
    /// Nowhere: the address is all that is known.
    None,
}

impl<'a> Party<'a> {
    /// An address outside the cluster.
    pub(crate) fn outside(address: IpAddr) -> Self {
        Self {
            place: Place::Outside,
            namespace: Symbol::ABSENT,
            labels: &[],
            address: Some(address),
            facts: Facts::None,
        }
    }

    /// A pod of which nothing is known.
    pub(crate) fn unknown_pod() -> Self {
        Self {
            place: Place::UnknownPod,
            namespace: Symbol::ABSENT,
            labels: &[],
            address: None,
            facts: Facts::None,
        }
    }

    /// A node.
    pub(crate) fn node_itself(node: &'a NodeSlot) -> Self {
        Self {
            place: Place::Host,
            namespace: Symbol::ABSENT,
            labels: &[],
            address: None,
            facts: Facts::Node(node),
        }
    }

    /// Its labels.
    #[inline]
    pub(crate) fn label_view(&self) -> LabelView<'a> {
        LabelView(self.labels)
    }

    /// The labels of its namespace.
    #[inline]
    pub(crate) fn namespace_view(&self) -> LabelView<'a> {
        LabelView(match self.facts {
            Facts::Stored {
                snapshot, class, ..
            } => snapshot.namespace(class).map_or(&[], |slot| &slot.labels),
            Facts::Described {
                namespace_labels, ..
            } => namespace_labels,
            Facts::Node(_) | Facts::None => &[],
        })
    }

    /// Its attributes, for a party in the pod network.
    pub(crate) fn attributes(&self, snapshot: &'a Snapshot) -> WorkloadAttributes<'a> {
        let (symbols, account) = self.account_symbol(snapshot);
        WorkloadAttributes {
            snapshot,
            symbols,
            labels: self.label_view(),
            namespace: self.namespace,
            namespace_labels: self.namespace_view(),
            account,
        }
    }

    /// Its namespace and its service account.
    pub(crate) fn account(&self, snapshot: &'a Snapshot) -> (&'a str, &'a str) {
        let (symbols, account) = self.account_symbol(snapshot);
        (symbols.text(self.namespace), symbols.text(account))
    }

    /// Its service account, and the table of its texts.
    fn account_symbol(&self, snapshot: &'a Snapshot) -> (&'a Symbols, Symbol) {
        match self.facts {
            Facts::Stored { class, .. } => (&snapshot.symbols, class.service_account),
            Facts::Described {
                symbols, account, ..
            } => (symbols, account),
            Facts::Node(_) | Facts::None => (&snapshot.symbols, Symbol::ABSENT),
        }
    }

    /// Whether a proxy of the mesh carries its connections: as it says itself, or else as its
    /// namespace does.
    pub(crate) fn membership(&self, snapshot: &Snapshot) -> Membership {
        let own = match self.facts {
            Facts::Stored { .. } => self
                .slot()
                .map_or(Membership::Unspecified, |slot| slot.mesh),
            Facts::Described { .. } => Membership::Unspecified,
            Facts::Node(_) | Facts::None => return Membership::Outside,
        };
        let namespace = snapshot
            .namespace_id(self.namespace)
            .and_then(|id| snapshot.namespaces.get(id.index()));
        let namespace = namespace.map_or(Membership::Unspecified, |slot| slot.mesh);
        match (own, namespace) {
            (Membership::Unspecified, namespace) => namespace,
            (Membership::Wanted, Membership::Outside)
            | (Membership::NotOwn, Membership::Own | Membership::Outside)
            | (Membership::NotShared, Membership::Shared | Membership::Outside) => {
                Membership::Outside
            }
            (Membership::NotOwn, Membership::Shared) => Membership::Shared,
            (Membership::NotShared, Membership::Own) => Membership::Own,
            (Membership::NotOwn | Membership::NotShared, _) => Membership::Unspecified,
            (own, _) => own,
        }
    }

    /// Its addresses, the primary one first; empty when none is known.
    pub(crate) fn addresses(&self) -> &[IpAddr] {
        if let Some(address) = &self.address {
            return std::slice::from_ref(address);
        }
        match self.facts {
            Facts::Stored { .. } => self.stored_addresses(),
            Facts::Node(node) => &node.addresses,
            Facts::Described { addresses, .. } => addresses,
            Facts::None => &[],
        }
    }

    /// A pod in its node's network has the node's addresses.
    fn stored_addresses(&self) -> &'a [IpAddr] {
        let own = self.slot().map_or(&[][..], |slot| &slot.addresses);
        match (own, self.place) {
            ([], Place::Host) => self.node_slot().map_or(&[], |node| &node.addresses),
            (own, _) => own,
        }
    }

    /// The ports that it declares. A pod in its node's network is the node to policies, so its
    /// names mean nothing to them.
    pub(crate) fn ports(&self) -> &'a [PortSlot] {
        match (self.facts, self.place) {
            (Facts::Stored { .. }, Place::Pod) => self.slot().map_or(&[], |slot| &slot.ports),
            (Facts::Described { ports, .. }, _) => ports,
            _ => &[],
        }
    }

    /// The name of the node that it is on or is; [`Symbol::ABSENT`] when not known.
    pub(crate) fn node(&self) -> Symbol {
        match self.facts {
            Facts::Stored { .. } => self.slot().map_or(Symbol::ABSENT, |slot| slot.node),
            Facts::Node(node) => node.name,
            Facts::Described { .. } | Facts::None => Symbol::ABSENT,
        }
    }

    /// The node that it is, for a party in a node's network.
    pub(crate) fn node_slot(&self) -> Option<&'a NodeSlot> {
        match (self.facts, self.place) {
            (Facts::Node(node), _) => Some(node),
            (Facts::Stored { snapshot, .. }, Place::Host) => snapshot.node(self.node()),
            _ => None,
        }
    }

    fn slot(&self) -> Option<&'a WorkloadSlot> {
        match self.facts {
            Facts::Stored {
                snapshot, workload, ..
            } => snapshot.workload(workload),
            _ => None,
        }
    }
}
