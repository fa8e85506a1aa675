//! Large worlds for measurements: realistic ones, and ones that defeat an index.

pub use self::network::{scale_network, scale_network_one_pod};
pub use self::rbac::{scale_rbac, scale_rbac_one_user};

mod network;
mod rbac;

/// How many requests a large world comes with.
const REQUESTS: usize = 1000;
