//! The inventory: who can be an end of a connection.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;

use super::endpoint::{Endpoint, EndpointError};
use super::flow::{ContainerPort, Party, Place};
use crate::reference::value::{list, namespace_of, string_map, text};

/// Pods, controllers' templates and nodes.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    workloads: Vec<Party>,
    nodes: Vec<Party>,
}

impl Cluster {
    pub(super) fn read(objects: &[&Value]) -> Self {
        let of_kind = |kind: &'static str| {
            objects.iter().copied().filter(move |object| {
                text(object, "/kind") == kind && text(object, "/apiVersion") == "v1"
            })
        };
        let nodes: Vec<_> = of_kind("Node").map(read_node).collect();
        let namespaces: BTreeMap<&str, _> = of_kind("Namespace")
            .map(|object| {
                (
                    text(object, "/metadata/name"),
                    string_map(object, "/metadata/labels"),
                )
            })
            .collect();
        let accounts: BTreeMap<(&str, &str), _> = of_kind("ServiceAccount")
            .map(|object| {
                let name = text(object, "/metadata/name");
                let labels = string_map(object, "/metadata/labels");
                ((namespace_of(object), name), labels)
            })
            .collect();
        let workloads = objects
            .iter()
            .filter_map(|object| read_workload(object, &namespaces, &nodes, &accounts))
            .collect();
        Self { workloads, nodes }
    }

    /// The party that an endpoint names.
    pub(super) fn resolve(&self, endpoint: &Endpoint) -> Result<Party, EndpointError> {
        match endpoint {
            Endpoint::Ip(ip) => Ok(self.at_address(*ip)),
            Endpoint::Node(name) => {
                let found = self.nodes.iter().find(|node| node.name == *name);
                found
                    .cloned()
                    .ok_or_else(|| EndpointError::Absent(name.clone()))
            }
            Endpoint::Workload {
                namespace,
                kind,
                name,
            } => {
                let named = |party: &&Party| {
                    party.namespace == *namespace
                        && party.name == *name
                        && kind.as_ref().is_none_or(|kind| *kind == party.kind)
                };
                // A pod comes before a controller of the same name, and kinds in their order.
                let found = self
                    .workloads
                    .iter()
                    .filter(named)
                    .min_by_key(|party| (party.kind != "Pod", &party.kind));
                found
                    .cloned()
                    .ok_or_else(|| EndpointError::Absent(format!("{namespace}/{name}")))
            }
        }
    }

    /// All nodes.
    pub(super) fn nodes(&self) -> &[Party] {
        &self.nodes
    }

    fn at_address(&self, ip: IpAddr) -> Party {
        let has = |party: &&Party| party.addresses.contains(&ip);
        let pods = self.workloads.iter().filter(|party| party.is_pod());
        let known = pods.chain(&self.nodes).find(has);
        let place = known.cloned().unwrap_or_else(|| Party {
            place: Place::Outside,
            kind: String::new(),
            name: ip.to_string(),
            namespace: String::new(),
            namespace_labels: BTreeMap::new(),
            labels: BTreeMap::new(),
            account: String::new(),
            account_labels: BTreeMap::new(),
            addresses: Vec::new(),
            ports: Vec::new(),
            node: None,
        });
        // The connection uses this address, whatever others the party has.
        Party {
            addresses: vec![ip],
            ..place
        }
    }
}

fn read_node(object: &Value) -> Party {
    let name = text(object, "/metadata/name").to_owned();
    let addresses = list(object, "/status/addresses").iter();
    Party {
        place: Place::Host,
        kind: "Node".to_owned(),
        node: Some(name.clone()),
        name,
        namespace: String::new(),
        namespace_labels: BTreeMap::new(),
        labels: string_map(object, "/metadata/labels"),
        account: String::new(),
        account_labels: BTreeMap::new(),
        addresses: addresses
            .filter_map(|address| text(address, "/address").parse().ok())
            .collect(),
        ports: Vec::new(),
    }
}

/// A pod, or a controller read as one pod of its template; `None` for another object or for a pod
/// that is no endpoint.
fn read_workload(
    object: &Value,
    namespaces: &BTreeMap<&str, BTreeMap<String, String>>,
    nodes: &[Party],
    accounts: &BTreeMap<(&str, &str), BTreeMap<String, String>>,
) -> Option<Party> {
    let kind = text(object, "/kind");
    let template = match (text(object, "/apiVersion"), kind) {
        ("v1", "Pod") => "",
        ("apps/v1", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("v1", "ReplicationController")
        | ("batch/v1", "Job") => "/spec/template",
        ("batch/v1", "CronJob") => "/spec/jobTemplate/spec/template",
        _ => return None,
    };
    let pod = object.pointer(template)?;
    // In the phases Succeeded and Failed all containers have ended for good and the pod's address
    // is free for others.
    if matches!(text(pod, "/status/phase"), "Succeeded" | "Failed") {
        return None;
    }
    let namespace = namespace_of(object);
    let mut namespace_labels = namespaces.get(namespace).cloned().unwrap_or_default();
    // "The Kubernetes control plane sets an immutable label kubernetes.io/metadata.name on all
    // namespaces, the value of the label is the namespace name."
    namespace_labels.insert(
        "kubernetes.io/metadata.name".to_owned(),
        namespace.to_owned(),
    );
    // PodSpec: "serviceAccountName is the name of the ServiceAccount to use to run this pod",
    // which admission sets to `default`.
    let account = match text(pod, "/spec/serviceAccountName") {
        "" => "default",
        account => account,
    };
    let is_host = pod
        .pointer("/spec/hostNetwork")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let node = Some(text(pod, "/spec/nodeName")).filter(|name| !name.is_empty());
    let mut addresses = pod_addresses(pod, "/status/podIPs", "/status/podIP");
    if is_host && addresses.is_empty() {
        addresses = host_addresses(pod, node, nodes);
    }
    Some(Party {
        place: if is_host { Place::Host } else { Place::Pod },
        kind: kind.to_owned(),
        name: text(object, "/metadata/name").to_owned(),
        namespace: namespace.to_owned(),
        namespace_labels,
        labels: string_map(pod, "/metadata/labels"),
        account_labels: accounts
            .get(&(namespace, account))
            .cloned()
            .unwrap_or_default(),
        account: account.to_owned(),
        addresses,
        ports: if is_host {
            Vec::new()
        } else {
            container_ports(pod)
        },
        node: node.map(str::to_owned),
    })
}

/// "podIPs holds the IP addresses allocated to the pod. If this field is specified, the 0th entry
/// must match the podIP field."
fn pod_addresses(pod: &Value, all: &str, first: &str) -> Vec<IpAddr> {
    let mut texts: Vec<_> = list(pod, all)
        .iter()
        .map(|entry| text(entry, "/ip"))
        .collect();
    if texts.is_empty() {
        texts.push(text(pod, first));
    }
    texts.into_iter().filter_map(|ip| ip.parse().ok()).collect()
}

/// A pod with `hostNetwork` has the addresses of its node.
fn host_addresses(pod: &Value, node: Option<&str>, nodes: &[Party]) -> Vec<IpAddr> {
    let stated = pod_addresses(pod, "/status/hostIPs", "/status/hostIP");
    if !stated.is_empty() {
        return stated;
    }
    let found = nodes.iter().find(|party| node == Some(party.name.as_str()));
    found
        .map(|party| party.addresses.clone())
        .unwrap_or_default()
}

/// Ports of containers and of native sidecars, which are init containers with restartPolicy
/// Always.
fn container_ports(pod: &Value) -> Vec<ContainerPort> {
    let sidecars = list(pod, "/spec/initContainers")
        .iter()
        .filter(|container| text(container, "/restartPolicy") == "Always");
    let containers = list(pod, "/spec/containers").iter().chain(sidecars);
    let ports = containers.flat_map(|container| list(container, "/ports"));
    ports
        .filter_map(|port| {
            let number = port.pointer("/containerPort").and_then(Value::as_u64)?;
            Some(ContainerPort {
                name: text(port, "/name").to_owned(),
                number: u16::try_from(number).ok()?,
                // ContainerPort: "Protocol for port. Must be UDP, TCP, or SCTP. Defaults to
                // \"TCP\"."
                protocol: match text(port, "/protocol") {
                    "" => "TCP".to_owned(),
                    protocol => protocol.to_owned(),
                },
            })
        })
        .collect()
}
