//! The API kinds that Kordon understands: from a document's tree to the rule IR and the
//! inventory.
//!
//! [`KINDS`] lists them, [`lower`] reads one object, [`check`] looks at all of them together.
//! Each kind has a module whose documentation sums up its specification, with a schema and a
//! lowering. This crate knows no evaluation and does no I/O.

mod address_block;
mod admin_network_policy;
mod at;
mod calico;
mod check;
mod cluster;
mod cluster_network_policy;
mod codes;
mod context;
mod entry;
mod frame;
mod gateway_api;
mod identify;
mod ingress;
mod istio;
mod kind;
mod label_selector;
mod lower;
mod matching;
mod metadata;
mod names;
mod network;
mod network_policy;
mod openshift_route;
mod rbac;
mod registry;
mod settings;
mod tiers;
mod unread;

pub use check::{check, settle};
pub use codes::CODES;
pub use kind::{Kind, Role, Scope};
pub use lower::{Located, Lowered, State, lower};
pub use registry::KINDS;
pub use settings::{MeshSettings, Settings};
pub use unread::unread;
