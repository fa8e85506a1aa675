//! Reference evaluators: plain, slow, one sentence of the specification after the other.
//!
//! They own the meaning of Kubernetes objects as upstream documents it. They must not know the
//! engine, its rule IR or its formats beyond the compact form of a request.

pub mod entry;
pub mod istio;
pub mod network;
pub mod rbac;

mod selector;
mod truth;
mod value;
