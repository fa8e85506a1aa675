//! All that a snapshot knows of an end, in a form that can be held against another snapshot's, and
//! ends that exist in no snapshot.

use std::collections::BTreeMap;

use super::End;
use crate::compile::PortSlot;
use crate::decide::{Described, Who};
use crate::model::NamedPort;
use crate::request::DescribedWorkload;
use crate::snapshot::Snapshot;
use crate::symbol::{Pair, Symbol, Symbols};

/// What is known of an end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndFacts {
    /// Its namespace with labels, its labels, service account, addresses and ports.
    pub described: DescribedWorkload,
    /// Whether it is or shares the network of a node.
    pub is_host: bool,
    /// The node that it is or is on; empty when not known.
    pub node: String,
    /// The labels of the node that it is.
    pub node_labels: BTreeMap<String, String>,
}

/// A workload that need not exist, compiled for one snapshot.
#[derive(Debug)]
pub struct DescribedEnd {
    workload: DescribedWorkload,
    compiled: Described,
}

impl Snapshot {
    /// Compiles a workload that need not exist.
    pub fn describe(&self, workload: DescribedWorkload) -> DescribedEnd {
        DescribedEnd {
            compiled: Described::new(self, &workload),
            workload,
        }
    }

    /// The names of namespaces that are declared or mentioned, with their labels, in the order of
    /// their names.
    pub fn namespace_labels(&self) -> BTreeMap<&str, BTreeMap<String, String>> {
        let known = self.namespaces.iter().filter(|slot| slot.exists());
        let pairs = known.map(|slot| {
            let labels = owned(&slot.labels, &self.symbols);
            (self.symbols.text(slot.name), labels)
        });
        pairs.collect()
    }
}

impl DescribedEnd {
    /// What it is like.
    pub fn workload(&self) -> &DescribedWorkload {
        &self.workload
    }

    /// The workload as an end of connections, in the snapshot that it was compiled for.
    pub fn end<'s>(&'s self, snapshot: &'s Snapshot) -> End<'s> {
        End {
            snapshot,
            side: self.compiled.side(&self.workload),
        }
    }
}

impl End<'_> {
    /// What is known of it, unless it is a described one.
    pub fn facts(&self) -> EndFacts {
        let party = &self.side.party;
        let symbols = &self.snapshot.symbols;
        let text = |symbol: Symbol| symbols.text(symbol).to_owned();
        let account = match self.side.who {
            Who::Workload(id) => self
                .snapshot
                .workload(id)
                .and_then(|slot| self.snapshot.class(slot))
                .map_or(Symbol::EMPTY, |class| class.service_account),
            _ => Symbol::EMPTY,
        };
        let port = |slot: &PortSlot| NamedPort {
            name: text(slot.name),
            protocol: slot.protocol,
            port: slot.port,
        };
        EndFacts {
            described: DescribedWorkload {
                namespace: text(party.namespace),
                namespace_labels: Some(owned(party.namespace_view().0, symbols)),
                labels: owned(party.labels, symbols),
                service_account: text(account),
                addresses: party.addresses().to_vec(),
                ports: party.ports().iter().map(port).collect(),
            },
            is_host: self.is_host(),
            node: text(party.node()),
            node_labels: party
                .node_slot()
                .map(|node| owned(&node.labels, symbols))
                .unwrap_or_default(),
        }
    }
}

fn owned(pairs: &[Pair], symbols: &Symbols) -> BTreeMap<String, String> {
    let text = |symbol| symbols.text(symbol).to_owned();
    let pairs = pairs.iter();
    pairs
        .map(|pair| (text(pair.key()), text(pair.value())))
        .collect()
}
