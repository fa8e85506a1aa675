//! From permissions that differ to requests.

use kordon_analyze::permissions::{PermissionChange, changes};
use kordon_core::model::{PrincipalMatch, SERVICE_ACCOUNT_PREFIX};

use crate::engine::Engine;
use crate::request::{ApiSpec, ApiTargetSpec, RequestSpec};

/// Stands for any text that no policy names.
const FRESH: &str = "anything";

/// What came of comparing permissions.
pub(super) struct Permissions {
    /// Requests of which one shows a difference, if there is any.
    pub(super) requests: Vec<RequestSpec>,
    /// Rights that differ, in case that none of the requests shows it.
    pub(super) doubts: Vec<String>,
}

/// Compares what subjects are granted. Every right of the one side that no single rule of the
/// other covers is a difference: where a rule says `*`, there are requests that no list of names
/// covers.
pub(super) fn compare(old: &Engine, new: &Engine) -> Permissions {
    let changes = changes(old.snapshot(), new.snapshot());
    // RBAC: "non-resource URLs" are granted by cluster role bindings alone.
    let real = changes
        .iter()
        .filter(|change| change.namespace.is_none() || change.right.paths.is_empty());
    let mut permissions = Permissions {
        requests: Vec::new(),
        doubts: Vec::new(),
    };
    for change in real {
        permissions.requests.extend(requests(change));
        permissions.doubts.push(format!(
            "the rights of {} differ, which could not be shown by a request",
            change.subject
        ));
    }
    permissions.doubts.dedup();
    permissions
}

/// Requests for a right, the plainest first.
fn requests(change: &PermissionChange) -> Vec<RequestSpec> {
    let (user, groups) = match &change.subject {
        PrincipalMatch::User(name) => (name.clone(), Vec::new()),
        PrincipalMatch::Group(name) => ("someone".to_owned(), vec![name.clone()]),
        PrincipalMatch::ServiceAccount { namespace, name } => (
            format!("{SERVICE_ACCOUNT_PREFIX}{namespace}:{name}"),
            Vec::new(),
        ),
    };
    let right = &change.right;
    let verbs = instances(&right.verbs, &["get", "create"]);
    let targets = if right.paths.is_empty() {
        resources(change)
    } else {
        let paths = right.paths.iter().flat_map(|path| path_instances(path));
        paths.map(ApiTargetSpec::Path).collect()
    };
    let pairs = targets
        .iter()
        .flat_map(|target| verbs.iter().map(move |verb| (target, verb)));
    let requests = pairs.map(|(target, verb)| {
        RequestSpec::Api(ApiSpec {
            user: user.clone(),
            groups: groups.clone(),
            verb: verb.clone(),
            target: target.clone(),
        })
    });
    requests.collect()
}

fn resources(change: &PermissionChange) -> Vec<ApiTargetSpec> {
    let right = &change.right;
    let names = match right.names.as_slice() {
        [] => vec![String::new(), FRESH.to_owned()],
        names => names.to_vec(),
    };
    let namespaces = match &change.namespace {
        Some(namespace) => vec![namespace.clone()],
        None => vec![String::new(), FRESH.to_owned()],
    };
    let mut targets = Vec::new();
    for group in instances(&right.groups, &["", "apps"]) {
        for resource in right
            .resources
            .iter()
            .flat_map(|one| resource_instances(one))
        {
            for namespace in &namespaces {
                for name in &names {
                    let (resource, subresource) =
                        resource.split_once('/').unwrap_or((&resource, ""));
                    targets.push(ApiTargetSpec::Resource {
                        group: group.clone(),
                        resource: resource.to_owned(),
                        subresource: subresource.to_owned(),
                        namespace: namespace.clone(),
                        name: name.clone(),
                    });
                }
            }
        }
    }
    targets
}

/// The texts of a list; for any text some usual ones, and one that nobody names.
fn instances(list: &[String], usual: &[&str]) -> Vec<String> {
    let any = || usual.iter().copied().chain([FRESH]).map(str::to_owned);
    let texts = list.iter().flat_map(|text| match text.as_str() {
        "*" => any().collect(),
        text => vec![text.to_owned()],
    });
    texts.collect()
}

fn resource_instances(resource: &str) -> Vec<String> {
    match resource.split_once('/') {
        Some(("*", subresource)) => ["pods", FRESH]
            .map(|of| format!("{of}/{subresource}"))
            .to_vec(),
        None if resource == "*" => ["pods", "pods/log", FRESH].map(str::to_owned).to_vec(),
        _ => vec![resource.to_owned()],
    }
}

/// `*` at the end of a path is any continuation.
fn path_instances(path: &str) -> Vec<String> {
    match path.strip_suffix('*') {
        Some(stem) => {
            let stem = stem.trim_end_matches('*');
            [stem.to_owned(), format!("{stem}{FRESH}")]
                .into_iter()
                .filter(|path| !path.is_empty())
                .collect()
        }
        None => vec![path.to_owned()],
    }
}
