//! What a proxy at the destination sees of a connection and of the request on it.

use std::net::IpAddr;

use smallvec::SmallVec;

use super::matching::Holds;
use crate::compile::{
    AddressTest, CompiledTexts, Dimension, PairTest, TextTest, host_key, identity_key, method_key,
    path_key,
};
use crate::decision::Verdict;
use crate::model::{Case, Claim, Claims, TokenRule};
use crate::request::{HttpMessage, MetadataValue, Names, Token};
use crate::rule::{AddressOf, Fact, Layer, Security, Sense};

/// What a proxy sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange<'a> {
    /// `None` when it is not known.
    pub(crate) security: Option<Security>,
    /// Whom the source's certificate names.
    pub(crate) names: PeerNames<'a>,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) client: Option<IpAddr>,
    pub(crate) destination: Option<IpAddr>,
    pub(crate) server_name: &'a str,
    pub(crate) providers: Providers<'a>,
    /// The request, on a connection of which it understands more than bytes.
    pub(crate) message: Option<Message<'a>>,
}

/// What providers say that the mesh asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Providers<'a> {
    /// As the caller knows of each.
    Each(&'a [(&'a str, Verdict)]),
    /// All refuse, as several of them are named for one workload.
    Conflicting,
}

/// Whom a source's certificate names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PeerNames<'a> {
    /// It is not known whether there is a certificate.
    NotKnown,
    /// There is none.
    Nobody,
    /// The workload of this URI.
    Workload(&'a str),
    /// These.
    Listed(Names<'a>),
}

/// A request, with what is made ready once for all rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a> {
    pub(crate) sent: &'a HttpMessage<'a>,
    /// Normalized, without query.
    pub(crate) path: &'a str,
    /// In lower case.
    pub(crate) host: &'a str,
    pub(crate) token: Token<'a>,
    /// The claims of the token, once a rule has accepted it.
    pub(crate) claims: Option<&'a Claims>,
    /// The rule that accepted it.
    pub(crate) accepted: Option<&'a TokenRule>,
}

/// A host in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Lowered(SmallVec<[u8; 128]>);

impl Lowered {
    pub(crate) fn new(host: &str) -> Self {
        Self(host.bytes().map(|byte| byte.to_ascii_lowercase()).collect())
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Exchange<'_> {
    pub(crate) fn layer(&self) -> Layer {
        match self.message {
            Some(_) => Layer::Http,
            None => Layer::Tcp,
        }
    }

    /// Whether all is known by which rules are looked up.
    pub(crate) fn is_known(&self) -> bool {
        let is_whole =
            |message: Message<'_>| !message.sent.method.is_empty() && !message.host.is_empty();
        !matches!(self.names, PeerNames::NotKnown) && self.message.is_none_or(is_whole)
    }

    /// Calls `each` with every key by which a rule about messages may find this one.
    pub(crate) fn each_key(&self, dimension: Dimension, each: &mut dyn FnMut(u64)) {
        match (dimension, &self.message) {
            (Dimension::Path, Some(message)) => each(path_key(message.path)),
            (Dimension::Method, Some(message)) => each(method_key(message.sent.method)),
            (Dimension::Host, Some(message)) => each(host_key(message.host)),
            (Dimension::Identity, _) => match self.names {
                PeerNames::NotKnown | PeerNames::Nobody => {}
                PeerNames::Workload(uri) => each(identity_key(uri)),
                PeerNames::Listed(names) => names.iter().for_each(|name| each(identity_key(name))),
            },
            _ => {}
        }
    }

    /// Whether a request comes in TLS that a proxy reads only where it must.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.security == Some(Security::OtherTls) && self.layer() == Layer::Http
    }

    /// Whether the connection is secured in one of some ways.
    pub(crate) fn is_secured(&self, ways: &[Security]) -> Holds {
        self.security
            .map_or(Holds::Unknown, |way| Holds::from(ways.contains(&way)))
    }

    /// Whether a condition on a text holds.
    pub(crate) fn text_holds(&self, test: &TextTest) -> Holds {
        sensed(test.sense, self.has_text(&test.of, &test.texts))
    }

    fn has_text(&self, fact: &Fact, texts: &CompiledTexts) -> Holds {
        let Some(message) = self.message.as_ref() else {
            return match fact {
                Fact::Identity => self.has_name(texts),
                Fact::ServerName => Holds::from(texts.matches(self.server_name)),
                Fact::Metadata { .. } => Holds::Unknown,
                // A connection of bytes has none, and rules about messages do not apply to it.
                _ => Holds::No,
            };
        };
        match fact {
            Fact::Identity => self.has_name(texts),
            Fact::ServerName => Holds::from(texts.matches(self.server_name)),
            // Every request has both: an empty one is not known.
            Fact::Method if message.sent.method.is_empty() => Holds::Unknown,
            Fact::Host if message.host.is_empty() => Holds::Unknown,
            Fact::Method => Holds::from(texts.matches(message.sent.method)),
            Fact::Host => Holds::from(texts.matches(message.host_for(texts.case))),
            Fact::Path => Holds::from(texts.matches(message.path)),
            Fact::Header(name) => {
                let mut lines = message.lines(name);
                let admits = |line| texts.admits_presence() || texts.matches(line);
                Holds::from(lines.any(admits))
            }
            Fact::Claim { path } => Holds::from(message.any_claim(path, texts)),
            Fact::Metadata {
                namespace,
                key,
                list,
            } => Holds::from(message.any_metadata(namespace, key, *list, texts)),
        }
    }

    /// Whether one of the names in the source's certificate matches.
    fn has_name(&self, texts: &CompiledTexts) -> Holds {
        Holds::from(match self.names {
            PeerNames::NotKnown => return Holds::Unknown,
            PeerNames::Nobody => false,
            PeerNames::Workload(uri) => texts.matches(uri),
            PeerNames::Listed(names) => names.iter().any(|name| texts.matches(name)),
        })
    }

    /// Whether a condition on an address holds.
    pub(crate) fn address_holds(&self, test: &AddressTest) -> Holds {
        let address = match test.of {
            AddressOf::Peer => self.peer,
            AddressOf::Client => self.client,
            AddressOf::Destination => self.destination,
        };
        let found = address.map_or(Holds::Unknown, |address| {
            let address = address.to_canonical();
            Holds::from(test.blocks.iter().any(|block| block.contains(&address)))
        });
        sensed(test.sense, found)
    }

    /// Whether a condition on the token's issuer and subject holds.
    pub(crate) fn principal_holds(&self, test: &PairTest) -> Holds {
        let claims = self.message.and_then(|message| message.claims);
        let pair = claims.and_then(|claims| Some((claims.text("iss")?, claims.text("sub")?)));
        let found = pair.is_some_and(|(issuer, subject)| {
            test.pairs
                .iter()
                .any(|(first, second)| first.matches(issuer) && second.matches(subject))
        });
        sensed(test.sense, Holds::from(found))
    }

    /// Whether the request carries a verified token that a rule accepts.
    pub(crate) fn is_accepted(&self, rule: &TokenRule) -> Holds {
        let Some(Token::Verified(claims)) = self.message.map(|message| message.token) else {
            return Holds::No;
        };
        let audiences = match claims.0.get("aud") {
            Some(Claim::List(list)) => list.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let audiences = audiences.iter().filter_map(|audience| match audience {
            Claim::Text(text) => Some(text.as_str()),
            _ => None,
        });
        Holds::from(rule.accepts(claims.text("iss"), audiences))
    }

    /// Whether the request carries no token.
    pub(crate) fn has_no_token(&self) -> Holds {
        let token = self.message.map(|message| message.token);
        Holds::from(matches!(token, None | Some(Token::Absent)))
    }

    /// Whether a provider refuses the request.
    pub(crate) fn is_refused_by(&self, provider: &str) -> Holds {
        let Providers::Each(answers) = self.providers else {
            return Holds::Yes;
        };
        let answer = answers.iter().find(|(name, _)| *name == provider);
        match answer.map(|(_, verdict)| verdict) {
            Some(Verdict::Allow) => Holds::No,
            Some(Verdict::Deny) => Holds::Yes,
            _ => Holds::Unknown,
        }
    }
}

impl<'a> Message<'a> {
    fn host_for(&self, case: Case) -> &'a str {
        match case {
            Case::Sensitive => self.sent.host,
            Case::Ignored => self.host,
        }
    }

    /// The lines of a header. What HTTP/2 calls pseudo-headers are headers too.
    pub(crate) fn lines<'n>(&self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        let sent = self.sent;
        let pseudo = match name {
            ":method" => Some(sent.method),
            ":path" => Some(sent.path),
            ":authority" | "host" => Some(sent.host),
            ":scheme" => Some(sent.scheme),
            _ => None,
        };
        let is_taken = self.accepted.is_some_and(|rule| rule.takes_header(name));
        let own = (pseudo.is_none() && !is_taken).then(|| sent.headers.of(name));
        let pseudo = pseudo.filter(|text| !text.is_empty());
        pseudo.into_iter().chain(own.into_iter().flatten())
    }

    fn any_claim(&self, path: &[String], texts: &CompiledTexts) -> bool {
        let Some(claim) = self.claims.and_then(|claims| claims.at(path)) else {
            return false;
        };
        match claim {
            Claim::Text(text) if self.splits(path) => text
                .split(' ')
                .filter(|word| !word.is_empty())
                .any(|word| texts.matches(word)),
            claim => {
                let mut found = false;
                claim.each_text(&mut |text| found |= texts.matches(text));
                found
            }
        }
    }

    /// Whether the text of a claim counts as its words.
    fn splits(&self, path: &[String]) -> bool {
        let rule = self.accepted;
        matches!(path, [name] if rule.is_some_and(|rule| rule.split_claims.contains(name)))
    }

    fn any_metadata(&self, namespace: &str, key: &str, list: bool, texts: &CompiledTexts) -> bool {
        let noted = self.sent.metadata.iter();
        let mut noted = noted.filter(|entry| entry.namespace == namespace && entry.key == key);
        noted.any(|entry| match (entry.value, list) {
            (MetadataValue::Text(text), false) => texts.matches(text),
            (MetadataValue::List(list), true) => list.iter().any(|text| texts.matches(text)),
            _ => false,
        })
    }
}

/// What is found, as a list of alternatives counts it.
fn sensed(sense: Sense, found: Holds) -> Holds {
    match (sense, found) {
        (Sense::OneOf, found) => found,
        (Sense::NoneOf, Holds::Yes) => Holds::No,
        (Sense::NoneOf, Holds::No) => Holds::Yes,
        (Sense::NoneOf, Holds::Unknown) => Holds::Unknown,
    }
}
