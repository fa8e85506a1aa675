//! Holds decisions about HTTP against an Envoy that enforces what Kordon exports.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use kordon::model::Claims;
use kordon::{
    Cluster, ConnectionRequest, Endpoint, Engine, Headers, HttpMessage, HttpRequest, Names,
    PathNormalization, Port, Protocol, Request, Session, SessionSecurity, Texts, Token,
    claims_from_json, export,
};
use kordon_testkit::facts::TokenState;
use kordon_testkit::world::mesh;
use serde_json::Value;

use crate::client::{self, Response, Stream};
use crate::config;
use crate::credentials::{Authority, CertificateNames, TokenKeys};
use crate::place::{PORTS, Place, Placed, PlacedRequest, destinations};
use crate::process::{Envoy, folder, free_ports};
use crate::verdict::Answer;

/// How many meshes are generated, and of how many pods about.
const WORLDS: u8 = 40;
const SIZE: usize = 12;

/// At most so many differences are shown in full.
const SHOWN: usize = 8;

#[test]
#[ignore = "needs Envoy: run `cargo xtask test envoy`"]
fn envoy_answers_as_decisions_do() {
    let folder = folder("mesh");
    let (authority, keys) = (Authority::new(&folder), TokenKeys::new());
    let first_port = free_ports(4);
    let scenes: Vec<Scene> = (0..WORLDS)
        .map(|number| {
            let place = Place {
                number: number + 10,
                first_port,
            };
            Scene::new(place.put(&mesh(u64::from(number), SIZE), &keys))
        })
        .collect();
    let listeners: Vec<Value> = scenes
        .iter()
        .flat_map(|scene| scene.listeners(first_port, &folder, &keys))
        .collect();
    let envoy = Envoy::start(&folder, &listeners);
    let mut clients = Clients {
        authority,
        configs: BTreeMap::new(),
    };
    let mut tally = Tally::default();
    for scene in &scenes {
        scene.compare(&mut clients, &mut tally);
    }
    tally.finish(&envoy);
}

/// A mesh, and the filters of those of its pods that requests go to.
struct Scene {
    placed: Placed,
    engine: Engine,
    filters: BTreeMap<String, Vec<Value>>,
}

impl Scene {
    fn new(placed: Placed) -> Self {
        let mut cluster = Cluster::new();
        for object in &placed.objects {
            cluster.read_value("world", object);
        }
        let engine = Engine::new(&cluster);
        let filters = destinations(&placed.requests)
            .into_iter()
            .map(|(pod, _)| {
                let filters = export::envoy_rbac(&engine, &endpoint(&pod));
                (pod, filters.expect("the policies have a counterpart"))
            })
            .collect();
        Self {
            placed,
            engine,
            filters,
        }
    }

    fn listeners(&self, first_port: u16, folder: &Path, keys: &TokenKeys) -> Vec<Value> {
        let set = keys.set();
        destinations(&self.placed.requests)
            .into_iter()
            .map(|(pod, address)| {
                let rules = self.engine.snapshot().token_rules(&endpoint(&pod));
                let tokens = config::tokens(&rules.expect("the pod is known"), &set);
                let filters: Vec<Value> = tokens
                    .into_iter()
                    .chain(self.filters[&pod].iter().map(config::observed))
                    .collect();
                let http = config::http(PathNormalization::Base, &filters);
                let ports = (first_port..).take(PORTS.len());
                config::listener(address, ports, folder, &http)
            })
            .collect()
    }

    fn compare(&self, clients: &mut Clients, tally: &mut Tally) {
        let mut connections = BTreeMap::new();
        tally.sets += self.filters.len();
        for request in &self.placed.requests {
            let response = clients.send(request, &mut connections);
            let envoy = match &response {
                Ok(response) => Answer::of_envoy(response),
                Err(error) => Answer::Other(error.to_string()),
            };
            let kordon = self.decide(request);
            *tally.answers.entry(kind(&envoy)).or_default() += 1;
            if envoy != kordon {
                let filters = &self.filters[&request.to];
                tally.differences.push(format!(
                    "{request:?}\nEnvoy:  {envoy:?} {response:?}\nKordon: {kordon:?}\n{}\n{filters:?}",
                    self.policies()
                ));
            }
        }
    }

    fn policies(&self) -> String {
        let objects = self.placed.objects.iter();
        let policies = objects.filter(|object| object["apiVersion"] == "security.istio.io/v1");
        policies.fold(String::new(), |mut text, policy| {
            let _infallible = writeln!(text, "{policy}");
            text
        })
    }

    fn decide(&self, request: &PlacedRequest) -> Answer {
        let http = &request.http;
        let claims: Option<Claims> = http
            .tokens
            .values()
            .find(|token| token.state == TokenState::Genuine)
            .and_then(|token| Some(claims_from_json(token.payload.as_object()?)));
        let names = request.names.clone().unwrap_or_default();
        let subject = names.common_name.as_ref().map(|name| format!("CN={name}"));
        let security = match &request.names {
            None => SessionSecurity::Plaintext,
            Some(_) => SessionSecurity::Mutual(Names {
                uris: Texts::from(&names.uris),
                dns: Texts::from(&names.dns),
                subject: subject.as_deref().unwrap_or_default(),
            }),
        };
        let message = HttpMessage {
            method: &http.method,
            scheme: if request.names.is_some() {
                "https"
            } else {
                "http"
            },
            host: &http.host,
            path: &http.path,
            headers: Headers::Owned(&http.headers),
            token: match (&claims, http.tokens.is_empty()) {
                (Some(claims), _) => Token::Verified(claims),
                (None, true) => Token::Absent,
                (None, false) => Token::Refused("it does not hold"),
            },
            ..HttpMessage::default()
        };
        let from = match &request.from {
            Some(pod) => endpoint(pod),
            None => Endpoint::Address(request.peer),
        };
        let connection = ConnectionRequest {
            from,
            to: endpoint(&request.to),
            protocol: Protocol::TCP,
            port: Port::Number(request.port),
            session: Some(Session {
                security,
                peer: Some(request.peer),
                client: request.client,
                server_name: &request.server_name,
                ..Session::default()
            }),
        };
        let request = Request::Http(HttpRequest {
            connection,
            message,
        });
        Answer::of_kordon(&self.engine, &request)
    }
}

/// A pod by `NAMESPACE/NAME`.
fn endpoint(pod: &str) -> Endpoint<'_> {
    let (namespace, name) = pod.split_once('/').unwrap_or_default();
    Endpoint::Pod { namespace, name }
}

fn kind(answer: &Answer) -> &'static str {
    match answer {
        Answer::Passes(None) => "passes without a rule",
        Answer::Passes(Some(_)) => "passes by a rule",
        Answer::Refused(None) => "refused, since no rule admits it",
        Answer::Refused(Some(_)) => "refused by a rule",
        Answer::BadToken => "refused for its token",
        Answer::BadRequest => "no request",
        Answer::Other(_) => "something else",
    }
}

/// Who speaks to Envoy.
struct Clients {
    authority: Authority,
    configs: BTreeMap<CertificateNames, rustls::ClientConfig>,
}

/// What connections differ in.
type Line = (IpAddr, SocketAddr, Option<CertificateNames>, String);

impl Clients {
    /// Sends a request, over a connection that is open where there is one.
    fn send(
        &mut self,
        request: &PlacedRequest,
        connections: &mut BTreeMap<Line, Box<dyn Stream>>,
    ) -> io::Result<Response> {
        let to = SocketAddr::new(request.destination, request.port);
        let line = (
            request.peer,
            to,
            request.names.clone(),
            request.server_name.clone(),
        );
        let mut stream = match connections.remove(&line) {
            Some(stream) => stream,
            None => self.connect(&line)?,
        };
        let response = client::exchange(&mut *stream, written(request).as_bytes())?;
        if response.is_open {
            connections.insert(line, stream);
        }
        Ok(response)
    }

    fn connect(&mut self, (from, to, names, server_name): &Line) -> io::Result<Box<dyn Stream>> {
        let stream = client::plain(SocketAddr::new(*from, 0), *to)?;
        let Some(names) = names else {
            return Ok(Box::new(stream));
        };
        let config = self
            .configs
            .entry(names.clone())
            .or_insert_with(|| self.authority.client(names));
        Ok(Box::new(client::secured(stream, config, server_name)?))
    }
}

/// The request as it is sent.
fn written(request: &PlacedRequest) -> String {
    let http = &request.http;
    let mut text = format!(
        "{} {} HTTP/1.1\r\nhost: {}\r\n",
        http.method, http.path, http.host
    );
    let forwarded = request
        .client
        .map(|client| ("x-forwarded-for".to_owned(), client.to_string()));
    for (name, value) in http.headers.iter().chain(&forwarded) {
        let _infallible = write!(text, "{name}: {value}\r\n");
    }
    text.push_str("\r\n");
    text
}

/// What was compared.
#[derive(Default)]
struct Tally {
    /// Sets of policies that Envoy enforced.
    sets: usize,
    answers: BTreeMap<&'static str, usize>,
    differences: Vec<String>,
}

impl Tally {
    fn finish(&self, envoy: &Envoy) {
        let total: usize = self.answers.values().sum();
        println!(
            "{total} requests to {} sets of policies: {:?}",
            self.sets, self.answers
        );
        for difference in self.differences.iter().take(SHOWN) {
            println!("\n{difference}");
        }
        let count = self.differences.len();
        assert_eq!(
            count,
            0,
            "Envoy says otherwise; its log ends so:\n{}",
            envoy.log()
        );
        assert!(
            self.sets > 100 && self.answers.len() == 5,
            "little was compared"
        );
        assert!(
            self.answers.values().all(|count| *count > 50),
            "an answer is rare"
        );
    }
}
