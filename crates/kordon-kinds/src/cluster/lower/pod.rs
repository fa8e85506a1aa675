//! From `Pod`, and from templates of pods, to workloads.

use std::collections::BTreeMap;
use std::net::IpAddr;

use kordon_core::model::{Item, NamedPort, Owner, PodNetwork, Protocol, Workload};
use kordon_syntax::{Diagnostic, Severity};

use super::mesh::pod_membership;
use super::{address, unless_broken};
use crate::at::At;
use crate::cluster::schema::pod::{Container, ContainerPort, Ip, PodSpec};
use crate::codes;
use crate::context::Context;
use crate::frame::Frame;
use crate::metadata::Metadata;
use crate::network::{check_port_name, port_number, protocol};

/// The label by which a Deployment tells the pods of its `ReplicaSets` apart.
const TEMPLATE_HASH: &str = "pod-template-hash";

/// Lowers one object.
pub(in crate::cluster) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let _: Frame = ctx.read(&At::Root);
    let status = At::Root.key("status");
    let phase: Option<String> = ctx.read(&status.key("phase"));
    let labels = ctx.metadata.labels.clone();
    let owner = owner(&ctx.metadata, &labels);
    let mut workload = workload(ctx, &At::Root, labels, owner);
    workload.addresses = addresses(ctx, &status, workload.network);
    // A pod that has ended holds no address and takes no part in connections.
    if let Some(phase @ ("Succeeded" | "Failed")) = phase.as_deref() {
        let message = format!("the pod has ended ({phase}), so it is no endpoint");
        let mut diagnostic = Diagnostic::warning(codes::ENDED_POD, message);
        diagnostic.severity = Severity::Note;
        ctx.report(&status.key("phase"), "ended", diagnostic);
        return Vec::new();
    }
    unless_broken(ctx, Item::Workload(workload))
}

/// The workload that a pod, or a template of pods, describes.
pub(super) fn workload(
    ctx: &mut Context<'_>,
    pod: &At<'_>,
    labels: BTreeMap<String, String>,
    owner: Option<Owner>,
) -> Workload {
    let (metadata, spec) = (pod.key("metadata"), pod.key("spec"));
    let written: PodSpec = ctx.read(&spec);
    let mut ports = Vec::new();
    for (field, containers) in [
        ("containers", &written.containers),
        ("initContainers", &written.init_containers),
    ] {
        let list = spec.key(field);
        for (index, container) in containers.iter().enumerate() {
            if field == "containers" || keeps_running(container) {
                container_ports(ctx, &list.index(index), container, &mut ports);
            }
        }
    }
    let annotations = ctx.read(&metadata.key("annotations"));
    let mesh = pod_membership(&labels, &annotations, &written);
    let named = |name: Option<String>| name.filter(|name| !name.is_empty());
    Workload {
        namespace: ctx.namespace().to_owned(),
        kind: ctx.id.kind.to_string(),
        name: ctx.id.name.to_string(),
        owner,
        labels,
        service_account: named(written.service_account_name)
            .or_else(|| named(written.service_account))
            .unwrap_or_else(|| "default".to_owned()),
        addresses: Vec::new(),
        ports,
        node: named(written.node_name),
        network: if written.host_network {
            PodNetwork::Host
        } else {
            PodNetwork::Pod
        },
        mesh,
    }
}

/// "If the restartPolicy of an init container is Always, it continues to run" as a sidecar.
fn keeps_running(init_container: &Container) -> bool {
    init_container.restart_policy.as_deref() == Some("Always")
}

fn container_ports(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    container: &Container,
    ports: &mut Vec<NamedPort>,
) {
    let list = at.key("ports");
    for (index, written) in container.ports.iter().enumerate() {
        ports.extend(container_port(ctx, &list.index(index), written));
    }
}

fn container_port(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    written: &ContainerPort,
) -> Option<NamedPort> {
    let name = written.name.clone().unwrap_or_default();
    if !name.is_empty() {
        check_port_name(ctx, &at.key("name"), &name);
    }
    let protocol = protocol(ctx, &at.key("protocol"), written.protocol.as_deref());
    let Some(number) = written.container_port else {
        let diagnostic = Diagnostic::error(codes::REQUIRED, "a port needs `containerPort`")
            .help("add `containerPort: ..`");
        ctx.report(&at.key("containerPort"), "no `containerPort`", diagnostic);
        return None;
    };
    let port = port_number(ctx, &at.key("containerPort"), number)?;
    Some(NamedPort {
        name,
        protocol: protocol.unwrap_or(Protocol::TCP),
        port,
    })
}

/// The pod's addresses, the primary one first; those of its node where it shares the network.
fn addresses(ctx: &mut Context<'_>, status: &At<'_>, network: PodNetwork) -> Vec<IpAddr> {
    let own = listed_addresses(ctx, &status.key("podIPs"), &status.key("podIP"));
    if !own.is_empty() || network == PodNetwork::Pod {
        return own;
    }
    listed_addresses(ctx, &status.key("hostIPs"), &status.key("hostIP"))
}

fn listed_addresses(ctx: &mut Context<'_>, list: &At<'_>, single: &At<'_>) -> Vec<IpAddr> {
    let written: Vec<Ip> = ctx.read(list);
    let first: Option<String> = ctx.read(single);
    if written.is_empty() {
        let first = first.filter(|text| !text.is_empty());
        return first
            .and_then(|text| address(ctx, single, &text))
            .into_iter()
            .collect();
    }
    let mut addresses = Vec::new();
    for (index, entry) in written.iter().enumerate() {
        addresses.extend(address(ctx, &list.index(index).key("ip"), &entry.ip));
    }
    addresses
}

/// The controller that manages the object. Pods of a Deployment belong to a `ReplicaSet` whose name
/// is the Deployment's and the hash of the template; they count as the Deployment's.
pub(super) fn owner(metadata: &Metadata, labels: &BTreeMap<String, String>) -> Option<Owner> {
    let reference = metadata
        .owner_references
        .iter()
        .find(|reference| reference.controller == Some(true))
        // Static pods name their node, which is no workload that they have in common.
        .filter(|reference| reference.kind != "Node")?;
    let deployment = labels
        .get(TEMPLATE_HASH)
        .filter(|_| reference.kind == "ReplicaSet")
        .and_then(|hash| {
            reference
                .name
                .strip_suffix(hash.as_str())?
                .strip_suffix('-')
        })
        .filter(|name| !name.is_empty());
    Some(match deployment {
        Some(name) => Owner {
            kind: "Deployment".to_owned(),
            name: name.to_owned(),
        },
        None => Owner {
            kind: reference.kind.clone(),
            name: reference.name.clone(),
        },
    })
}
