//! AuthorizationPolicy objects and the keys of their rules.

use serde_json::Value;

use crate::reference::value::{at, list, namespace_of, text};

/// An AuthorizationPolicy.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) action: Action,
    pub(super) is_dry_run: bool,
    /// The external authorizer of a CUSTOM policy.
    pub(super) provider: String,
    pub(super) object: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Custom,
    Audit,
    Deny,
    Allow,
}

impl Policy {
    /// Reads a policy; one whose action does not exist is no policy, the API server refuses it.
    pub(super) fn read(object: &Value) -> Option<Self> {
        let action = match at(object, "/spec/action").map_or(Some("ALLOW"), Value::as_str)? {
            "ALLOW" => Action::Allow,
            "DENY" => Action::Deny,
            "AUDIT" => Action::Audit,
            "CUSTOM" => Action::Custom,
            _ => return None,
        };
        let dry_run = text(object, "/metadata/annotations/istio.io~1dry-run");
        Some(Self {
            namespace: namespace_of(object).to_owned(),
            name: text(object, "/metadata/name").to_owned(),
            action,
            // As Go's strconv.ParseBool reads it; what it cannot read leaves the policy enforced.
            is_dry_run: matches!(dry_run, "1" | "t" | "T" | "true" | "TRUE" | "True"),
            provider: text(object, "/spec/provider/name").to_owned(),
            object: object.clone(),
        })
    }

    /// The rules; a policy without any matches nothing.
    pub(super) fn rules(&self) -> &[Value] {
        list(&self.object, "/spec/rules")
    }

    /// The key by which Envoy reports a rule.
    pub(super) fn key(&self, rule: usize) -> String {
        format!("ns[{}]-policy[{}]-rule[{rule}]", self.namespace, self.name)
    }
}
