//! What Istio's users know an answer by.

use kordon_core::rule::Plane;
use kordon_core::{Explanation, RuleFinding};

/// The rule that a sidecar names for an answer in its logs, such as
/// `ns[shop]-policy[cart]-rule[0]`; `None` where no rule decides. Before a rule of the action
/// CUSTOM Envoy puts `istio-ext-authz-` and the provider's name.
///
/// Of several rules that match, Envoy names the one whose key is least as text, so that
/// `rule[10]` comes before `rule[2]`.
///
/// ```
/// use kordon::{Cluster, Engine, istio, shorthand};
///
/// let mut cluster = Cluster::new();
/// cluster.read("shop.yaml", "
/// apiVersion: v1
/// kind: Pod
/// metadata: {name: web, namespace: shop, labels: {sidecar.istio.io/inject: 'true'}}
/// ---
/// apiVersion: v1
/// kind: Pod
/// metadata: {name: cart, namespace: shop, labels: {sidecar.istio.io/inject: 'true'}}
/// ---
/// apiVersion: security.istio.io/v1
/// kind: AuthorizationPolicy
/// metadata: {name: cart, namespace: shop}
/// spec: {rules: [{to: [{operation: {methods: [GET]}}]}]}
/// ");
/// let engine = Engine::new(&cluster);
/// let matched = |line| {
///     let answer = engine.answer(&shorthand::request(line).unwrap());
///     istio::matched_rule(answer.explanation())
/// };
/// let get = matched("shop/web -> shop/cart:8080 GET /items");
/// assert_eq!(get.as_deref(), Some("ns[shop]-policy[cart]-rule[0]"));
/// assert_eq!(matched("shop/web -> shop/cart:8080 PUT /items"), None);
/// ```
pub fn matched_rule(explanation: &Explanation) -> Option<String> {
    let mut planes = explanation.planes.iter();
    let mesh = planes.find(|plane| plane.plane == Plane::Mesh)?;
    let deciding = mesh.stages.last().filter(|stage| stage.answer != PASS);
    deciding?.matching.iter().map(key).min()
}

/// The answer of a stage that leaves the decision to others, as that of the action AUDIT does.
const PASS: &str = "pass";

fn key(rule: &RuleFinding) -> String {
    let namespace = rule.object.namespace.as_deref().unwrap_or_default();
    let index = rule.path.rsplit_once('[').map_or("", |(_, index)| index);
    let index = index.trim_end_matches(']');
    let name = &rule.object.name;
    format!("ns[{namespace}]-policy[{name}]-rule[{index}]")
}
