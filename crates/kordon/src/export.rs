//! Policies as others enforce them.

mod envoy;
mod matcher;

pub use envoy::{ExportError, envoy_rbac};
