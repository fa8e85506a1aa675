//! The attributes of what conditions on endpoints are about: workloads and groups of addresses.

use super::Snapshot;
use super::directory::GroupSlot;
use crate::compile::{Attributes, CompiledAttribute, LabelView};
use crate::symbol::{Symbol, Symbols};

/// The attributes of a workload.
pub(crate) struct WorkloadAttributes<'a> {
    pub(crate) snapshot: &'a Snapshot,
    /// The texts that the labels stand for.
    pub(crate) symbols: &'a Symbols,
    pub(crate) labels: LabelView<'a>,
    pub(crate) namespace: Symbol,
    pub(crate) namespace_labels: LabelView<'a>,
    pub(crate) account: Symbol,
}

impl Attributes for WorkloadAttributes<'_> {
    fn value(&self, attribute: CompiledAttribute) -> Option<Symbol> {
        match attribute {
            CompiledAttribute::Label(key) => self.labels.value(key),
            CompiledAttribute::NamespaceLabel(key) => self.namespace_labels.value(key),
            CompiledAttribute::AccountLabel(key) => self
                .snapshot
                .account_labels(self.namespace, self.account)
                .value(key),
            CompiledAttribute::Namespace => Some(self.namespace),
            CompiledAttribute::Account => Some(self.account),
        }
    }

    fn text(&self, value: Symbol) -> &str {
        self.symbols.text(value)
    }
}

/// The attributes of a group of addresses.
pub(super) struct GroupAttributes<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) group: &'a GroupSlot,
}

impl Attributes for GroupAttributes<'_> {
    fn value(&self, attribute: CompiledAttribute) -> Option<Symbol> {
        let mut own = self.group.attributes.iter();
        let own = own.find(|(known, _)| *known == attribute);
        own.map(|(_, value)| *value)
            .or_else(|| match (attribute, self.group.namespace) {
                (CompiledAttribute::Namespace, Some(_)) => Some(self.group.namespace_name),
                (CompiledAttribute::NamespaceLabel(key), Some(namespace)) => {
                    let slot = self.snapshot.namespaces.get(namespace.index())?;
                    LabelView(&slot.labels).value(key)
                }
                _ => None,
            })
    }

    fn text(&self, value: Symbol) -> &str {
        self.snapshot.symbols.text(value)
    }
}
