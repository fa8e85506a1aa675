//! Addresses, and the services and nodes that have some.

use std::net::IpAddr;
use std::sync::Arc;

use smallvec::SmallVec;

use super::{
    AddressEntry, AddressUse, NodeEntry, NodeSlot, ServiceEntry, ServiceSlot, Target, hash_symbols,
    number, port_slot,
};
use crate::compile::{PortSlot, pack_labels};
use crate::model::{Node, Service, ServicePort, TargetPort};
use crate::snapshot::Snapshot;
use crate::symbol::{Symbol, Symbols};

impl Snapshot {
    pub(super) fn link_address(&mut self, address: IpAddr, by: AddressUse) {
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

    pub(super) fn unlink_address(&mut self, address: IpAddr, by: AddressUse) {
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
    pub(in crate::snapshot) fn put_service(&mut self, service: &Service) -> (Symbol, Symbol) {
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
    pub(in crate::snapshot) fn remove_service(&mut self, namespace: Symbol, name: Symbol) {
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
    pub(in crate::snapshot) fn put_node(&mut self, node: &Node) -> Symbol {
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
    pub(in crate::snapshot) fn remove_node(&mut self, name: Symbol) {
        let hash = hash_symbols(&[number(name)]);
        let Some(entry) = self.nodes.remove(hash, |entry| entry.name == name) else {
            return;
        };
        for address in &entry.node.addresses {
            self.unlink_address(*address, AddressUse::Node(name));
        }
    }

    /// All addresses that something uses, in no order.
    pub(crate) fn all_addresses(&self) -> Vec<IpAddr> {
        let entries = self.addresses.unordered();
        entries.map(|entry| entry.address).collect()
    }

    /// All nodes, in no order.
    pub(crate) fn all_nodes(&self) -> impl Iterator<Item = &NodeSlot> {
        self.nodes.unordered().map(|entry| &*entry.node)
    }

    /// The node of a name.
    pub(crate) fn node(&self, name: Symbol) -> Option<&NodeSlot> {
        let hash = hash_symbols(&[number(name)]);
        self.nodes
            .find(hash, |entry| entry.name == name)
            .map(|entry| &*entry.node)
    }
}

fn service_port(symbols: &mut Symbols, port: &ServicePort) -> (PortSlot, Target) {
    let target = match &port.target {
        TargetPort::Number(number) => Target::Number(*number),
        TargetPort::Name(name) => Target::Name(symbols.intern(name)),
    };
    (port_slot(symbols, &port.port), target)
}
