//! What proxies of a mesh enforce: the engine against the reference evaluator.

use kordon::kinds::{MeshSettings, Settings};
use kordon::{
    Cluster, Engine, HttpRequest, Names, Options, Problem, Request, RequestSpec, Session,
    SessionSecurity, Texts, Verdict,
};
use kordon_testkit::facts::{RequestFacts, Transport};
use kordon_testkit::reference::istio::{AsStated, Mesh, MeshConfig, Proxy, Workload};
use kordon_testkit::world::{MeshRequest, MeshWorld, World, mesh};
use serde_json::{Value, json};

use crate::law::{Broken, Law, first_broken};

/// Pods of a world.
const SIZE: usize = 5;

/// Of the requests that meet a sidecar, more than so many hundredths are answered for sure.
const SURE: usize = 80;

#[test]
fn requests_to_a_mesh_are_answered_as_the_reference_answers_them() {
    Law {
        name: "requests to a mesh are answered as its policies say",
        world,
        broken: differs,
    }
    .hold();
}

#[test]
fn few_requests_to_a_mesh_cannot_be_told() {
    let (mut sure, mut all) = (0, 0);
    for seed in 0..40 {
        let world = world(seed);
        let engine = engine(&world.objects, &mesh(seed, SIZE));
        for request in &world.requests {
            let (_, request) = asked(request);
            if faces_a_sidecar(&world.objects, &request).is_some() {
                all += 1;
                sure += usize::from(decide(&engine, &request) != Verdict::Unknown);
            }
        }
    }
    println!("{sure} of {all} answers of a mesh are sure");
    assert!(sure * 100 > all * SURE, "{sure} of {all}");
}

/// A mesh. Its requests are numbers: what a proxy knows of one is more than its compact form says.
fn world(seed: u64) -> World {
    let mesh = mesh(seed, SIZE);
    let requests = (0..mesh.requests.len()).map(|number| json!({"seed": seed, "number": number}));
    World {
        requests: requests.collect(),
        objects: mesh.objects,
    }
}

/// The mesh that a request stems from, and the request.
fn asked(request: &Value) -> (MeshWorld, MeshRequest) {
    let mesh = mesh(request["seed"].as_u64().expect("a seed"), SIZE);
    let number = request["number"].as_u64().expect("a number");
    let request = mesh.requests[usize::try_from(number).expect("a place")].clone();
    (mesh, request)
}

fn engine(objects: &[Value], mesh: &MeshWorld) -> Engine {
    let mut domains = mesh.settings.trust_domains.iter().cloned();
    let mut cluster = Cluster::with_settings(Settings {
        mesh: MeshSettings {
            trust_domain: domains.next().unwrap_or_default(),
            trust_domain_aliases: domains.collect(),
            root_namespace: mesh.settings.root_namespace.clone(),
        },
    });
    for object in objects {
        cluster.read_value("world", object);
    }
    Engine::with_options(&cluster, Options::default())
}

/// The workload that a request goes to, if a sidecar stands before it.
fn faces_a_sidecar(objects: &[Value], request: &MeshRequest) -> Option<Workload> {
    let (namespace, name) = request.to.split_once('/')?;
    let workload = Workload::find(objects, namespace, name)?;
    // A pod that stays out of ambient mode may have no proxy at all.
    let stays_out = workload.labels.contains_key("istio.io/dataplane-mode");
    (workload.proxy == Proxy::Sidecar && !stays_out).then_some(workload)
}

fn decide(engine: &Engine, request: &MeshRequest) -> Verdict {
    with(request, |request| engine.decide(request).verdict)
}

/// The request with all that its facts say.
fn with<T>(request: &MeshRequest, use_it: impl FnOnce(&Request<'_>) -> T) -> T {
    let spec = RequestSpec::from_json(&request.compact()).expect("a request");
    let facts: &RequestFacts = &request.facts;
    let names = facts.connection.identities.iter();
    let names: Vec<&str> = names.map(String::as_str).collect();
    let session = Session {
        security: match facts.connection.transport {
            Transport::Plaintext => SessionSecurity::Plaintext,
            Transport::Tls { .. } => SessionSecurity::Mutual(Names {
                uris: Texts::from(names.as_slice()),
                ..Names::default()
            }),
        },
        peer: Some(facts.connection.ip),
        client: Some(facts.connection.remote_ip),
        server_name: &facts.connection.sni,
        providers: &[],
    };
    match spec.as_request() {
        Request::Http(mut http) => {
            http.connection.session = Some(session);
            use_it(&Request::Http(HttpRequest { ..http }))
        }
        Request::Connection(mut connection) => {
            connection.session = Some(session);
            use_it(&Request::Connection(connection))
        }
        other => use_it(&other),
    }
}

fn differs(world: &World) -> Option<Broken> {
    let first = world.requests.first()?;
    let (mesh, _) = asked(first);
    let engine = engine(&world.objects, &mesh);
    let config = MeshConfig {
        root_namespace: mesh.settings.root_namespace.clone(),
        trust_domains: mesh.settings.trust_domains,
        ..MeshConfig::default()
    };
    let reference = Mesh::new(&world.objects, config);
    first_broken(world, |request| {
        let (_, request) = asked(request);
        let Some(workload) = faces_a_sidecar(&world.objects, &request) else {
            return Ok(());
        };
        let facts = &request.facts;
        let expected = reference.decide(&workload, facts, &AsStated(facts));
        let explanation = with(&request, |request| engine.explain(request));
        let decision = with(&request, |request| engine.decide(request));
        // A smaller world may lack the source.
        if decision.problem == Some(Problem::NoSuchWorkload) {
            return Ok(());
        }
        let is_right = match decision.verdict {
            Verdict::Allow => expected.allowed,
            Verdict::Unknown => true,
            Verdict::Deny | Verdict::NotApplicable => !expected.allowed,
        };
        if is_right && decision == explanation.decision {
            return Ok(());
        }
        let reasons: Vec<&str> = explanation
            .planes
            .iter()
            .map(|p| p.reason.as_str())
            .collect();
        Err(format!(
            "found    {decision:?}: {reasons:?}\nexpected {expected:?}\nfor {request:?}"
        ))
    })
}
