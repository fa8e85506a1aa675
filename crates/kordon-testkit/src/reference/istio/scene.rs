//! A request as one rule of one policy sees it.

use serde_json::Value;

use super::config::MeshConfig;
use super::policy::Action;
use crate::facts::{HttpFacts, RequestFacts};

/// A request beside what a rule needs to read it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    pub(super) config: &'a MeshConfig,
    pub(super) request: &'a RequestFacts,
    /// The verified payload; none before tokens are verified.
    pub(super) claims: Option<&'a Value>,
    /// The normalized path, with its query.
    pub(super) path: &'a str,
    /// The action of the policy that has the rule.
    pub(super) action: Action,
    /// The namespace of the policy that has the rule.
    pub(super) policy_namespace: &'a str,
}

impl<'a> Scene<'a> {
    /// The HTTP request; a proxy that reads none cannot tell.
    pub(super) fn http(&self) -> Option<&'a HttpFacts> {
        self.request.http.as_ref()
    }

    /// Whether any of the client's names satisfies something.
    pub(super) fn any_identity(&self, satisfies: impl Fn(&str) -> bool) -> bool {
        let identities = &self.request.connection.identities;
        identities.iter().any(|identity| satisfies(identity))
    }

    /// The normalized path without its query.
    pub(super) fn bare_path(&self) -> &'a str {
        self.path.split(['?', '#']).next().unwrap_or_default()
    }
}
