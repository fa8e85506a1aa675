use std::collections::BTreeSet;

use super::*;
use crate::facts::Transport;
use crate::reference::istio::{
    Answer, AsStated, DeniedBy, Mesh, MeshConfig, ProviderProtocol, Proxy, Workload,
};

const SEEDS: u64 = 60;

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// A mesh with its workloads.
struct Judge {
    mesh: Mesh,
    workloads: BTreeMap<String, Workload>,
}

impl Judge {
    fn new(world: &MeshWorld) -> Self {
        let settings = &world.settings;
        let grpc = |name: &String| (name.clone(), ProviderProtocol::Grpc);
        let config = MeshConfig {
            root_namespace: settings.root_namespace.clone(),
            trust_domains: settings.trust_domains.clone(),
            providers: settings.providers.iter().map(grpc).collect(),
            ..MeshConfig::default()
        };
        let workload = |name: &String| {
            let (namespace, pod) = name.split_once('/').unwrap();
            let workload = Workload::find(&world.objects, namespace, pod).unwrap();
            (name.clone(), workload)
        };
        let names: BTreeSet<&String> = world.requests.iter().map(|request| &request.to).collect();
        Self {
            mesh: Mesh::new(&world.objects, config),
            workloads: names.into_iter().map(workload).collect(),
        }
    }

    fn judge(&self, request: &MeshRequest) -> Answer {
        let workload = &self.workloads[&request.to];
        self.mesh
            .decide(workload, &request.facts, &AsStated(&request.facts))
    }
}

fn worlds() -> impl Iterator<Item = MeshWorld> {
    (0..SEEDS).flat_map(|seed| [mesh(seed, 10), mesh_custom(seed, 10)])
}

fn kind_of(answer: &Answer) -> &'static str {
    match (answer.denied_by, &answer.matched) {
        (None, _) if answer.explicit => "allowed by a rule",
        (None, _) => "allowed implicitly",
        (Some(DeniedBy::Rbac), Some(_)) => "denied by a rule",
        (Some(DeniedBy::Rbac), None) => "allowed by no rule",
        (Some(DeniedBy::Jwt(_)), _) => "token refused",
        (Some(DeniedBy::Mtls), _) => "mutual TLS refused",
        (Some(DeniedBy::ExtAuthz), _) => "refused by the authorizer",
        (Some(DeniedBy::BadRequest), _) => "no request",
    }
}

#[test]
fn the_same_seed_gives_the_same_mesh_and_another_seed_another() {
    assert_eq!(mesh(5, 8), mesh(5, 8));
    assert_ne!(mesh(5, 8), mesh(6, 8));
    assert_eq!(mesh_custom(5, 8), mesh_custom(5, 8));
}

#[test]
fn every_answer_has_a_good_share() {
    let (mut counts, mut all) = (BTreeMap::new(), 0);
    for world in worlds() {
        let judge = Judge::new(&world);
        for request in &world.requests {
            *counts.entry(kind_of(&judge.judge(request))).or_insert(0) += 1;
            all += 1;
        }
    }
    println!("of {all} requests: {counts:?}");
    for (kind, percent) in [
        ("allowed by a rule", 8),
        ("allowed implicitly", 8),
        ("denied by a rule", 8),
        ("allowed by no rule", 8),
        ("token refused", 4),
        ("mutual TLS refused", 4),
        ("refused by the authorizer", 1),
    ] {
        let count = counts.get(kind).copied().unwrap_or(0);
        assert!(count * 100 >= all * percent, "{kind}: {count} of {all}");
    }
}

#[test]
fn every_proxy_judges_and_every_attachment_is_written() {
    let (mut proxies, mut written) = (BTreeSet::new(), BTreeSet::new());
    for world in worlds() {
        let judge = Judge::new(&world);
        proxies.extend(
            judge
                .workloads
                .values()
                .map(|found| format!("{:?}", found.proxy)),
        );
        for object in &world.objects {
            let fields = object.get("spec").and_then(Value::as_object);
            written.extend(fields.into_iter().flatten().map(|(name, _)| name.clone()));
        }
    }
    for proxy in [
        Proxy::Sidecar,
        Proxy::Gateway,
        Proxy::Waypoint,
        Proxy::Ztunnel,
    ] {
        assert!(proxies.contains(&format!("{proxy:?}")), "{proxy:?}");
    }
    for field in [
        "targetRef",
        "targetRefs",
        "selector",
        "portLevelMtls",
        "provider",
    ] {
        assert!(written.contains(field), "{field}");
    }
}

#[test]
fn every_field_and_every_key_decides_some_request() {
    let mut names = Vec::new();
    for field in [
        "principals",
        "requestPrincipals",
        "namespaces",
        "serviceAccounts",
        "trustDomains",
        "ipBlocks",
        "remoteIpBlocks",
        "hosts",
        "methods",
        "paths",
        "ports",
    ] {
        names.push(field.to_owned());
        names.push(format!("not{}{}", field[..1].to_uppercase(), &field[1..]));
    }
    for key in [
        "source.ip",
        "remote.ip",
        "destination.ip",
        "destination.port",
        "source.namespace",
        "source.principal",
        "source.serviceAccount",
        "source.trustDomain",
        "connection.sni",
        "request.auth.principal",
        "request.auth.audiences",
        "request.auth.presenter",
        "request.headers[x-a]",
        "request.headers[:path]",
        "request.auth.claims[groups]",
        "request.auth.claims[scope]",
        "request.auth.claims[nested][team]",
    ] {
        names.push(key.to_owned());
    }
    for name in [
        "audiences",
        "spaceDelimitedClaims",
        "portLevelMtls",
        "selector",
        "targetRefs",
    ] {
        names.push(name.to_owned());
    }
    // In a small mesh fewer policies hide what one of them decides.
    for seed in 0..400 {
        if names.is_empty() {
            break;
        }
        let world = mesh_custom(seed, 5);
        let judge = Judge::new(&world);
        let requests = world.requests.iter();
        let answers: Vec<_> = requests
            .map(|request| judge.judge(request).allowed)
            .collect();
        names.retain(|name| !is_decided_by(&world, &answers, name));
    }
    assert!(names.is_empty(), "{names:?}");
}

/// Whether an answer changes when a field, or the conditions of a key, are taken away.
fn is_decided_by(world: &MeshWorld, answers: &[bool], name: &str) -> bool {
    let mut without = world.clone();
    let mut is_there = false;
    for object in &mut without.objects {
        is_there |= take_away(object, name);
    }
    if !is_there {
        return false;
    }
    let other = Judge::new(&without);
    let mut pairs = world.requests.iter().zip(answers);
    pairs.any(|(request, allowed)| other.judge(request).allowed != *allowed)
}

/// Takes a field, or the conditions of a key, away; says whether there was one.
fn take_away(value: &mut Value, name: &str) -> bool {
    match value {
        Value::Object(fields) => {
            let was_there = fields.remove(name).is_some();
            fields
                .values_mut()
                .fold(was_there, |was, value| take_away(value, name) | was)
        }
        Value::Array(items) => {
            let count = items.len();
            items.retain(|item| item.get("key").and_then(Value::as_str) != Some(name));
            let was_there = items.len() < count;
            items
                .iter_mut()
                .fold(was_there, |was, item| take_away(item, name) | was)
        }
        _ => false,
    }
}

#[test]
fn the_order_of_objects_does_not_change_an_answer() {
    for seed in 0..40 {
        let world = mesh_custom(seed, 8);
        let mut other = world.clone();
        Random::new(99).shuffle(&mut other.objects);
        let (judge, again) = (Judge::new(&world), Judge::new(&other));
        for request in &world.requests {
            assert_eq!(judge.judge(request), again.judge(request), "seed {seed}");
        }
    }
}

#[test]
fn a_rule_more_that_denies_never_lets_a_request_pass() {
    for seed in 0..40 {
        let world = mesh(seed, 8);
        let mut stricter = world.clone();
        stricter
            .objects
            .push(json!({"apiVersion": "security.istio.io/v1",
            "kind": "AuthorizationPolicy", "metadata": {"name": "z", "namespace": "a"},
            "spec": {"action": "DENY", "rules": [{"to": [{"operation": {"ports": ["80"]}}]}]}}));
        let (judge, strict) = (Judge::new(&world), Judge::new(&stricter));
        for request in &world.requests {
            let (before, after) = (judge.judge(request), strict.judge(request));
            assert!(
                before.allowed || !after.allowed,
                "seed {seed} {:?}",
                request.compact()
            );
        }
    }
}

#[test]
fn the_compact_form_says_what_the_facts_say() {
    for world in worlds().take(40) {
        for request in &world.requests {
            let (compact, facts) = (request.compact(), &request.facts);
            let connection = &facts.connection;
            let is_plain = connection.transport == Transport::Plaintext;
            assert_eq!(text(&compact, "/to/pod"), request.to);
            assert_eq!(compact["port"], connection.port);
            assert_eq!(text(&compact, "/tls") == "plaintext", is_plain);
            assert_eq!(compact["from"].get("principal").is_none(), is_plain);
            assert_eq!(text(&compact, "/sni"), connection.sni);
            let Some(http) = &facts.http else {
                assert_eq!(text(&compact, "/kind"), "connection");
                continue;
            };
            assert_eq!(text(&compact, "/kind"), "http");
            assert_eq!(text(&compact, "/path"), http.path);
            assert_eq!(compact.get("jwt").is_some(), !http.tokens.is_empty());
            let lines = compact["headers"].as_object().unwrap().values();
            let shown = lines
                .map(|line| line.as_array().map_or(1, Vec::len))
                .sum::<usize>();
            assert_eq!(shown + http.tokens.len(), http.headers.len());
        }
    }
}
