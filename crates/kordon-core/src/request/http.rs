//! Requests over HTTP, and what a connection shows of its source.

use std::net::IpAddr;

use super::{ConnectionRequest, Texts};
use crate::decision::Verdict;
use crate::model::Claims;

/// A request over HTTP.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HttpRequest<'a> {
    /// The connection that it comes over.
    pub connection: ConnectionRequest<'a>,
    /// The request itself.
    pub message: HttpMessage<'a>,
}

/// What a connection shows of its source, where the inventory does not tell or the caller knows
/// better.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Session<'a> {
    /// How it is secured.
    pub security: SessionSecurity<'a>,
    /// The address that opened the connection; that of the source when `None`.
    pub peer: Option<IpAddr>,
    /// The client's address, as trusted proxies name it; the peer's when `None`.
    pub client: Option<IpAddr>,
    /// The name that TLS asks for (SNI), or empty.
    pub server_name: &'a str,
    /// What providers that the mesh asks say of it, by their names.
    pub providers: &'a [(&'a str, Verdict)],
}

/// How a connection is secured, and by whom.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum SessionSecurity<'a> {
    /// As the mesh secures it between these two ends, if both are known to be in it.
    #[default]
    Inferred,
    /// Not at all.
    Plaintext,
    /// By TLS that is not the mesh's own; nobody is identified by it.
    OtherTls,
    /// As workloads of a mesh secure it; the source is known by its service account.
    Mesh,
    /// By TLS with certificates of both sides, that of the source with these names.
    Mutual(Names<'a>),
}

/// The names in a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Names<'a> {
    /// URIs, such as `spiffe://cluster.local/ns/shop/sa/cart`.
    pub uris: Texts<'a>,
    /// DNS names.
    pub dns: Texts<'a>,
    /// The subject, or empty.
    pub subject: &'a str,
}

impl<'a> Names<'a> {
    /// All of them: URIs, then DNS names, then the subject.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        let subject = Some(self.subject).filter(|subject| !subject.is_empty());
        self.uris.iter().chain(self.dns.iter()).chain(subject)
    }
}

/// An HTTP request as it arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HttpMessage<'a> {
    /// The method, such as `GET`.
    pub method: &'a str,
    /// `http` or `https`, or empty when not known.
    pub scheme: &'a str,
    /// The host as the request names it, with its port if it names one.
    pub host: &'a str,
    /// The path as it was sent, with its query.
    pub path: &'a str,
    /// The other headers.
    pub headers: Headers<'a>,
    /// The token.
    pub token: Token<'a>,
    /// What the proxy's filters have noted.
    pub metadata: &'a [Metadata<'a>],
}

/// The lines of a request's headers, in whichever form the caller has them. Names are in lower
/// case; a header with several lines stands here several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Headers<'a> {
    /// Borrowed texts.
    Borrowed(&'a [(&'a str, &'a str)]),
    /// Owned texts.
    Owned(&'a [(String, String)]),
}

impl Default for Headers<'_> {
    fn default() -> Self {
        Self::Borrowed(&[])
    }
}

impl<'a> Headers<'a> {
    /// The lines in their order.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let (borrowed, owned) = match self {
            Self::Borrowed(lines) => (lines, &[][..]),
            Self::Owned(lines) => (&[][..], lines),
        };
        let owned = owned
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        borrowed.iter().copied().chain(owned)
    }

    /// The lines of one header.
    #[inline]
    pub fn of<'n>(self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

/// What is known of the token of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Token<'a> {
    /// The request carries none.
    #[default]
    Absent,
    /// It carries one that was verified, with these claims.
    Verified(&'a Claims),
    /// It carries one that is not to be trusted, for this reason.
    Refused(&'a str),
}

/// What a filter of the proxy has noted about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata<'a> {
    /// The filter's namespace.
    pub namespace: &'a str,
    /// The key.
    pub key: &'a str,
    /// The value.
    pub value: MetadataValue<'a>,
}

/// A value that a filter has noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataValue<'a> {
    /// A text.
    Text(&'a str),
    /// A list of texts.
    List(&'a [&'a str]),
}
