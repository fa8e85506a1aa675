//! Meshes: pods with and without proxies, policies of Istio, and requests over HTTP and TCP.

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub use self::request::MeshRequest;

use super::random::Random;

mod inventory;
mod policy;
mod request;
mod rule;
mod token;

const ROOT: &str = "istio-system";
const NAMESPACES: [&str; 3] = ["a", "b", "ab"];
const ACCOUNTS: [&str; 3] = ["x", "y", "default"];
const TRUST_DOMAINS: [&str; 4] = ["cluster.local", "td1", "old-td", "other"];
const APPS: [&str; 3] = ["web", "api", "db"];
const VERSIONS: [&str; 2] = ["v1", "v2"];
const PORTS: [u16; 4] = [80, 8080, 9000, 443];
const PROVIDER: &str = "authorizer";
const GATEWAY_LABEL: &str = "gateway.networking.k8s.io/gateway-name";
const GATEWAYS: [&str; 2] = ["edge", "waypoint"];

/// A mesh and requests to it.
#[derive(Clone, Debug, PartialEq)]
pub struct MeshWorld {
    /// The cluster's objects. The settings are among them, as the ConfigMap of the mesh.
    pub objects: Vec<Value>,
    /// The settings.
    pub settings: MeshSettings,
    /// The requests.
    pub requests: Vec<MeshRequest>,
}

/// The settings of a mesh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeshSettings {
    /// The namespace of policies for the whole mesh.
    pub root_namespace: String,
    /// The trust domain and its aliases.
    pub trust_domains: Vec<String>,
    /// The external authorizers, which speak gRPC.
    pub providers: Vec<String>,
}

/// Which kinds of rules a mesh may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Actions {
    /// Those that policies decide alone.
    Own,
    /// Those that ask an authorizer as well.
    WithCustom,
}

/// A mesh of about `size` pods with as many policies, none of which asks an external authorizer.
pub fn mesh(seed: u64, size: usize) -> MeshWorld {
    world(seed, size, Actions::Own)
}

/// A mesh as that of [`mesh`] in which some policies ask an external authorizer.
pub fn mesh_custom(seed: u64, size: usize) -> MeshWorld {
    world(seed, size, Actions::WithCustom)
}

fn world(seed: u64, size: usize, actions: Actions) -> MeshWorld {
    let mut random = Random::new(seed);
    let settings = settings(&mut random, actions);
    let count = 1 + random.below(NAMESPACES.len());
    let namespaces: Vec<&str> = NAMESPACES.into_iter().take(count).collect();
    let inventory = inventory::inventory(&mut random, size, &settings, &namespaces);
    let mut objects = inventory.objects.clone();
    for number in 0..=random.below(size) {
        objects.push(policy::authorization(
            &mut random,
            &namespaces,
            number,
            actions,
        ));
    }
    for number in 0..random.below(4) {
        objects.push(policy::tokens(&mut random, &namespaces, number));
    }
    for number in 0..random.below(4) {
        objects.push(policy::peers(&mut random, &namespaces, number));
    }
    objects.push(config_map(&settings));
    let count = size.saturating_mul(8).saturating_add(8);
    let requests = (0..count)
        .map(|_| request::request(&mut random, &inventory, &settings))
        .collect();
    random.shuffle(&mut objects);
    MeshWorld {
        objects,
        settings,
        requests,
    }
}

fn settings(random: &mut Random, actions: Actions) -> MeshSettings {
    let domains: &[&str] = match random.below(4) {
        0 => &["td1", "cluster.local"],
        1 => &["td1", "old-td"],
        _ => &["cluster.local"],
    };
    let knows_provider = actions == Actions::WithCustom && random.chance(80);
    MeshSettings {
        root_namespace: ROOT.to_owned(),
        trust_domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
        providers: knows_provider
            .then(|| PROVIDER.to_owned())
            .into_iter()
            .collect(),
    }
}

/// The settings as Istio keeps them.
fn config_map(settings: &MeshSettings) -> Value {
    let (domain, aliases) = settings
        .trust_domains
        .split_first()
        .map_or(("", &[][..]), |(domain, aliases)| {
            (domain.as_str(), aliases)
        });
    let providers: Vec<Value> = settings
        .providers
        .iter()
        .map(|name| {
            json!({"name": name,
                "envoyExtAuthzGrpc": {"service": "authorizer.example", "port": 9000}})
        })
        .collect();
    let mesh = json!({"rootNamespace": settings.root_namespace, "trustDomain": domain,
        "trustDomainAliases": aliases, "extensionProviders": providers});
    json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "istio", "namespace": ROOT}, "data": {"mesh": mesh.to_string()}})
}

fn labels(random: &mut Random) -> BTreeMap<&'static str, &'static str> {
    let mut labels = BTreeMap::from([("app", random.pick(&APPS))]);
    if random.chance(50) {
        labels.insert("version", random.pick(&VERSIONS));
    }
    labels
}

#[cfg(test)]
mod tests;
