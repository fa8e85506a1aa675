//! The labels that an endpoint has for selectors.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::reference::network::flow::Party;
use crate::reference::value::{namespace_of, string_map, text};

pub(super) type Labels = BTreeMap<String, String>;

/// A pod has its own labels but for those that look inherited, those of its namespace and service
/// account under a prefix, and labels that say where it is.
pub(super) fn of_pod(pod: &Party) -> Labels {
    let mut labels: Labels = pod
        .labels
        .iter()
        .filter(|(key, _)| !key.starts_with("pcns.") && !key.starts_with("pcsa."))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let mut add = |key: String, value: &str| labels.insert(key, value.to_owned());
    for (key, value) in &pod.namespace_labels {
        add(format!("pcns.{key}"), value);
    }
    for (key, value) in &pod.account_labels {
        add(format!("pcsa.{key}"), value);
    }
    add("pcns.projectcalico.org/name".to_owned(), &pod.namespace);
    add("pcsa.projectcalico.org/name".to_owned(), &pod.account);
    add("projectcalico.org/namespace".to_owned(), &pod.namespace);
    add("projectcalico.org/serviceaccount".to_owned(), &pod.account);
    add("projectcalico.org/orchestrator".to_owned(), "k8s");
    labels
}

/// A set has its own labels and, in a namespace, what it inherits from there.
pub(super) fn of_set(object: &Value, namespace_labels: &BTreeMap<String, Labels>) -> Labels {
    let own = string_map(object, "/metadata/labels");
    if text(object, "/kind") == "GlobalNetworkSet" {
        return own;
    }
    let namespace = namespace_of(object);
    let mut labels = Labels::new();
    let inherited = namespace_labels.get(namespace).cloned().unwrap_or_default();
    for (key, value) in inherited {
        labels.insert(format!("pcns.{key}"), value);
    }
    let name = "pcns.kubernetes.io/metadata.name".to_owned();
    labels.insert(name, namespace.to_owned());
    let name = "pcns.projectcalico.org/name".to_owned();
    labels.insert(name, namespace.to_owned());
    labels.extend(own);
    let name = "projectcalico.org/namespace".to_owned();
    labels.insert(name, namespace.to_owned());
    labels
}
