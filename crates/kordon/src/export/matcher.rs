//! Conditions as matchers of Envoy's RBAC filter: principals about the source and its token,
//! permissions about the request.

use kordon_core::model::{Case, GlobPart, PortMatch, TextMatch};
use kordon_core::rule::{AddressOf, Clause, Fact, Layer, Sense, Test};
use serde_json::{Value, json};

/// The filter whose notes hold the claims of a token, and the key under which it notes them.
const JWT: [&str; 2] = ["envoy.filters.http.jwt_authn", "payload"];

/// A condition as a principal, if it is about the source or its token.
pub(super) fn principal(test: &Test) -> Option<Value> {
    match test {
        Test::Text {
            of: Fact::Identity,
            sense,
            case,
            patterns,
        } => {
            let name = |pattern| json!({"authenticated": {"principal_name": text(pattern, *case)}});
            Some(ids(*sense, patterns.iter().map(name).collect()))
        }
        Test::Text {
            of: of @ (Fact::Claim { .. } | Fact::Metadata { .. }),
            sense,
            case,
            patterns,
        } => {
            let noted = |pattern| json!({"metadata": metadata(of, &text(pattern, *case))});
            Some(ids(*sense, patterns.iter().map(noted).collect()))
        }
        Test::Address { of, sense, blocks } => {
            let field = match of {
                AddressOf::Peer => "direct_remote_ip",
                AddressOf::Client => "remote_ip",
                AddressOf::Destination => return None,
            };
            Some(ids(
                *sense,
                blocks.iter().map(|block| cidr(field, block)).collect(),
            ))
        }
        Test::TokenPrincipal { sense, patterns } => {
            let both = |(issuer, subject): &(TextMatch, TextMatch)| json!({"and_ids": {"ids": [claim("iss", issuer), claim("sub", subject)]}});
            Some(ids(*sense, patterns.iter().map(both).collect()))
        }
        Test::Any(lists) => {
            let each = lists.iter().map(|list| {
                let ids: Option<Vec<Value>> = list.iter().map(|c| principal(&c.test)).collect();
                Some(json!({"and_ids": {"ids": some_or_any(ids?)}}))
            });
            Some(ids(Sense::OneOf, each.collect::<Option<_>>()?))
        }
        _ => None,
    }
}

/// A condition on a claim that is a text.
fn claim(name: &str, pattern: &TextMatch) -> Value {
    let fact = Fact::Claim {
        path: vec![name.to_owned()],
    };
    json!({"metadata": metadata(&fact, &text(pattern, Case::Sensitive))})
}

/// A condition as a permission, if it is about the request.
pub(super) fn permission(test: &Test) -> Option<Value> {
    match test {
        Test::Text {
            of,
            sense,
            case,
            patterns,
        } => {
            let each = patterns
                .iter()
                .map(|pattern| request_text(of, pattern, *case));
            Some(rules(*sense, each.collect::<Option<_>>()?))
        }
        Test::Address {
            of: AddressOf::Destination,
            sense,
            blocks,
        } => {
            let each = blocks.iter().map(|block| cidr("destination_ip", block));
            Some(rules(*sense, each.collect()))
        }
        Test::Ports(ports) => ports_of(ports, Sense::OneOf),
        Test::NotPorts(ports) => ports_of(ports, Sense::NoneOf),
        Test::Layer(Layer::Http) => Some(json!({"any": true})),
        Test::Any(lists) => {
            let each = lists.iter().map(|list: &Vec<Clause>| {
                let all: Option<Vec<Value>> = list.iter().map(|c| permission(&c.test)).collect();
                Some(json!({"and_rules": {"rules": some_or_any(all?)}}))
            });
            Some(rules(Sense::OneOf, each.collect::<Option<_>>()?))
        }
        _ => None,
    }
}

/// Envoy wants at least one condition in a list.
fn some_or_any(list: Vec<Value>) -> Vec<Value> {
    if list.is_empty() {
        vec![json!({"any": true})]
    } else {
        list
    }
}

fn ids(sense: Sense, alternatives: Vec<Value>) -> Value {
    let any = json!({"or_ids": {"ids": or_never(alternatives, "not_id")}});
    match sense {
        Sense::OneOf => any,
        Sense::NoneOf => json!({"not_id": any}),
    }
}

fn rules(sense: Sense, alternatives: Vec<Value>) -> Value {
    let any = json!({"or_rules": {"rules": or_never(alternatives, "not_rule")}});
    match sense {
        Sense::OneOf => any,
        Sense::NoneOf => json!({"not_rule": any}),
    }
}

/// Alternatives, or one that never holds.
fn or_never(alternatives: Vec<Value>, not: &str) -> Vec<Value> {
    if alternatives.is_empty() {
        vec![json!({not: {"any": true}})]
    } else {
        alternatives
    }
}

fn cidr(field: &str, block: &ipnet::IpNet) -> Value {
    json!({field: {"address_prefix": block.addr().to_string(), "prefix_len": block.prefix_len()}})
}

fn ports_of(ports: &[PortMatch], sense: Sense) -> Option<Value> {
    let each = ports.iter().map(|port| match port {
        PortMatch::Range { first, last, .. } if first == last => {
            Some(json!({"destination_port": first}))
        }
        // The end of a range is exclusive there.
        PortMatch::Range { first, last, .. } => Some(json!({
            "destination_port_range": {"start": first, "end": u32::from(*last) + 1}
        })),
        PortMatch::Named { .. } => None,
    });
    Some(rules(sense, each.collect::<Option<_>>()?))
}

fn request_text(of: &Fact, pattern: &TextMatch, case: Case) -> Option<Value> {
    let header = |name: &str| match pattern {
        TextMatch::Present => json!({"header": {"name": name, "present_match": true}}),
        pattern => json!({"header": {"name": name, "string_match": text(pattern, case)}}),
    };
    Some(match of {
        Fact::Method => header(":method"),
        Fact::Host => header(":authority"),
        Fact::Header(name) => header(name),
        Fact::Path => json!({"url_path": {"path": text(pattern, case)}}),
        Fact::ServerName => json!({"requested_server_name": text(pattern, case)}),
        Fact::Identity | Fact::Claim { .. } | Fact::Metadata { .. } => return None,
    })
}

/// A text that a filter has noted, or one of a list.
fn metadata(of: &Fact, text: &Value) -> Value {
    let one = json!({"string_match": text});
    let several = json!({"list_match": {"one_of": one}});
    match of {
        Fact::Claim { path, .. } => {
            let [filter, payload] = JWT;
            let keys = std::iter::once(payload).chain(path.iter().map(String::as_str));
            let keys: Vec<Value> = keys.map(|key| json!({"key": key})).collect();
            let value = json!({"or_match": {"value_matchers": [one, several]}});
            json!({"filter": filter, "path": keys, "value": value})
        }
        Fact::Metadata {
            namespace,
            key,
            list,
        } => {
            let value = if *list { several } else { one };
            json!({"filter": namespace, "path": [{"key": key}], "value": value})
        }
        _ => json!({}),
    }
}

/// A condition on a text as a matcher of strings.
fn text(pattern: &TextMatch, case: Case) -> Value {
    let mut matcher = match pattern {
        TextMatch::Present => return regex(".+"),
        TextMatch::Glob(glob) => return regex(&glob.parts.iter().map(part).collect::<String>()),
        TextMatch::Exact(text) => json!({"exact": text}),
        TextMatch::Prefix(text) if text.is_empty() => return regex(".*"),
        TextMatch::Suffix(text) if text.is_empty() => return regex(".*"),
        TextMatch::Prefix(text) => json!({"prefix": text}),
        TextMatch::Suffix(text) => json!({"suffix": text}),
    };
    if let (Case::Ignored, Some(fields)) = (case, matcher.as_object_mut()) {
        fields.insert("ignore_case".to_owned(), json!(true));
    }
    matcher
}

fn regex(pattern: &str) -> Value {
    json!({"safe_regex": {"regex": pattern}})
}

/// A part of a form in the syntax of RE2.
fn part(part: &GlobPart) -> String {
    match part {
        GlobPart::Text(text) => escape(text),
        GlobPart::One => ".".to_owned(),
        GlobPart::Any { least, until } => {
            let class = match until {
                Some(byte) => format!("[^{}\\n]", escape(&char::from(*byte).to_string())),
                None => ".".to_owned(),
            };
            match least {
                0 => format!("{class}*"),
                1 => format!("{class}+"),
                least => format!("{class}{{{least},}}"),
            }
        }
    }
}

/// A text in which nothing has a special meaning.
fn escape(text: &str) -> String {
    let special = |c: char| c.is_ascii_punctuation() && c != '_' && c != '/';
    text.chars()
        .flat_map(|c| special(c).then_some('\\').into_iter().chain([c]))
        .collect()
}
