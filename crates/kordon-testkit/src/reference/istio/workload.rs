//! Workloads, and which proxy stands in front of them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::reference::value::{at, flatten, namespace_of, string_map, text};

/// The label of the pods of a gateway, with its name.
pub(super) const GATEWAY: &str = "gateway.networking.k8s.io/gateway-name";
const MANAGED: &str = "gateway.istio.io/managed";
const DATAPLANE: &str = "istio.io/dataplane-mode";

/// A workload as policies see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its namespace.
    pub namespace: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// What judges requests to it.
    pub proxy: Proxy,
    /// The services that a waypoint serves; empty for others.
    pub services: Vec<ServiceRef>,
}

/// What judges the requests to a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy {
    /// An Envoy beside it.
    Sidecar,
    /// It is an Envoy that lets requests into the mesh.
    Gateway,
    /// It is an Envoy in front of services in ambient mode.
    Waypoint,
    /// The node's proxy in ambient mode, which reads no HTTP.
    Ztunnel,
}

/// A service that a policy may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRef {
    /// `Service` or `ServiceEntry`.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl Workload {
    /// A workload with the proxy that its labels speak of.
    pub fn new(namespace: &str, labels: BTreeMap<String, String>) -> Self {
        Self {
            namespace: namespace.to_owned(),
            proxy: proxy_of(&labels, None),
            labels,
            services: Vec::new(),
        }
    }

    /// The pod of a namespace and name among some objects or, failing that, the pods of a
    /// controller of that name.
    pub fn find(objects: &[Value], namespace: &str, name: &str) -> Option<Self> {
        let objects = flatten(objects);
        let labels = objects
            .iter()
            .find(|object| {
                text(object, "/kind") == "Namespace" && text(object, "/metadata/name") == namespace
            })
            .map(|object| string_map(object, "/metadata/labels"));
        let is_named = |object: &&&Value| {
            namespace_of(object) == namespace && text(object, "/metadata/name") == name
        };
        let pods = objects.iter().filter(is_named);
        let pod = pods
            .clone()
            .find(|object| text(object, "/kind") == "Pod")
            .map(|pod| (*pod).clone());
        let template = || {
            let mut template = pods
                .clone()
                .find_map(|object| at(object, "/spec/template"))?
                .clone();
            let metadata = template.pointer_mut("/metadata")?.as_object_mut()?;
            metadata.insert("namespace".to_owned(), namespace.into());
            Some(template)
        };
        Some(Self::of_pod(
            &pod.or_else(template)?,
            &labels.unwrap_or_default(),
        ))
    }

    /// A pod of a namespace with these labels. A pod that is not in ambient mode is taken to have
    /// a sidecar.
    pub fn of_pod(pod: &Value, namespace_labels: &BTreeMap<String, String>) -> Self {
        let labels = string_map(pod, "/metadata/labels");
        Self {
            namespace: namespace_of(pod).to_owned(),
            proxy: proxy_of(&labels, namespace_labels.get(DATAPLANE)),
            labels,
            services: Vec::new(),
        }
    }
}

fn proxy_of(labels: &BTreeMap<String, String>, namespace_mode: Option<&String>) -> Proxy {
    let is = |key: &str, value: &str| labels.get(key).is_some_and(|found| found == value);
    if is(MANAGED, "istio.io-mesh-controller") {
        return Proxy::Waypoint;
    }
    if labels.contains_key(GATEWAY) {
        return Proxy::Gateway;
    }
    // What a pod says of itself counts before what its namespace says.
    let mode = labels.get(DATAPLANE).or(namespace_mode);
    if mode.is_some_and(|mode| mode == "ambient") {
        Proxy::Ztunnel
    } else {
        Proxy::Sidecar
    }
}
