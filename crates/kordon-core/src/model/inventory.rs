//! What a cluster holds: namespaces, workloads, services and nodes.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::NamedPort;

/// A namespace that the input declares. A namespace that objects merely mention exists too, with
/// its name label alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its labels, the name label included.
    pub labels: BTreeMap<String, String>,
    /// Whether its workloads are in the mesh, where they do not say so themselves.
    pub mesh: Membership,
}

/// Something that runs: a pod, or a controller's template standing for its pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its namespace.
    pub namespace: String,
    /// Its kind, such as `Pod` or `Deployment`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The controller that it belongs to, if any. Members of one owner are one workload.
    pub owner: Option<Owner>,
    /// The labels of its pods.
    pub labels: BTreeMap<String, String>,
    /// The service account that its pods run as.
    pub service_account: String,
    /// The pods' addresses, the primary one first; empty when not known.
    pub addresses: Vec<IpAddr>,
    /// The ports that its containers declare.
    pub ports: Vec<NamedPort>,
    /// The node it runs on, if known.
    pub node: Option<String>,
    /// Whether its pods share the node's network.
    pub network: PodNetwork,
    /// Whether its pods are in the mesh.
    pub mesh: Membership,
}

/// Whether a proxy of the mesh carries a workload's connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Membership {
    /// Nothing says so.
    #[default]
    Unspecified,
    /// None does.
    Outside,
    /// Its own does not; its node's may.
    NotOwn,
    /// Its node's does not; its own may.
    NotShared,
    /// Its own is asked for, and comes unless its namespace is outside.
    Wanted,
    /// Its own does.
    Own,
    /// Its node's does.
    Shared,
}

/// Which network a pod is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PodNetwork {
    /// Its own, with addresses of its own.
    #[default]
    Pod,
    /// The node's (`hostNetwork: true`): its traffic is the node's.
    Host,
}

/// The controller that a workload belongs to, in the workload's namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// The controller's kind.
    pub kind: String,
    /// The controller's name.
    pub name: String,
}

/// A stable name for a set of workloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Labels that its workloads carry; `None` when the service selects nothing itself.
    pub selector: Option<BTreeMap<String, String>>,
    /// Its own addresses; empty for a headless service.
    pub addresses: Vec<IpAddr>,
    /// The name outside the cluster that it stands for (`ExternalName`).
    pub external_name: Option<String>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
}

/// One port of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePort {
    /// The port's own name and number.
    pub port: NamedPort,
    /// Where it leads.
    pub target: TargetPort,
}

/// The port of a workload that a service port leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetPort {
    /// This number.
    Number(u16),
    /// The port that the workload declares under this name.
    Name(String),
}

/// A machine of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}
