//! One end of a connection as a decision sees it: numbers and slices, borrowed from a snapshot
//! or from a described workload.

use std::net::IpAddr;

use super::LabelView;
use crate::model::Protocol;
use crate::symbol::{Pair, Symbol};

/// Where a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A pod in the pod network: policies may select it.
    Pod,
    /// A pod in its node's network, or the node itself.
    Host,
    /// An address that the inventory does not know.
    Outside,
}

/// A declared port, by symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PortSlot {
    pub(crate) name: Symbol,
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Party<'a> {
    pub(crate) place: Place,
    /// The namespace; [`Symbol::ABSENT`] outside the cluster.
    pub(crate) namespace: Symbol,
    pub(crate) namespace_labels: &'a [Pair],
    pub(crate) labels: &'a [Pair],
    /// Its addresses, the primary one first; empty when not known.
    pub(crate) addresses: &'a [IpAddr],
    pub(crate) ports: &'a [PortSlot],
    /// The node it runs on; [`Symbol::ABSENT`] when not known.
    pub(crate) node: Symbol,
    /// Labels of the node whose address it has, for a party in the host network.
    pub(crate) node_labels: Option<&'a [Pair]>,
}

impl<'a> Party<'a> {
    /// Something outside the cluster, without its address.
    pub(crate) const OUTSIDE: Self = Self {
        place: Place::Outside,
        namespace: Symbol::ABSENT,
        namespace_labels: &[],
        labels: &[],
        addresses: &[],
        ports: &[],
        node: Symbol::ABSENT,
        node_labels: None,
    };

    pub(crate) fn label_view(&self) -> LabelView<'a> {
        LabelView(self.labels)
    }

    pub(crate) fn namespace_view(&self) -> LabelView<'a> {
        LabelView(self.namespace_labels)
    }
}
