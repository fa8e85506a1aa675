//! What differs between two clusters: connections and permissions that appear, disappear or
//! change, and through which rules.
//!
//! Owns how differences are worded. Must not know files.

mod finding;
mod json;
mod why;

use std::fmt;

use kordon_analyze::connectivity::{Answer, Change, ChangeKind, ChangedEnd};
use kordon_analyze::permissions::{PermissionChange, PermissionChangeKind, changes};
use kordon_core::rule::ApiPermission;
use kordon_core::view::EndName;

use crate::connections::ranges_text;
use crate::engine::Engine;
use crate::reason::Reason;
use crate::shorthand::INGRESS_CONTROLLER;

pub use finding::CODES;

/// The differences between two clusters.
///
/// ```
/// use kordon::analyze::connectivity::ChangeKind;
/// use kordon::diff::Diff;
/// use kordon::{Cluster, Engine};
///
/// let pods = "
/// {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}}
/// ---
/// {apiVersion: v1, kind: Pod, metadata: {name: cart, namespace: shop, labels: {app: cart}}}
/// ";
/// let policy = "
/// apiVersion: networking.k8s.io/v1
/// kind: NetworkPolicy
/// metadata: {name: cart, namespace: shop}
/// spec: {podSelector: {matchLabels: {app: cart}}, policyTypes: [Ingress]}
/// ";
/// let mut cluster = Cluster::new();
/// cluster.read("pods.yaml", pods);
/// let old = Engine::new(&cluster);
/// cluster.read("policy.yaml", policy);
/// let diff = Diff::between(&old, &Engine::new(&cluster));
/// let lines: Vec<String> = diff.lines().map(|line| line.to_string()).collect();
/// assert_eq!(lines, ["- shop/web -> shop/cart: all", "- outside -> shop/cart: all"]);
/// assert_eq!(diff.count(ChangeKind::Removed), 2);
/// assert_eq!(
///     diff.lines().next().unwrap().after[0].to_string(),
///     "ingress: selected by 1 policy for ingress; no rule admits shop/web on TCP 1 \
///      (NetworkPolicy shop/cart spec.podSelector, policy.yaml:5:21)",
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Diff {
    old: Engine,
    new: Engine,
    connections: Vec<Change>,
    permissions: Vec<PermissionChange>,
}

/// One difference in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// How it changed.
    pub kind: ChangeKind,
    /// What it is about: `connection` or `permission`.
    pub about: &'static str,
    /// Who, and to or with what.
    pub what: String,
    /// What was allowed, where something was.
    pub old: Option<String>,
    /// What is allowed, where something is.
    pub new: Option<String>,
    /// Why it was so, as far as that changed.
    pub before: Vec<Reason>,
    /// Why it is so, as far as that changed.
    pub after: Vec<Reason>,
}

impl Diff {
    /// The differences from an old cluster to a new one.
    pub fn between(old: &Engine, new: &Engine) -> Self {
        let map = old.connections();
        Self {
            connections: map.map().changes_to(new.connections().map()),
            permissions: changes(old.snapshot(), new.snapshot()),
            old: old.clone(),
            new: new.clone(),
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.connections.is_empty() && self.permissions.is_empty()
    }

    /// How many differences are of a kind.
    pub fn count(&self, kind: ChangeKind) -> usize {
        let connections = self.connections.iter().map(Change::kind);
        let permissions = self.permissions.iter().map(|change| kind_of(change.kind));
        let all = connections.chain(permissions);
        all.filter(|of| *of == kind).count()
    }

    /// All differences: connections first, then permissions.
    pub fn lines(&self) -> impl Iterator<Item = DiffLine> {
        let connections = self.connections.iter();
        let permissions = self.permissions.iter();
        connections
            .map(|change| self.connection_line(change))
            .chain(permissions.map(|change| self.permission_line(change)))
    }

    fn connection_line(&self, change: &Change) -> DiffLine {
        let ports = |answer: &Answer| {
            let allowed = answer.allowed();
            (!allowed.is_empty()).then(|| allowed.to_string())
        };
        let (before, after) = self.connection_reasons(change);
        DiffLine {
            kind: change.kind(),
            about: "connection",
            what: format!("{} -> {}", end_text(&change.from), end_text(&change.to)),
            old: ports(&change.old),
            new: ports(&change.new),
            before,
            after,
        }
    }

    fn permission_line(&self, change: &PermissionChange) -> DiffLine {
        let place = match &change.namespace {
            Some(namespace) => format!("in namespace {namespace}"),
            None => "in the cluster".to_owned(),
        };
        let right = Some(right_text(&change.right));
        let (old, new) = match change.kind {
            PermissionChangeKind::Added => (None, right),
            PermissionChangeKind::Removed => (right, None),
        };
        let (before, after) = self.permission_reasons(change);
        DiffLine {
            kind: kind_of(change.kind),
            about: "permission",
            what: format!("{} {place}", change.subject),
            old,
            new,
            before,
            after,
        }
    }
}

impl fmt::Display for DiffLine {
    /// What differs, in one line, without the reasons.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.kind {
            ChangeKind::Added => '+',
            ChangeKind::Removed => '-',
            ChangeKind::Changed => '~',
        };
        write!(f, "{mark} {}: ", self.what)?;
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => write!(f, "{old} -> {new}"),
            (Some(one), None) | (None, Some(one)) => f.write_str(one),
            (None, None) => Ok(()),
        }
    }
}

fn kind_of(kind: PermissionChangeKind) -> ChangeKind {
    match kind {
        PermissionChangeKind::Added => ChangeKind::Added,
        PermissionChangeKind::Removed => ChangeKind::Removed,
    }
}

/// A workload by namespace and name; by its kind as well unless it is a pod or a Deployment.
fn end_text(end: &ChangedEnd) -> String {
    match end {
        ChangedEnd::Outside(ranges) => ranges_text(ranges).join(", "),
        ChangedEnd::Entry => INGRESS_CONTROLLER.to_owned(),
        ChangedEnd::Workload(EndName {
            namespace,
            kind,
            name,
        }) => match kind.as_str() {
            "Node" if namespace.is_empty() => format!("node:{name}"),
            "Pod" | "Deployment" => format!("{namespace}/{name}"),
            kind => format!("{namespace}/{kind}/{name}"),
        },
    }
}

/// A right as `kubectl` would name it.
fn right_text(right: &ApiPermission) -> String {
    let of = |list: &[String]| list.join(",");
    let mut text = of(&right.verbs);
    if right.resources.is_empty() {
        text = format!("{text} {}", of(&right.paths));
    } else {
        text = format!("{text} {}", of(&right.resources));
        if right.groups.iter().any(|group| !group.is_empty()) {
            text = format!("{text}.{}", of(&right.groups));
        }
    }
    if !right.names.is_empty() {
        text = format!("{text} {}", of(&right.names));
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::Cluster;

    use super::*;

    fn engine(binding: &str, rules: &str) -> Engine {
        let mut cluster = Cluster::new();
        let group = "rbac.authorization.k8s.io";
        cluster.read(
            "rbac.yaml",
            &format!(
                "apiVersion: {group}/v1
kind: ClusterRole
metadata: {{name: r}}
rules: {rules}
---
apiVersion: {group}/v1
{binding}
roleRef: {{apiGroup: {group}, kind: ClusterRole, name: r}}
subjects: [{{apiGroup: {group}, kind: User, name: eve}}]
"
            ),
        );
        assert!(!cluster.has_errors(), "{:?}", cluster.diagnostics());
        Engine::new(&cluster)
    }

    fn lines(old: &Engine, new: &Engine) -> Vec<String> {
        let diff = Diff::between(old, new);
        diff.lines().map(|line| line.to_string()).collect()
    }

    const HERE: &str = "kind: RoleBinding\nmetadata: {name: b, namespace: shop}";
    const EVERYWHERE: &str = "kind: ClusterRoleBinding\nmetadata: {name: b}";
    const GET: &str = "[{apiGroups: [apps], resources: [deployments], verbs: [get]}]";

    #[test]
    fn a_permission_that_spreads_to_the_cluster_appears_there_and_is_not_lost() {
        let (here, everywhere) = (engine(HERE, GET), engine(EVERYWHERE, GET));
        assert_eq!(
            lines(&here, &everywhere),
            ["+ User eve in the cluster: get deployments.apps"]
        );
        assert_eq!(
            lines(&everywhere, &here),
            ["- User eve in the cluster: get deployments.apps"]
        );
    }

    #[test]
    fn a_permission_that_a_wider_rule_covers_is_no_difference() {
        let wide = "[{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]";
        let (narrow, wide) = (engine(HERE, GET), engine(HERE, wide));
        assert_eq!(lines(&narrow, &narrow), Vec::<String>::new());
        assert_eq!(
            lines(&narrow, &wide),
            ["+ User eve in namespace shop: * *.*"]
        );
        assert_eq!(
            lines(&wide, &narrow),
            ["- User eve in namespace shop: * *.*"]
        );
    }

    #[test]
    fn rights_are_written_as_kubectl_writes_them() {
        let rules = "[{nonResourceURLs: [/metrics], verbs: [get]}, \
                     {apiGroups: [''], resources: [pods/log], resourceNames: [a], verbs: [get]}]";
        let nothing = engine(EVERYWHERE, "[]");
        assert_eq!(
            lines(&nothing, &engine(EVERYWHERE, rules)),
            [
                "+ User eve in the cluster: get /metrics",
                "+ User eve in the cluster: get pods/log a",
            ]
        );
    }
}
