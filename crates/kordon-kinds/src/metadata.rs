//! `metadata`, which all kinds share: its schema and the checks of its names and labels.
//!
//! It knows no kind.

use std::collections::BTreeMap;

use kordon_syntax::{Diagnostic, quoted};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::names;

/// `metadata` as far as it matters here. The other fields are named so that they count as known.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Metadata {
    pub(crate) name: Option<String>,
    pub(crate) generate_name: Option<String>,
    pub(crate) namespace: Option<String>,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: BTreeMap<String, String>,
    pub(crate) owner_references: Vec<OwnerReference>,
    self_link: IgnoredAny,
    uid: IgnoredAny,
    resource_version: IgnoredAny,
    generation: IgnoredAny,
    creation_timestamp: IgnoredAny,
    deletion_timestamp: IgnoredAny,
    deletion_grace_period_seconds: IgnoredAny,
    finalizers: IgnoredAny,
    managed_fields: IgnoredAny,
}

/// One entry of `metadata.ownerReferences`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct OwnerReference {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) controller: Option<bool>,
    api_version: IgnoredAny,
    uid: IgnoredAny,
    block_owner_deletion: IgnoredAny,
}

/// Checks labels as the API server does when it stores an object.
pub(crate) fn check_labels(ctx: &mut Context<'_>, at: &At<'_>, labels: &BTreeMap<String, String>) {
    for (key, value) in labels {
        let field = at.key(key);
        if let Some(expected) = names::label_key_problem(key) {
            let message = format!("{key} cannot be the key of a label", key = quoted(key));
            ctx.report_key(
                &field,
                "invalid key",
                Diagnostic::error(codes::LABEL, message).help(expected),
            );
        }
        if let Some(expected) = names::label_value_problem(value) {
            let message = format!(
                "{value} cannot be the value of a label",
                value = quoted(value)
            );
            ctx.report(
                &field,
                "invalid value",
                Diagnostic::error(codes::LABEL, message).help(expected),
            );
        }
    }
}
