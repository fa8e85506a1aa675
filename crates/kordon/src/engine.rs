//! Decides requests over the policies of a cluster.

use std::sync::Arc;

use kordon_core::model::{Change, ObjectRef};
use kordon_core::{Decision, Explanation, Options, Request, Snapshot};

use crate::answer::Answer;
use crate::cluster::{Atlas, Cluster};
use crate::connections::Connections;
use crate::position::{Contribution, SourcePosition};
use crate::request::RequestSpec;

/// Decides requests over the policies of a cluster. It is cheap to clone and safe to share
/// between threads: it never changes.
///
/// ```
/// use kordon::{Cluster, ConnectionRequest, Endpoint, Engine, Port, Protocol, Request};
///
/// let mut cluster = Cluster::new();
/// cluster.read("shop.yaml", "
/// apiVersion: v1
/// kind: Pod
/// metadata: {name: web, namespace: shop}
/// ---
/// apiVersion: v1
/// kind: Pod
/// metadata: {name: cart, namespace: shop}
/// ---
/// apiVersion: networking.k8s.io/v1
/// kind: NetworkPolicy
/// metadata: {name: default-deny, namespace: shop}
/// spec: {podSelector: {}}
/// ");
/// let engine = Engine::new(&cluster);
/// let request = Request::Connection(ConnectionRequest {
///     from: Endpoint::Named { namespace: "shop", name: "web" },
///     to: Endpoint::Named { namespace: "shop", name: "cart" },
///     protocol: Protocol::TCP,
///     port: Port::Number(7070),
///     session: None,
/// });
/// assert!(!engine.decide(&request).is_allowed());
/// let explanation = engine.explain(&request);
/// let ingress = explanation.planes.last().unwrap();
/// assert_eq!(
///     ingress.reason,
///     "selected by 1 policy for ingress; no rule admits shop/web on TCP 7070"
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    snapshot: Arc<Snapshot>,
    atlas: Arc<Atlas>,
}

impl Engine {
    /// An engine over a cluster, with the upstreams' own posture.
    pub fn new(cluster: &Cluster) -> Self {
        Self::with_options(cluster, Options::default())
    }

    /// An engine over a cluster.
    pub fn with_options(cluster: &Cluster, options: Options) -> Self {
        let (snapshot, atlas) = cluster.compile(options);
        Self {
            snapshot: Arc::new(snapshot),
            atlas: Arc::new(atlas),
        }
    }

    /// The engine after some changes of objects. The changed objects have no positions; this
    /// engine stays as it is.
    #[must_use]
    pub fn apply(&self, changes: impl IntoIterator<Item = Change>) -> Self {
        Self {
            snapshot: Arc::new(self.snapshot.apply(changes)),
            atlas: Arc::clone(&self.atlas),
        }
    }

    /// The compiled policies.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Decides a request.
    #[inline]
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        self.snapshot.decide(request)
    }

    /// Decides a request and says why.
    pub fn explain(&self, request: &Request<'_>) -> Explanation {
        self.snapshot.explain(request)
    }

    /// Decides a request and says why, with positions and advice, in the forms that people and
    /// programs read.
    pub fn answer(&self, request: &RequestSpec) -> Answer {
        let explanation = self.explain(&request.as_request());
        Answer::new(self, request, explanation)
    }

    /// All connections that the network policies allow.
    pub fn connections(&self) -> Connections<'_> {
        Connections::new(self)
    }

    /// Where a field of an object stands, or the deepest field on its path that is there. `None`
    /// for an object that is not known or was no text.
    pub fn position(&self, object: &ObjectRef, path: &str) -> Option<SourcePosition> {
        self.atlas.position(object, path)
    }

    /// Where objects stand in their sources.
    pub(crate) fn atlas(&self) -> &Atlas {
        &self.atlas
    }

    /// The objects that contribute something that may stand at the end of a connection.
    pub(crate) fn objects(&self, wanted: Contribution) -> Vec<&ObjectRef> {
        self.atlas.objects(wanted).collect()
    }
}
