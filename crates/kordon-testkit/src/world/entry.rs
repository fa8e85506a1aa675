//! Small worlds of what serves services to the outside.

use serde_json::{Value, json};

use super::World;
use super::random::Random;

const NAMESPACES: [&str; 3] = ["a", "b", "c"];
const APPS: [&str; 3] = ["web", "api", "db"];
const PORTS: [u16; 3] = [80, 81, 8080];
const NAMES: [&str; 2] = ["http", "admin"];
const HOSTS: [&str; 3] = ["x.example", "y.example", "x.test"];
const ROUTES: [(&str, &str); 4] = [
    ("v1", "HTTPRoute"),
    ("v1", "GRPCRoute"),
    ("v1alpha2", "TCPRoute"),
    ("v1alpha2", "UDPRoute"),
];

/// Pods and services, with Ingresses, Gateways, routes and grants that mostly lead to them. There
/// are no requests.
pub fn entry(seed: u64) -> World {
    let mut random = Random::new(seed);
    let mut objects = Vec::new();
    for namespace in NAMESPACES {
        if random.chance(60) {
            let labels = json!({"open": random.pick(&["yes", "no"])});
            objects.push(json!({"apiVersion": "v1", "kind": "Namespace",
                "metadata": {"name": namespace, "labels": labels}}));
        }
        for app in APPS {
            if random.chance(70) {
                objects.push(pod(&mut random, namespace, app));
            }
            if random.chance(70) {
                objects.push(service(&mut random, namespace, app));
            }
        }
    }
    for number in 0..8 {
        let object = match random.below(6) {
            0 => ingress(&mut random),
            1 => openshift_route(&mut random),
            2 => gateway(&mut random),
            3 => grant(&mut random),
            _ => route(&mut random),
        };
        let object = named(object, random.pick(&NAMESPACES), number);
        if !objects.iter().any(|known| is_same(known, &object)) {
            objects.push(object);
        }
    }
    World {
        objects,
        requests: Vec::new(),
    }
}

/// Gateways are few, so that routes find them.
fn named(mut object: Value, namespace: &str, number: usize) -> Value {
    let name = if object.get("kind").is_some_and(|kind| kind == "Gateway") {
        "g".to_owned()
    } else {
        format!("o{number}")
    };
    set(
        &mut object,
        "metadata",
        json!({"name": name, "namespace": namespace}),
    );
    object
}

fn is_same(one: &Value, other: &Value) -> bool {
    ["kind", "metadata"]
        .iter()
        .all(|field| one.get(field) == other.get(field))
}

fn set(object: &mut Value, field: &str, value: impl Into<Value>) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(field.to_owned(), value.into());
    }
}

fn pod(random: &mut Random, namespace: &str, app: &str) -> Value {
    let port = |random: &mut Random, name: &str| {
        json!({"name": name, "containerPort": random.pick(&PORTS),
            "protocol": random.pick(&["TCP", "TCP", "UDP"])})
    };
    let ports = NAMES.map(|name| port(random, name));
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": app, "namespace": namespace, "labels": {"app": random.pick(&APPS)}},
        "spec": {"containers": [{"name": "c", "ports": ports}]}})
}

fn service(random: &mut Random, namespace: &str, app: &str) -> Value {
    let port = |random: &mut Random, name: &str, port: u16| {
        let mut value = json!({"name": name, "port": port,
            "protocol": random.pick(&["TCP", "TCP", "UDP"])});
        match random.below(3) {
            0 => set(&mut value, "targetPort", random.pick(&PORTS)),
            1 => set(&mut value, "targetPort", random.pick(&NAMES)),
            _ => {}
        }
        value
    };
    let ports = [port(random, "http", 80), port(random, "admin", 81)];
    json!({"apiVersion": "v1", "kind": "Service",
        "metadata": {"name": app, "namespace": namespace},
        "spec": {"selector": {"app": random.pick(&APPS)}, "ports": ports}})
}

fn ingress(random: &mut Random) -> Value {
    let backend = |random: &mut Random| {
        let port = if random.chance(50) {
            json!({"name": random.pick(&NAMES)})
        } else {
            json!({"number": random.pick(&PORTS)})
        };
        json!({"service": {"name": random.pick(&APPS), "port": port}})
    };
    let path = json!({"path": "/", "pathType": "Prefix", "backend": backend(random)});
    let mut spec = json!({"rules": [{"http": {"paths": [path]}}]});
    if random.chance(40) {
        set(&mut spec, "defaultBackend", backend(random));
    }
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": spec})
}

fn openshift_route(random: &mut Random) -> Value {
    let backend = |random: &mut Random| json!({"kind": "Service", "name": random.pick(&APPS), "weight": random.pick(&[0, 1, 100])});
    let mut spec = json!({"to": backend(random), "alternateBackends": [backend(random)]});
    match random.below(3) {
        0 => set(
            &mut spec,
            "port",
            json!({"targetPort": random.pick(&PORTS)}),
        ),
        1 => set(
            &mut spec,
            "port",
            json!({"targetPort": random.pick(&NAMES)}),
        ),
        _ => {}
    }
    json!({"apiVersion": "route.openshift.io/v1", "kind": "Route", "spec": spec})
}

fn gateway(random: &mut Random) -> Value {
    let listener = |random: &mut Random, name: &str| {
        let from = random.pick(&["Same", "All", "None", "Selector"]);
        let mut listener = json!({"name": name, "port": random.pick(&PORTS),
            "protocol": random.pick(&["HTTP", "HTTPS", "TCP", "UDP"]),
            "allowedRoutes": {"namespaces": {"from": from,
                "selector": {"matchLabels": {"open": "yes"}}}}});
        if random.chance(30) {
            let (_, kind) = random.pick(&ROUTES);
            if let Some(allowed) = listener.pointer_mut("/allowedRoutes") {
                set(allowed, "kinds", json!([{"kind": kind}]));
            }
        }
        if random.chance(30) {
            set(
                &mut listener,
                "hostname",
                random.pick(&["x.example", "*.example"]),
            );
        }
        listener
    };
    let listeners = [listener(random, "one"), listener(random, "two")];
    json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
        "spec": {"gatewayClassName": "c", "listeners": listeners}})
}

fn route(random: &mut Random) -> Value {
    let (version, kind) = random.pick(&ROUTES);
    let mut parent = json!({"name": "g"});
    if random.chance(60) {
        set(&mut parent, "namespace", random.pick(&NAMESPACES));
    }
    if random.chance(20) {
        set(&mut parent, "sectionName", random.pick(&["one", "two"]));
    }
    if random.chance(20) {
        set(&mut parent, "port", random.pick(&PORTS));
    }
    let mut backend = json!({"name": random.pick(&APPS), "port": random.pick(&PORTS)});
    if random.chance(40) {
        set(&mut backend, "namespace", random.pick(&NAMESPACES));
    }
    if random.chance(10) {
        set(&mut backend, "weight", 0);
    }
    let mut spec = json!({"parentRefs": [parent], "rules": [{"backendRefs": [backend]}]});
    if kind != "TCPRoute" && kind != "UDPRoute" && random.chance(40) {
        set(&mut spec, "hostnames", json!([random.pick(&HOSTS)]));
    }
    json!({"apiVersion": format!("gateway.networking.k8s.io/{version}"), "kind": kind, "spec": spec})
}

fn grant(random: &mut Random) -> Value {
    let (_, kind) = random.pick(&ROUTES);
    let mut to = json!({"group": "", "kind": random.pick(&["Service", "Service", "Secret"])});
    if random.chance(40) {
        set(&mut to, "name", random.pick(&APPS));
    }
    json!({"apiVersion": "gateway.networking.k8s.io/v1beta1", "kind": "ReferenceGrant",
        "spec": {"from": [{"group": "gateway.networking.k8s.io", "kind": kind,
            "namespace": random.pick(&NAMESPACES)}], "to": [to]}})
}
