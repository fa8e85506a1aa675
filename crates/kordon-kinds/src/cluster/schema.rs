//! The objects of the inventory as written.

pub(super) mod controller;
pub(super) mod endpoint_slice;
pub(super) mod pod;
pub(super) mod service;

use serde::Deserialize;

use crate::frame::known_fields;

known_fields! {
    /// A `ServiceAccount`.
    pub(super) struct ServiceAccount {
        api_version, kind, metadata, secrets, image_pull_secrets, automount_service_account_token,
    }
}

/// One entry of a node's `status.addresses`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NodeAddress {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) address: String,
}
