//! Differences for programs. Their form is stable: fields are added, never changed.

use kordon_analyze::connectivity::{Change, ChangedEnd};
use kordon_analyze::permissions::PermissionChange;
use serde_json::{Value, json};

use super::{Diff, kind_of};
use crate::connections::{answer_json, name_json, ranges_json};
use crate::reason::Reason;
use crate::shorthand::INGRESS_CONTROLLER;

impl Diff {
    /// The differences as a JSON object with `connections` and `permissions`. Its form is stable:
    /// fields are added, never changed.
    pub fn to_json(&self) -> Value {
        let connections = self.connections.iter();
        let permissions = self.permissions.iter();
        json!({
            "connections": connections.map(|one| self.connection_json(one)).collect::<Value>(),
            "permissions": permissions.map(|one| self.permission_json(one)).collect::<Value>(),
        })
    }

    fn connection_json(&self, change: &Change) -> Value {
        let (before, after) = self.connection_reasons(change);
        json!({
            "change": change.kind().name(),
            "from": end_json(&change.from),
            "to": end_json(&change.to),
            "old": answer_json(&change.old),
            "new": answer_json(&change.new),
            "before": reasons_json(&before),
            "after": reasons_json(&after),
        })
    }

    fn permission_json(&self, change: &PermissionChange) -> Value {
        let right = &change.right;
        let (before, after) = self.permission_reasons(change);
        json!({
            "change": kind_of(change.kind).name(),
            "subject": change.subject.to_string(),
            "namespace": change.namespace,
            "verbs": right.verbs,
            "apiGroups": right.groups,
            "resources": right.resources,
            "resourceNames": right.names,
            "nonResourceURLs": right.paths,
            "before": reasons_json(&before),
            "after": reasons_json(&after),
        })
    }
}

fn reasons_json(reasons: &[Reason]) -> Value {
    reasons.iter().map(Reason::to_json).collect()
}

fn end_json(end: &ChangedEnd) -> Value {
    match end {
        ChangedEnd::Workload(name) => name_json(name),
        ChangedEnd::Outside(ranges) => ranges_json(ranges),
        ChangedEnd::Entry => json!(INGRESS_CONTROLLER),
    }
}
