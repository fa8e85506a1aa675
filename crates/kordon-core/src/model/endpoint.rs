//! Conditions on endpoints that look beyond labels: namespace, service account and the groups of
//! addresses that an endpoint may be in.

use ipnet::IpNet;

/// A property of an endpoint that has one value or none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// A label of its own.
    Label(String),
    /// A label of its namespace.
    NamespaceLabel(String),
    /// A label of its service account.
    AccountLabel(String),
    /// The name of its namespace.
    Namespace,
    /// The name of its service account; every workload has one, and nothing else does.
    Account,
}

/// A condition on the value of an attribute. None holds where the attribute is absent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValueMatch {
    /// Any value.
    Present,
    /// One of these.
    In(Vec<String>),
    /// A value with this text somewhere in it.
    Contains(String),
    /// A value that begins with this text.
    StartsWith(String),
    /// A value that ends with this text.
    EndsWith(String),
}

/// A condition on an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EndpointMatch {
    /// Satisfied by any endpoint.
    Everything,
    /// The attribute has such a value.
    Is(Attribute, ValueMatch),
    /// All hold; an empty list is satisfied by any endpoint.
    All(Vec<EndpointMatch>),
    /// At least one holds; an empty list is satisfied by none.
    Any(Vec<EndpointMatch>),
    /// The inner condition does not hold.
    Not(Box<EndpointMatch>),
}

/// Addresses that rules speak of by attributes. Whatever has an address of the group is meant
/// where the group is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressGroup {
    /// Its namespace, whose labels it has too.
    pub namespace: Option<String>,
    /// Its attributes. They come before those that it has from its namespace.
    pub attributes: Vec<(Attribute, String)>,
    /// Its addresses.
    pub blocks: Vec<IpNet>,
    /// What has the addresses.
    pub members: Members,
}

/// What has the addresses of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Members {
    /// Whatever it is.
    Addresses,
    /// A host, through which connections of workloads pass.
    Host,
}

/// The labels of a service account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: std::collections::BTreeMap<String, String>,
}

/// Some of the endpoints of a service, as a cluster keeps them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceEndpoints {
    /// The service's namespace.
    pub namespace: String,
    /// The service's name.
    pub service: String,
    /// Their addresses.
    pub addresses: Vec<std::net::IpAddr>,
    /// The ports that all of them serve; `None` is any port.
    pub ports: Vec<(super::Protocol, Option<u16>)>,
}
