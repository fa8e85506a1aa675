//! What a proxy sees, and conditions on it, in words.

use super::clause::{list, port_found};
use crate::compile::{
    AddressTest, CompiledClause, CompiledTest, CompiledTexts, PairTest, TextTest,
};
use crate::decide::{Connection, Exchange, Guarded, PeerNames};
use crate::model::{Claim, TextMatch, TokenRule};
use crate::request::Token;
use crate::rule::{AddressOf, Fact, Layer, Plane, Security, Sense};
use crate::snapshot::Snapshot;

/// What stands for a text that is not there.
const NOTHING: &str = "nothing";

impl Snapshot {
    /// What is asked of a plane, in a few words.
    pub(super) fn asked_text(guarded: &Guarded<'_>) -> String {
        let connection = guarded.connection;
        let Some(exchange) = connection.exchange else {
            return port_found(connection);
        };
        let source = match guarded.plane {
            Plane::Mtls => return security_text(exchange),
            Plane::Authn => return token_text(exchange),
            _ => names_text(exchange),
        };
        match &exchange.message {
            Some(message) => format!(
                "{} {} from {source}",
                message.sent.method, message.sent.path
            ),
            None => format!("{} from {source}", port_found(connection)),
        }
    }

    /// Why a plane of proxies leaves a request to others, though policies select the subject.
    pub(super) fn undecided_reason(&self, guarded: &Guarded<'_>) -> String {
        let subject = self.side_name(guarded.subject);
        match guarded.plane {
            Plane::Mesh => {
                format!("no rule denies it, and no policy that allows selects {subject}")
            }
            _ => format!("every policy that selects {subject} leaves the answer open"),
        }
    }

    /// What a condition on a message or its connection admits, and what it finds.
    pub(super) fn message_texts(
        &self,
        test: &CompiledTest,
        connection: &Connection<'_>,
    ) -> (String, String) {
        if let CompiledTest::Any(lists) = test {
            let admits = list(lists, |clauses| self.clauses_text(clauses, connection));
            return (admits, String::new());
        }
        let Some(exchange) = connection.exchange else {
            return ("what only a proxy sees".to_owned(), NOTHING.to_owned());
        };
        let found = match test {
            CompiledTest::Layer(_) => layer_text(exchange.layer()).to_owned(),
            CompiledTest::Security(_) => security_text(exchange),
            CompiledTest::Text(test) => fact_found(exchange, &test.of),
            CompiledTest::Address(test) => address_found(exchange, test.of),
            CompiledTest::TokenPrincipal(_) => principal_text(exchange),
            CompiledTest::Token(_) | CompiledTest::NoToken => token_text(exchange),
            _ => String::new(),
        };
        (admits_text(test), found)
    }

    fn clauses_text(&self, clauses: &[CompiledClause], connection: &Connection<'_>) -> String {
        let text = |clause: &CompiledClause| match &clause.test {
            CompiledTest::Ports(ports) => list(ports, |port| self.port_text(*port)),
            CompiledTest::NotPorts(ports) => {
                format!("not {}", list(ports, |port| self.port_text(*port)))
            }
            test => self.message_texts(test, connection).0,
        };
        clauses.iter().map(text).collect::<Vec<_>>().join(" and ")
    }
}

fn admits_text(test: &CompiledTest) -> String {
    match test {
        CompiledTest::Layer(layer) => layer_text(*layer).to_owned(),
        CompiledTest::Security(ways) => list(ways, |way| way_text(*way).to_owned()),
        CompiledTest::Text(test) => text_admits(test),
        CompiledTest::Address(test) => address_admits(test),
        CompiledTest::TokenPrincipal(test) => pair_admits(test),
        CompiledTest::Token(rule) => token_admits(rule),
        CompiledTest::NoToken => "no token".to_owned(),
        CompiledTest::RefusedBy(provider) => {
            format!("what the provider {provider} refuses, which is asked when the request is made")
        }
        _ => String::new(),
    }
}

fn sensed(sense: Sense, of: &str, admitted: &str) -> String {
    match sense {
        Sense::OneOf => format!("{of} {admitted}"),
        Sense::NoneOf => format!("not {of} {admitted}"),
    }
}

fn pattern_text(pattern: &TextMatch) -> String {
    match pattern {
        TextMatch::Present => "any".to_owned(),
        pattern => pattern.to_string(),
    }
}

fn text_admits(test: &TextTest) -> String {
    let admitted = list(&test.texts.written, pattern_text);
    sensed(test.sense, &fact_text(&test.of), &admitted)
}

fn pair_admits(test: &PairTest) -> String {
    let one = |texts: &CompiledTexts| list(&texts.written, pattern_text);
    let admitted = list(&test.pairs, |(issuer, subject)| {
        format!("{}/{}", one(issuer), one(subject))
    });
    sensed(test.sense, "request principal", &admitted)
}

fn address_admits(test: &AddressTest) -> String {
    let admitted = list(&test.blocks, ToString::to_string);
    sensed(test.sense, address_name(test.of), &admitted)
}

fn token_admits(rule: &TokenRule) -> String {
    match rule.audiences.as_slice() {
        [] => format!("a token of {}", rule.issuer),
        audiences => format!("a token of {} for {}", rule.issuer, audiences.join(", or ")),
    }
}

fn fact_text(fact: &Fact) -> String {
    match fact {
        Fact::Identity => "identity".to_owned(),
        Fact::ServerName => "server name".to_owned(),
        Fact::Method => "method".to_owned(),
        Fact::Host => "host".to_owned(),
        Fact::Path => "path".to_owned(),
        Fact::Header(name) => format!("header {name}"),
        Fact::Claim { path, .. } => format!("claim {}", path.join(".")),
        Fact::Metadata { namespace, key, .. } => format!("metadata {namespace} {key}"),
    }
}

/// What a request has where a condition looks.
fn fact_found(exchange: &Exchange<'_>, fact: &Fact) -> String {
    let message = exchange.message.as_ref();
    let text = match fact {
        Fact::Identity => return names_text(exchange),
        Fact::ServerName => exchange.server_name.to_owned(),
        Fact::Method => message.map_or("", |m| m.sent.method).to_owned(),
        Fact::Host => message.map_or("", |m| m.sent.host).to_owned(),
        Fact::Path => message.map_or("", |m| m.path).to_owned(),
        Fact::Header(name) => message.map_or_else(String::new, |message| {
            let lines: Vec<&str> = message.lines(name).collect();
            lines.join(", and ")
        }),
        Fact::Claim { path, .. } => message
            .and_then(|message| message.claims)
            .and_then(|claims| claims.at(path))
            .map_or_else(String::new, claim_text),
        Fact::Metadata { .. } => String::new(),
    };
    if text.is_empty() {
        format!("no {}", fact_text(fact))
    } else {
        text
    }
}

fn claim_text(claim: &Claim) -> String {
    match claim {
        Claim::Null => "null".to_owned(),
        Claim::Bool(value) => value.to_string(),
        Claim::Number(value) => value.to_string(),
        Claim::Text(text) => text.clone(),
        Claim::List(list) => {
            let items: Vec<String> = list.iter().map(claim_text).collect();
            format!("[{}]", items.join(", "))
        }
        Claim::Map(_) => "an object".to_owned(),
    }
}

fn address_name(of: AddressOf) -> &'static str {
    match of {
        AddressOf::Peer => "peer address",
        AddressOf::Client => "client address",
        AddressOf::Destination => "destination address",
    }
}

fn address_found(exchange: &Exchange<'_>, of: AddressOf) -> String {
    let address = match of {
        AddressOf::Peer => exchange.peer,
        AddressOf::Client => exchange.client,
        AddressOf::Destination => exchange.destination,
    };
    match address {
        Some(address) => address.to_string(),
        None => format!("a {} that is not known", address_name(of)),
    }
}

fn layer_text(layer: Layer) -> &'static str {
    match layer {
        Layer::Tcp => "a connection of bytes",
        Layer::Http => "an HTTP request",
    }
}

fn way_text(way: Security) -> &'static str {
    match way {
        Security::Plaintext => "plaintext",
        Security::OtherTls => "TLS that is not the mesh's own",
        Security::Mutual => "mutual TLS",
    }
}

fn security_text(exchange: &Exchange<'_>) -> String {
    match exchange.security {
        Some(way) => way_text(way).to_owned(),
        None => "a source of which it is not known whether it is in the mesh".to_owned(),
    }
}

fn names_text(exchange: &Exchange<'_>) -> String {
    match exchange.names {
        PeerNames::NotKnown => {
            "a source of which it is not known whether it is in the mesh".to_owned()
        }
        PeerNames::Nobody => "an unidentified source".to_owned(),
        PeerNames::Workload(uri) => uri.to_owned(),
        PeerNames::Listed(names) => {
            let all: Vec<&str> = names.iter().collect();
            match all.as_slice() {
                [] => "a certificate without a name".to_owned(),
                all => all.join(", "),
            }
        }
    }
}

fn principal_text(exchange: &Exchange<'_>) -> String {
    let claims = exchange.message.and_then(|message| message.claims);
    match claims {
        Some(claims) => format!(
            "{}/{}",
            claims.text("iss").unwrap_or_default(),
            claims.text("sub").unwrap_or_default()
        ),
        None => "no accepted token".to_owned(),
    }
}

fn token_text(exchange: &Exchange<'_>) -> String {
    match exchange.message.map(|message| message.token) {
        None | Some(Token::Absent) => "a request without a token".to_owned(),
        Some(Token::Refused(reason)) => format!("a token that is not to be trusted: {reason}"),
        Some(Token::Verified(claims)) => {
            format!("a token of {}", claims.text("iss").unwrap_or("no issuer"))
        }
    }
}
