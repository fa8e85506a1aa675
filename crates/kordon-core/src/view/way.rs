//! Ways into the cluster: entry points, followed through services to workloads.
//!
//! Owns which ports of which workloads entry points lead to. Must not know what policies say of
//! them.

use std::ops::ControlFlow;

use super::End;
use crate::compile::{CompiledSelector, LabelView, PortSlot};
use crate::decide::Who;
use crate::model::{
    EntryPoint, EntryPort, NamespaceMatch, ObjectRef, Protocol, Standing, TargetPort,
};
use crate::snapshot::{ServiceSlot, Snapshot, Target, implied_labels};

/// A way from outside to a port of a workload.
#[derive(Clone, Debug)]
pub struct Way<'s> {
    /// The object that opens it.
    pub object: &'s ObjectRef,
    /// The entry point.
    pub point: &'s EntryPoint,
    /// The pod or template that it leads to.
    pub to: End<'s>,
    /// The port of that.
    pub port: u16,
    /// Whether it is there for sure; otherwise nothing is known of what would have to accept it.
    pub is_open: bool,
}

impl Way<'_> {
    /// The protocol.
    pub fn protocol(&self) -> Protocol {
        self.point.protocol
    }
}

impl Snapshot {
    /// All ways into the cluster, those of one object together. Entry points that nothing accepts,
    /// and services without workloads, give none.
    pub fn ways(&self) -> Vec<Way<'_>> {
        let entries = self.all_entries();
        let mut ways = Vec::new();
        for (object, point) in entries.points() {
            let in_namespaces = |name: &str, wanted: &NamespaceMatch| self.is_in(name, wanted);
            let is_open = match entries.standing(object, point, &in_namespaces) {
                Standing::Open => true,
                Standing::Unknown => false,
                Standing::Refused | Standing::NotPermitted => continue,
            };
            for (to, port) in self.backends_of(point) {
                ways.push(Way {
                    object,
                    point,
                    to,
                    port,
                    is_open,
                });
            }
        }
        ways
    }

    /// The ports of workloads that an entry point leads to, in the order of their names.
    fn backends_of(&self, point: &EntryPoint) -> Vec<(End<'_>, u16)> {
        let find = |text: &str| self.symbols.find(text);
        let (namespace, name) = (find(&point.namespace), find(&point.service));
        let Some(service) = self.service(namespace, name) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        // A service that leads to no workload is no way in; the checks of manifests say so.
        let _flow = self.each_backend(namespace, name, &mut |side, _| {
            if let Who::Workload(id) = side.who
                && let (Some(side), Some(slot)) = (self.workload_side(id), self.workload(id))
            {
                let end = End {
                    snapshot: self,
                    side,
                };
                for port in self.targets(service, point, &slot.ports) {
                    found.push((end, port));
                }
            }
            ControlFlow::Continue(())
        });
        found.sort_by_cached_key(|(end, port)| (end.name(), *port));
        found
    }

    /// The ports of a workload with these ports that an entry point means.
    fn targets(
        &self,
        service: &ServiceSlot,
        point: &EntryPoint,
        declared: &[PortSlot],
    ) -> Vec<u16> {
        let ports = service.ports.iter();
        let ports = ports.filter(|(slot, _)| slot.protocol == point.protocol);
        ports
            .filter_map(|(slot, target)| {
                let port = target.port(declared, point.protocol)?;
                self.is_meant(&point.port, *slot, *target, port)
                    .then_some(port)
            })
            .collect()
    }

    /// Whether an entry point means a port of a service, which leads to this one of a workload.
    fn is_meant(&self, wanted: &EntryPort, slot: PortSlot, target: Target, port: u16) -> bool {
        let names = |name: &str| slot.name == self.symbols.find(name);
        match wanted {
            EntryPort::All => true,
            EntryPort::Number(number) => slot.port == *number,
            EntryPort::Name(name) => names(name),
            EntryPort::Leading(TargetPort::Number(number)) => {
                slot.port == *number || port == *number
            }
            EntryPort::Leading(TargetPort::Name(name)) => {
                names(name)
                    || matches!(target, Target::Name(known) if known == self.symbols.find(name))
            }
        }
    }

    fn is_in(&self, name: &str, wanted: &NamespaceMatch) -> bool {
        let selector = match wanted {
            NamespaceMatch::Named(named) => return named == name,
            NamespaceMatch::Matching(selector) => selector,
        };
        // The selector may speak of labels that nothing has: a copy of the table takes them, and
        // shares all the rest.
        let mut symbols = self.symbols.clone();
        let selector = CompiledSelector::new(&mut symbols, selector);
        let slot = self
            .namespace_id(symbols.find(name))
            .and_then(|id| self.namespaces.get(id.index()));
        if let Some(slot) = slot {
            return selector.selects(LabelView(&slot.labels));
        }
        let name = symbols.intern(name);
        selector.selects(LabelView(&implied_labels(&mut symbols, name)))
    }
}
