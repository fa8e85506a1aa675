//! Valid objects with parts deleted or replaced: nothing panics, and what is not exact says so.

use kordon_core::model::Item;
use kordon_core::rule::{Plane, Rules};
use kordon_kinds::{Lowered, Settings, State, check, lower, settle};
use kordon_syntax::{Node, Severity, SourceId};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::files;

/// Valid objects of every kind.
fn seeds() -> Vec<Value> {
    let template = json!({
        "metadata": {"labels": {"app": "a"}},
        "spec": {"serviceAccountName": "s", "containers": [{"name": "c", "ports": [{"name": "http", "containerPort": 80}]}]},
    });
    let selector = json!({"matchLabels": {"app": "a"}});
    let peer = json!({"namespaceSelector": {"matchExpressions": [{"key": "n", "operator": "In", "values": ["x"]}]}, "podSelector": selector});
    let tier_peer = json!({"pods": {"namespaceSelector": selector, "podSelector": selector}});
    let meta = json!({"name": "default", "labels": {"a": "b"}});
    let apps = |kind: &str| json!({"apiVersion": "apps/v1", "kind": kind, "metadata": meta, "spec": {"selector": selector, "template": template}});
    let mut seeds = vec![
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p", "namespace": "n"}, "spec": {
            "podSelector": selector, "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [peer, {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}], "ports": [{"port": 1, "endPort": 9}, {"port": "http", "protocol": "UDP"}]}],
            "egress": [{}]}}),
        json!({"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy", "metadata": meta, "spec": {
            "tier": "Admin", "priority": 5, "subject": {"namespaces": selector},
            "ingress": [{"name": "r", "action": "Accept", "from": [tier_peer], "protocols": [{"tcp": {"destinationPort": {"range": {"start": 1, "end": 2}}}}, {"destinationNamedPort": "http"}]}],
            "egress": [{"action": "Accept", "to": [{"networks": ["10.0.0.0/8"]}, {"nodes": selector}, {"domainNames": ["a.example"]}]}]}}),
        json!({"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy", "metadata": meta, "spec": {
            "priority": 5, "subject": {"pods": {"namespaceSelector": {}, "podSelector": {}}},
            "ingress": [{"action": "Pass", "from": [tier_peer], "ports": [{"portNumber": {"port": 80, "protocol": "TCP"}}, {"portRange": {"start": 1, "end": 2}}, {"namedPort": "http"}]}]}}),
        json!({"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "BaselineAdminNetworkPolicy", "metadata": meta, "spec": {
            "subject": {"namespaces": {}}, "egress": [{"action": "Deny", "to": [{"namespaces": {}}]}]}}),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": meta,
            "aggregationRule": {"clusterRoleSelectors": [selector]}, "rules": [{"apiGroups": [""], "resources": ["pods"], "resourceNames": ["x"], "verbs": ["get"]}, {"nonResourceURLs": ["/x"], "verbs": ["get"]}]}),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": meta, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": meta, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "default"},
            "subjects": [{"kind": "User", "name": "a"}, {"kind": "ServiceAccount", "name": "b"}]}),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": meta, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "default"},
            "subjects": [{"kind": "Group", "name": "g"}, {"kind": "ServiceAccount", "name": "b", "namespace": "n"}]}),
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": meta}),
        json!({"apiVersion": "v1", "kind": "Node", "metadata": meta, "status": {"addresses": [{"type": "InternalIP", "address": "10.0.0.1"}]}}),
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"app": "a"}, "ownerReferences": [{"kind": "Job", "name": "j", "controller": true}]}, "spec": template["spec"], "status": {"phase": "Running", "podIP": "10.0.0.1"}}),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"selector": {"app": "a"}, "clusterIP": "10.0.0.1", "ports": [{"port": 80, "targetPort": "http"}]}}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}),
        json!({"apiVersion": "v1", "kind": "ReplicationController", "metadata": meta, "spec": {"selector": {"app": "a"}, "template": template}}),
        apps("Deployment"),
        apps("DaemonSet"),
        apps("ReplicaSet"),
        apps("StatefulSet"),
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": {"template": template}}),
        json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta, "spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": template}}}}),
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta, "spec": {
            "defaultBackend": {"service": {"name": "s", "port": {"name": "http"}}},
            "rules": [{"host": "*.a.example", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "s", "port": {"number": 80}}}}]}}]}}),
        json!({"apiVersion": "route.openshift.io/v1", "kind": "Route", "metadata": meta, "spec": {"host": "a.example",
            "to": {"kind": "Service", "name": "s", "weight": 1}, "alternateBackends": [{"name": "t"}], "port": {"targetPort": 80}}}),
        json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": meta, "spec": {"gatewayClassName": "c",
            "listeners": [{"name": "l", "hostname": "a.example", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "Selector", "selector": selector}, "kinds": [{"kind": "HTTPRoute"}]}}]}}),
        json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": meta, "spec": {"hostnames": ["a.example"],
            "parentRefs": [{"name": "default", "namespace": "n", "sectionName": "l", "port": 80}],
            "rules": [{"backendRefs": [{"name": "s", "namespace": "m", "port": 80, "weight": 1}], "filters": [{"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "s", "port": 80}}}]}]}}),
        route("v1", "GRPCRoute"),
        route("v1", "TLSRoute"),
        route("v1alpha2", "TCPRoute"),
        route("v1alpha2", "UDPRoute"),
        json!({"apiVersion": "gateway.networking.k8s.io/v1beta1", "kind": "ReferenceGrant", "metadata": meta, "spec": {
            "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "n"}], "to": [{"group": "", "kind": "Service", "name": "s"}]}}),
        json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "s-1", "labels": {"kubernetes.io/service-name": "s"}}, "addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"]}], "ports": [{"port": 80}]}),
    ];
    seeds.extend(calico("projectcalico.org/v3"));
    seeds.extend(calico("crd.projectcalico.org/v1"));
    seeds.extend(istio());
    seeds
}

fn route(version: &str, kind: &str) -> Value {
    json!({"apiVersion": format!("gateway.networking.k8s.io/{version}"), "kind": kind, "metadata": {"name": "r"}, "spec": {
        "parentRefs": [{"name": "default"}], "rules": [{"backendRefs": [{"name": "s", "port": 80}]}]}})
}

fn calico(version: &str) -> Vec<Value> {
    let object = |kind: &str, spec: Value| json!({"apiVersion": version, "kind": kind, "metadata": {"name": "c", "labels": {"app": "a"}}, "spec": spec});
    let rule = json!({"action": "Allow", "protocol": "TCP", "ipVersion": 4,
        "source": {"selector": "app == 'a' && !has(b)", "notNets": ["10.0.0.0/8"], "serviceAccounts": {"names": ["a"]}},
        "destination": {"namespaceSelector": "all()", "ports": [80, "81:90", "http"], "notPorts": [85]}});
    let icmp = json!({"action": "Deny", "protocol": "ICMP", "icmp": {"type": 8, "code": 0}});
    let http = json!({"action": "Allow", "http": {"methods": ["GET"], "paths": [{"exact": "/a"}]}});
    let service =
        json!({"action": "Pass", "destination": {"services": {"name": "s", "namespace": "n"}}});
    let spec = json!({"order": 1, "selector": "app in {'a', 'b'}", "serviceAccountSelector": "has(app)", "types": ["Ingress", "Egress"],
        "ingress": [rule, icmp, http], "egress": [service]});
    let mut global = spec.clone();
    global["namespaceSelector"] = json!("has(team)");
    global["applyOnForward"] = json!(true);
    vec![
        object("NetworkPolicy", spec.clone()),
        object("GlobalNetworkPolicy", global.clone()),
        object("StagedNetworkPolicy", spec),
        object("StagedGlobalNetworkPolicy", global),
        object(
            "StagedKubernetesNetworkPolicy",
            json!({"stagedAction": "Set", "podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]}),
        ),
        object("Tier", json!({"order": 10, "defaultAction": "Pass"})),
        object(
            "NetworkSet",
            json!({"nets": ["203.0.113.0/24", "203.0.113.7"]}),
        ),
        object("GlobalNetworkSet", json!({"nets": ["203.0.113.0/24"]})),
        object(
            "Profile",
            json!({"ingress": [{"action": "Allow"}], "labelsToApply": {"a": "b"}}),
        ),
        object(
            "HostEndpoint",
            json!({"node": "n", "interfaceName": "eth0", "expectedIPs": ["10.0.0.1"], "profiles": ["p"]}),
        ),
    ]
}

fn istio() -> Vec<Value> {
    let object = |kind: &str, spec: Value| json!({"apiVersion": "security.istio.io/v1", "kind": kind, "metadata": {"name": "i", "namespace": "n"}, "spec": spec});
    let source = json!({"principals": ["*/sa/a", "cluster.local/ns/n/sa/b"], "notNamespaces": ["x*"], "ipBlocks": ["10.0.0.0/8"], "requestPrincipals": ["https://idp/*"]});
    let operation = json!({"hosts": ["*.example"], "methods": ["GET"], "paths": ["/a/{*}/b", "/c*"], "ports": ["80"], "notPorts": ["81"]});
    vec![
        object(
            "AuthorizationPolicy",
            json!({"selector": {"matchLabels": {"app": "a"}}, "action": "ALLOW", "rules": [
                {"from": [{"source": source}, {"source": {"serviceAccounts": ["n/a"]}}], "to": [{"operation": operation}],
                 "when": [{"key": "request.headers[x-a]", "values": ["1"], "notValues": ["2"]}, {"key": "destination.ip", "values": ["10.0.0.1"]}]}]}),
        ),
        object(
            "RequestAuthentication",
            json!({"jwtRules": [{"issuer": "https://idp", "audiences": ["a"], "jwksUri": "https://idp/keys", "fromHeaders": [{"name": "x", "prefix": "T "}], "fromParams": ["t"], "fromCookies": ["c"]}]}),
        ),
        object(
            "PeerAuthentication",
            json!({"selector": {"matchLabels": {"app": "a"}}, "mtls": {"mode": "STRICT"}, "portLevelMtls": {"80": {"mode": "PERMISSIVE"}, "81": {"mode": "UNSET"}}}),
        ),
    ]
}

fn lowered(objects: &[Value]) -> Lowered {
    let mut out = Lowered::default();
    for object in objects {
        lower(
            &Node::from_json(object),
            SourceId::default(),
            &Settings::default(),
            &mut out,
        );
    }
    out
}

#[test]
fn the_seeds_are_exact_and_cover_every_kind() {
    let out = lowered(&seeds());
    assert_eq!(out.diagnostics, []);
    let mut kinds: Vec<String> = out
        .objects
        .iter()
        .map(|located| located.object.id.kind.to_string())
        .collect();
    let mut known: Vec<&str> = kordon_kinds::KINDS.iter().map(|kind| kind.kind).collect();
    kinds.sort();
    known.sort_unstable();
    assert_eq!(kinds, known);
}

#[derive(Clone, Debug)]
enum Mutation {
    Delete,
    Replace(Value),
    Rename(String),
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1_i64..70_000).prop_map(Value::from),
        "[a-zA-Z0-9./:*-]{0,8}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null])),
        Just(json!([{}])),
        Just(json!({"a": "b"})),
        Just(json!(["a", 1])),
    ]
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        Just(Mutation::Delete),
        value().prop_map(Mutation::Replace),
        "[a-zA-Z]{1,8}".prop_map(Mutation::Rename),
    ]
}

/// Changes the node that a number chooses.
fn mutate(root: &mut Value, place: usize, mutation: &Mutation) {
    let mut pointers = Vec::new();
    collect(root, "", &mut pointers);
    let pointer = pointers[place % pointers.len()].clone();
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let last = last.replace("~1", "/").replace("~0", "~");
    match (root.pointer_mut(parent).unwrap(), mutation) {
        (Value::Object(map), Mutation::Delete) => drop(map.remove(&last)),
        (Value::Object(map), Mutation::Rename(name)) => {
            let value = map.remove(&last).unwrap();
            map.insert(name.clone(), value);
        }
        (Value::Object(map), Mutation::Replace(value)) => drop(map.insert(last, value.clone())),
        (Value::Array(items), Mutation::Replace(value)) => {
            items[last.parse::<usize>().unwrap()] = value.clone();
        }
        (Value::Array(items), _) => drop(items.remove(last.parse().unwrap())),
        _ => panic!("a place has a collection above it"),
    }
}

fn collect(value: &Value, pointer: &str, out: &mut Vec<String>) {
    if !pointer.is_empty() {
        out.push(pointer.to_owned());
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                collect(value, &format!("{pointer}/{key}"), out);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(value, &format!("{pointer}/{index}"), out);
            }
        }
        _ => {}
    }
}

/// Whether a network policy still has a say for something.
fn counts(item: &Item) -> bool {
    matches!(item, Item::Policy(policy) if policy.plane == Plane::Network
        && matches!(&policy.rules, Rules::Own(_)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_object_is_exact_or_says_what_is_wrong(
        seed in any::<prop::sample::Index>(),
        mutations in prop::collection::vec((any::<usize>(), mutation()), 1..4),
    ) {
        let seeds = seeds();
        let mut object = seed.get(&seeds).clone();
        for (place, mutation) in &mutations {
            if object.as_object().is_some_and(|map| !map.is_empty()) {
                mutate(&mut object, *place, mutation);
            }
        }
        let mut out = lowered(std::slice::from_ref(&object));
        let errors = out.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
        for located in &out.objects {
            prop_assert_eq!(located.state == State::Broken, errors > 0, "{}", object);
            let network = located.object.id.group.ends_with("networking.k8s.io");
            if located.state == State::Broken && network {
                let ruleless = ["ingress", "egress"]
                    .iter()
                    .all(|field| object["spec"][field].as_array().is_none_or(Vec::is_empty));
                let counted = located.object.items.iter().any(counts);
                prop_assert!(counted || ruleless, "{}", object);
            }
        }
        // Nothing is dropped in silence.
        prop_assert!(!out.objects.is_empty() || errors > 0 || !out.unknown.is_empty(), "{}", object);
        for diagnostic in &out.diagnostics {
            prop_assert!(!diagnostic.message.contains('\n') && !diagnostic.message.ends_with('.'));
            prop_assert!(!diagnostic.help.is_empty(), "{:?}", diagnostic);
        }
        settle(&mut out.objects);
        check(&out.objects);
    }
}

#[test]
fn every_code_that_the_sources_name_is_documented_once() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let used: String = files(&folder, &[".rs"])
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    let codes: Vec<&str> = kordon_kinds::CODES.iter().map(|doc| doc.code.0).collect();
    for pair in codes.windows(2) {
        assert!(pair[0] < pair[1], "{pair:?}");
    }
    for code in codes {
        assert_eq!(used.matches(&format!("\"{code}\"")).count(), 1, "{code}");
    }
}
