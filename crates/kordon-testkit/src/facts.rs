//! What the proxy of a destination knows of a request.
//!
//! Owns the neutral form of requests to a mesh: readers of cases and generators fill it, whoever
//! judges reads it. Must not know any policy, nor how a request is judged.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;

/// A request, or a connection that carries none the proxy can read.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestFacts {
    /// The connection.
    pub connection: ConnectionFacts,
    /// The HTTP request, where the proxy reads one.
    pub http: Option<HttpFacts>,
    /// Dynamic metadata of the proxy's filters, by their name.
    pub metadata: BTreeMap<String, Value>,
}

/// A connection as the destination's proxy sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionFacts {
    /// How it is protected.
    pub transport: Transport,
    /// The names in the client's certificate: its URI names, then its DNS names, then its subject.
    /// Empty without a certificate.
    pub identities: Vec<String>,
    /// The address that opened it.
    pub ip: IpAddr,
    /// The client's address as far as trusted proxies tell; without any, `ip`.
    pub remote_ip: IpAddr,
    /// The address that it was opened to.
    pub destination_ip: IpAddr,
    /// The port that it was opened to.
    pub port: u16,
    /// The server name that the client asked for in TLS, in lower case; empty if none.
    pub sni: String,
}

/// How a connection is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Not at all.
    Plaintext,
    /// By TLS.
    Tls {
        /// Whether the client shows a certificate that the mesh trusts.
        certificate: ClientCertificate,
        /// The protocols that the client offers (ALPN), in its order.
        alpn: Vec<String>,
    },
}

/// What the client shows in TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientCertificate {
    /// A certificate that the mesh trusts.
    Trusted,
    /// None.
    Absent,
}

/// An HTTP request.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpFacts {
    /// The method as sent.
    pub method: String,
    /// The authority, its port included.
    pub host: String,
    /// The path as sent, with its query.
    pub path: String,
    /// The header lines: name in lower case, and value.
    pub headers: Vec<(String, String)>,
    /// The payload of a token that counts as verified by someone else. If absent, the tokens that
    /// the request carries are what counts.
    pub claims: Option<Value>,
    /// What is true of tokens that the request carries, by their text. A token that is not here is
    /// no token.
    pub tokens: BTreeMap<String, TokenFacts>,
}

/// What is true of a token.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenFacts {
    /// Its payload.
    pub payload: Value,
    /// Whether it holds.
    pub state: TokenState,
}

/// Whether a token holds, apart from who issued it and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// It does.
    Genuine,
    /// Its time is over.
    Expired,
    /// Nobody signed it who may.
    Forged,
}

impl Transport {
    /// Mutual TLS as the proxies of a mesh speak it, for HTTP.
    pub fn mutual_http() -> Self {
        Self::mutual(&["istio-http/1.1", "istio"])
    }

    /// Mutual TLS as the proxies of a mesh speak it, for anything.
    pub fn mutual_tcp() -> Self {
        Self::mutual(&["istio-peer-exchange", "istio"])
    }

    fn mutual(alpn: &[&str]) -> Self {
        Self::Tls {
            certificate: ClientCertificate::Trusted,
            alpn: alpn.iter().map(|name| (*name).to_owned()).collect(),
        }
    }
}

impl HttpFacts {
    /// The values of a header, one for each line.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}
