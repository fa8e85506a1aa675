//! What a kind is.
//!
//! It owns what the world may know of a kind: its names, its versions and its scope. How each is
//! read is the business of its own module.

use kordon_core::model::Item;
use kordon_syntax::Severity;

use crate::context::Context;
use crate::names::NameRule;

/// One API kind that Kordon understands.
#[derive(Debug)]
pub struct Kind {
    /// Its API group; empty for the core group.
    pub group: &'static str,
    /// The versions that can be read, the preferred one first.
    pub versions: &'static [&'static str],
    /// Its name, such as `NetworkPolicy`.
    pub kind: &'static str,
    /// Its name in paths of the API, such as `networkpolicies`.
    pub plural: &'static str,
    /// Whether its objects live in namespaces.
    pub scope: Scope,
    /// Whether it decides or is decided about.
    pub role: Role,
    /// The grammar of its names.
    pub(crate) names: NameRule,
    /// Reads an object into what it contributes.
    pub(crate) lower: fn(&mut Context<'_>) -> Vec<Item>,
}

/// Whether the objects of a kind live in namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// They belong to the cluster.
    Cluster,
    /// They belong to a namespace.
    Namespaced,
}

/// What a kind is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It states who may do what.
    Policy,
    /// It states what the cluster holds.
    Inventory,
}

impl Kind {
    /// The preferred `apiVersion`, such as `networking.k8s.io/v1`.
    pub fn api_version(&self) -> String {
        let version = self.versions.first().copied().unwrap_or_default();
        if self.group.is_empty() {
            version.to_owned()
        } else {
            format!("{}/{version}", self.group)
        }
    }

    pub(crate) fn unknown_fields(&self) -> Severity {
        match self.role {
            Role::Policy => Severity::Error,
            Role::Inventory => Severity::Warning,
        }
    }
}
