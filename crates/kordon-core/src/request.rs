//! What is asked.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use crate::model::{NamedPort, Protocol};

mod http;

pub use http::{
    Headers, HttpMessage, HttpRequest, Metadata, MetadataValue, Names, Session, SessionSecurity,
    Token,
};

/// A question.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Request<'a> {
    /// May this user do this with the Kubernetes API?
    Api(ApiRequest<'a>),
    /// May this connection be made?
    Connection(ConnectionRequest<'a>),
    /// May this HTTP request be made?
    Http(HttpRequest<'a>),
}

/// A request to the Kubernetes API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiRequest<'a> {
    /// The user's name; a service account's is `system:serviceaccount:NAMESPACE:NAME`.
    pub user: &'a str,
    /// The user's groups, taken literally: none is added.
    pub groups: Texts<'a>,
    /// The verb, such as `get`.
    pub verb: &'a str,
    /// What it is about.
    pub target: ApiTarget<'a>,
}

/// Texts, such as the groups of a user, in whichever form the caller has them.
///
/// ```
/// use kordon_core::Texts;
/// let owned = vec!["dev".to_owned(), "ops".to_owned()];
/// let groups = Texts::from(&owned);
/// assert!(groups.iter().eq(["dev", "ops"]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texts<'a> {
    /// Borrowed texts.
    Borrowed(&'a [&'a str]),
    /// Owned texts.
    Owned(&'a [String]),
}

impl<'a> Texts<'a> {
    /// No texts.
    pub const NONE: Self = Self::Borrowed(&[]);

    /// The texts in their order.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        let (borrowed, owned) = match self {
            Self::Borrowed(groups) => (groups, &[][..]),
            Self::Owned(groups) => (&[][..], groups),
        };
        borrowed
            .iter()
            .copied()
            .chain(owned.iter().map(String::as_str))
    }
}

impl Default for Texts<'_> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<'a> From<&'a [&'a str]> for Texts<'a> {
    fn from(groups: &'a [&'a str]) -> Self {
        Self::Borrowed(groups)
    }
}

impl<'a, const N: usize> From<&'a [&'a str; N]> for Texts<'a> {
    fn from(groups: &'a [&'a str; N]) -> Self {
        Self::Borrowed(groups)
    }
}

impl<'a> From<&'a Vec<String>> for Texts<'a> {
    fn from(groups: &'a Vec<String>) -> Self {
        Self::Owned(groups)
    }
}

/// What an API request is about. Text is compared byte for byte; nothing is trimmed or folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiTarget<'a> {
    /// A resource.
    Resource {
        /// The API group; empty for the core group.
        group: &'a str,
        /// The resource, in the plural.
        resource: &'a str,
        /// The subresource, or empty.
        subresource: &'a str,
        /// The namespace, or empty for cluster-scoped resources and for all namespaces.
        namespace: &'a str,
        /// The name, or empty.
        name: &'a str,
    },
    /// A path outside the resources, such as `/healthz`.
    Path(&'a str),
}

impl fmt::Display for ApiRequest<'_> {
    /// What is asked, as `kubectl` would name it, without who asks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.target)
    }
}

impl fmt::Display for ApiTarget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separated = |f: &mut fmt::Formatter<'_>, before: &str, text: &str| match text {
            "" => Ok(()),
            text => write!(f, "{before}{text}"),
        };
        match *self {
            Self::Path(path) => f.write_str(path),
            Self::Resource {
                group,
                resource,
                subresource,
                namespace,
                name,
            } => {
                f.write_str(resource)?;
                separated(f, "/", subresource)?;
                separated(f, ".", group)?;
                separated(f, " ", name)?;
                separated(f, " in namespace ", namespace)
            }
        }
    }
}

/// A connection, judged by its first packet and after translation of service addresses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConnectionRequest<'a> {
    /// Who opens it.
    pub from: Endpoint<'a>,
    /// Where it goes.
    pub to: Endpoint<'a>,
    /// Its protocol.
    pub protocol: Protocol,
    /// The port it goes to.
    pub port: Port<'a>,
    /// What it shows of its source, where more is known than the inventory tells.
    pub session: Option<Session<'a>>,
}

/// A port of the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port<'a> {
    /// By number; of no meaning for protocols without ports.
    Number(u16),
    /// By the name under which the destination declares it.
    Name(&'a str),
}

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Endpoint<'a> {
    /// A pod of this name or, failing that, the workload of this name.
    Named {
        /// Its namespace.
        namespace: &'a str,
        /// Its name.
        name: &'a str,
    },
    /// A pod.
    Pod {
        /// Its namespace.
        namespace: &'a str,
        /// Its name.
        name: &'a str,
    },
    /// A controller, meaning all its pods.
    Workload {
        /// Its namespace.
        namespace: &'a str,
        /// Its kind.
        kind: &'a str,
        /// Its name.
        name: &'a str,
    },
    /// A service, meaning all its pods, each on the port that the service's port leads to. As a
    /// source it is a mistake.
    Service {
        /// Its namespace.
        namespace: &'a str,
        /// Its name.
        name: &'a str,
    },
    /// An address: the pod, service or node that has it, or something outside the cluster.
    Address(IpAddr),
    /// A node.
    Node(&'a str),
    /// All pods that run as a service account.
    ServiceAccount {
        /// Its namespace.
        namespace: &'a str,
        /// Its name.
        name: &'a str,
    },
    /// A workload that need not exist.
    Described(&'a DescribedWorkload),
    /// A pod of which nothing is known, not even its namespace. It is admitted where every pod
    /// is, and where only some are, the answer is unknown. Its own policies are not judged. As a
    /// destination it is a mistake.
    UnknownPod,
}

/// A workload as it might be. One that resembles no known workload is compiled on the spot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescribedWorkload {
    /// Its namespace.
    pub namespace: String,
    /// The namespace's labels, where it does not exist or is to be another.
    pub namespace_labels: Option<BTreeMap<String, String>>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its service account.
    pub service_account: String,
    /// Its addresses, the primary one first.
    pub addresses: Vec<IpAddr>,
    /// The ports that it declares.
    pub ports: Vec<NamedPort>,
}
