//! Large worlds of roles and bindings.

use serde_json::{Value, json};

use super::REQUESTS;
use crate::world::World;
use crate::world::random::Random;

const VERBS: [&str; 6] = ["get", "list", "watch", "create", "update", "delete"];
const RESOURCES: [(&str, &str); 8] = [
    ("", "pods"),
    ("", "configmaps"),
    ("", "secrets"),
    ("", "services"),
    ("apps", "deployments"),
    ("apps", "statefulsets"),
    ("batch", "jobs"),
    ("networking.k8s.io", "networkpolicies"),
];
const CLUSTER_ROLES: usize = 50;
const BINDINGS_A_NAMESPACE: usize = 10;
const GROUP: &str = "rbac.authorization.k8s.io";

/// A company's cluster: fifty ClusterRoles, one ClusterRoleBinding in fifty bindings, ten
/// RoleBindings a namespace to users, teams and service accounts, half of them of a Role there.
pub fn scale_rbac(bindings: usize, seed: u64) -> World {
    let mut random = Random::new(seed);
    let namespaces = 1 + bindings / BINDINGS_A_NAMESPACE;
    let users = 1 + bindings / 4;
    let mut objects: Vec<Value> = (0..CLUSTER_ROLES)
        .map(|number| {
            role(
                "ClusterRole",
                None,
                &format!("role-{number}"),
                &rule(&mut random),
            )
        })
        .collect();
    for number in 0..bindings {
        let subject = subject(&mut random, users, namespaces);
        if number % 50 == 0 {
            let name = format!("role-{}", random.below(CLUSTER_ROLES));
            objects.push(binding(None, number, ("ClusterRole", &name), &subject));
            continue;
        }
        let namespace = format!("ns-{}", number / BINDINGS_A_NAMESPACE);
        if number % 2 == 0 {
            let name = format!("local-{number}");
            objects.push(role("Role", Some(&namespace), &name, &rule(&mut random)));
            objects.push(binding(Some(&namespace), number, ("Role", &name), &subject));
        } else {
            let name = format!("role-{}", random.below(CLUSTER_ROLES));
            objects.push(binding(
                Some(&namespace),
                number,
                ("ClusterRole", &name),
                &subject,
            ));
        }
    }
    let requests = (0..REQUESTS)
        .map(|_| {
            let (group, resource) = random.pick(&RESOURCES);
            json!({"kind": "api", "user": format!("user-{}", random.below(users)),
                "groups": [format!("team-{}", random.below(namespaces)), "system:authenticated"],
                "verb": random.pick(&VERBS), "apiGroup": group, "resource": resource,
                "namespace": format!("ns-{}", random.below(namespaces)), "name": "cart"})
        })
        .collect();
    World { objects, requests }
}

/// Every binding names the same user and a role of its own: only what a role permits tells them
/// apart. Half of the requests are permitted by exactly one.
pub fn scale_rbac_one_user(bindings: usize, seed: u64) -> World {
    let mut random = Random::new(seed);
    let subject = json!({"kind": "User", "apiGroup": GROUP, "name": "everybody"});
    let mut objects = Vec::new();
    for number in 0..bindings {
        let name = format!("role-{number}");
        let rule = json!({"verbs": ["get"], "apiGroups": [""], "resources": ["configmaps"],
            "resourceNames": [format!("config-{number}")]});
        objects.push(role("ClusterRole", None, &name, &rule));
        objects.push(binding(None, number, ("ClusterRole", &name), &subject));
    }
    let requests = (0..REQUESTS)
        .map(|number| {
            let verb = if number % 2 == 0 { "get" } else { "update" };
            json!({"kind": "api", "user": "everybody", "groups": ["system:authenticated"],
                "verb": verb, "apiGroup": "", "resource": "configmaps", "namespace": "shop",
                "name": format!("config-{}", random.below(bindings))})
        })
        .collect();
    World { objects, requests }
}

fn rule(random: &mut Random) -> Value {
    let (group, resource) = random.pick(&RESOURCES);
    json!({"verbs": random.some(&VERBS, 4), "apiGroups": [group], "resources": [resource]})
}

fn role(kind: &str, namespace: Option<&str>, name: &str, rule: &Value) -> Value {
    json!({"apiVersion": format!("{GROUP}/v1"), "kind": kind,
        "metadata": {"name": name, "namespace": namespace}, "rules": [rule]})
}

fn binding(namespace: Option<&str>, number: usize, role: (&str, &str), subject: &Value) -> Value {
    let kind = if namespace.is_some() {
        "RoleBinding"
    } else {
        "ClusterRoleBinding"
    };
    json!({"apiVersion": format!("{GROUP}/v1"), "kind": kind,
        "metadata": {"name": format!("binding-{number}"), "namespace": namespace},
        "roleRef": {"apiGroup": GROUP, "kind": role.0, "name": role.1}, "subjects": [subject]})
}

fn subject(random: &mut Random, users: usize, namespaces: usize) -> Value {
    let namespace = random.below(namespaces);
    match random.below(3) {
        0 => json!({"kind": "Group", "apiGroup": GROUP, "name": format!("team-{namespace}")}),
        1 => json!({"kind": "ServiceAccount", "name": "default",
            "namespace": format!("ns-{namespace}")}),
        _ => json!({"kind": "User", "apiGroup": GROUP,
            "name": format!("user-{}", random.below(users))}),
    }
}
