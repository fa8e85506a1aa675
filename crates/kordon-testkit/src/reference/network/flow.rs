//! A connection as one side sees it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;

use super::{Connection, Family};
use crate::reference::selector::selects;
use crate::reference::truth::Truth;

/// Which side judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Egress,
    Ingress,
}

/// Where an endpoint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the pod network; policies may select it.
    Pod,
    /// In a node's network: the node, or a pod with `hostNetwork`, whose traffic is the node's.
    Host,
    /// Outside the cluster.
    Outside,
}

/// One end of a connection.
#[derive(Clone, Debug)]
pub(super) struct Party {
    pub(super) place: Place,
    /// Kind and name of the object; empty outside the cluster.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) namespace_labels: BTreeMap<String, String>,
    pub(super) labels: BTreeMap<String, String>,
    /// The service account; empty for what is no pod.
    pub(super) account: String,
    pub(super) account_labels: BTreeMap<String, String>,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) ports: Vec<ContainerPort>,
    pub(super) node: Option<String>,
}

/// A port that a container declares under a name.
#[derive(Clone, Debug)]
pub(super) struct ContainerPort {
    pub(super) name: String,
    pub(super) number: u16,
    pub(super) protocol: String,
}

/// A connection as one side sees it: the subject is the side's own end.
#[derive(Clone, Debug)]
pub(super) struct Flow<'a> {
    pub(super) direction: Direction,
    pub(super) subject: &'a Party,
    pub(super) peer: &'a Party,
    /// The peer's address in the connection's family, if known.
    pub(super) peer_address: Option<IpAddr>,
    pub(super) source: &'a Party,
    pub(super) source_address: Option<IpAddr>,
    pub(super) destination: &'a Party,
    pub(super) destination_address: Option<IpAddr>,
    pub(super) port: u16,
    pub(super) protocol: &'a str,
}

impl Direction {
    /// The name in `policyTypes`, the list of rules and the list of peers.
    pub(super) fn fields(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Egress => ("Egress", "/spec/egress", "to"),
            Self::Ingress => ("Ingress", "/spec/ingress", "from"),
        }
    }
}

impl Party {
    pub(super) fn is_pod(&self) -> bool {
        self.place == Place::Pod
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        (self.place, &self.kind, &self.namespace, &self.name)
            == (other.place, &other.kind, &other.namespace, &other.name)
    }

    /// Whether this is a pod in a selected namespace with selected labels. Pods in a node's network
    /// and what is outside the cluster are never selected.
    pub(super) fn is_selected(&self, namespaces: &Value, pods: &Value) -> Truth {
        Truth::from(self.is_pod())
            .and(selects(namespaces, &self.namespace_labels))
            .and(selects(pods, &self.labels))
    }
}

impl<'a> Flow<'a> {
    pub(super) fn new(
        direction: Direction,
        from: &'a Party,
        to: &'a Party,
        connection: &'a Connection,
        family: Option<Family>,
    ) -> Self {
        let (source, destination) = meeting(from, to, family);
        let (subject, peer, peer_address) = match direction {
            Direction::Egress => (from, to, destination),
            Direction::Ingress => (to, from, source),
        };
        Self {
            direction,
            subject,
            peer,
            peer_address,
            source: from,
            source_address: source,
            destination: to,
            destination_address: destination,
            port: connection.port,
            protocol: &connection.protocol,
        }
    }

    /// Whether no policy can keep the peer away.
    pub(super) fn is_exempt(&self) -> bool {
        // A pod's traffic to its own address never leaves it: "undefined" for NetworkPolicy
        // (kubernetes#95879), exempt from ClusterNetworkPolicy. The pods of a controller are not
        // one pod.
        let is_itself = self.subject.kind == "Pod" && self.subject.is_same(self.peer);
        // "traffic to and from the node where a Pod is running is always allowed, regardless of
        // the IP address of the Pod or the node"; an address of the node may stand in no policy.
        let is_own_node = self.direction == Direction::Ingress
            && self.peer.place == Place::Host
            && self.subject.node.is_some()
            && self.subject.node == self.peer.node;
        is_itself || is_own_node
    }

    /// Whether the peer's address is in a block. Families do not mix: `0.0.0.0/0` says nothing
    /// about IPv6. Without an address the answer is not known.
    pub(super) fn peer_is_in(&self, block: &Value) -> Truth {
        let Some(net) = block
            .as_str()
            .and_then(|text| text.parse::<ipnet::IpNet>().ok())
        else {
            return Truth::Unknown;
        };
        self.peer_address
            .map_or(Truth::Unknown, |address| net.contains(&address).into())
    }
}

/// The addresses by which two ends meet: the destination's first one of a family that both have,
/// or of the family that the connection is to use. Without a family in common none is known; an
/// end without any address has some other.
fn meeting(from: &Party, to: &Party, family: Option<Family>) -> (Option<IpAddr>, Option<IpAddr>) {
    let of = |party: &Party| -> Vec<IpAddr> {
        let fits = |ip: &IpAddr| family.is_none_or(|family| Family::of(*ip) == family);
        party.addresses.iter().copied().filter(fits).collect()
    };
    if from.addresses.is_empty() || to.addresses.is_empty() {
        return (of(from).first().copied(), of(to).first().copied());
    }
    for destination in of(to) {
        for source in of(from) {
            if Family::of(source) == Family::of(destination) {
                return (Some(source), Some(destination));
            }
        }
    }
    (None, None)
}
