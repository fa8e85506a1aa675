//! PeerAuthentication: which mode of mutual TLS holds for a port.

use std::collections::BTreeMap;

use serde_json::Value;

use super::match_labels;
use super::workload::Workload;
use crate::reference::value::{at, namespace_of, text};

/// A mode of mutual TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MtlsMode {
    /// "Connection is not tunneled."
    Disable,
    /// "Connection can be either plaintext or mTLS tunnel."
    Permissive,
    /// "Connection is an mTLS tunnel."
    Strict,
}

/// A PeerAuthentication.
#[derive(Clone, Debug)]
pub(super) struct PeerAuthentication {
    namespace: String,
    name: String,
    created: String,
    /// The labels that it selects; it holds for the namespace or the mesh if there are none.
    selector: BTreeMap<String, String>,
    mode: Option<MtlsMode>,
    ports: BTreeMap<u16, Option<MtlsMode>>,
}

/// The mode for a port of a workload. UNSET: "Inherit from parent, if has one. Otherwise treated as
/// PERMISSIVE." The parents of a port are the workload, its namespace and the mesh.
pub(super) fn mode(
    policies: &[PeerAuthentication],
    root_namespace: &str,
    workload: &Workload,
    port: u16,
) -> MtlsMode {
    let oldest = |wanted: &dyn Fn(&PeerAuthentication) -> bool| {
        policies.iter().find(|policy| wanted(policy))
    };
    let mesh = oldest(&|policy| policy.selector.is_empty() && policy.namespace == root_namespace);
    let namespace =
        oldest(&|policy| policy.selector.is_empty() && policy.namespace == workload.namespace);
    // In the root namespace a policy with a selector holds for nobody.
    let own = oldest(&|policy| {
        policy.namespace == workload.namespace
            && policy.namespace != root_namespace
            && !policy.selector.is_empty()
            && policy
                .selector
                .iter()
                .all(|(key, value)| workload.labels.get(key) == Some(value))
    });
    let of_port = own.and_then(|policy| policy.ports.get(&port).copied().flatten());
    let set = [own, namespace, mesh]
        .into_iter()
        .flatten()
        .find_map(|policy| policy.mode);
    of_port.or(set).unwrap_or(MtlsMode::Permissive)
}

impl PeerAuthentication {
    pub(super) fn read(object: &Value) -> Self {
        let ports = at(object, "/spec/portLevelMtls").and_then(Value::as_object);
        Self {
            namespace: namespace_of(object).to_owned(),
            name: text(object, "/metadata/name").to_owned(),
            created: text(object, "/metadata/creationTimestamp").to_owned(),
            selector: at(object, "/spec/selector")
                .map(match_labels)
                .unwrap_or_default(),
            mode: read_mode(text(object, "/spec/mtls/mode")),
            ports: ports
                .into_iter()
                .flatten()
                .filter_map(|(port, value)| {
                    Some((port.parse().ok()?, read_mode(text(value, "/mode"))))
                })
                .collect(),
        }
    }

    /// Where it stands among others: the oldest of a scope holds, then the first by name.
    pub(super) fn age(&self) -> (String, String) {
        (self.created.clone(), self.name.clone())
    }
}

fn read_mode(written: &str) -> Option<MtlsMode> {
    match written {
        "DISABLE" => Some(MtlsMode::Disable),
        "PERMISSIVE" => Some(MtlsMode::Permissive),
        "STRICT" => Some(MtlsMode::Strict),
        _ => None,
    }
}
