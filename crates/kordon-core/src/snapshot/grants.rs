//! What is granted to each principal, by scope.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::inventory::hash_symbols;
use super::rule_sets::RuleSetId;
use super::{PolicyId, Snapshot};
use crate::compile::{ApiIndex, ApiQuery, CompiledRule, CompiledTarget};
use crate::persist::{Entry, Shards};
use crate::symbol::Symbol;

/// Lists of more grants than this are indexed as one.
const INDEXED: usize = 8;

/// One grant: the rules of a set, by a policy, because of one of its subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) policy: PolicyId,
    /// The first of the policy's subjects that is the principal.
    pub(crate) subject: u32,
    pub(crate) set: RuleSetId,
}

/// All grants to one principal in one scope, in the order of their policies' references.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grants {
    pub(crate) list: Box<[Grant]>,
    index: Option<Box<GrantIndex>>,
}

/// An index over the rules of all grants of a list.
#[derive(Clone, Debug)]
struct GrantIndex {
    index: ApiIndex,
    /// For each rule of the index, its grant and its number in the grant's set.
    rules: Box<[(u32, u32)]>,
}

/// Grants by principal and scope.
#[derive(Clone, Debug)]
pub(crate) struct GrantEntry {
    hash: u64,
    principal: u64,
    scope: Symbol,
    grants: Arc<Grants>,
}

impl Entry for GrantEntry {
    fn hash(&self) -> u64 {
        self.hash
    }
}

/// The principal and scope of a list of grants.
pub(super) type GrantKey = (u64, Symbol);

fn hash(principal: u64, scope: Symbol) -> u64 {
    hash_symbols(&[principal, u64::from(scope.number())])
}

/// The grants to a principal in a scope.
#[inline]
pub(super) fn find(grants: &Shards<GrantEntry>, principal: u64, scope: Symbol) -> Option<&Grants> {
    grants
        .find(hash(principal, scope), |e| {
            e.principal == principal && e.scope == scope
        })
        .map(|entry| &*entry.grants)
}

impl Grants {
    /// The first grant whose rules permit the request, and the number of the rule in its set.
    #[inline]
    pub(crate) fn permitting(
        &self,
        snapshot: &Snapshot,
        query: &ApiQuery<'_>,
    ) -> Option<(Grant, u32)> {
        if let Some(index) = &self.index {
            return self.permitting_indexed(index, snapshot, query);
        }
        self.list.iter().find_map(|grant| {
            let set = snapshot.rule_set(grant.set)?;
            let rule = match &set.index {
                None => first_permitting(&set.rules, query),
                Some(index) => index.first(query, |rule| permits(&set.rules, rule, query)),
            };
            rule.map(|rule| (*grant, rule))
        })
    }

    fn permitting_indexed(
        &self,
        index: &GrantIndex,
        snapshot: &Snapshot,
        query: &ApiQuery<'_>,
    ) -> Option<(Grant, u32)> {
        let place = |item: u32| index.rules.get(item as usize).copied();
        let permits_item = |item: u32| {
            let Some((grant, rule)) = place(item) else {
                return false;
            };
            let grant = self.list.get(grant as usize);
            grant
                .and_then(|grant| snapshot.rule_set(grant.set))
                .is_some_and(|set| permits(&set.rules, rule, query))
        };
        let (grant, rule) = place(index.index.first(query, permits_item)?)?;
        Some((*self.list.get(grant as usize)?, rule))
    }
}

fn first_permitting(rules: &[CompiledRule], query: &ApiQuery<'_>) -> Option<u32> {
    let found = rules.iter().position(|rule| rule.permits(query))?;
    u32::try_from(found).ok()
}

fn permits(rules: &[CompiledRule], rule: u32, query: &ApiQuery<'_>) -> bool {
    rules
        .get(rule as usize)
        .is_some_and(|rule| rule.permits(query))
}

impl Snapshot {
    /// The keys under which a policy about principals is found.
    pub(super) fn grant_keys(&self, policy: PolicyId) -> BTreeSet<GrantKey> {
        let Some(policy) = self.policy(policy) else {
            return BTreeSet::new();
        };
        match &policy.target {
            CompiledTarget::Principals {
                subjects, scope, ..
            } => subjects
                .iter()
                .map(|subject| (subject.key, *scope))
                .collect(),
            CompiledTarget::Workloads { .. } => BTreeSet::new(),
        }
    }

    /// Rebuilds the grants of one key from a list of policies to add to and take from it.
    pub(super) fn settle_grants(
        &mut self,
        key: GrantKey,
        added: &[PolicyId],
        gone: &BTreeSet<PolicyId>,
    ) {
        let (principal, scope) = key;
        let mut list: Vec<Grant> = find(&self.grants, principal, scope)
            .map(|grants| {
                grants
                    .list
                    .iter()
                    .filter(|g| !gone.contains(&g.policy))
                    .copied()
                    .collect()
            })
            .unwrap_or_default();
        for &policy in added {
            list.extend(self.grant_of(policy, principal));
        }
        list.sort_by(|a, b| {
            let rank = |grant: &Grant| self.policy(grant.policy).map(|policy| policy.rank());
            rank(a).cmp(&rank(b))
        });
        let is_it = |e: &GrantEntry| e.principal == principal && e.scope == scope;
        self.grants.remove(hash(principal, scope), is_it);
        if list.is_empty() {
            return;
        }
        let index = (list.len() > INDEXED).then(|| Box::new(self.index_grants(&list)));
        let grants = Arc::new(Grants {
            list: list.into(),
            index,
        });
        self.grants.insert(GrantEntry {
            hash: hash(principal, scope),
            principal,
            scope,
            grants,
        });
    }

    fn grant_of(&mut self, policy: PolicyId, principal: u64) -> Option<Grant> {
        let compiled = Arc::clone(self.policy(policy)?);
        let CompiledTarget::Principals { subjects, .. } = &compiled.target else {
            return None;
        };
        let subject = subjects
            .iter()
            .position(|subject| subject.key == principal)?;
        let set = self.rule_set_id(compiled.set.as_ref()?);
        Some(Grant {
            policy,
            subject: u32::try_from(subject).ok()?,
            set,
        })
    }

    fn index_grants(&self, list: &[Grant]) -> GrantIndex {
        let sets = list.iter().map(|grant| self.rule_set(grant.set));
        let rules: Vec<((u32, u32), &CompiledRule)> = (0_u32..)
            .zip(sets)
            .flat_map(|(grant, set)| {
                let rules = set.map_or(&[][..], |set| &set.rules);
                (0_u32..)
                    .zip(rules)
                    .map(move |(rule, compiled)| ((grant, rule), compiled))
            })
            .collect();
        GrantIndex {
            index: ApiIndex::new(rules.iter().map(|(_, rule)| *rule)),
            rules: rules.iter().map(|(place, _)| *place).collect(),
        }
    }

    /// The keys whose lists hold grants of a set, where the list is indexed as one.
    pub(super) fn keys_using(&self, set: RuleSetId) -> BTreeSet<GrantKey> {
        let users = self.rule_set(set).map_or(&[][..], |slot| &slot.users);
        let keys = users.iter().flat_map(|policy| self.grant_keys(*policy));
        keys.filter(|(principal, scope)| {
            find(&self.grants, *principal, *scope).is_some_and(|grants| grants.index.is_some())
        })
        .collect()
    }
}
