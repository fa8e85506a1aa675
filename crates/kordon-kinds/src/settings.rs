//! What objects do not say and their meaning depends on.
//!
//! It knows no kind.

/// How the cluster is set up, as far as the meaning of objects depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The mesh.
    pub mesh: MeshSettings,
}

/// How the mesh is set up (Istio's `MeshConfig`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeshSettings {
    /// The trust domain of the identities that the mesh gives out (`trustDomain`). While it is
    /// empty, aliases mean nothing.
    pub trust_domain: String,
    /// Trust domains whose identities count as those of the mesh (`trustDomainAliases`).
    pub trust_domain_aliases: Vec<String>,
    /// The namespace whose policies hold in all namespaces (`rootNamespace`).
    pub root_namespace: String,
}

impl Default for MeshSettings {
    fn default() -> Self {
        Self {
            trust_domain: "cluster.local".to_owned(),
            trust_domain_aliases: Vec::new(),
            root_namespace: "istio-system".to_owned(),
        }
    }
}
