//! The escalation check: nobody may grant what they do not hold
//! (`k8s.io/component-helpers/auth/rbac/validation`).

use serde_json::Value;

use super::rule::PolicyRule;

/// Whether one set of rules holds every right of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Whether nothing is missing.
    pub covered: bool,
    /// The smallest rules that are missing: one verb, one resource or path, at most one name.
    pub missing: Vec<Value>,
}

/// Whether a holder of `owner` already holds every right of `sub`.
pub fn covers(owner: &[Value], sub: &[Value]) -> Coverage {
    let owner = PolicyRule::read_all(owner);
    // "Break every servantRule into individual rule tuples: group, verb, resource, resourceName.
    // Compare the mini-rules against each owner rule. [...] Any left over mini-rules means that
    // we are not covered".
    let missing: Vec<Value> = PolicyRule::read_all(sub)
        .iter()
        .flat_map(atoms)
        .filter(|atom| !owner.iter().any(|rule| holds(rule, atom)))
        .map(|atom| atom.to_value())
        .collect();
    Coverage {
        covered: missing.is_empty(),
        missing,
    }
}

/// "an equivalent list of rules that each have at most one verb, one resource, and one resource
/// name"
fn atoms(rule: &PolicyRule) -> Vec<PolicyRule> {
    let names: Vec<Vec<String>> = if rule.resource_names.is_empty() {
        vec![Vec::new()]
    } else {
        rule.resource_names
            .iter()
            .map(|name| vec![name.clone()])
            .collect()
    };
    let mut atoms = Vec::new();
    for group in &rule.api_groups {
        for resource in &rule.resources {
            for verb in &rule.verbs {
                atoms.extend(names.iter().map(|name| PolicyRule {
                    verbs: vec![verb.clone()],
                    api_groups: vec![group.clone()],
                    resources: vec![resource.clone()],
                    resource_names: name.clone(),
                    non_resource_urls: Vec::new(),
                }));
            }
        }
    }
    // "Non-resource URLs are unique because they only combine with verbs."
    for path in &rule.non_resource_urls {
        atoms.extend(rule.verbs.iter().map(|verb| PolicyRule {
            verbs: vec![verb.clone()],
            non_resource_urls: vec![path.clone()],
            ..PolicyRule::default()
        }));
    }
    atoms
}

fn holds(owner: &PolicyRule, atom: &PolicyRule) -> bool {
    let star_or_all = |held: &[String], wanted: &[String]| {
        held.iter().any(|held| held == "*") || wanted.iter().all(|one| held.contains(one))
    };
    // An owner without names holds all names; one with names only those.
    let names = owner.resource_names.is_empty()
        || (!atom.resource_names.is_empty()
            && atom
                .resource_names
                .iter()
                .all(|name| owner.resource_names.contains(name)));
    star_or_all(&owner.verbs, &atom.verbs)
        && star_or_all(&owner.api_groups, &atom.api_groups)
        && atom
            .resources
            .iter()
            .all(|resource| holds_resource(&owner.resources, resource))
        && atom
            .non_resource_urls
            .iter()
            .all(|path| holds_path(&owner.non_resource_urls, path))
        && names
}

fn holds_resource(held: &[String], resource: &str) -> bool {
    let of_any = resource
        .split_once('/')
        .map(|(_, subresource)| format!("*/{subresource}"));
    held.iter()
        .any(|held| held == "*" || held == resource || Some(held) == of_any.as_ref())
}

fn holds_path(held: &[String], path: &str) -> bool {
    held.iter().any(|held| {
        held == path || (held.ends_with('*') && path.starts_with(held.trim_end_matches('*')))
    })
}
