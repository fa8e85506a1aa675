//! The escalation check: nobody may grant what they do not hold.
//!
//! Owns the comparison of permissions as `Covers` of `k8s.io/component-helpers/auth/rbac/validation`
//! makes it when a role or binding is written. Must not know who holds what; see
//! `Snapshot::rules_for` for that. Quoted sentences are that code's comments.

use kordon_core::rule::ApiPermission;

/// Whether some permissions hold every right of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The smallest permissions that are missing: one verb, and one resource or path, with at
    /// most one name. In the order of the wanted permissions, repetitions included.
    pub missing: Vec<ApiPermission>,
}

impl Coverage {
    /// Whether nothing is missing.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

/// Whether a holder of `held` already has every right of `wanted`, so that the API server lets
/// them write `wanted` into a role.
///
/// The comparison is by single rules: two held rules that cover a wanted one only together do so
/// for its parts, but a wanted `*` is covered by a held `*` alone.
///
/// ```
/// use kordon_analyze::escalation::covers;
/// use kordon_core::rule::ApiPermission;
///
/// let pods = |verbs: &[&str]| ApiPermission {
///     verbs: verbs.iter().map(|verb| (*verb).to_owned()).collect(),
///     groups: vec![String::new()],
///     resources: vec!["pods".to_owned()],
///     ..ApiPermission::default()
/// };
/// let coverage = covers(&[pods(&["get", "list"])], &[pods(&["get", "delete"])]);
/// assert_eq!(coverage.missing, [pods(&["delete"])]);
/// ```
pub fn covers(held: &[ApiPermission], wanted: &[ApiPermission]) -> Coverage {
    // "Break every servantRule into individual rule tuples: group, verb, resource, resourceName.
    // Compare the mini-rules against each owner rule. [...] Any left over mini-rules means that
    // we are not covered".
    let parts = wanted
        .iter()
        .flat_map(|permission| resource_rights(permission).chain(path_rights(permission)));
    let missing = parts.filter(|right| !held.iter().any(|rule| right.is_held_by(rule)));
    Coverage {
        missing: missing.map(Right::to_permission).collect(),
    }
}

/// A smallest right.
#[derive(Clone, Copy)]
enum Right<'a> {
    Resource {
        verb: &'a str,
        group: &'a str,
        resource: &'a str,
        /// `None` for any name.
        name: Option<&'a str>,
    },
    Path {
        verb: &'a str,
        path: &'a str,
    },
}

fn resource_rights(of: &ApiPermission) -> impl Iterator<Item = Right<'_>> {
    let names = || {
        let any = of.names.is_empty().then_some(None);
        any.into_iter()
            .chain(of.names.iter().map(|name| Some(name.as_str())))
    };
    of.groups.iter().flat_map(move |group| {
        of.resources.iter().flat_map(move |resource| {
            of.verbs.iter().flat_map(move |verb| {
                names().map(move |name| Right::Resource {
                    verb,
                    group,
                    resource,
                    name,
                })
            })
        })
    })
}

/// "Non-resource URLs are unique because they only combine with verbs."
fn path_rights(of: &ApiPermission) -> impl Iterator<Item = Right<'_>> {
    let rights = |path| of.verbs.iter().map(move |verb| Right::Path { verb, path });
    of.paths.iter().flat_map(move |path| rights(path))
}

impl Right<'_> {
    fn is_held_by(self, rule: &ApiPermission) -> bool {
        match self {
            Self::Resource {
                verb,
                group,
                resource,
                name,
            } => {
                has_or_any(&rule.verbs, verb)
                    && has_or_any(&rule.groups, group)
                    && has_resource(&rule.resources, resource)
                    && (rule.names.is_empty() || name.is_some_and(|name| has(&rule.names, name)))
            }
            // A rule with names cannot cover a right without, whatever the right is about.
            Self::Path { verb, path } => {
                has_or_any(&rule.verbs, verb)
                    && rule.names.is_empty()
                    && rule.paths.iter().any(|held| has_path(held, path))
            }
        }
    }

    fn to_permission(self) -> ApiPermission {
        let one = |text: &str| vec![text.to_owned()];
        match self {
            Self::Resource {
                verb,
                group,
                resource,
                name,
            } => ApiPermission {
                verbs: one(verb),
                groups: one(group),
                resources: one(resource),
                names: name.map(str::to_owned).into_iter().collect(),
                paths: Vec::new(),
            },
            Self::Path { verb, path } => ApiPermission {
                verbs: one(verb),
                paths: one(path),
                ..ApiPermission::default()
            },
        }
    }
}

fn has(list: &[String], wanted: &str) -> bool {
    list.iter().any(|held| held == wanted)
}

fn has_or_any(list: &[String], wanted: &str) -> bool {
    has(list, "*") || has(list, wanted)
}

/// Equality, `*`, or `*/` with the subresource.
fn has_resource(list: &[String], wanted: &str) -> bool {
    let of_any = wanted
        .split_once('/')
        .map(|(_, subresource)| format!("*/{subresource}"));
    has_or_any(list, wanted) || of_any.is_some_and(|of_any| has(list, &of_any))
}

/// Equality, or the beginning before the stars at the end.
fn has_path(held: &str, wanted: &str) -> bool {
    held == wanted || (held.ends_with('*') && wanted.starts_with(held.trim_end_matches('*')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(words: &str) -> Vec<String> {
        words
            .split_whitespace()
            .map(|word| word.replace("''", ""))
            .collect()
    }

    fn resources(verbs: &str, resources: &str, names: &str) -> ApiPermission {
        ApiPermission {
            verbs: texts(verbs),
            groups: texts("''"),
            resources: texts(resources),
            names: texts(names),
            paths: Vec::new(),
        }
    }

    fn paths(verbs: &str, paths: &str) -> ApiPermission {
        ApiPermission {
            verbs: texts(verbs),
            paths: texts(paths),
            ..ApiPermission::default()
        }
    }

    #[track_caller]
    fn check(held: &ApiPermission, wanted: &ApiPermission, missing: &[ApiPermission]) {
        let held = std::slice::from_ref(held);
        assert_eq!(covers(held, std::slice::from_ref(wanted)).missing, missing);
    }

    #[test]
    fn nothing_is_missing_from_what_is_held_whole() {
        check(
            &resources("*", "*", ""),
            &resources("get *", "pods pods/log", "a"),
            &[],
        );
        check(
            &paths("get", "/healthz/*"),
            &paths("get", "/healthz/ping /healthz/*"),
            &[],
        );
    }

    #[test]
    fn a_star_is_covered_by_a_star_alone() {
        let star = resources("*", "pods", "");
        check(
            &resources("get list", "pods", ""),
            &star,
            std::slice::from_ref(&star),
        );
    }

    #[test]
    fn a_rule_with_names_does_not_hold_what_has_none() {
        let any = resources("get", "pods", "");
        check(
            &resources("get", "pods", "a b"),
            &any,
            std::slice::from_ref(&any),
        );
        check(
            &resources("get", "pods", "a b"),
            &resources("get", "pods", "a"),
            &[],
        );
    }

    #[test]
    fn a_star_before_a_subresource_holds_that_subresource_of_any() {
        let wanted = resources("get", "pods/log pods", "");
        check(
            &resources("get", "*/log", ""),
            &wanted,
            &[resources("get", "pods", "")],
        );
    }

    #[test]
    fn a_permission_of_nothing_is_covered_by_nothing() {
        assert!(covers(&[], &[resources("", "pods", ""), paths("get", "")]).is_complete());
    }
}
