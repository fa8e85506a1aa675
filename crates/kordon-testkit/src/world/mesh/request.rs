//! Requests over HTTP and connections over TCP, and their compact form.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::{Value, json};

use super::inventory::{Inventory, Pod};
use super::policy::insert;
use super::{MeshSettings, PORTS, token};
use crate::facts::{ConnectionFacts, HttpFacts, RequestFacts, TokenFacts, TokenState, Transport};
use crate::world::random::Random;

const PATHS: [&str; 18] = [
    "/",
    "/api",
    "/api/",
    "/api/v1",
    "/api/v1/items",
    "/api?x=1",
    "/admin",
    "/admin/x",
    "/api/../admin",
    "/api/%2e%2e/admin",
    "/%61dmin",
    "//api",
    "/a%2Fb",
    "/a*b",
    "/api/..;/admin",
    "/API",
    "/a\\b",
    "/x/v1/{y}",
];
const METHODS: [&str; 6] = ["GET", "GET", "POST", "PUT", "get", "OPTIONS"];
const HOSTS: [&str; 5] = [
    "web.example",
    "web.example",
    "Web.Example",
    "web.example:8080",
    "api.example",
];
const HEADER_VALUES: [&str; 6] = ["one", "two", "one,two", "onetwo", "", "three"];
const SERVER_NAMES: [&str; 3] = ["web.example", "api.web.example", "other"];
/// Clients outside the cluster.
const OUTSIDE: [&str; 3] = ["203.0.113.7", "198.51.100.1", "2001:db8::1"];

/// A request, and the pods or addresses at its ends.
#[derive(Clone, Debug, PartialEq)]
pub struct MeshRequest {
    /// Where it comes from: `NAMESPACE/NAME` of a pod, or an address outside the cluster.
    pub from: String,
    /// The pod that it goes to, as `NAMESPACE/NAME`.
    pub to: String,
    /// What the proxy of that pod knows.
    pub facts: RequestFacts,
}

impl MeshRequest {
    /// The request in compact form: kind `http`, or `connection` where it carries no HTTP.
    ///
    /// A header of several lines is a list. A token stands under `jwt`, with its issuer, its
    /// subject and its other claims; of one that does not hold it says why it is refused.
    pub fn compact(&self) -> Value {
        let connection = &self.facts.connection;
        let mut request = json!({"from": self.source(), "to": {"pod": self.to},
        "port": connection.port,
        "tls": match connection.transport {
            Transport::Plaintext => "plaintext",
            Transport::Tls { .. } => "mtls",
        }});
        if !connection.sni.is_empty() {
            insert(&mut request, "sni", json!(connection.sni));
        }
        let Some(http) = &self.facts.http else {
            insert(&mut request, "kind", json!("connection"));
            insert(&mut request, "protocol", json!("TCP"));
            return request;
        };
        insert(&mut request, "kind", json!("http"));
        insert(&mut request, "method", json!(http.method));
        insert(&mut request, "host", json!(http.host));
        insert(&mut request, "path", json!(http.path));
        insert(&mut request, "headers", headers(http));
        if connection.remote_ip != connection.ip {
            insert(&mut request, "clientIp", json!(connection.remote_ip));
        }
        if let Some(token) = http.tokens.values().next() {
            insert(&mut request, "jwt", jwt(token));
        }
        request
    }

    /// The source, with the name of its certificate if it has one.
    fn source(&self) -> Value {
        let mut source = match self.from.parse::<IpAddr>() {
            Ok(ip) => json!({"ip": ip}),
            Err(_) => json!({"pod": self.from}),
        };
        if let Some(identity) = self.facts.connection.identities.first() {
            insert(&mut source, "principal", json!(identity));
        }
        source
    }
}

/// The headers without the one that carries the token.
fn headers(http: &HttpFacts) -> Value {
    let mut lines: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let shown = http
        .headers
        .iter()
        .filter(|(name, _)| name != "authorization");
    for (name, value) in shown {
        lines.entry(name).or_default().push(value);
    }
    let written = |values: &Vec<&str>| match values.as_slice() {
        [single] => json!(single),
        several => json!(several),
    };
    let pairs = lines
        .iter()
        .map(|(name, values)| ((*name).to_owned(), written(values)));
    Value::Object(pairs.collect())
}

fn jwt(token: &TokenFacts) -> Value {
    match token.state {
        TokenState::Expired => return json!({"refused": "expired"}),
        TokenState::Forged => return json!({"refused": "signature"}),
        TokenState::Genuine => {}
    }
    let mut jwt = json!({});
    let mut claims = token.payload.clone();
    for name in ["iss", "sub"] {
        let value = claims
            .as_object_mut()
            .and_then(|claims| claims.remove(name));
        if let Some(value) = value {
            insert(&mut jwt, name, value);
        }
    }
    insert(&mut jwt, "claims", claims);
    jwt
}

pub(super) fn request(
    random: &mut Random,
    inventory: &Inventory,
    settings: &MeshSettings,
) -> MeshRequest {
    // Most requests go to few pods, so that much of what holds for a pod is tried.
    let few = inventory.pods.get(..3).unwrap_or(&inventory.pods);
    let to = if random.chance(80) {
        pick(random, few)
    } else {
        pick(random, &inventory.pods)
    };
    let from = pick(random, &inventory.pods);
    let is_outside = random.chance(12);
    let is_tls = !is_outside && random.chance(80);
    let is_http = random.chance(80);
    let outside = random.pick(&OUTSIDE);
    let ip = if is_outside {
        outside.parse().unwrap_or(from.ip)
    } else {
        from.ip
    };
    let connection = ConnectionFacts {
        transport: transport(is_tls, is_http),
        identities: if is_tls {
            identities(random, &from)
        } else {
            Vec::new()
        },
        ip,
        remote_ip: if is_http && random.chance(15) {
            random.pick(&OUTSIDE).parse().unwrap_or(ip)
        } else {
            ip
        },
        destination_ip: to.ip,
        port: random.pick(&PORTS),
        sni: if is_tls && random.chance(60) {
            random.pick(&SERVER_NAMES).to_owned()
        } else {
            String::new()
        },
    };
    let asks_authorizer = !settings.providers.is_empty();
    MeshRequest {
        from: if is_outside {
            outside.to_owned()
        } else {
            from.name
        },
        to: to.name,
        facts: RequestFacts {
            connection,
            http: is_http.then(|| http(random, asks_authorizer)),
            metadata: BTreeMap::new(),
        },
    }
}

fn pick(random: &mut Random, pods: &[Pod]) -> Pod {
    let at = random.below(pods.len());
    pods.get(at).cloned().unwrap_or(Pod {
        name: "a/none".to_owned(),
        ip: IpAddr::from([10, 0, 0, 1]),
        identity: String::new(),
    })
}

fn transport(is_tls: bool, is_http: bool) -> Transport {
    match (is_tls, is_http) {
        (false, _) => Transport::Plaintext,
        (true, true) => Transport::mutual_http(),
        (true, false) => Transport::mutual_tcp(),
    }
}

/// The name of the pod's account, or at times one that no account has.
fn identities(random: &mut Random, from: &Pod) -> Vec<String> {
    let odd = [
        "spiffe://ns/a/sa/x",
        "spiffe://cluster.local/ns/a/dep/d/sa/x",
        "spiffe://td1/ns/b/sa/y/z",
    ];
    if random.chance(5) {
        return vec![random.pick(&odd).to_owned()];
    }
    vec![from.identity.clone()]
}

fn http(random: &mut Random, asks_authorizer: bool) -> HttpFacts {
    let mut headers = Vec::new();
    for name in ["x-a", "x-b"] {
        for value in random.some(&HEADER_VALUES, 2) {
            if random.chance(60) {
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    if asks_authorizer && random.chance(40) {
        headers.push(("x-ext-authz".to_owned(), "deny".to_owned()));
    }
    let mut tokens = BTreeMap::new();
    if random.chance(60) {
        let (text, facts) = token::token(random);
        headers.push(("authorization".to_owned(), format!("Bearer {text}")));
        tokens.insert(text, facts);
    }
    HttpFacts {
        method: random.pick(&METHODS).to_owned(),
        host: random.pick(&HOSTS).to_owned(),
        path: random.pick(&PATHS).to_owned(),
        headers,
        claims: None,
        tokens,
    }
}
