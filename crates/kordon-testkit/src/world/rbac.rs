//! Clusters of roles and bindings.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::World;
use super::random::Random;

const USERS: [&str; 12] = [
    "alice",
    "Alice",
    "bob",
    "dev",
    "zo\u{eb}",
    "zoe\u{308}",
    "ali\u{200d}ce",
    "*",
    "",
    "system:serviceaccount:shop:cart",
    "system:serviceaccount:data:cart",
    "system:serviceaccount:shop:cart:x",
];
const GROUPS: [&str; 9] = [
    "dev",
    "Dev",
    "ops",
    "alice",
    "*",
    "system:authenticated",
    "system:serviceaccounts",
    "system:serviceaccounts:shop",
    "a \"b\"\\c",
];
const ACCOUNTS: [&str; 3] = ["cart", "cart:x", "default"];
const NAMESPACES: [&str; 4] = ["shop", "data", "shop-2", "default"];
const VERBS: [&str; 9] = [
    "get", "list", "watch", "create", "delete", "patch", "*", "GET", "",
];
const API_GROUPS: [&str; 5] = ["", "apps", "*", "Apps", "batch"];
const RESOURCES: [&str; 14] = [
    "pods",
    "pods/log",
    "deployments",
    "deployments/scale",
    "*",
    "*/scale",
    "*/log",
    "pods/*",
    "*/*",
    "*/",
    "Pods",
    "namespaces",
    "secrets",
    "",
];
const NAMES: [&str; 6] = ["cart", "cart-0", "Cart", "*", "", "zo\u{eb}"];
const PATHS: [&str; 11] = [
    "/healthz",
    "/healthz/*",
    "/healthz*",
    "/api",
    "/api/*",
    "/api/*/x",
    "/",
    "*",
    "**",
    "/metrics",
    "",
];
const CLUSTER_ROLES: [&str; 8] = [
    "view",
    "edit",
    "View",
    "reader",
    "leaf-1",
    "leaf-2",
    "sum",
    "sum-of-sums",
];
const ROLES: [&str; 4] = ["view", "reader", "Reader", "local"];

/// How large the parts of a cluster are.
#[derive(Clone, Copy)]
struct Shape {
    /// How many objects of each kind are tried; those of a name that is taken fall away.
    objects: usize,
    /// How many names bindings have in one namespace.
    binding_names: usize,
    /// More rules than a role has.
    rules: usize,
    requests: usize,
}

/// A cluster with about `size` objects of each RBAC kind, and requests that hit or just miss.
pub fn rbac(seed: u64, size: usize) -> World {
    let mut random = Random::new(seed);
    let objects = 1 + random.below(size.saturating_mul(2));
    let shape = Shape {
        objects,
        binding_names: 7,
        rules: 4,
        requests: size.saturating_mul(8).saturating_add(8),
    };
    world(&mut random, shape)
}

/// A cluster in which roles have many rules and users many bindings.
pub fn rbac_dense(seed: u64) -> World {
    let shape = Shape {
        objects: 250,
        binding_names: 250,
        rules: 30,
        requests: 150,
    };
    world(&mut Random::new(seed), shape)
}

fn world(random: &mut Random, shape: Shape) -> World {
    let mut objects = Vec::new();
    for kind in ["ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding"] {
        let mut names = BTreeSet::new();
        for number in 0..shape.objects {
            let object = match kind {
                "ClusterRole" => cluster_role(random, shape),
                "Role" => role(random, shape),
                _ => binding(random, kind, number % shape.binding_names),
            };
            if names.insert(object.pointer("/metadata").map(identity)) {
                objects.push(object);
            }
        }
    }
    let requests = (0..shape.requests)
        .map(|_| request(random, &objects))
        .collect();
    random.shuffle(&mut objects);
    World { objects, requests }
}

/// Namespace and name; labels do not make another object.
fn identity(metadata: &Value) -> (String, String) {
    let text = |name: &str| {
        metadata
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or("default")
    };
    (text("namespace").to_owned(), text("name").to_owned())
}

fn object(kind: &str, namespace: Option<&str>, name: &str) -> Value {
    let mut metadata = json!({"name": name});
    // An object without a namespace is in the default one.
    if let (Some(namespace), Some(fields)) = (namespace, metadata.as_object_mut())
        && namespace != "default"
    {
        fields.insert("namespace".to_owned(), namespace.into());
    }
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata})
}

fn with(mut object: Value, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    if let Some(known) = object.as_object_mut() {
        known.extend(
            fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
    }
    object
}

/// Leaves carry labels, `sum` selects leaves and `sum-of-sums` selects `sum`: no circles, in which
/// upstream's answer depends on timing.
fn cluster_role(random: &mut Random, shape: Shape) -> Value {
    let name = random.pick(&CLUSTER_ROLES);
    let role = with(
        object("ClusterRole", None, name),
        [("rules", rules(random, shape))],
    );
    let (label, selector) = match name {
        "leaf-1" | "leaf-2" => (random.pick(&["1", "2"]), None),
        "sum" => (
            "sum",
            Some(json!([{"matchLabels": {"to": random.pick(&["1", "2", "3"])}}])),
        ),
        "sum-of-sums" => (
            "",
            Some(json!([
            {"matchExpressions": [{"key": "to", "operator": "In", "values": ["sum"]}]},
            {"matchLabels": {"to": "2"}}])),
        ),
        _ => ("", None),
    };
    let mut metadata = json!({"name": name});
    if let (false, Some(fields)) = (label.is_empty(), metadata.as_object_mut()) {
        fields.insert("labels".to_owned(), json!({"to": label}));
    }
    let aggregation = selector.map(|selectors| {
        (
            "aggregationRule",
            json!({"clusterRoleSelectors": selectors}),
        )
    });
    with(
        role,
        [("metadata", metadata)].into_iter().chain(aggregation),
    )
}

fn role(random: &mut Random, shape: Shape) -> Value {
    let (namespace, name) = (random.pick(&NAMESPACES), random.pick(&ROLES));
    with(
        object("Role", Some(namespace), name),
        [("rules", rules(random, shape))],
    )
}

fn rules(random: &mut Random, shape: Shape) -> Value {
    (0..random.below(shape.rules))
        .map(|_| rule(random))
        .collect()
}

fn rule(random: &mut Random) -> Value {
    let verbs = random.some(&VERBS, 3);
    if random.chance(25) {
        return json!({"verbs": verbs, "nonResourceURLs": random.some(&PATHS, 3)});
    }
    let rule = json!({"verbs": verbs, "apiGroups": random.some(&API_GROUPS, 2),
        "resources": random.some(&RESOURCES, 3)});
    let names = random
        .chance(30)
        .then(|| ("resourceNames", random.some(&NAMES, 2).into()));
    // The API server refuses rules about both; stored ones count all the same.
    let paths = random
        .chance(5)
        .then(|| ("nonResourceURLs", random.some(&PATHS, 1).into()));
    with(rule, names.into_iter().chain(paths))
}

fn binding(random: &mut Random, kind: &str, number: usize) -> Value {
    let local = kind == "RoleBinding";
    let namespace = local.then(|| random.pick(&NAMESPACES));
    // A role that is missing shows only in what is said when nothing allows.
    let missing = random.chance(10);
    let (role_kind, role) = if local && random.chance(50) {
        ("Role", random.pick(&ROLES))
    } else {
        ("ClusterRole", random.pick(&CLUSTER_ROLES))
    };
    let subjects: Vec<Value> = (0..random.below(4)).map(|_| subject(random)).collect();
    with(
        object(kind, namespace, &format!("binding-{number}")),
        [
            (
                "roleRef",
                json!({"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind,
                "name": if missing { "gone" } else { role }}),
            ),
            ("subjects", subjects.into()),
        ],
    )
}

fn subject(random: &mut Random) -> Value {
    let group = "rbac.authorization.k8s.io";
    match random.below(3) {
        0 => json!({"kind": "User", "apiGroup": group, "name": random.pick(&USERS)}),
        1 => json!({"kind": "Group", "apiGroup": group, "name": random.pick(&GROUPS)}),
        _ => {
            let account = json!({"kind": "ServiceAccount", "name": random.pick(&ACCOUNTS)});
            let namespace = random
                .chance(70)
                .then(|| ("namespace", random.pick(&NAMESPACES).into()));
            with(account, namespace)
        }
    }
}

/// A request that follows some binding to some rule, and then often changes one thing.
fn request(random: &mut Random, objects: &[Value]) -> Value {
    let (binding, rule) = grant(random, objects);
    let mut request = json!({"kind": "api", "verb": concrete(random, &rule, "verbs", &VERBS)});
    if rule.get("nonResourceURLs").is_some() && random.chance(80) {
        let path = concrete(random, &rule, "nonResourceURLs", &PATHS);
        let tail = random.pick(&["", "", "/", "/ping", "x"]);
        let path = format!("{}{tail}", path.trim_end_matches('*'));
        request = with(request, [("path", path.into())]);
    } else {
        let namespace = match binding
            .pointer("/metadata/namespace")
            .and_then(Value::as_str)
        {
            Some(namespace) => namespace.to_owned(),
            None => random.pick(&["shop", "default", ""]).to_owned(),
        };
        let resource = concrete(random, &rule, "resources", &RESOURCES);
        let (resource, subresource) = resource.split_once('/').unwrap_or((&resource, ""));
        request = with(
            request,
            [
                (
                    "apiGroup",
                    concrete(random, &rule, "apiGroups", &API_GROUPS).into(),
                ),
                ("resource", resource.into()),
                ("subresource", subresource.into()),
                ("namespace", namespace.into()),
                (
                    "name",
                    concrete(random, &rule, "resourceNames", &NAMES).into(),
                ),
            ],
        );
    }
    let request = as_subject(random, &binding, request);
    if random.chance(45) {
        change(random, request)
    } else {
        request
    }
}

/// A binding with a subject and a rule of its role, if a few tries find them.
fn grant(random: &mut Random, objects: &[Value]) -> (Value, Value) {
    let of_kind = |kind: &str| -> Vec<&Value> {
        let is_kind = |name: &str| name.ends_with(kind);
        objects
            .iter()
            .filter(|object| {
                object
                    .get("kind")
                    .and_then(Value::as_str)
                    .is_some_and(is_kind)
            })
            .collect()
    };
    let (granting, roles) = (of_kind("Binding"), of_kind("Role"));
    let mut found = (Value::Null, Value::Null);
    for _ in 0..6 {
        let binding = pick_value(random, &granting);
        let wanted = binding.pointer("/roleRef/name");
        let named: Vec<&Value> = roles
            .iter()
            .copied()
            .filter(|role| role.pointer("/metadata/name") == wanted)
            .collect();
        let granted = pick_value(random, &named);
        let rule = pick_of(random, &granted, "rules");
        let whole = rule.pointer("/verbs/0").is_some() && binding.pointer("/subjects/0").is_some();
        found = (binding, rule);
        if whole {
            break;
        }
    }
    found
}

fn as_subject(random: &mut Random, binding: &Value, request: Value) -> Value {
    let subject = pick_of(random, binding, "subjects");
    let text = |name: &str| {
        subject
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let mut groups: Vec<String> = random
        .some(&GROUPS, 2)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let user = match text("kind") {
        "Group" => {
            groups.push(text("name").to_owned());
            random.pick(&USERS).to_owned()
        }
        "ServiceAccount" => {
            let here = binding
                .pointer("/metadata/namespace")
                .and_then(Value::as_str);
            let namespace = match text("namespace") {
                "" => here.unwrap_or("default"),
                namespace => namespace,
            };
            format!("system:serviceaccount:{namespace}:{}", text("name"))
        }
        _ => text("name").to_owned(),
    };
    with(request, [("user", user.into()), ("groups", groups.into())])
}

/// Another value for one field of a request.
fn change(random: &mut Random, request: Value) -> Value {
    let about_path = request.get("path").is_some();
    let (field, value) = match random.below(if about_path { 3 } else { 8 }) {
        0 => ("user", random.pick(&USERS).into()),
        1 => ("verb", random.pick(&VERBS).into()),
        2 if about_path => ("path", random.pick(&PATHS).into()),
        2 => ("groups", Value::from(Vec::<String>::new())),
        3 => ("apiGroup", random.pick(&API_GROUPS).into()),
        4 => ("resource", random.pick(&RESOURCES).into()),
        5 => (
            "subresource",
            random.pick(&["", "log", "scale", "*"]).into(),
        ),
        6 => (
            "namespace",
            random.pick(&["shop", "data", "default", ""]).into(),
        ),
        _ => ("name", random.pick(&NAMES).into()),
    };
    with(request, [(field, value)])
}

fn pick_value(random: &mut Random, all: &[&Value]) -> Value {
    let owned: Vec<Value> = all.iter().map(|value| (*value).clone()).collect();
    random.pick(&owned)
}

fn pick_of(random: &mut Random, object: &Value, list: &str) -> Value {
    random.pick(
        object
            .get(list)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice),
    )
}

/// An entry of a rule's list; for a star or an empty list usually some real value.
fn concrete(random: &mut Random, rule: &Value, list: &str, all: &[&'static str]) -> String {
    let entry = pick_of(random, rule, list);
    match entry.as_str() {
        Some("*") | None if random.chance(85) => random.pick(all).to_owned(),
        Some(resource) if resource.starts_with("*/") && random.chance(85) => {
            resource.replacen('*', random.pick(&["pods", "deployments"]), 1)
        }
        entry => entry.unwrap_or_default().to_owned(),
    }
}
