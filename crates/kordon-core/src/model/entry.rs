//! Where connections enter the cluster: what serves ports of services to the outside.
//!
//! Owns the statements of objects about entry points and how they hang together. Must not know
//! who opens connections, nor what policies say of them.

mod entries;

use kordon_syntax::FieldPath;

use super::{NamespaceMatch, ObjectRef, Protocol, TargetPort};

pub use entries::{Attached, Entries, Standing};

/// What an object says about ways into the cluster.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// Ports of a service are served to the outside.
    Point(EntryPoint),
    /// The object listens to the outside for others, which hang on it.
    Listener(Listener),
    /// Objects of other namespaces may lead to services of the object's own.
    Permit(Permit),
}

/// That ports of a service are served to the outside.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryPoint {
    /// The field that says so.
    pub path: FieldPath,
    /// The namespace of the service.
    pub namespace: String,
    /// The name of the service.
    pub service: String,
    /// Which of its ports.
    pub port: EntryPort,
    /// The protocol of these.
    pub protocol: Protocol,
    /// The host names for which it is served; without any, for all.
    pub hosts: Vec<String>,
    /// What it is opened by.
    pub opening: Opening,
}

/// The ports of a service that an entry point means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryPort {
    /// All.
    All,
    /// The one of this number.
    Number(u16),
    /// The one of this name.
    Name(String),
    /// Those of this number or name, and those that lead to this port of the workloads.
    Leading(TargetPort),
}

/// What opens an entry point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The object itself.
    Itself,
    /// Any of these, if it accepts the object.
    Parents(Vec<Parent>),
}

/// A reference to an object that listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The field that refers to it.
    pub path: FieldPath,
    /// The object.
    pub object: ObjectRef,
    /// The name of the one listener that is meant, if one is.
    pub listener: Option<String>,
    /// The port of the listeners that are meant, if it matters.
    pub port: Option<u16>,
}

/// One listener of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Listener {
    /// Its name.
    pub name: String,
    /// Its port.
    pub port: u16,
    /// The host name that it serves, if it is not for all.
    pub host: Option<String>,
    /// Group and kind of the objects that may hang on it; without any, all.
    pub kinds: Vec<(String, String)>,
    /// The namespaces of these.
    pub namespaces: NamespaceMatch,
}

/// That objects of other namespaces may lead to services of the object's own namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    /// Group, kind and namespace of these objects.
    pub from: Vec<(String, String, String)>,
    /// The services.
    pub to: Vec<ServiceMatch>,
}

/// Which services of a namespace are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceMatch {
    /// Any.
    Any,
    /// The one of this name.
    Named(String),
}
