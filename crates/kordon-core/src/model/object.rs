//! API objects: their identity, and what each contributes to a snapshot.

use std::fmt;
use std::sync::Arc;

use super::{
    AddressGroup, Entry, Namespace, Node, Service, ServiceAccount, ServiceEndpoints, Workload,
};
use crate::rule::{Policy, RuleSet, Stage};

/// The identity of an API object: group, kind, namespace and name. The version is left out, as it
/// is one object in whatever version it is read.
///
/// ```
/// use kordon_core::model::ObjectRef;
/// let object = ObjectRef::namespaced("networking.k8s.io", "NetworkPolicy", "shop", "default-deny");
/// assert_eq!(object.to_string(), "NetworkPolicy shop/default-deny");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// The kind, such as `NetworkPolicy`.
    pub kind: Arc<str>,
    /// The namespace; `None` for cluster-scoped objects.
    pub namespace: Option<Arc<str>>,
    /// The name.
    pub name: Arc<str>,
    /// The API group, such as `networking.k8s.io`; empty for the core group.
    pub group: Arc<str>,
}

impl ObjectRef {
    /// A reference to an object in a namespace.
    pub fn namespaced(group: &str, kind: &str, namespace: &str, name: &str) -> Self {
        Self {
            namespace: Some(namespace.into()),
            ..Self::cluster(group, kind, name)
        }
    }

    /// A reference to a cluster-scoped object.
    pub fn cluster(group: &str, kind: &str, name: &str) -> Self {
        Self {
            kind: kind.into(),
            namespace: None,
            name: name.into(),
            group: group.into(),
        }
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// One API object, lowered: everything that it contributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Which object this is. An object with the same reference replaces it.
    pub id: ObjectRef,
    /// Its contributions, in the order in which the object states them.
    pub items: Vec<Item>,
}

/// One contribution of an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A declared namespace.
    Namespace(Namespace),
    /// Something that runs.
    Workload(Workload),
    /// A stable name and ports for a set of workloads.
    Service(Service),
    /// A machine of the cluster.
    Node(Node),
    /// Rules with a target.
    Policy(Policy),
    /// Rules that policies refer to by the object's reference.
    RuleSet(RuleSet),
    /// Addresses that rules speak of by attributes.
    AddressGroup(AddressGroup),
    /// The labels of a service account.
    ServiceAccount(ServiceAccount),
    /// Endpoints of a service.
    ServiceEndpoints(ServiceEndpoints),
    /// A stage that policies refer to by its name, with [`Combine::Declared`](crate::rule::Combine::Declared).
    Stage(Stage),
    /// A statement about ways into the cluster.
    Entry(Entry),
}

/// A change of one object.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The object appears, or replaces the one with the same reference.
    Put(Object),
    /// The object disappears.
    Remove(ObjectRef),
}
