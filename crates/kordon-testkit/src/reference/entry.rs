//! What is served to the outside, read from the objects themselves.
//!
//! Follows Ingresses, routes of the Gateway API and `OpenShift`'s Routes through services to pods,
//! one sentence of their references after the other. Must not know the engine, nor any policy. Objects
//! are taken to be such as the API server accepts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::selector::selects;
use super::truth::Truth;
use super::value::text;

/// A port of a pod that is served to the outside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Served {
    /// The pod, as `NAMESPACE/NAME`.
    pub pod: String,
    /// The protocol.
    pub protocol: String,
    /// The port of the pod.
    pub port: u64,
    /// Whether it is known that what the route hangs on exists.
    pub is_certain: bool,
}

/// All ports of pods that the objects serve to the outside.
pub fn served(objects: &[Value]) -> BTreeSet<Served> {
    let all = objects.iter().flat_map(|object| {
        let to = |backend: Option<&Value>, port: &dyn Fn(&Value, &Value) -> bool| {
            backend.map_or_else(Vec::new, |backend| {
                ports(objects, object, backend, "TCP", port)
            })
        };
        match text(object, "/kind") {
            "Ingress" => {
                let rules = list(object, "/spec/rules");
                let paths = rules.flat_map(|rule| list(rule, "/http/paths"));
                let backends = paths
                    .filter_map(|path| path.pointer("/backend/service"))
                    .chain(object.pointer("/spec/defaultBackend/service"));
                backends
                    .flat_map(|backend| {
                        to(Some(backend), &|service_port, _| {
                            // "name is the name of the port on the Service", or "number is the
                            // numerical port number on the Service".
                            let name = backend.pointer("/port/name");
                            match name {
                                Some(name) => service_port.get("name") == Some(name),
                                None => service_port.get("port") == backend.pointer("/port/number"),
                            }
                        })
                    })
                    .collect()
            }
            "Route" => {
                let wanted = object.pointer("/spec/port/targetPort");
                let alternates = list(object, "/spec/alternateBackends");
                let backends = object.pointer("/spec/to").into_iter().chain(alternates);
                backends
                    .filter(|backend| backend.get("weight") != Some(&Value::from(0)))
                    .flat_map(|backend| {
                        to(Some(backend), &|service_port, reached| {
                            wanted.is_none_or(|wanted| {
                                let own =
                                    ["name", "port", "targetPort"].map(|f| service_port.get(f));
                                own.contains(&Some(wanted)) || reached == wanted
                            })
                        })
                    })
                    .collect()
            }
            kind if kind.ends_with("Route") => route(objects, object),
            _ => Vec::new(),
        }
    });
    let mut found: BTreeSet<Served> = all.collect();
    let certain: Vec<Served> = found.iter().filter(|one| one.is_certain).cloned().collect();
    for one in certain {
        found.remove(&Served {
            is_certain: false,
            ..one
        });
    }
    found
}

/// What a route of the Gateway API serves.
fn route(objects: &[Value], route: &Value) -> Vec<Served> {
    let parents = list(route, "/spec/parentRefs").map(|parent| attached(objects, route, parent));
    let attached = parents.max().unwrap_or(Truth::No);
    if attached == Truth::No {
        return Vec::new();
    }
    let protocol = if text(route, "/kind") == "UDPRoute" {
        "UDP"
    } else {
        "TCP"
    };
    let rules = list(route, "/spec/rules");
    let backends = rules.flat_map(|rule| list(rule, "/backendRefs"));
    let mut found = Vec::new();
    // "If weight is set to 0, no traffic should be forwarded for this entry."
    for backend in backends.filter(|backend| backend.get("weight") != Some(&Value::from(0))) {
        if !is_permitted(objects, route, backend) {
            continue;
        }
        let is_wanted =
            |service_port: &Value, _: &Value| service_port.get("port") == backend.get("port");
        found.extend(ports(objects, route, backend, protocol, &is_wanted));
    }
    for one in &mut found {
        one.is_certain = attached == Truth::Yes;
    }
    found
}

/// Whether some listener of a parent accepts a route.
fn attached(objects: &[Value], route: &Value, parent: &Value) -> Truth {
    let own = text(route, "/metadata/namespace");
    let namespace = parent
        .get("namespace")
        .and_then(Value::as_str)
        .unwrap_or(own);
    let gateway = objects.iter().find(|object| {
        text(object, "/kind") == "Gateway"
            && text(object, "/metadata/namespace") == namespace
            && text(object, "/metadata/name") == text(parent, "/name")
    });
    let Some(gateway) = gateway else {
        return Truth::Unknown;
    };
    let accepts = |listener: &Value| {
        let is_meant = |theirs: &str, ours: &str| {
            parent
                .get(theirs)
                .is_none_or(|wanted| listener.get(ours) == Some(wanted))
        };
        is_meant("sectionName", "name")
            && is_meant("port", "port")
            && accepts_kind(listener, text(route, "/kind"))
            && accepts_namespace(objects, namespace, listener, own)
            && shares_host(listener, route)
    };
    Truth::from(list(gateway, "/spec/listeners").any(accepts))
}

fn accepts_kind(listener: &Value, kind: &str) -> bool {
    let mut kinds = list(listener, "/allowedRoutes/kinds").peekable();
    if kinds.peek().is_some() {
        return kinds.any(|allowed| text(allowed, "/kind") == kind);
    }
    match text(listener, "/protocol") {
        "HTTP" | "HTTPS" => ["HTTPRoute", "GRPCRoute"].contains(&kind),
        "TCP" => kind == "TCPRoute",
        _ => kind == "UDPRoute",
    }
}

fn accepts_namespace(objects: &[Value], gateway: &str, listener: &Value, route: &str) -> bool {
    match text(listener, "/allowedRoutes/namespaces/from") {
        "All" => true,
        "Selector" => {
            let declared = objects.iter().find(|object| {
                text(object, "/kind") == "Namespace" && text(object, "/metadata/name") == route
            });
            let mut labels = labels(declared.and_then(|it| it.pointer("/metadata/labels")));
            labels.insert("kubernetes.io/metadata.name".to_owned(), route.to_owned());
            listener
                .pointer("/allowedRoutes/namespaces/selector")
                .is_some_and(|selector| selects(selector, &labels) == Truth::Yes)
        }
        "None" => false,
        // "Same: Only Routes in the same namespace may be used by this Gateway", the default.
        _ => gateway == route,
    }
}

/// Listeners and routes of the worlds have whole names, or one wildcard in the listener.
fn shares_host(listener: &Value, route: &Value) -> bool {
    let own = text(listener, "/hostname");
    let mut hosts = list(route, "/spec/hostnames")
        .filter_map(Value::as_str)
        .peekable();
    own.is_empty()
        || hosts.peek().is_none()
        || hosts.any(|host| match own.strip_prefix('*') {
            Some(suffix) => host.ends_with(suffix),
            None => host == own,
        })
}

/// "A `ReferenceGrant` object is required in the referent namespace" for another namespace.
fn is_permitted(objects: &[Value], route: &Value, backend: &Value) -> bool {
    let own = text(route, "/metadata/namespace");
    let namespace = backend
        .get("namespace")
        .and_then(Value::as_str)
        .unwrap_or(own);
    let mut grants = objects.iter().filter(|object| {
        text(object, "/kind") == "ReferenceGrant"
            && text(object, "/metadata/namespace") == namespace
    });
    namespace == own
        || grants.any(|grant| {
            let is_from = |from: &Value| {
                text(from, "/kind") == text(route, "/kind") && text(from, "/namespace") == own
            };
            let is_to = |to: &Value| {
                text(to, "/kind") == "Service"
                    && to
                        .get("name")
                        .is_none_or(|name| Some(name) == backend.get("name"))
            };
            list(grant, "/spec/from").any(is_from) && list(grant, "/spec/to").any(is_to)
        })
}

/// The ports of pods behind the ports of a service that are wanted, each by its own fields and the
/// port that it leads to.
fn ports(
    objects: &[Value],
    by: &Value,
    backend: &Value,
    protocol: &str,
    is_wanted: &dyn Fn(&Value, &Value) -> bool,
) -> Vec<Served> {
    let own = text(by, "/metadata/namespace");
    let namespace = backend
        .get("namespace")
        .and_then(Value::as_str)
        .unwrap_or(own);
    let service = objects.iter().find(|object| {
        text(object, "/kind") == "Service"
            && text(object, "/metadata/namespace") == namespace
            && text(object, "/metadata/name") == text(backend, "/name")
    });
    let selector = labels(service.and_then(|service| service.pointer("/spec/selector")));
    let pods = objects.iter().filter(|object| {
        let labels = labels(object.pointer("/metadata/labels"));
        text(object, "/kind") == "Pod"
            && text(object, "/metadata/namespace") == namespace
            && !selector.is_empty()
            && selector
                .iter()
                .all(|(key, value)| labels.get(key) == Some(value))
    });
    let mut found = Vec::new();
    for pod in pods {
        let service_ports = service.map(|service| list(service, "/spec/ports"));
        for service_port in service_ports.into_iter().flatten() {
            let spoken = service_port.get("protocol").and_then(Value::as_str);
            let Some(reached) = target(service_port, pod, protocol) else {
                continue;
            };
            if spoken.unwrap_or("TCP") == protocol && is_wanted(service_port, &reached.into()) {
                found.push(Served {
                    pod: format!("{namespace}/{}", text(pod, "/metadata/name")),
                    protocol: protocol.to_owned(),
                    port: reached,
                    is_certain: true,
                });
            }
        }
    }
    found
}

/// "If this is a string, it will be looked up as a named port in the target Pod's container ports.
/// If this is not specified, the value of the 'port' field is used."
fn target(service_port: &Value, pod: &Value, protocol: &str) -> Option<u64> {
    match service_port.get("targetPort") {
        None => service_port.get("port")?.as_u64(),
        Some(Value::String(name)) => {
            let containers = list(pod, "/spec/containers");
            let mut declared = containers.flat_map(|container| list(container, "/ports"));
            let declared = declared.find(|port| {
                let spoken = port.get("protocol").and_then(Value::as_str);
                text(port, "/name") == name && spoken.unwrap_or("TCP") == protocol
            });
            declared?.get("containerPort")?.as_u64()
        }
        Some(number) => number.as_u64(),
    }
}

fn labels(value: Option<&Value>) -> BTreeMap<String, String> {
    let pairs = value.and_then(Value::as_object).into_iter().flatten();
    pairs
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn list<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    let items = value.pointer(pointer).and_then(Value::as_array);
    items.into_iter().flatten()
}
