//! One end of connections in both snapshots.

use std::net::IpAddr;
use std::rc::Rc;

use kordon_core::model::Protocol;
use kordon_core::view::EndName;

use super::WitnessEnd;
use crate::landscape::{Described, cost};

/// An end of connections in both snapshots.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// A workload or node of an inventory.
    Named(EndName),
    /// An address outside the cluster.
    Outside(IpAddr),
    /// A workload that need not exist.
    Described(Rc<Described>),
}

impl Part {
    /// How much has to be said of it.
    pub(super) fn cost(&self) -> usize {
        match self {
            Self::Named(_) | Self::Outside(_) => 0,
            Self::Described(described) => cost(&described.workload()),
        }
    }

    /// The end as part of a connection to this port. Other ports that it declares do not matter.
    pub(super) fn witness(&self, protocol: Protocol, port: u16) -> WitnessEnd {
        match self {
            Self::Named(name) => WitnessEnd::Named(name.clone()),
            Self::Outside(address) => WitnessEnd::Outside(*address),
            Self::Described(described) => {
                let mut workload = described.workload();
                workload
                    .ports
                    .retain(|known| (known.protocol, known.port) == (protocol, port));
                WitnessEnd::Described(workload)
            }
        }
    }
}
