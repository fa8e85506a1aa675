//! The compiled state of a cluster: immutable, cheap to clone, ready to decide.

mod apply;
mod attributes;
mod directory;
mod entries;
mod grants;
mod inventory;
mod policies;
mod rule_sets;

use std::sync::Arc;

use crate::http_path::PathNormalization;
use crate::id::{PolicyId, RuleSetId};
use crate::model::{Change, Object};
use crate::persist::{Shards, Slots};
use crate::rule::{Plane, Stage};
use crate::symbol::Symbols;

pub(crate) use attributes::WorkloadAttributes;
pub(crate) use directory::Directory;
pub(crate) use grants::{Grant, Grantee, Grants};
pub(crate) use inventory::{
    AddressUse, Class, ClassId, NAME_LABEL, NamedWorkload, NamespaceSlot, NodeSlot, POD,
    ServiceSlot, Sort, Target, WorkloadId, WorkloadSlot, implied_labels, port_slot,
};
pub(crate) use policies::PolicySlot;
pub(crate) use rule_sets::RuleSetSlot;

/// How a snapshot reads what it is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How implicit allows count.
    pub posture: Posture,
    /// Whether rule sets that include others are filled here or taken as they are stored.
    pub includes: Includes,
    /// What proxies of the mesh do to the path of a request before they judge it.
    pub paths: PathNormalization,
    /// The trust domain of the mesh, in which its workloads have their identities.
    pub trust_domain: TrustDomainName,
}

/// The name of a trust domain; `cluster.local` unless said otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustDomainName(Arc<str>);

impl TrustDomainName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for TrustDomainName {
    fn default() -> Self {
        Self("cluster.local".into())
    }
}

impl From<&str> for TrustDomainName {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

/// How an implicit allow counts: one that no rule grants, because nothing selects the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Posture {
    /// As the real system does: it lets the request pass.
    #[default]
    Upstream,
    /// Zero trust: it is a denial that names the missing policy.
    Strict,
}

/// How rule sets that include others by label get their rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Includes {
    /// The rules are those in the object, as a cluster's controller has filled them.
    #[default]
    Stored,
    /// The rules are filled as the controller would, for manifests that never met a cluster.
    Filled,
}

/// An immutable compiled cluster. Cloning it and changing the clone costs what the change
/// touches; whoever reads the original is not disturbed.
///
/// ```
/// use kordon_core::{Options, Snapshot};
/// use kordon_core::model::{Change, Item, Namespace, Object, ObjectRef};
///
/// let empty = Snapshot::new(Options::default());
/// let namespace = Namespace {
///     name: "shop".into(),
///     labels: Default::default(),
///     mesh: Default::default(),
/// };
/// let object = Object {
///     id: ObjectRef::cluster("", "Namespace", "shop"),
///     items: vec![Item::Namespace(namespace)],
/// };
/// let one = empty.apply([Change::Put(object)]);
/// assert_eq!((empty.generation(), one.generation()), (0, 1));
/// ```
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) options: Options,
    generation: u64,
    pub(crate) symbols: Symbols,
    objects: Shards<apply::Placed>,
    namespace_ids: Shards<inventory::NamespaceEntry>,
    pub(crate) namespaces: Slots<NamespaceSlot>,
    pub(crate) workloads: Slots<Option<WorkloadSlot>>,
    names: Shards<inventory::NameEntry>,
    owners: Shards<inventory::OwnerEntry>,
    addresses: Shards<inventory::AddressEntry>,
    services: Shards<inventory::ServiceEntry>,
    nodes: Shards<inventory::NodeEntry>,
    class_ids: Shards<inventory::ClassEntry>,
    pub(crate) classes: Slots<Class>,
    policies: Slots<PolicySlot>,
    /// The stages that policies stand in, each once.
    stages: Arc<Vec<Arc<Stage>>>,
    /// Policies that may select workloads of any namespace.
    cluster_policies: Arc<Vec<PolicyId>>,
    grantees: Shards<Grantee>,
    rule_set_ids: Shards<rule_sets::RuleSetEntry>,
    rule_sets: Slots<RuleSetSlot>,
    directory: Directory,
    /// How many policies each plane has.
    planes: [u32; Plane::ALL.len()],
    entries: Slots<Option<Arc<entries::StatedEntry>>>,
}

impl Snapshot {
    /// A snapshot of an empty cluster.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            generation: 0,
            symbols: Symbols::default(),
            objects: Shards::default(),
            namespace_ids: Shards::default(),
            namespaces: Slots::default(),
            workloads: Slots::default(),
            names: Shards::default(),
            owners: Shards::default(),
            addresses: Shards::default(),
            services: Shards::default(),
            nodes: Shards::default(),
            class_ids: Shards::default(),
            classes: Slots::default(),
            policies: Slots::default(),
            stages: Arc::default(),
            cluster_policies: Arc::default(),
            grantees: Shards::default(),
            rule_set_ids: Shards::default(),
            rule_sets: Slots::default(),
            directory: Directory::default(),
            planes: Default::default(),
            entries: Slots::default(),
        }
    }

    /// A snapshot of these objects; of several with one reference the last counts.
    pub fn of<'a>(options: Options, objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let mut snapshot = Self::new(options);
        apply::load(&mut snapshot, objects);
        snapshot
    }

    /// The snapshot after some changes, taken together. Of several changes of one object the
    /// last counts.
    #[must_use]
    pub fn apply(&self, changes: impl IntoIterator<Item = Change>) -> Self {
        let mut next = self.clone();
        apply::apply(&mut next, changes);
        next.generation += 1;
        next
    }

    /// How many times [`Snapshot::apply`] led here from the first snapshot.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The options that it was made with.
    pub fn options(&self) -> Options {
        self.options.clone()
    }

    /// Whether any policy of a plane is known.
    #[inline]
    pub fn has_plane(&self, plane: Plane) -> bool {
        self.planes
            .get(plane as usize)
            .is_some_and(|count| *count > 0)
    }

    /// How much it holds.
    pub fn size(&self) -> Size {
        Size {
            namespaces: self.namespaces.iter().filter(|slot| slot.exists()).count(),
            workloads: self.workloads.iter().flatten().count(),
            policies: self
                .policies
                .iter()
                .filter(|slot| slot.policy.is_some())
                .count(),
        }
    }

    pub(crate) fn policy(&self, id: PolicyId) -> Option<&crate::compile::CompiledPolicy> {
        self.policies.get(id.index())?.policy.as_ref()
    }

    pub(crate) fn compiled_policies(
        &self,
    ) -> impl Iterator<Item = &crate::compile::CompiledPolicy> {
        self.policies.iter().filter_map(|slot| slot.policy.as_ref())
    }

    pub(crate) fn rule_set(&self, id: RuleSetId) -> Option<&RuleSetSlot> {
        self.rule_sets.get(id.index())
    }
}

/// How much a snapshot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Namespaces, declared or mentioned.
    pub namespaces: usize,
    /// Pods and controllers.
    pub workloads: usize,
    /// Policies of all planes; an object that guards both directions counts twice.
    pub policies: usize,
}
