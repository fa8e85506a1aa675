//! Which permissions appear or disappear between two snapshots.
//!
//! Owns the comparison of what subjects hold. Must not know who belongs to a group: subjects are
//! compared as policies name them.

use std::collections::{BTreeMap, BTreeSet};

use kordon_core::model::{PrincipalMatch, SERVICE_ACCOUNT_PREFIX};
use kordon_core::rule::ApiPermission;
use kordon_core::{GrantedRule, Snapshot};

use crate::escalation::covers;

/// A right that only one of two snapshots grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionChange {
    /// To whom it is granted.
    pub subject: PrincipalMatch,
    /// The namespace in which it holds, or the whole cluster.
    pub namespace: Option<String>,
    /// Whether it appears or disappears.
    pub kind: PermissionChangeKind,
    /// The right: one verb, and one resource or path, with at most one name.
    pub right: ApiPermission,
    /// The grants by which it is held, in the snapshot that grants it.
    pub through: Vec<Through>,
}

/// A grant of a right: by which policy, and by which of the rules that the policy refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Through {
    /// The subject's path in the policy that grants.
    pub subject_path: String,
    /// The rule.
    pub rule: GrantedRule,
}

/// Whether a permission appears or disappears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PermissionChangeKind {
    /// The new snapshot grants it.
    Added,
    /// The old snapshot granted it.
    Removed,
}

/// A subject, and the namespace in which it holds something.
type Holder = (PrincipalMatch, Option<String>);

/// What subjects hold.
type Held = BTreeMap<Holder, Vec<Through>>;

/// The rights that subjects gain and lose, by subject and namespace. A right that is granted in
/// the whole cluster is held in each namespace, so that moving it there takes nothing away.
///
/// ```
/// use kordon_analyze::permissions::changes;
/// use kordon_core::{Options, Snapshot};
///
/// let empty = Snapshot::new(Options::default());
/// assert!(changes(&empty, &empty).is_empty());
/// ```
pub fn changes(old: &Snapshot, new: &Snapshot) -> Vec<PermissionChange> {
    let (old, new) = (held(old), held(new));
    let holders: BTreeSet<&Holder> = old.keys().chain(new.keys()).collect();
    let mut changes = Vec::new();
    for holder in holders {
        let kinds = [
            (PermissionChangeKind::Added, &old, &new),
            (PermissionChangeKind::Removed, &new, &old),
        ];
        for (kind, without, with) in kinds {
            let grants = with.get(holder).map_or(&[][..], Vec::as_slice);
            let wanted: Vec<ApiPermission> = grants.iter().map(Through::permission).collect();
            let mut missing = covers(&in_reach(without, holder), &wanted).missing;
            missing.sort_by(|a, b| key(a).cmp(&key(b)));
            missing.dedup();
            changes.extend(missing.into_iter().map(|right| PermissionChange {
                subject: holder.0.clone(),
                namespace: holder.1.clone(),
                kind,
                through: holding(grants, &right),
                right,
            }));
        }
    }
    changes
}

impl Through {
    fn permission(&self) -> ApiPermission {
        self.rule.permission.clone()
    }
}

/// The grants that hold a right.
fn holding(grants: &[Through], right: &ApiPermission) -> Vec<Through> {
    let holds = |grant: &&Through| {
        let held = std::slice::from_ref(&grant.rule.permission);
        covers(held, std::slice::from_ref(right)).is_complete()
    };
    grants.iter().filter(holds).cloned().collect()
}

/// An order for output: by what rights are about, then by what is done with it.
fn key(right: &ApiPermission) -> [&Vec<String>; 5] {
    [
        &right.groups,
        &right.resources,
        &right.paths,
        &right.names,
        &right.verbs,
    ]
}

fn held(snapshot: &Snapshot) -> Held {
    let mut held = Held::new();
    for grant in snapshot.grants() {
        let holder = (canonical(grant.subject), grant.namespace);
        let through = |rule| Through {
            subject_path: grant.subject_path.clone(),
            rule,
        };
        let rules = grant.rules.into_iter().map(through);
        held.entry(holder).or_default().extend(rules);
    }
    held
}

/// A service account is the user of its name, however a policy writes it.
fn canonical(subject: PrincipalMatch) -> PrincipalMatch {
    let PrincipalMatch::User(name) = &subject else {
        return subject;
    };
    let account = name
        .strip_prefix(SERVICE_ACCOUNT_PREFIX)
        .and_then(|rest| rest.split_once(':'));
    match account {
        Some((namespace, name)) if !name.contains(':') => PrincipalMatch::ServiceAccount {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        },
        _ => subject,
    }
}

/// What a subject holds in a namespace, by grants there and in the whole cluster.
fn in_reach(held: &Held, (subject, namespace): &Holder) -> Vec<ApiPermission> {
    let cluster = (subject.clone(), None);
    let here = namespace
        .as_ref()
        .map(|name| (subject.clone(), Some(name.clone())));
    std::iter::once(cluster)
        .chain(here)
        .filter_map(|holder| held.get(&holder))
        .flatten()
        .map(Through::permission)
        .collect()
}
