//! What an analysis of connections reads of a snapshot: who takes part, and what guards them.
//!
//! Owns a read-only view of compiled stages, rules and clauses in which every test is the one that
//! a decision makes. Must not combine rules or sides: that is the reader's.

mod clause;
mod condition;
mod facts;
mod policy;
mod token;
mod way;

use std::fmt;
use std::net::IpAddr;

use crate::compile::PortSlot;
use crate::decide::{Place, Side, Who, node_side, outside_side, unknown_side};
use crate::request::Endpoint;
use crate::rule::{Direction, Plane};
use crate::snapshot::{ClassId, Snapshot, WorkloadId};
use crate::symbol::Symbol;

pub use clause::{About, ClauseView, PortRange, RuleView, StageView};
pub use condition::{Condition, Form, Property, Values};
pub use facts::{DescribedEnd, EndFacts};
pub use policy::PolicyView;
pub use way::Way;

/// What stands for a node in the kind of a name.
const NODE: &str = "Node";

/// Owners of owners are followed so far: a pod, its `ReplicaSet` or `Job`, and that one's
/// controller. A circle ends here as well.
const OWNERS: usize = 4;

/// One end of connections: a pod, a template whose pods are not known, a node, or an address
/// outside the cluster.
#[derive(Clone, Copy)]
pub struct End<'s> {
    snapshot: &'s Snapshot,
    side: Side<'s>,
}

/// The name of a workload or of a node, which has no namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndName {
    /// Its namespace.
    pub namespace: String,
    /// Its kind, such as `Pod`, `Deployment` or `Node`.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// All that a rule or an exemption can tell ends apart by. Ends with equal traits get the same
/// answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Traits {
    place: Place,
    class: Option<ClassId>,
    node: Symbol,
    ports: Vec<PortSlot>,
    /// The addresses, the primary one first.
    pub addresses: Vec<IpAddr>,
}

impl Traits {
    /// Leaves the node out, which matters to pods only beside something in a node's network.
    pub fn forget_node(&mut self) {
        self.node = Symbol::ABSENT;
    }
}

/// The policies that guard an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Guard(usize);

impl Snapshot {
    /// Every pod, every template whose pods are not known, and every node, in the order of their
    /// names.
    pub fn ends(&self) -> Vec<End<'_>> {
        let end = |side| End {
            snapshot: self,
            side,
        };
        let mut named: Vec<(EndName, End<'_>)> = self
            .workload_ids()
            .filter(|id| self.instances(*id).is_empty())
            .filter_map(|id| self.workload_side(id))
            .chain(self.all_nodes().map(node_side))
            .map(|side| (end(side).name(), end(side)))
            .collect();
        named.sort_by(|a, b| a.0.cmp(&b.0));
        named.into_iter().map(|(_, end)| end).collect()
    }

    /// An address outside the cluster; whatever uses it inside is not looked up.
    pub fn outside_end(&self, address: IpAddr) -> End<'_> {
        End {
            snapshot: self,
            side: outside_side(address.to_canonical()),
        }
    }

    /// The parties that an endpoint of a request stands for. A workload that need not exist has
    /// none.
    ///
    /// # Errors
    /// Why the endpoint could not be understood.
    pub fn ends_of(&self, endpoint: &Endpoint<'_>) -> Result<Vec<End<'_>>, crate::Problem> {
        let mut ends = Vec::new();
        let _all = self.each_side(endpoint, &mut |side, _| {
            let side = match side.who {
                Who::Workload(id) => self.workload_side(id),
                Who::Node(name) => self.node(name).map(node_side),
                Who::Address(address) => Some(outside_side(address)),
                Who::Described(_) | Who::UnknownPod => None,
            };
            ends.extend(side.map(|side| End {
                snapshot: self,
                side,
            }));
            std::ops::ControlFlow::Continue(())
        })?;
        Ok(ends)
    }

    /// A pod of which nothing is known.
    pub fn unknown_end(&self) -> End<'_> {
        End {
            snapshot: self,
            side: unknown_side(),
        }
    }

    /// The names of the workloads and nodes that an endpoint of a request stands for; none for an
    /// address outside the cluster.
    ///
    /// # Errors
    /// Why the endpoint could not be understood.
    pub fn names_of(&self, endpoint: &Endpoint<'_>) -> Result<Vec<EndName>, crate::Problem> {
        let mut names = Vec::new();
        let _all = self.each_side(endpoint, &mut |side, _| {
            names.extend(self.side_owner(&side.who));
            std::ops::ControlFlow::Continue(())
        })?;
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// The addresses that pods, services and nodes use, ascending.
    pub fn used_addresses(&self) -> Vec<IpAddr> {
        let mut addresses = self.all_addresses();
        addresses.sort_unstable();
        addresses
    }

    /// The workload that others know a party by, or the node.
    fn side_owner(&self, who: &Who<'_>) -> Option<EndName> {
        match who {
            Who::Workload(id) => Some(self.owner_name(*id)),
            Who::Node(name) => Some(self.node_name(*name)),
            Who::Address(_) | Who::Described(_) | Who::UnknownPod => None,
        }
    }

    fn node_name(&self, name: Symbol) -> EndName {
        EndName {
            namespace: String::new(),
            kind: NODE.to_owned(),
            name: self.symbols.text(name).to_owned(),
        }
    }

    fn name_symbols(&self, id: WorkloadId) -> Option<[Symbol; 3]> {
        let slot = self.workload(id)?;
        let namespace = self.namespace(self.class(slot)?)?.name;
        Some([namespace, slot.kind, slot.name])
    }

    fn to_name(&self, [namespace, kind, name]: [Symbol; 3]) -> EndName {
        let text = |symbol| self.symbols.text(symbol).to_owned();
        EndName {
            namespace: text(namespace),
            kind: text(kind),
            name: text(name),
        }
    }

    fn own_name(&self, id: WorkloadId) -> EndName {
        self.to_name(self.name_symbols(id).unwrap_or([Symbol::EMPTY; 3]))
    }

    /// The topmost of a workload's owners, or itself.
    fn owner_name(&self, id: WorkloadId) -> EndName {
        let mut name = self.name_symbols(id).unwrap_or([Symbol::EMPTY; 3]);
        let mut owner = self.workload(id).and_then(|slot| slot.owner);
        for _ in 0..OWNERS {
            let ([namespace, ..], Some((kind, above))) = (name, owner) else {
                break;
            };
            name = [namespace, kind, above];
            let text = |symbol| self.symbols.text(symbol);
            owner = self
                .workloads_named(text(namespace), text(above))
                .iter()
                .filter_map(|named| self.workload(named.id))
                .find(|slot| slot.kind == kind)
                .and_then(|slot| slot.owner);
        }
        self.to_name(name)
    }
}

impl<'s> End<'s> {
    /// Its own name; that of an address outside is empty.
    pub fn name(&self) -> EndName {
        match self.side.who {
            Who::Workload(id) => self.snapshot.own_name(id),
            Who::Node(name) => self.snapshot.node_name(name),
            Who::Address(_) | Who::Described(_) | Who::UnknownPod => {
                self.snapshot.to_name([Symbol::EMPTY; 3])
            }
        }
    }

    /// The name of the workload that it belongs to, which is its own if no controller owns it.
    pub fn workload(&self) -> EndName {
        self.snapshot
            .side_owner(&self.side.who)
            .unwrap_or_else(|| self.name())
    }

    /// Whether it is one pod rather than a template that stands for several.
    pub fn is_one_pod(&self) -> bool {
        self.snapshot.is_one_pod(&self.side)
    }

    /// Its labels, in no order that means anything.
    pub fn labels(&self) -> impl Iterator<Item = (&'s str, &'s str)> {
        let symbols = &self.snapshot.symbols;
        let pairs = self.side.party.labels.iter();
        pairs.map(|pair| (symbols.text(pair.key()), symbols.text(pair.value())))
    }

    /// What it can be told apart by.
    pub fn traits(&self) -> Traits {
        let party = &self.side.party;
        Traits {
            place: party.place,
            class: match self.side.who {
                Who::Workload(id) => self.snapshot.workload(id).map(|slot| slot.class),
                _ => None,
            },
            node: party.node(),
            ports: party.ports().to_vec(),
            addresses: party.addresses().to_vec(),
        }
    }

    /// What guards it; `None` outside the pod network, where no policy applies.
    pub fn guard(&self) -> Option<Guard> {
        let program = self.side.program?;
        Some(Guard(std::ptr::from_ref(program).addr()))
    }

    /// The stages that guard one direction, in their order.
    pub fn stages(&self, direction: Direction) -> impl Iterator<Item = StageView<'s>> + use<'s> {
        let stages = self
            .side
            .program
            .map_or(&[][..], |program| program.stages(direction));
        let snapshot = self.snapshot;
        stages
            .iter()
            .map(move |stage| StageView { snapshot, stage })
    }

    /// The stages of a plane that the end's proxy enforces, in their order.
    pub fn proxy_stages(&self, plane: Plane) -> impl Iterator<Item = StageView<'s>> + use<'s> {
        let stages = self
            .side
            .program
            .map_or(&[][..], |program| program.proxy_stages(plane));
        let snapshot = self.snapshot;
        stages
            .iter()
            .map(move |stage| StageView { snapshot, stage })
    }

    /// Whether no policy of this end can keep the peer's connections in this direction away,
    /// as those of its own node.
    pub fn is_exempt(&self, peer: &End<'_>, direction: Direction) -> bool {
        let snapshot = self.snapshot;
        let exemption = snapshot.exemption(&self.side, &peer.side, direction);
        exemption.is_some()
    }

    /// Whether both are in one namespace, or neither is in any. The namespace of a pod of which
    /// nothing is known is no other's.
    pub fn shares_namespace(&self, other: &End<'_>) -> bool {
        let is_unknown = |end: &End<'_>| end.side.party.place == Place::UnknownPod;
        self.side.party.namespace == other.side.party.namespace
            && is_unknown(self) == is_unknown(other)
    }

    /// Whether it is or shares the network of a node, so that it may be a pod's own node.
    pub fn is_host(&self) -> bool {
        self.side.party.place == Place::Host
    }

    /// The addresses by which it takes part.
    pub fn addresses(&self) -> &[IpAddr] {
        self.side.party.addresses()
    }
}

impl fmt::Debug for End<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("End").field(&self.side.who).finish()
    }
}
