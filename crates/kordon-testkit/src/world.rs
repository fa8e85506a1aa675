//! Generators of clusters and of requests to them.
//!
//! Owns worlds that provoke mistakes: few names, labels, ports and addresses, so that everything
//! collides, and requests that hit or just miss. Must not know how a request is judged. The same
//! seed gives the same world.

use serde_json::Value;

pub use self::entry::entry;
pub use self::mesh::{MeshRequest, MeshSettings, MeshWorld, mesh, mesh_custom};
pub use self::network::{network, network_calico, network_dense};
pub use self::random::Random;
pub use self::rbac::{rbac, rbac_dense};
pub use self::scale::{scale_network, scale_network_one_pod, scale_rbac, scale_rbac_one_user};

mod entry;
mod mesh;
mod network;
mod random;
mod rbac;
mod scale;

#[cfg(test)]
mod tests;

/// A cluster and requests to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    /// The cluster's objects.
    pub objects: Vec<Value>,
    /// Requests in compact form.
    pub requests: Vec<Value>,
}
