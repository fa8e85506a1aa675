//! A workload that need not exist, compiled on the spot.

use smallvec::SmallVec;

use super::party::{Facts, Party, Place};
use super::resolve::{Side, Who};
use crate::compile::{PortSlot, Program, pack_labels};
use crate::request::DescribedWorkload;
use crate::snapshot::{Class, NamespaceSlot, Snapshot, implied_labels, port_slot};
use crate::symbol::Symbols;

/// A described workload as policies see it.
#[derive(Debug)]
pub(crate) struct Described {
    /// The labels of what need not exist may be texts that no policy knows: a copy of the
    /// snapshot's table takes them, and shares all the rest.
    symbols: Symbols,
    namespace: NamespaceSlot,
    class: Class,
    ports: Vec<PortSlot>,
    program: Program,
}

impl Described {
    /// Compiles a description.
    pub(crate) fn new(snapshot: &Snapshot, described: &DescribedWorkload) -> Self {
        let mut symbols = snapshot.symbols.clone();
        let name = symbols.intern(&described.namespace);
        let known = snapshot
            .namespace_id(name)
            .and_then(|id| snapshot.namespaces.get(id.index()));
        let namespace = NamespaceSlot {
            name,
            labels: match (&described.namespace_labels, known) {
                (Some(labels), _) => pack_labels(&mut symbols, labels),
                (None, Some(known)) => known.labels.clone(),
                (None, None) => implied_labels(&mut symbols, name),
            },
            policies: known
                .map(|known| known.policies.clone())
                .unwrap_or_default(),
            ..NamespaceSlot::default()
        };
        let class = Class {
            namespace_name: name,
            labels: SmallVec::from_slice(&pack_labels(&mut symbols, &described.labels)),
            service_account: symbols.intern(&described.service_account),
            ..Class::default()
        };
        let policies = snapshot.policies_for(&namespace, &class, &symbols);
        let program = snapshot.program_of(&policies);
        let ports = described.ports.iter();
        let ports = ports.map(|port| port_slot(&mut symbols, port)).collect();
        Self {
            symbols,
            namespace,
            class,
            ports,
            program,
        }
    }

    /// The end of a connection that it is; the description is the one that it was compiled from.
    pub(crate) fn side<'a>(&'a self, described: &'a DescribedWorkload) -> Side<'a> {
        let party = Party {
            place: Place::Pod,
            namespace: self.class.namespace_name,
            labels: &self.class.labels,
            address: None,
            facts: Facts::Described {
                symbols: &self.symbols,
                account: self.class.service_account,
                namespace_labels: &self.namespace.labels,
                addresses: &described.addresses,
                ports: &self.ports,
            },
        };
        Side {
            who: Who::Described(described),
            party,
            program: Some(&self.program),
        }
    }
}
