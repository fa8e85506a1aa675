//! The four kinds of RBAC as written.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::frame::known_fields;
use crate::label_selector::LabelSelector;

known_fields! {
    /// A `Role`. Its rules are read one by one.
    pub(super) struct Role { api_version, kind, metadata, rules }
}

/// A `ClusterRole`. Its rules are read one by one.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ClusterRole {
    api_version: IgnoredAny,
    kind: IgnoredAny,
    metadata: IgnoredAny,
    rules: IgnoredAny,
    pub(super) aggregation_rule: Option<AggregationRule>,
}

/// Which cluster roles a cluster role is made of.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AggregationRule {
    pub(super) cluster_role_selectors: Vec<LabelSelector>,
}

/// One rule of a role.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PolicyRule {
    pub(super) verbs: Vec<String>,
    pub(super) api_groups: Vec<String>,
    pub(super) resources: Vec<String>,
    pub(super) resource_names: Vec<String>,
    #[serde(rename = "nonResourceURLs")]
    pub(super) non_resource_urls: Vec<String>,
}

/// A `RoleBinding` or a `ClusterRoleBinding`. Its subjects are read one by one.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Binding {
    api_version: IgnoredAny,
    kind: IgnoredAny,
    metadata: IgnoredAny,
    subjects: IgnoredAny,
    pub(super) role_ref: RoleRef,
}

/// The role that a binding grants.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RoleRef {
    pub(super) api_group: String,
    pub(super) kind: String,
    pub(super) name: String,
}

/// One subject of a binding.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Subject {
    pub(super) kind: String,
    pub(super) api_group: String,
    pub(super) name: String,
    pub(super) namespace: String,
}
