//! The objects that Kordon has read, and what was noticed on the way.

use std::collections::BTreeMap;

use kordon_core::model::{Change, ObjectRef};
use kordon_kinds::{Located, Lowered};
use kordon_syntax::{Diagnostic, Document, FieldPath, Limits, Node, Severity, SourceId, Sources};

use crate::position::{SourcePosition, find_node};

/// The objects of a cluster as they were read: from manifests, lists and dumps, in any number of
/// sources and in any order.
///
/// Reading never fails. Every problem becomes a diagnostic, and a policy that could not be read
/// exactly answers *unknown*, which is enforced as a denial.
///
/// ```
/// use kordon::Cluster;
///
/// let mut cluster = Cluster::new();
/// cluster.read("shop.yaml", "
/// apiVersion: v1
/// kind: Pod
/// metadata: {name: web, namespace: shop, labels: {app: web}}
/// ---
/// apiVersion: networking.k8s.io/v1
/// kind: NetworkPolicy
/// metadata: {name: default-deny, namespace: shop}
/// spec: {podSelecter: {}}
/// ");
/// let found = cluster.diagnostics();
/// assert!(found.iter().any(|d| d.message.contains("podSelecter")), "{found:?}");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    limits: Limits,
    sources: Sources,
    lowered: Lowered,
}

impl Cluster {
    /// A cluster without objects.
    pub fn new() -> Self {
        Self::default()
    }

    /// A cluster without objects that reads no more than the limits allow.
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Reads YAML or JSON text: one object, several documents, or lists of objects. The name
    /// stands for the text in diagnostics and positions.
    pub fn read(&mut self, name: &str, text: &str) {
        let id = self.sources.add(name, text);
        let parsed = kordon_syntax::parse(id, text, &self.limits);
        self.lowered.diagnostics.extend(parsed.diagnostics);
        for document in parsed.documents {
            self.lower(document.root, id);
        }
    }

    /// Reads one object, or a list of objects, that is no text: from an API server, say. Its
    /// rules have no positions.
    pub fn read_value(&mut self, name: &str, value: &serde_json::Value) {
        let id = self.sources.add(name, "");
        self.lower(Node::from_json(value), id);
    }

    fn lower(&mut self, root: Node, source: SourceId) {
        match root.into_items() {
            Ok(items) => {
                for item in items {
                    self.lower(item, source);
                }
            }
            Err(node) => kordon_kinds::lower(&node, source, &mut self.lowered),
        }
    }

    /// The sources that were read.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Every problem: of each object alone, and of all together. The order of reading changes
    /// the positions, not the problems.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let settled = self.settled();
        let mut diagnostics = settled.diagnostics;
        diagnostics.extend(kordon_kinds::check(&settled.objects));
        diagnostics
    }

    /// Whether any problem is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics()
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// How often each `apiVersion` and kind came up that Kordon does not know.
    pub fn unknown_kinds(&self) -> &BTreeMap<(String, String), usize> {
        &self.lowered.unknown
    }

    /// How many objects of known kinds were read.
    pub fn len(&self) -> usize {
        self.lowered.objects.len()
    }

    /// Whether no object of a known kind was read.
    pub fn is_empty(&self) -> bool {
        self.lowered.objects.is_empty()
    }

    /// The changes that lead from nothing to this cluster.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let objects = self.settled().objects.into_iter();
        objects.map(|located| Change::Put(located.object)).collect()
    }

    /// The objects, each reference once, and the diagnostics of those that were given twice.
    fn settled(&self) -> Lowered {
        let mut settled = self.lowered.clone();
        let duplicates = kordon_kinds::settle(&mut settled.objects);
        settled.diagnostics.extend(duplicates);
        settled
    }

    /// Where the objects stand.
    pub(crate) fn atlas(&self) -> Atlas {
        let objects = self.settled().objects.into_iter();
        Atlas {
            sources: self.sources.clone(),
            limits: self.limits.clone(),
            objects: objects.map(|located| (located.object.id.clone(), located)).collect(),
        }
    }
}

/// Where objects stand in the sources, to show positions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Atlas {
    sources: Sources,
    limits: Limits,
    objects: BTreeMap<ObjectRef, Located>,
}

impl Atlas {
    /// The position of a field of an object, or of the deepest field on its path that is there.
    /// `None` for an object that was no text.
    pub(crate) fn position(&self, object: &ObjectRef, path: &str) -> Option<SourcePosition> {
        let located = self.objects.get(object)?;
        let source = self.sources.source(located.source)?;
        let path: FieldPath = path.parse().ok()?;
        let parsed = kordon_syntax::parse(located.source, &source.text, &self.limits);
        let roots = parsed.documents.into_iter().map(|Document { root, .. }| root);
        let (start, end) = find_node(roots, located.span, &path)?;
        Some(SourcePosition {
            source: source.name.to_string(),
            start: source.position(start),
            end: source.position(end),
        })
    }
}
