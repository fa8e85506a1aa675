//! What policies refer to beside workloads and services: groups of addresses, the labels of
//! service accounts, endpoints of services and declared stages.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use smallvec::SmallVec;

use super::Snapshot;
use super::attributes::GroupAttributes;
use super::inventory::{NamespaceId, hash_symbols};
use crate::compile::{CompiledAttribute, CompiledMatch, LabelView, pack_labels};
use crate::model::{AddressGroup, Members, Protocol, ServiceAccount, ServiceEndpoints};
use crate::persist::{Entry, Shards, Slots};
use crate::rule::Stage;
use crate::symbol::{Pair, Symbol, Symbols};

/// The tables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    groups: Slots<Option<Arc<GroupSlot>>>,
    blocks: Shards<BlockEntry>,
    /// How many blocks there are of each family (whether it is IPv6) and length.
    prefixes: Arc<BTreeMap<(bool, u8), usize>>,
    accounts: Shards<AccountEntry>,
    endpoints: Shards<EndpointsEntry>,
    stages: Arc<BTreeMap<String, Stage>>,
}

/// A group of addresses.
#[derive(Debug)]
pub(crate) struct GroupSlot {
    pub(crate) namespace: Option<NamespaceId>,
    pub(super) namespace_name: Symbol,
    pub(crate) attributes: Box<[(CompiledAttribute, Symbol)]>,
    blocks: Box<[IpNet]>,
    members: Members,
}

/// Groups that hold a block.
#[derive(Clone, Debug)]
struct BlockEntry {
    hash: u64,
    block: IpNet,
    groups: SmallVec<[usize; 1]>,
}

/// The labels of a service account.
#[derive(Clone, Debug)]
struct AccountEntry {
    hash: u64,
    namespace: Symbol,
    name: Symbol,
    labels: Box<[Pair]>,
}

/// Some endpoints of a service.
#[derive(Debug)]
struct Slice {
    addresses: Box<[IpAddr]>,
    ports: Box<[(Protocol, Option<u16>)]>,
}

/// The endpoints of a service: of each object that states some, those.
#[derive(Clone, Debug)]
struct EndpointsEntry {
    hash: u64,
    namespace: Symbol,
    service: Symbol,
    slices: Vec<(u32, Arc<Slice>)>,
}

macro_rules! hashed {
    ($($name:ident),*) => { $(
        impl Entry for $name {
            #[inline]
            fn hash(&self) -> u64 {
                self.hash
            }
        }
    )* };
}

hashed!(BlockEntry, AccountEntry, EndpointsEntry);

/// Identifies a contribution to the endpoints of a service.
#[derive(Clone, Copy, Debug)]
pub(super) struct EndpointsId {
    pub(super) namespace: Symbol,
    pub(super) service: Symbol,
    part: u32,
}

impl Snapshot {
    /// Adds a group; returns its number.
    pub(super) fn put_group(&mut self, group: &AddressGroup) -> usize {
        let namespace = group
            .namespace
            .as_ref()
            .map(|name| self.mention_namespace(name));
        let namespace_name = group
            .namespace
            .as_ref()
            .map_or(Symbol::ABSENT, |name| self.symbols.intern(name));
        let symbols = &mut self.symbols;
        let attributes = group
            .attributes
            .iter()
            .map(|(attribute, value)| {
                let value = symbols.intern(value);
                (CompiledAttribute::new(symbols, attribute), value)
            })
            .collect();
        let mut blocks: Vec<IpNet> = group.blocks.iter().map(IpNet::trunc).collect();
        blocks.sort_unstable();
        blocks.dedup();
        let number = self.directory.groups.insert(None);
        for block in &blocks {
            self.link_block(*block, number);
        }
        let slot = GroupSlot {
            namespace,
            namespace_name,
            attributes,
            blocks: blocks.into(),
            members: group.members,
        };
        if let Some(place) = self.directory.groups.get_mut(number) {
            *place = Some(Arc::new(slot));
        }
        number
    }

    /// Removes a group.
    pub(super) fn remove_group(&mut self, number: usize) {
        let Some(group) = self.directory.groups.remove(number) else {
            return;
        };
        for block in &group.blocks {
            self.unlink_block(*block, number);
        }
    }

    /// Whether the group of a number is one of hosts.
    pub(super) fn is_host(&self, number: usize) -> bool {
        self.directory
            .groups
            .get(number)
            .and_then(Option::as_ref)
            .is_some_and(|group| group.members == Members::Host)
    }

    fn link_block(&mut self, block: IpNet, group: usize) {
        let prefixes = Arc::make_mut(&mut self.directory.prefixes);
        *prefixes.entry(length(&block)).or_default() += 1;
        let hash = block_hash(&self.symbols, &block);
        let blocks = &mut self.directory.blocks;
        if let Some(entry) = blocks.find_mut(hash, |entry| entry.block == block) {
            entry.groups.push(group);
            return;
        }
        let groups = SmallVec::from_slice(&[group]);
        blocks.insert(BlockEntry {
            hash,
            block,
            groups,
        });
    }

    fn unlink_block(&mut self, block: IpNet, group: usize) {
        let prefixes = Arc::make_mut(&mut self.directory.prefixes);
        if let Some(count) = prefixes.get_mut(&length(&block)) {
            *count = count.saturating_sub(1);
        }
        prefixes.retain(|_, count| *count > 0);
        let hash = block_hash(&self.symbols, &block);
        let is_it = |entry: &BlockEntry| entry.block == block;
        let blocks = &mut self.directory.blocks;
        let Some(entry) = blocks.find_mut(hash, is_it) else {
            return;
        };
        entry.groups.retain(|known| *known != group);
        if entry.groups.is_empty() {
            blocks.remove(hash, is_it);
        }
    }

    /// Whether any group is known.
    #[inline]
    pub(crate) fn has_groups(&self) -> bool {
        !self.directory.prefixes.is_empty()
    }

    /// The blocks of the groups that satisfy a condition.
    pub(crate) fn blocks_of_groups(&self, condition: &CompiledMatch) -> Vec<IpNet> {
        let groups = self.directory.groups.iter().flatten();
        let chosen = groups.filter(|group| self.group_satisfies(group, condition));
        chosen
            .flat_map(|group| group.blocks.iter().copied())
            .collect()
    }

    /// Visits every group that holds an address, until one is found that `is_it`.
    pub(crate) fn any_group_at(
        &self,
        address: IpAddr,
        mut is_it: impl FnMut(&GroupSlot) -> bool,
    ) -> bool {
        let lengths = self.directory.prefixes.keys();
        lengths
            .filter(|(is_v6, _)| *is_v6 == address.is_ipv6())
            .filter_map(|(_, length)| Some(IpNet::new(address, *length).ok()?.trunc()))
            .any(|block| {
                let hash = block_hash(&self.symbols, &block);
                let known = self
                    .directory
                    .blocks
                    .find(hash, |entry| entry.block == block);
                known.is_some_and(|entry| {
                    let groups = entry.groups.iter();
                    groups
                        .filter_map(|number| self.directory.groups.get(*number)?.as_deref())
                        .any(&mut is_it)
                })
            })
    }

    /// Whether any group with addresses satisfies a condition.
    pub(crate) fn any_group(&self, condition: &CompiledMatch) -> bool {
        let groups = self.directory.groups.iter().flatten();
        groups
            .filter(|group| !group.blocks.is_empty())
            .any(|group| self.group_satisfies(group, condition))
    }

    /// Whether any group of hosts satisfies a condition.
    pub(crate) fn any_host(&self, condition: &CompiledMatch) -> bool {
        let groups = self.directory.groups.iter().flatten();
        groups
            .filter(|group| group.members == Members::Host)
            .any(|group| self.group_satisfies(group, condition))
    }

    /// Whether a group satisfies a condition.
    pub(crate) fn group_satisfies(&self, group: &GroupSlot, condition: &CompiledMatch) -> bool {
        condition.selects(&GroupAttributes {
            snapshot: self,
            group,
        })
    }

    /// Adds the labels of a service account; returns its namespace and name.
    pub(super) fn put_account(&mut self, account: &ServiceAccount) -> (Symbol, Symbol) {
        let namespace = self.symbols.intern(&account.namespace);
        let name = self.symbols.intern(&account.name);
        let labels = pack_labels(&mut self.symbols, &account.labels);
        self.directory.accounts.insert(AccountEntry {
            hash: pair_hash(namespace, name),
            namespace,
            name,
            labels,
        });
        (namespace, name)
    }

    /// Removes the labels of a service account.
    pub(super) fn remove_account(&mut self, namespace: Symbol, name: Symbol) {
        let hash = pair_hash(namespace, name);
        self.directory.accounts.remove(hash, |entry| {
            (entry.namespace, entry.name) == (namespace, name)
        });
    }

    /// The labels of a service account.
    pub(crate) fn account_labels(&self, namespace: Symbol, name: Symbol) -> LabelView<'_> {
        let hash = pair_hash(namespace, name);
        let is_it = |entry: &AccountEntry| (entry.namespace, entry.name) == (namespace, name);
        let known = self.directory.accounts.find(hash, is_it);
        LabelView(known.map_or(&[], |entry| &entry.labels))
    }

    /// The service accounts with a label of this key whose value is wanted, by namespace and
    /// name, in the order of these.
    pub(crate) fn accounts_with_label(
        &self,
        key: Symbol,
        is_wanted: impl Fn(Symbol) -> bool,
    ) -> Vec<(Symbol, Symbol)> {
        let accounts = self.directory.accounts.unordered();
        let chosen =
            accounts.filter(|entry| LabelView(&entry.labels).value(key).is_some_and(&is_wanted));
        let mut names: Vec<(Symbol, Symbol)> =
            chosen.map(|entry| (entry.namespace, entry.name)).collect();
        let text = |symbol| self.symbols.text(symbol);
        names.sort_by(|a, b| (text(a.0), text(a.1)).cmp(&(text(b.0), text(b.1))));
        names
    }

    /// Adds endpoints of a service.
    pub(super) fn put_endpoints(&mut self, endpoints: &ServiceEndpoints) -> EndpointsId {
        let namespace = self.symbols.intern(&endpoints.namespace);
        let service = self.symbols.intern(&endpoints.service);
        let slice = Arc::new(Slice {
            addresses: endpoints.addresses.as_slice().into(),
            ports: endpoints.ports.as_slice().into(),
        });
        let hash = pair_hash(namespace, service);
        let is_it =
            |entry: &EndpointsEntry| (entry.namespace, entry.service) == (namespace, service);
        let table = &mut self.directory.endpoints;
        let mut part = 0;
        if let Some(entry) = table.find_mut(hash, is_it) {
            part = entry
                .slices
                .iter()
                .map(|(known, _)| known.saturating_add(1))
                .max()
                .unwrap_or(0);
            entry.slices.push((part, slice));
        } else {
            table.insert(EndpointsEntry {
                hash,
                namespace,
                service,
                slices: vec![(part, slice)],
            });
        }
        EndpointsId {
            namespace,
            service,
            part,
        }
    }

    /// Removes endpoints of a service.
    pub(super) fn remove_endpoints(&mut self, id: EndpointsId) {
        let hash = pair_hash(id.namespace, id.service);
        let is_it =
            |entry: &EndpointsEntry| (entry.namespace, entry.service) == (id.namespace, id.service);
        let table = &mut self.directory.endpoints;
        let Some(entry) = table.find_mut(hash, is_it) else {
            return;
        };
        entry.slices.retain(|(part, _)| *part != id.part);
        if entry.slices.is_empty() {
            table.remove(hash, is_it);
        }
    }

    /// Whether an address serves a service, on a port where one is given; `None` while no
    /// endpoints of the service are known.
    pub(crate) fn serves(
        &self,
        (namespace, service): (Symbol, Symbol),
        address: IpAddr,
        port: Option<(Protocol, u16)>,
    ) -> Option<bool> {
        let hash = pair_hash(namespace, service);
        let entry = self.directory.endpoints.find(hash, |entry| {
            (entry.namespace, entry.service) == (namespace, service)
        })?;
        let admits = |slice: &Slice| {
            port.is_none_or(|(protocol, port)| {
                slice
                    .ports
                    .iter()
                    .any(|(known, number)| *known == protocol && number.is_none_or(|n| n == port))
            })
        };
        Some(
            entry
                .slices
                .iter()
                .any(|(_, slice)| slice.addresses.contains(&address) && admits(slice)),
        )
    }

    /// Declares a stage.
    pub(super) fn put_stage(&mut self, stage: &Stage) -> Symbol {
        let stages = Arc::make_mut(&mut self.directory.stages);
        stages.insert(stage.name.clone(), stage.clone());
        self.symbols.intern(&stage.name)
    }

    /// Removes the declaration of a stage.
    pub(super) fn remove_stage(&mut self, name: Symbol) {
        let stages = Arc::make_mut(&mut self.directory.stages);
        stages.remove(self.symbols.text(name));
    }

    /// The stage that is declared under a name.
    pub(crate) fn declared_stage(&self, name: &str) -> Option<&Stage> {
        self.directory.stages.get(name)
    }
}

fn length(block: &IpNet) -> (bool, u8) {
    (matches!(block, IpNet::V6(_)), block.prefix_len())
}

fn block_hash(symbols: &Symbols, block: &IpNet) -> u64 {
    let address = symbols.hash_address(block.addr());
    hash_symbols(&[address, u64::from(block.prefix_len())])
}

fn pair_hash(first: Symbol, second: Symbol) -> u64 {
    hash_symbols(&[u64::from(first.number()), u64::from(second.number())])
}
