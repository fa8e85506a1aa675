//! Rules and grants of permissions that others cover.

use std::collections::{BTreeMap, BTreeSet};

use kordon_core::model::{ObjectRef, PrincipalMatch};
use kordon_core::rule::ApiPermission;
use kordon_core::{Grant, GrantedRule, Snapshot};

use super::{At, Finding, Problem};
use crate::escalation::covers;

/// Finds rules of roles that the other rules of the role cover, and grants to a subject of what
/// others grant it. Later ones are tried first, and what is found is taken to be gone.
pub(super) fn covered(snapshot: &Snapshot) -> Vec<Finding> {
    let grants = snapshot.grants();
    let mut found = rules(&grants);
    found.extend(self::grants(&grants));
    found
}

fn rules(grants: &[Grant]) -> Vec<Finding> {
    let mut roles: BTreeMap<&ObjectRef, &[GrantedRule]> = BTreeMap::new();
    for grant in grants {
        if let Some(rule) = grant.rules.first() {
            roles.insert(&rule.rules_of, &grant.rules);
        }
    }
    let mut found = Vec::new();
    for rules in roles.into_values() {
        // The rules of a role that includes others are theirs to mend.
        let is_own = |rule: &&GrantedRule| rule.stated_by == rule.rules_of;
        let mut kept: Vec<&GrantedRule> = rules.iter().filter(is_own).collect();
        for at in (0..kept.len()).rev() {
            let mut others = kept.clone();
            let rule = others.remove(at);
            let by = covering(rule, &others);
            if !by.is_empty() {
                found.push(Finding {
                    at: at_rule(rule),
                    problem: Problem::CoveredRule,
                    by: by.into_iter().map(at_rule).collect(),
                });
                kept = others;
            }
        }
    }
    found
}

/// The rules that cover another one, if they do.
fn covering<'g>(rule: &GrantedRule, others: &[&'g GrantedRule]) -> Vec<&'g GrantedRule> {
    let wanted = std::slice::from_ref(&rule.permission);
    let held: Vec<ApiPermission> = others
        .iter()
        .map(|other| other.permission.clone())
        .collect();
    if !covers(&held, wanted).is_complete() {
        return Vec::new();
    }
    let all = covers(&[], wanted).missing.len();
    let adds = |other: &&&GrantedRule| {
        let held = std::slice::from_ref(&other.permission);
        covers(held, wanted).missing.len() < all
    };
    others.iter().filter(adds).take(3).copied().collect()
}

fn at_rule(rule: &GrantedRule) -> At {
    At {
        object: rule.stated_by.clone(),
        path: rule.path.clone(),
    }
}

fn grants(grants: &[Grant]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    let mut subjects: BTreeMap<&PrincipalMatch, Vec<usize>> = BTreeMap::new();
    for (number, grant) in grants.iter().enumerate() {
        subjects.entry(&grant.subject).or_default().push(number);
    }
    for (number, grant) in grants.iter().enumerate().rev() {
        let same = subjects.get(&grant.subject).map_or(&[][..], Vec::as_slice);
        let others = same
            .iter()
            .filter(|other| **other != number && !gone.contains(other));
        let others = others.filter_map(|other| grants.get(*other));
        let reaching: Vec<&Grant> = others
            .filter(|other| other.namespace.is_none() || other.namespace == grant.namespace)
            .collect();
        let rights = |grant: &Grant| -> Vec<ApiPermission> {
            grant
                .rules
                .iter()
                .map(|rule| rule.permission.clone())
                .collect()
        };
        let held: Vec<ApiPermission> = reaching.iter().flat_map(|other| rights(other)).collect();
        let wanted = rights(grant);
        if wanted.is_empty() || !covers(&held, &wanted).is_complete() {
            continue;
        }
        let all = covers(&[], &wanted).missing.len();
        let adds = |other: &&&Grant| covers(&rights(other), &wanted).missing.len() < all;
        found.push(Finding {
            at: at_subject(grant),
            problem: Problem::CoveredGrant,
            by: reaching
                .iter()
                .filter(adds)
                .take(3)
                .map(|one| at_subject(one))
                .collect(),
        });
        gone.insert(number);
    }
    found
}

fn at_subject(grant: &Grant) -> At {
    At {
        object: grant.policy.clone(),
        path: grant.subject_path.clone(),
    }
}
