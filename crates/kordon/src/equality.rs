//! Whether two clusters answer every request alike, and a request that shows it if they do not.
//!
//! Owns how a difference becomes a request that can be asked again. What is compared, and what
//! keeps a comparison from being a proof, is
//! [`analyze::equivalence`](crate::analyze::equivalence)'s.

mod api;
mod connection;

use kordon_analyze::equivalence::{Equivalence, connections};
use kordon_core::rule::Plane;
use kordon_core::{Decision, Verdict};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::engine::Engine;
use crate::request::RequestSpec;

/// The planes that proxies of a mesh enforce.
const MESH: [Plane; 3] = [Plane::Mtls, Plane::Authn, Plane::Mesh];

/// Whether two clusters answer every request alike.
///
/// ```
/// use kordon::equality::Equality;
/// use kordon::{Cluster, Engine};
///
/// let policy = |peer: &str| {
///     let mut cluster = Cluster::new();
///     cluster.read("policy.yaml", &format!("
/// apiVersion: networking.k8s.io/v1
/// kind: NetworkPolicy
/// metadata: {{name: cart, namespace: shop}}
/// spec:
///   podSelector: {{matchLabels: {{app: cart}}}}
///   ingress: [{{from: [{{podSelector: {peer}}}]}}]
/// "));
///     Engine::new(&cluster)
/// };
/// let labels = policy("{matchLabels: {app: web}}");
/// let expression = policy("{matchExpressions: [{key: app, operator: In, values: [web]}]}");
/// assert!(matches!(Equality::of(&labels, &expression), Equality::Proven));
///
/// let Equality::Different(found) = Equality::of(&labels, &policy("{}")) else { panic!() };
/// assert_eq!(
///     found.request.to_string(),
///     "a pod of shop with no labels -> a pod of shop with app=cart on TCP 1",
/// );
/// ```
#[derive(Clone, Debug)]
pub enum Equality {
    /// Every request is answered alike: allowed, denied or unknown.
    Proven,
    /// This request is not.
    Different(Box<Counterexample>),
    /// No difference was found, and for these reasons there may be one.
    Unproven(Vec<String>),
}

/// A request that two clusters answer in different ways.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// The request.
    pub request: RequestSpec,
    /// What the first cluster says.
    pub old: Answer,
    /// What the second one says.
    pub new: Answer,
}

impl Equality {
    /// Compares two clusters. Connections come before access to the API.
    pub fn of(old: &Engine, new: &Engine) -> Self {
        let mut doubts = Vec::new();
        let is_meshed = |engine: &Engine| MESH.iter().any(|p| engine.snapshot().has_plane(*p));
        if is_meshed(old) || is_meshed(new) {
            doubts.push("policies of a mesh are there, and are not compared".to_owned());
        }
        for (name, engine) in [("first", old), ("second", new)] {
            if !engine.atlas().is_exact() {
                doubts.push(format!(
                    "the {name} set has errors, so that what it means is not known"
                ));
            }
        }
        match connections(old.snapshot(), new.snapshot()) {
            Equivalence::Equal => {}
            Equivalence::Different(witness) => {
                let requests = connection::requests(old, new, &witness);
                match first_that_differs(old, new, requests) {
                    Some(found) => return found,
                    None => doubts.push(connection::doubt(&witness)),
                }
            }
            Equivalence::Unproven(found) => {
                doubts.extend(found.iter().map(ToString::to_string));
            }
        }
        let permissions = api::compare(old, new);
        if let Some(found) = first_that_differs(old, new, permissions.requests.into_iter()) {
            return found;
        }
        doubts.extend(permissions.doubts);
        match doubts.as_slice() {
            [] => Self::Proven,
            _ => Self::Unproven(doubts),
        }
    }

    /// The result as a JSON object: `equal` is true, false, or null where it could not be proven;
    /// beside it `request`, `old` and `new`, or `reasons`.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Proven => json!({"equal": true}),
            Self::Different(found) => json!({
                "equal": false,
                "request": found.request.to_json(),
                "old": found.old.to_json(),
                "new": found.new.to_json(),
            }),
            Self::Unproven(reasons) => json!({"equal": null, "reasons": reasons}),
        }
    }
}

/// The first request that the clusters answer differently. What an analysis has found counts only
/// if decisions show it.
fn first_that_differs(
    old: &Engine,
    new: &Engine,
    mut requests: impl Iterator<Item = RequestSpec>,
) -> Option<Equality> {
    let request = requests.find(|request| {
        let request = request.as_request();
        said(&old.decide(&request)) != said(&new.decide(&request))
    })?;
    Some(Equality::Different(Box::new(Counterexample {
        old: old.answer(&request),
        new: new.answer(&request),
        request,
    })))
}

/// What is compared of a decision. A request that cannot be understood is denied.
fn said(decision: &Decision) -> Verdict {
    match decision.problem {
        Some(_) => Verdict::Deny,
        None => decision.verdict,
    }
}
