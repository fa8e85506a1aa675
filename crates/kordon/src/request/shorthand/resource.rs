//! Resources as `kubectl` lets people name them.
//!
//! It owns the names, short names and groups of the resources that every cluster has. It knows no
//! custom resources beside those that Kordon evaluates.

use kordon_kinds::{KINDS, Scope};

use crate::request::RequestError;

/// What a request to the API is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceTarget {
    /// A resource type.
    Resource {
        /// The API group; empty for the core group.
        group: String,
        /// The resource, in the plural.
        resource: String,
        /// The subresource, or empty.
        subresource: String,
        /// Where its objects live.
        place: Place,
    },
    /// A path outside the resources.
    Path(String),
}

/// Where the objects of a resource live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In namespaces.
    Namespace,
    /// In the cluster.
    Cluster,
    /// Unknown: no cluster has this resource by itself.
    Unknown,
}

/// A resource of every cluster: its kind in lower case, its plural, its short name, its group.
type Row = (&'static str, &'static str, &'static str, &'static str);

const NAMESPACED: &[Row] = &[
    ("binding", "bindings", "", ""),
    ("configmap", "configmaps", "cm", ""),
    ("endpoints", "endpoints", "ep", ""),
    ("event", "events", "ev", ""),
    ("limitrange", "limitranges", "limits", ""),
    ("persistentvolumeclaim", "persistentvolumeclaims", "pvc", ""),
    ("pod", "pods", "po", ""),
    ("podtemplate", "podtemplates", "", ""),
    ("replicationcontroller", "replicationcontrollers", "rc", ""),
    ("resourcequota", "resourcequotas", "quota", ""),
    ("secret", "secrets", "", ""),
    ("serviceaccount", "serviceaccounts", "sa", ""),
    ("service", "services", "svc", ""),
    ("controllerrevision", "controllerrevisions", "", "apps"),
    ("daemonset", "daemonsets", "ds", "apps"),
    ("deployment", "deployments", "deploy", "apps"),
    ("replicaset", "replicasets", "rs", "apps"),
    ("statefulset", "statefulsets", "sts", "apps"),
    (
        "localsubjectaccessreview",
        "localsubjectaccessreviews",
        "",
        "authorization.k8s.io",
    ),
    (
        "horizontalpodautoscaler",
        "horizontalpodautoscalers",
        "hpa",
        "autoscaling",
    ),
    ("cronjob", "cronjobs", "cj", "batch"),
    ("job", "jobs", "", "batch"),
    ("lease", "leases", "", "coordination.k8s.io"),
    ("endpointslice", "endpointslices", "", "discovery.k8s.io"),
    ("ingress", "ingresses", "ing", "networking.k8s.io"),
    (
        "networkpolicy",
        "networkpolicies",
        "netpol",
        "networking.k8s.io",
    ),
    (
        "poddisruptionbudget",
        "poddisruptionbudgets",
        "pdb",
        "policy",
    ),
    (
        "rolebinding",
        "rolebindings",
        "",
        "rbac.authorization.k8s.io",
    ),
    ("role", "roles", "", "rbac.authorization.k8s.io"),
    (
        "csistoragecapacity",
        "csistoragecapacities",
        "",
        "storage.k8s.io",
    ),
];

const CLUSTER_SCOPED: &[Row] = &[
    ("componentstatus", "componentstatuses", "cs", ""),
    ("namespace", "namespaces", "ns", ""),
    ("node", "nodes", "no", ""),
    ("persistentvolume", "persistentvolumes", "pv", ""),
    ("user", "users", "", ""),
    ("group", "groups", "", ""),
    (
        "mutatingwebhookconfiguration",
        "mutatingwebhookconfigurations",
        "",
        "admissionregistration.k8s.io",
    ),
    (
        "validatingadmissionpolicy",
        "validatingadmissionpolicies",
        "",
        "admissionregistration.k8s.io",
    ),
    (
        "validatingadmissionpolicybinding",
        "validatingadmissionpolicybindings",
        "",
        "admissionregistration.k8s.io",
    ),
    (
        "validatingwebhookconfiguration",
        "validatingwebhookconfigurations",
        "",
        "admissionregistration.k8s.io",
    ),
    (
        "customresourcedefinition",
        "customresourcedefinitions",
        "crd",
        "apiextensions.k8s.io",
    ),
    ("apiservice", "apiservices", "", "apiregistration.k8s.io"),
    (
        "selfsubjectreview",
        "selfsubjectreviews",
        "",
        "authentication.k8s.io",
    ),
    ("tokenreview", "tokenreviews", "", "authentication.k8s.io"),
    (
        "selfsubjectaccessreview",
        "selfsubjectaccessreviews",
        "",
        "authorization.k8s.io",
    ),
    (
        "selfsubjectrulesreview",
        "selfsubjectrulesreviews",
        "",
        "authorization.k8s.io",
    ),
    (
        "subjectaccessreview",
        "subjectaccessreviews",
        "",
        "authorization.k8s.io",
    ),
    (
        "certificatesigningrequest",
        "certificatesigningrequests",
        "csr",
        "certificates.k8s.io",
    ),
    (
        "flowschema",
        "flowschemas",
        "",
        "flowcontrol.apiserver.k8s.io",
    ),
    (
        "prioritylevelconfiguration",
        "prioritylevelconfigurations",
        "",
        "flowcontrol.apiserver.k8s.io",
    ),
    ("ingressclass", "ingressclasses", "", "networking.k8s.io"),
    ("runtimeclass", "runtimeclasses", "", "node.k8s.io"),
    (
        "clusterrolebinding",
        "clusterrolebindings",
        "",
        "rbac.authorization.k8s.io",
    ),
    (
        "clusterrole",
        "clusterroles",
        "",
        "rbac.authorization.k8s.io",
    ),
    (
        "priorityclass",
        "priorityclasses",
        "pc",
        "scheduling.k8s.io",
    ),
    ("csidriver", "csidrivers", "", "storage.k8s.io"),
    ("csinode", "csinodes", "", "storage.k8s.io"),
    ("storageclass", "storageclasses", "sc", "storage.k8s.io"),
    (
        "volumeattachment",
        "volumeattachments",
        "",
        "storage.k8s.io",
    ),
];

/// Reads `RESOURCE[.GROUP][/SUBRESOURCE]`, or a path that begins with `/`.
///
/// As for `kubectl`, the kind and the short name stand for the resource, and a resource that
/// every cluster has needs no group. Another name is taken as it is, of the core group if it
/// names none.
///
/// ```
/// use kordon::shorthand::{Place, ResourceTarget, target};
///
/// let expected = ResourceTarget::Resource {
///     group: "apps".into(),
///     resource: "deployments".into(),
///     subresource: "scale".into(),
///     place: Place::Namespace,
/// };
/// assert_eq!(target("deploy/scale")?, expected);
/// assert_eq!(target("deployments.apps/scale")?, expected);
/// # Ok::<(), kordon::RequestError>(())
/// ```
///
/// # Errors
/// What was expected.
pub fn target(text: &str) -> Result<ResourceTarget, RequestError> {
    if text.starts_with('/') {
        return Ok(ResourceTarget::Path(text.to_owned()));
    }
    let (resource, subresource) = match text.split_once('/') {
        Some((resource, subresource)) => (resource, Some(subresource)),
        None => (text, None),
    };
    let (name, group) = match resource.split_once('.') {
        Some((name, group)) => (name, Some(group)),
        None => (resource, None),
    };
    if name.is_empty() || group == Some("") || subresource == Some("") {
        let message =
            format!("expected `RESOURCE[.GROUP][/SUBRESOURCE]` or a path, found `{text}`");
        return Err(RequestError::new("", message));
    }
    let (group, resource, place) =
        find(name, group).unwrap_or((group.unwrap_or_default(), name, Place::Unknown));
    Ok(ResourceTarget::Resource {
        group: group.to_owned(),
        resource: resource.to_owned(),
        subresource: subresource.unwrap_or_default().to_owned(),
        place,
    })
}

/// The group and plural of a known resource.
fn find(name: &str, group: Option<&str>) -> Option<(&'static str, &'static str, Place)> {
    let name = name.to_lowercase();
    let is_of = |of: &str| group.is_none_or(|group| group == of);
    let built_in = |rows: &'static [Row], place| {
        let (_, plural, _, group) = rows.iter().find(|(kind, plural, short, group)| {
            [*kind, *plural, *short].contains(&name.as_str()) && is_of(group)
        })?;
        Some((*group, *plural, place))
    };
    let evaluated = || {
        let kind = KINDS.iter().find(|kind| {
            (kind.kind.eq_ignore_ascii_case(&name) || kind.plural == name) && is_of(kind.group)
        })?;
        let place = match kind.scope {
            Scope::Namespaced => Place::Namespace,
            Scope::Cluster => Place::Cluster,
        };
        Some((kind.group, kind.plural, place))
    };
    built_in(NAMESPACED, Place::Namespace)
        .or_else(|| built_in(CLUSTER_SCOPED, Place::Cluster))
        .or_else(evaluated)
}

/// The kind that a word stands for: a kind itself, its plural or its short name.
pub(super) fn kind_of(word: &str) -> Option<&'static kordon_kinds::Kind> {
    let (group, plural, _) = find(word, None)?;
    KINDS
        .iter()
        .find(|kind| kind.group == group && kind.plural == plural)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, group: &str, resource: &str, subresource: &str, place: Place) {
        let expected = ResourceTarget::Resource {
            group: group.to_owned(),
            resource: resource.to_owned(),
            subresource: subresource.to_owned(),
            place,
        };
        assert_eq!(target(text), Ok(expected), "{text}");
    }

    #[test]
    fn a_resource_of_every_cluster_needs_no_group() {
        check("pods", "", "pods", "", Place::Namespace);
        check("deployments", "apps", "deployments", "", Place::Namespace);
        check("nodes", "", "nodes", "", Place::Cluster);
        check(
            "netpol",
            "networking.k8s.io",
            "networkpolicies",
            "",
            Place::Namespace,
        );
    }

    #[test]
    fn kinds_and_short_names_stand_for_the_resource() {
        check("Pod", "", "pods", "", Place::Namespace);
        check("po/log", "", "pods", "log", Place::Namespace);
        check("sts.apps", "apps", "statefulsets", "", Place::Namespace);
    }

    #[test]
    fn policies_that_are_evaluated_are_known() {
        let place = Place::Cluster;
        check(
            "adminnetworkpolicy",
            "policy.networking.k8s.io",
            "adminnetworkpolicies",
            "",
            place,
        );
    }

    #[test]
    fn another_name_is_taken_as_it_is() {
        check("widgets", "", "widgets", "", Place::Unknown);
        check(
            "Widgets.example.com/status",
            "example.com",
            "Widgets",
            "status",
            Place::Unknown,
        );
        check(
            "pods.metrics.k8s.io",
            "metrics.k8s.io",
            "pods",
            "",
            Place::Unknown,
        );
        check("*", "", "*", "", Place::Unknown);
    }

    #[test]
    fn a_part_that_is_missing_is_an_error() {
        for text in ["", "pods/", ".apps", "pods."] {
            assert!(target(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_resources_that_kinds_live_under_are_listed_in_the_right_place() {
        for kind in KINDS {
            let listed = target(&format!("{}.{}", kind.plural, kind.group));
            let core = target(kind.plural);
            let found = if kind.group.is_empty() { core } else { listed };
            let expected = match kind.scope {
                Scope::Namespaced => Place::Namespace,
                Scope::Cluster => Place::Cluster,
            };
            let Ok(ResourceTarget::Resource { place, .. }) = found else {
                panic!("{}: {found:?}", kind.plural);
            };
            assert_eq!(place, expected, "{}", kind.plural);
        }
    }
}
