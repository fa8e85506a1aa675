//! The objects that Kordon has read, and what was noticed on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kordon_core::model::{Object, ObjectRef};
use kordon_core::{Options, Snapshot};
use kordon_kinds::{Located, Lowered, Settings, State};
use kordon_syntax::{Diagnostic, Limits, Node, Severity, SourceId, Sources, Span};

use crate::position::{Contribution, Places, SourcePosition};

/// The objects of a cluster as they were read: from manifests, lists and dumps, in any number of
/// sources and in any order.
///
/// Reading never fails. Every problem becomes a diagnostic, and a policy that could not be read
/// exactly answers *unknown*, which is enforced as a denial. Text that could not be read at all
/// might hold any policy, so while it is there every connection is unknown.
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
    settings: Settings,
    sources: Sources,
    lowered: Lowered,
    /// The places of the fields of each lowered object, in the same order.
    places: Vec<Arc<Places>>,
    /// Sources of which something could not be read.
    unread: BTreeSet<SourceId>,
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

    /// A cluster without objects that is set up so. The trust domain of the mesh is also that of its
    /// workloads, unless [`Options::trust_domain`] names another.
    ///
    /// ```
    /// use kordon::{Cluster, Engine, MeshSettings, RequestSpec, Settings};
    ///
    /// let mesh = MeshSettings { trust_domain: "shop.example".into(), ..MeshSettings::default() };
    /// let mut cluster = Cluster::with_settings(Settings { mesh });
    /// cluster.read("shop.yaml", "
    /// {apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: enabled}}}
    /// ---
    /// {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}}
    /// ---
    /// apiVersion: security.istio.io/v1
    /// kind: AuthorizationPolicy
    /// metadata: {name: web, namespace: shop}
    /// spec: {rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/default]}}]}]}
    /// ");
    /// let request = r#"{"kind":"connection","from":"shop/web","to":"shop/web","port":80}"#;
    /// let request = RequestSpec::from_json_text(request)?;
    /// assert!(Engine::new(&cluster).decide(&request.as_request()).is_allowed());
    /// # Ok::<(), kordon::RequestError>(())
    /// ```
    pub fn with_settings(settings: Settings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// Reads YAML or JSON text: one object, several documents, or lists of objects. The name
    /// stands for the text in diagnostics and positions.
    pub fn read(&mut self, name: &str, text: &str) {
        let id = self.sources.add(name, text);
        let parsed = kordon_syntax::parse(id, text, &self.limits);
        if parsed.diagnostics.iter().any(is_error) {
            self.unread.insert(id);
        }
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
            Err(node) => {
                let before = (self.lowered.objects.len(), self.lowered.diagnostics.len());
                kordon_kinds::lower(&node, source, &self.settings, &mut self.lowered);
                let lowered = self.lowered.objects.iter().skip(before.0);
                self.places
                    .extend(lowered.map(|located| Arc::new(Places::new(&located.object, &node))));
                let is_object = self.lowered.objects.len() > before.0;
                if !is_object && self.lowered.diagnostics.iter().skip(before.1).any(is_error) {
                    self.unread.insert(source);
                }
            }
        }
    }

    /// The sources that were read.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Every problem: of each object alone, and of all together. The order of reading changes
    /// the positions, not the problems.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut objects = self.lowered.objects.clone();
        let mut diagnostics = self.lowered.diagnostics.clone();
        diagnostics.extend(kordon_kinds::settle(&mut objects));
        diagnostics.extend(kordon_kinds::check(&objects));
        diagnostics
    }

    /// Whether any problem is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics().iter().any(is_error)
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

    /// How many objects of each known kind were read.
    pub fn kinds(&self) -> BTreeMap<&str, usize> {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for located in &self.lowered.objects {
            *kinds.entry(&located.object.id.kind).or_default() += 1;
        }
        kinds
    }

    /// The compiled objects, and where they stand.
    pub(crate) fn compile(&self, options: Options) -> (Snapshot, Atlas) {
        let kept = self.kept();
        let unread = self.unread.iter().filter_map(|id| self.sources.source(*id));
        let unread: Vec<Object> = unread
            .map(|source| kordon_kinds::unread(&source.name))
            .collect();
        let objects = kept.iter().map(|(located, _)| &located.object);
        let options = self.with_trust_domain(options);
        let snapshot = Snapshot::of(options, objects.chain(&unread));
        let place = |(located, places): &(&Located, &Arc<Places>)| {
            let place = (located.source, Arc::clone(places));
            (located.object.id.clone(), place)
        };
        let is_exact = |located: &Located| located.state == State::Exact;
        let atlas = Atlas {
            is_exact: self.unread.is_empty() && self.lowered.objects.iter().all(is_exact),
            sources: self.sources.clone(),
            objects: kept.iter().map(place).collect(),
        };
        (snapshot, atlas)
    }

    /// Policies and workloads have to speak of one trust domain: what is expanded to it in a policy
    /// would otherwise match no workload.
    fn with_trust_domain(&self, options: Options) -> Options {
        let of_mesh = self.settings.mesh.trust_domain.as_str();
        if of_mesh.is_empty() || options.trust_domain != Options::default().trust_domain {
            return options;
        }
        Options {
            trust_domain: of_mesh.into(),
            ..options
        }
    }

    /// The objects that count, each reference once, in the order of their references.
    fn kept(&self) -> Vec<(&Located, &Arc<Places>)> {
        let mut all: Vec<(&Located, &Arc<Places>)> =
            self.lowered.objects.iter().zip(&self.places).collect();
        all.sort_by(|a, b| a.0.object.id.cmp(&b.0.object.id));
        let same = all.chunk_by(|a, b| a.0.object.id == b.0.object.id);
        same.filter_map(|same| match same {
            [only] => Some(*only),
            several => one_of(several),
        })
        .collect()
    }
}

/// The one that counts of several objects with one reference; the problem is among the
/// diagnostics.
fn one_of<'a>(
    several: &[(&'a Located, &'a Arc<Places>)],
) -> Option<(&'a Located, &'a Arc<Places>)> {
    let mut settled: Vec<Located> = several
        .iter()
        .map(|(located, _)| (*located).clone())
        .collect();
    let _duplicates = kordon_kinds::settle(&mut settled);
    let kept = settled.first()?;
    several
        .iter()
        .copied()
        .find(|(located, _)| *located == kept)
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

/// Where objects stand in the sources, to show positions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Atlas {
    /// Whether everything in the sources means exactly what is written.
    is_exact: bool,
    sources: Sources,
    objects: BTreeMap<ObjectRef, (SourceId, Arc<Places>)>,
}

impl Atlas {
    /// The objects that contribute something that may stand at the end of a connection, in the
    /// order of their references.
    pub(crate) fn objects(&self, wanted: Contribution) -> impl Iterator<Item = &ObjectRef> {
        let wanted = move |places: &Places| places.contribution == Some(wanted);
        let objects = self
            .objects
            .iter()
            .filter(move |(_, (_, places))| wanted(places));
        objects.map(|(object, _)| object)
    }

    /// Whether everything in the sources means exactly what is written.
    pub(crate) fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// The sources that the objects stand in.
    pub(crate) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The place of a field of an object, or of the nearest field above it whose place is known.
    /// `None` for an object that was no text.
    pub(crate) fn place(&self, object: &ObjectRef, path: &str) -> Option<(SourceId, Span)> {
        let (source, places) = self.objects.get(object)?;
        Some((*source, places.nearest(path)?))
    }

    /// As [`Atlas::place`], with lines and columns.
    pub(crate) fn position(&self, object: &ObjectRef, path: &str) -> Option<SourcePosition> {
        let (source, span) = self.place(object, path)?;
        let source = self.sources.source(source)?;
        Some(SourcePosition {
            source: source.name.to_string(),
            start: source.position(span.start),
            end: source.position(span.end),
        })
    }
}
