//! The reference against the sentences it was written from, one test for each.

use serde_json::json;

use super::*;
use crate::facts::{ConnectionFacts, HttpFacts, Transport};

mod action;
mod attachment;
mod authn;
mod condition;
mod custom;
mod identity;
mod operation;
mod outside;
mod path;
mod peer;
mod tcp;
mod ztunnel;

/// A policy `p` in the namespace `foo`.
fn policy(action: &str, rules: &Value) -> Value {
    named("p", action, rules)
}

fn named(name: &str, action: &str, rules: &Value) -> Value {
    json!({"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy",
        "metadata": {"name": name, "namespace": "foo"},
        "spec": {"action": action, "rules": rules}})
}

/// A `GET /` in plaintext.
fn get() -> RequestFacts {
    with_path("/")
}

fn with_path(path: &str) -> RequestFacts {
    let http = HttpFacts {
        method: "GET".to_owned(),
        host: "web.example".to_owned(),
        path: path.to_owned(),
        headers: Vec::new(),
        claims: None,
        tokens: BTreeMap::new(),
    };
    RequestFacts {
        http: Some(http),
        ..bytes()
    }
}

/// A connection on which the proxy reads no HTTP, in plaintext.
fn bytes() -> RequestFacts {
    let ip = |text: &str| text.parse().unwrap();
    RequestFacts {
        connection: ConnectionFacts {
            transport: Transport::Plaintext,
            identities: Vec::new(),
            ip: ip("10.0.0.9"),
            remote_ip: ip("10.0.0.9"),
            destination_ip: ip("10.0.0.80"),
            port: 80,
            sni: String::new(),
        },
        http: None,
        metadata: BTreeMap::new(),
    }
}

/// The same request over mutual TLS with these names in the client's certificate.
fn by(identities: &[&str], mut request: RequestFacts) -> RequestFacts {
    request.connection.transport = match request.http {
        Some(_) => Transport::mutual_http(),
        None => Transport::mutual_tcp(),
    };
    request.connection.identities = identities.iter().map(|name| (*name).to_owned()).collect();
    request
}

/// A `GET /` from a service account `a` in a namespace.
fn from_namespace(namespace: &str) -> RequestFacts {
    by(
        &[&format!("spiffe://cluster.local/ns/{namespace}/sa/a")],
        get(),
    )
}

fn with_http(change: impl FnOnce(&mut HttpFacts)) -> RequestFacts {
    let mut request = get();
    change(request.http.as_mut().unwrap());
    request
}

fn with_headers(lines: &[(&str, &str)]) -> RequestFacts {
    with_http(|http| {
        http.headers = lines
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
    })
}

fn with_claims(claims: Value) -> RequestFacts {
    with_http(|http| http.claims = Some(claims))
}

/// The workload `foo/httpbin`.
fn httpbin() -> Workload {
    let labels = BTreeMap::from([("app".to_owned(), "httpbin".to_owned())]);
    Workload::new("foo", labels)
}

/// No token is genuine, and every authorizer lets everything pass.
struct Nobody;

impl Outside for Nobody {
    fn verify(&self, _rule: &JwtRule, _token: &str) -> Verification {
        Verification::Bad
    }

    fn authorizes(&self, _provider: &str, _request: &RequestFacts) -> bool {
        true
    }
}

fn answer(policies: &[Value], request: &RequestFacts) -> Answer {
    let mesh = Mesh::new(policies, MeshConfig::default());
    mesh.decide(&httpbin(), request, &Nobody)
}

/// Whether an ALLOW policy with one rule lets a request pass.
fn rule_matches(rule: &Value, request: &RequestFacts) -> bool {
    answer(&[policy("ALLOW", &json!([rule]))], request).allowed
}

/// Whether a rule with one field of `from.source` matches.
fn source_matches(source: &Value, request: &RequestFacts) -> bool {
    rule_matches(&json!({"from": [{"source": source}]}), request)
}

/// Whether a rule with one field of `to.operation` matches.
fn operation_matches(operation: &Value, request: &RequestFacts) -> bool {
    rule_matches(&json!({"to": [{"operation": operation}]}), request)
}

/// Whether a rule with one condition matches.
fn when_matches(condition: &Value, request: &RequestFacts) -> bool {
    rule_matches(&json!({"when": [condition]}), request)
}
