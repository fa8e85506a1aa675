//! Rules whose values hit or just miss the requests.

use serde_json::{Value, json};

use super::policy::insert;
use super::token::{AUDIENCES, ISSUERS, SUBJECTS};
use super::{ACCOUNTS, NAMESPACES, PORTS, TRUST_DOMAINS};
use crate::world::random::Random;

const PATHS: [&str; 16] = [
    "*",
    "/api",
    "/api*",
    "/api/*",
    "*/items",
    "/admin",
    "/admin*",
    "/api/{*}",
    "/api/{**}",
    "/{*}/v1/{**}",
    "/{**}",
    "/a*b",
    "/api?x=1",
    "/",
    "/api/",
    "/a%2Fb",
];
const METHODS: [&str; 6] = ["GET", "POST", "P*", "*T", "*", "get"];
const HOSTS: [&str; 7] = [
    "web.example",
    "WEB.example",
    "*.example",
    "web.*",
    "*",
    "web.example:8080",
    "other.example",
];
const BLOCKS: [&str; 8] = [
    "10.0.0.0/8",
    "10.0.1.0/24",
    "10.0.2.2",
    "10.0.1.7/16",
    "0.0.0.0/0",
    "::/0",
    "fd00::/64",
    "203.0.113.0/24",
];
const HEADER_VALUES: [&str; 5] = ["one", "one*", "*two", "*", "three"];
const SERVER_NAMES: [&str; 3] = ["*", "*.example", "web.example"];

/// A rule, at times an empty one. Rules of an authorizer speak of what it may speak of.
pub(super) fn rule(random: &mut Random, action: &str) -> Value {
    let mut rule = json!({});
    let is_custom = action == "CUSTOM";
    if random.chance(45) {
        let entries = 1 + usize::from(random.chance(35));
        let from: Vec<Value> = (0..entries)
            .map(|_| json!({"source": source(random, is_custom)}))
            .collect();
        insert(&mut rule, "from", from.into());
    }
    if random.chance(55) {
        let entries = 1 + usize::from(random.chance(35));
        let to: Vec<Value> = (0..entries)
            .map(|_| json!({"operation": operation(random)}))
            .collect();
        insert(&mut rule, "to", to.into());
    }
    if random.chance(40) {
        let conditions = 1 + usize::from(random.chance(25));
        let when: Vec<Value> = (0..conditions)
            .map(|_| condition(random, is_custom))
            .collect();
        insert(&mut rule, "when", when.into());
    }
    rule
}

fn source(random: &mut Random, is_custom: bool) -> Value {
    let mut source = json!({});
    for _ in 0..=usize::from(random.chance(35)) {
        let (field, value) = match random.below(if is_custom { 2 } else { 11 }) {
            0 => ("ipBlocks", block(random)),
            1 => ("remoteIpBlocks", block(random)),
            2 | 3 => ("principals", principal(random)),
            4 | 5 => ("namespaces", namespace(random)),
            6 => ("serviceAccounts", account(random)),
            7 => ("trustDomains", trust_domain(random)),
            _ => ("requestPrincipals", request_principal(random)),
        };
        add(random, &mut source, field, value);
    }
    source
}

fn operation(random: &mut Random) -> Value {
    let mut operation = json!({});
    for _ in 0..=usize::from(random.chance(35)) {
        let (field, value) = match random.below(6) {
            0 => ("hosts", random.pick(&HOSTS).to_owned()),
            1 | 2 => ("methods", random.pick(&METHODS).to_owned()),
            3 | 4 => ("paths", random.pick(&PATHS).to_owned()),
            _ => ("ports", port(random)),
        };
        add(random, &mut operation, field, value);
    }
    operation
}

/// Adds a value to a field, or at times to its negation.
fn add(random: &mut Random, fields: &mut Value, field: &str, value: String) {
    let name = if random.chance(35) {
        let (first, rest) = field.split_at(1);
        format!("not{}{rest}", first.to_uppercase())
    } else {
        field.to_owned()
    };
    let known = fields.get_mut(&name).and_then(Value::as_array_mut);
    if let Some(values) = known {
        values.push(value.into());
    } else {
        insert(fields, &name, json!([value]));
    }
}

fn condition(random: &mut Random, is_custom: bool) -> Value {
    let (key, value) = match random.below(if is_custom { 5 } else { 17 }) {
        0 => (header(random), random.pick(&HEADER_VALUES).to_owned()),
        1 => ("source.ip".to_owned(), block(random)),
        2 => ("destination.port".to_owned(), port(random)),
        3 => (
            "connection.sni".to_owned(),
            random.pick(&SERVER_NAMES).to_owned(),
        ),
        4 => ("remote.ip".to_owned(), block(random)),
        5 => ("destination.ip".to_owned(), block(random)),
        6 => ("source.namespace".to_owned(), namespace(random)),
        7 => ("source.principal".to_owned(), principal(random)),
        8 => ("source.serviceAccount".to_owned(), account(random)),
        9 => ("source.trustDomain".to_owned(), trust_domain(random)),
        10 => (
            "request.auth.principal".to_owned(),
            request_principal(random),
        ),
        11 => (
            "request.auth.audiences".to_owned(),
            random.pick(&AUDIENCES).to_owned(),
        ),
        12 => ("request.auth.presenter".to_owned(), "client".to_owned()),
        _ => claim(random),
    };
    let mut condition = json!({"key": key});
    add(random, &mut condition, "values", value);
    condition
}

fn header(random: &mut Random) -> String {
    let name = random.pick(&["x-a", "X-B", ":method", ":path", ":authority"]);
    format!("request.headers[{name}]")
}

/// A claim of some type and a value that may be its own.
fn claim(random: &mut Random) -> (String, String) {
    let (name, value) = random.pick(&[
        ("[groups]", "dev"),
        ("[groups]", "ops"),
        ("[groups]", "d*"),
        ("[scope]", "read"),
        ("[scope]", "write"),
        ("[nested][team]", "red"),
        ("[nested][team]", "*"),
        ("[nested][team][name]", "red"),
        ("[level]", "1"),
        ("[admin]", "*"),
    ]);
    (format!("request.auth.claims{name}"), value.to_owned())
}

fn block(random: &mut Random) -> String {
    if random.chance(3) {
        return "10.0.0.0/40".to_owned();
    }
    random.pick(&BLOCKS).to_owned()
}

fn port(random: &mut Random) -> String {
    if random.chance(3) {
        return "http".to_owned();
    }
    random.pick(&PORTS).to_string()
}

fn principal(random: &mut Random) -> String {
    let domain = random.pick(&TRUST_DOMAINS);
    let (namespace, account) = (random.pick(&NAMESPACES), random.pick(&ACCOUNTS));
    match random.below(9) {
        0 => "*".to_owned(),
        1 => format!("*/sa/{account}"),
        2 => format!("{domain}/ns/{namespace}/*"),
        3 => format!("*/ns/{namespace}/sa/{account}"),
        4 => format!("*td/ns/{namespace}/sa/{account}"),
        5 => format!("td*/ns/{namespace}/sa/{account}"),
        6 => format!("{domain}*"),
        _ => format!("{domain}/ns/{namespace}/sa/{account}"),
    }
}

fn namespace(random: &mut Random) -> String {
    match random.below(8) {
        0 => "*".to_owned(),
        1 => "a*".to_owned(),
        2 => "*b".to_owned(),
        3 => "i*m".to_owned(),
        _ => random.pick(&NAMESPACES).to_owned(),
    }
}

fn account(random: &mut Random) -> String {
    let account = random.pick(&ACCOUNTS);
    if random.chance(40) {
        return account.to_owned();
    }
    format!("{}/{account}", random.pick(&NAMESPACES))
}

fn trust_domain(random: &mut Random) -> String {
    match random.below(6) {
        0 => "*".to_owned(),
        1 => "*td".to_owned(),
        2 => "td*".to_owned(),
        _ => random.pick(&TRUST_DOMAINS).to_owned(),
    }
}

fn request_principal(random: &mut Random) -> String {
    let (issuer, subject) = (random.pick(&ISSUERS), random.pick(&SUBJECTS));
    match random.below(8) {
        0..=2 => "*".to_owned(),
        3 => format!("{issuer}/*"),
        4 => format!("*/{subject}"),
        5 => "iss*".to_owned(),
        6 => "*-1".to_owned(),
        _ => format!("{issuer}/{subject}"),
    }
}
