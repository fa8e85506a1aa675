//! The settings of a mesh that change what policies mean.

use std::collections::BTreeMap;

use super::path::{DotParameters, Normalization};

/// The settings of a mesh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeshConfig {
    /// The namespace whose policies hold for the whole mesh.
    pub root_namespace: String,
    /// The trust domain and its aliases. Empty: names are taken as written.
    pub trust_domains: Vec<String>,
    /// The external authorizers by name.
    pub providers: BTreeMap<String, ProviderProtocol>,
    /// Whether one workload may have several of them.
    pub several_providers: bool,
    /// How paths are normalized.
    pub normalization: Normalization,
    /// What becomes of the parameters of `..` in a path.
    pub dot_parameters: DotParameters,
}

/// What an external authorizer speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderProtocol {
    /// gRPC, for requests and connections.
    Grpc,
    /// HTTP, for requests alone.
    Http,
}

impl Default for MeshConfig {
    fn default() -> Self {
        Self {
            root_namespace: "istio-system".to_owned(),
            trust_domains: vec!["cluster.local".to_owned()],
            providers: BTreeMap::new(),
            several_providers: false,
            normalization: Normalization::Base,
            dot_parameters: DotParameters::Strip,
        }
    }
}
