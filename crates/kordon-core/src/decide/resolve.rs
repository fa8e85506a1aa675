//! From the endpoints of a request to the parties that policies see.

use std::net::IpAddr;
use std::ops::ControlFlow;

use super::described::Described;
use super::party::{Facts, Party, Place};
use crate::compile::{PortSlot, Program};
use crate::decision::Problem;
use crate::model::{PodNetwork, Protocol};
use crate::request::{DescribedWorkload, Endpoint, Port};
use crate::snapshot::{
    AddressUse, Class, ClassId, NamedWorkload, NamespaceSlot, NodeSlot, POD, ServiceSlot, Snapshot,
    Sort, WorkloadId, WorkloadSlot,
};
use crate::symbol::Symbol;

/// Who one end of a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who<'a> {
    Workload(WorkloadId),
    Address(IpAddr),
    Node(Symbol),
    Described(&'a DescribedWorkload),
    UnknownPod,
}

/// One end of a connection: how policies see it, and what guards it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side<'a> {
    pub(crate) who: Who<'a>,
    pub(crate) party: Party<'a>,
    /// The policies that guard it; none outside the pod network.
    pub(crate) program: Option<&'a Program>,
}

/// What is done with each party that an endpoint stands for.
pub(crate) type Visit<'v> = dyn FnMut(&Side<'_>, Via<'_>) -> ControlFlow<()> + 'v;

/// How the request's port becomes a port of the party.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Via<'a> {
    /// It is one.
    Direct,
    /// Through a service.
    Service(&'a ServiceSlot),
}

impl Via<'_> {
    /// The party's port that the request means.
    pub(crate) fn port(
        self,
        port: Port<'_>,
        protocol: Protocol,
        party: &Party<'_>,
        snapshot: &Snapshot,
    ) -> Result<u16, Problem> {
        let is_named = |name: &str| {
            let name = snapshot.symbols.find(name);
            move |slot: &PortSlot| slot.name == name && slot.protocol == protocol
        };
        match (self, port) {
            (Self::Direct, Port::Number(number)) => Ok(number),
            (Self::Direct, Port::Name(name)) => {
                let is_it = is_named(name);
                let slot = party.ports().iter().find(|slot| is_it(slot));
                slot.map(|slot| slot.port).ok_or(Problem::NoSuchPort)
            }
            (Self::Service(service), Port::Number(number)) => {
                let is_it = |slot: &PortSlot| slot.port == number && slot.protocol == protocol;
                service.target(is_it, party.ports(), protocol)
            }
            (Self::Service(service), Port::Name(name)) => {
                service.target(is_named(name), party.ports(), protocol)
            }
        }
    }
}

impl ServiceSlot {
    /// The port of a workload with these ports that one of the service's ports leads to.
    fn target(
        &self,
        is_it: impl Fn(&PortSlot) -> bool,
        ports: &[PortSlot],
        protocol: Protocol,
    ) -> Result<u16, Problem> {
        let found = self.ports.iter().find(|(slot, _)| is_it(slot));
        found
            .and_then(|(_, target)| target.port(ports, protocol))
            .ok_or(Problem::NoSuchServicePort)
    }
}

impl Snapshot {
    /// Visits every party that an endpoint stands for, at least one.
    #[inline]
    pub(crate) fn each_side(
        &self,
        endpoint: &Endpoint<'_>,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, Problem> {
        match *endpoint {
            Endpoint::Named { namespace, name } => {
                let first = self.first_named(namespace, name)?;
                match first.sort {
                    Sort::Pod => self.visit_member(first, visit),
                    Sort::Controller => self.each_instance(first.id, visit),
                }
            }
            Endpoint::Pod { namespace, name } => {
                let first = self.first_named(namespace, name)?;
                match first.sort {
                    Sort::Pod => self.visit_member(first, visit),
                    Sort::Controller => Err(Problem::NoSuchWorkload),
                }
            }
            Endpoint::Workload {
                namespace,
                kind,
                name,
            } => self.each_member(namespace, kind, name, visit),
            Endpoint::Service { namespace, name } => {
                let namespace = self.symbols.find(namespace);
                self.each_backend(namespace, self.symbols.find(name), visit)
            }
            // An IPv4 address in IPv6 notation is that IPv4 address: blocks of the other family
            // must not miss it.
            Endpoint::Address(address) => self.visit_address(address.to_canonical(), visit),
            Endpoint::Node(name) => {
                let node = self
                    .node(self.symbols.find(name))
                    .ok_or(Problem::NoSuchNode)?;
                Ok(visit(&node_side(node), Via::Direct))
            }
            Endpoint::ServiceAccount { namespace, name } => {
                self.each_running_as(namespace, name, visit)
            }
            Endpoint::Described(described) => Ok(self.visit_described(described, visit)),
            Endpoint::UnknownPod => Ok(visit(&unknown_side(), Via::Direct)),
        }
    }

    /// The pod of a name or, failing that, the workload.
    #[inline]
    fn first_named(&self, namespace: &str, name: &str) -> Result<NamedWorkload, Problem> {
        match self.workloads_named(namespace, name) {
            [] => Err(Problem::NoSuchWorkload),
            [first, rest @ ..] if rest.is_empty() || first.sort == Sort::Pod => Ok(*first),
            [..] => Err(Problem::AmbiguousWorkload),
        }
    }

    #[inline]
    fn visit_member(
        &self,
        member: NamedWorkload,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, Problem> {
        let side = self.member_side(member.id, member.class);
        Ok(visit(&side.ok_or(Problem::NoSuchWorkload)?, Via::Direct))
    }

    fn find_kind(&self, namespace: &str, kind: &str, name: &str) -> Option<WorkloadId> {
        let kind = self.symbols.find(kind);
        self.workloads_named(namespace, name)
            .iter()
            .map(|named| named.id)
            .find(|id| self.workload(*id).is_some_and(|slot| slot.kind == kind))
    }

    pub(crate) fn workload(&self, id: WorkloadId) -> Option<&WorkloadSlot> {
        self.workloads.get(id.index())?.as_ref()
    }

    fn each_member(
        &self,
        namespace: &str,
        kind: &str,
        name: &str,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, Problem> {
        if let Some(own) = self.find_kind(namespace, kind, name) {
            return self.each_instance(own, visit);
        }
        let find = |text| self.symbols.find(text);
        let members = self.members(find(namespace), find(kind), find(name));
        if members.is_empty() {
            return Err(Problem::NoSuchWorkload);
        }
        self.each_of(members, visit)
    }

    /// The pods of a workload: those that name it as their owner or, if there are none, itself.
    fn each_instance(
        &self,
        id: WorkloadId,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, Problem> {
        match self.instances(id) {
            [] => self.visit_workload(id, visit),
            members => self.each_of(members, visit),
        }
    }

    /// The workloads that name this one as their owner.
    pub(crate) fn instances(&self, id: WorkloadId) -> &[WorkloadId] {
        if !self.has_owners() {
            return &[];
        }
        let Some(slot) = self.workload(id) else {
            return &[];
        };
        let namespace = self.class(slot).and_then(|class| self.namespace(class));
        namespace.map_or(&[], |namespace| {
            self.members(namespace.name, slot.kind, slot.name)
        })
    }

    fn each_of(
        &self,
        members: &[WorkloadId],
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, Problem> {
        for &member in members {
            // A member may be a controller itself, as a CronJob's jobs are.
            let flow = match self.instances(member) {
                [] => self.visit_workload(member, visit)?,
                pods => pods
                    .iter()
                    .try_for_each(|&pod| match self.workload_side(pod) {
                        Some(side) => visit(&side, Via::Direct),
                        None => ControlFlow::Continue(()),
                    }),
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    #[inline]
    fn visit_workload(
        &self,
        id: WorkloadId,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, Problem> {
        let side = self.workload_side(id).ok_or(Problem::NoSuchWorkload)?;
        Ok(visit(&side, Via::Direct))
    }

    /// How policies see a workload.
    #[inline]
    pub(crate) fn workload_side(&self, id: WorkloadId) -> Option<Side<'_>> {
        self.member_side(id, self.workload(id)?.class)
    }

    /// How policies see a workload of a class.
    #[inline]
    fn member_side(&self, workload: WorkloadId, class: ClassId) -> Option<Side<'_>> {
        let class = self.classes.get(class.index())?;
        let (place, program) = match class.network {
            PodNetwork::Pod => (Place::Pod, Some(&*class.program)),
            PodNetwork::Host => (Place::Host, None),
        };
        let party = Party {
            place,
            namespace: class.namespace_name,
            labels: &class.labels,
            address: None,
            facts: Facts::Stored {
                snapshot: self,
                class,
                workload,
            },
        };
        let who = Who::Workload(workload);
        Some(Side {
            who,
            party,
            program,
        })
    }

    /// Whether a party is one pod rather than a controller's template.
    pub(crate) fn is_one_pod(&self, side: &Side<'_>) -> bool {
        match side.who {
            Who::Workload(id) => self
                .workload(id)
                .is_some_and(|slot| self.symbols.text(slot.kind) == POD),
            Who::Described(_) => true,
            Who::Address(_) | Who::Node(_) | Who::UnknownPod => false,
        }
    }

    pub(crate) fn class(&self, slot: &WorkloadSlot) -> Option<&Class> {
        self.classes.get(slot.class.index())
    }

    pub(crate) fn namespace(&self, class: &Class) -> Option<&NamespaceSlot> {
        self.namespaces.get(class.namespace.index())
    }

    /// Visits the pods that run as a service account, and the templates whose pods are not known.
    fn each_running_as(
        &self,
        namespace: &str,
        account: &str,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, Problem> {
        let account = self.symbols.find(account);
        let slot = self
            .namespace_id(self.symbols.find(namespace))
            .and_then(|id| self.namespaces.get(id.index()));
        let runs_as = |id: &&WorkloadId| {
            let class = self.workload(**id).and_then(|slot| self.class(slot));
            class.is_some_and(|class| class.service_account == account)
                && self.instances(**id).is_empty()
        };
        let mut found = false;
        for id in slot
            .map_or(&[][..], |slot| &slot.workloads)
            .iter()
            .filter(runs_as)
        {
            found = true;
            let flow = self.visit_workload(*id, visit)?;
            if flow.is_break() {
                return Ok(flow);
            }
        }
        if found {
            Ok(ControlFlow::Continue(()))
        } else {
            Err(Problem::NoSuchAccount)
        }
    }

    /// Visits the workloads behind a service.
    pub(crate) fn each_backend(
        &self,
        namespace: Symbol,
        name: Symbol,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, Problem> {
        let service = self
            .service(namespace, name)
            .ok_or(Problem::NoSuchService)?;
        if service.external_name.is_some() {
            return Err(Problem::ExternalService);
        }
        let slot = self
            .namespace_id(namespace)
            .and_then(|id| self.namespaces.get(id.index()));
        let workloads = slot.map_or(&[][..], |slot| &slot.workloads);
        let mut found = false;
        for &id in workloads.iter().filter(|id| self.is_backend(service, **id)) {
            let Some(side) = self.workload_side(id) else {
                continue;
            };
            found = true;
            if visit(&side, Via::Service(service)).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if found {
            Ok(ControlFlow::Continue(()))
        } else {
            Err(Problem::ServiceWithoutWorkloads)
        }
    }

    /// Whether a service sends connections to a workload. A template whose pods are known is
    /// represented by them.
    fn is_backend(&self, service: &ServiceSlot, id: WorkloadId) -> bool {
        let (Some(selector), Some(slot)) = (&service.selector, self.workload(id)) else {
            return false;
        };
        let Some(class) = self.class(slot) else {
            return false;
        };
        // Service: "selector ... If empty or not present, the service is assumed to have an
        // external process managing its endpoints".
        !selector.is_empty()
            && selector.iter().all(|pair| class.labels.contains(pair))
            && self.instances(id).is_empty()
    }

    fn visit_address(
        &self,
        address: IpAddr,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, Problem> {
        match self.address_uses(address).first() {
            Some(AddressUse::Workload(id)) => {
                // The connection uses this address, whatever others the workload has.
                let mut side = self.workload_side(*id).ok_or(Problem::NoSuchWorkload)?;
                side.party.address = Some(address);
                Ok(visit(&side, Via::Direct))
            }
            Some(AddressUse::Service(namespace, name)) => {
                self.each_backend(*namespace, *name, visit)
            }
            Some(AddressUse::Node(name)) => {
                let node = self.node(*name).ok_or(Problem::NoSuchNode)?;
                let mut side = node_side(node);
                side.party.address = Some(address);
                Ok(visit(&side, Via::Direct))
            }
            None => Ok(visit(&outside_side(address), Via::Direct)),
        }
    }

    fn visit_described(
        &self,
        described: &DescribedWorkload,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let compiled = Described::new(self, described);
        visit(&compiled.side(described), Via::Direct)
    }
}

/// How policies see an address outside the cluster.
pub(crate) fn outside_side(address: IpAddr) -> Side<'static> {
    Side {
        who: Who::Address(address),
        party: Party::outside(address),
        program: None,
    }
}

/// How policies see a pod of which nothing is known. Which of them guard it is not known either.
pub(crate) fn unknown_side() -> Side<'static> {
    Side {
        who: Who::UnknownPod,
        party: Party::unknown_pod(),
        program: None,
    }
}

/// How policies see a node.
pub(crate) fn node_side(node: &NodeSlot) -> Side<'_> {
    Side {
        who: Who::Node(node.name),
        party: Party::node_itself(node),
        program: None,
    }
}
