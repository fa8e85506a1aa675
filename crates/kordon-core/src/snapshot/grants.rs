//! What is granted to each principal, by scope.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smallvec::SmallVec;

use super::Snapshot;
use crate::compile::{ApiIndex, ApiQuery, CompiledPolicy, CompiledRule, CompiledTarget, Principal};
use crate::id::{PolicyId, RuleSetId};
use crate::persist::Entry;

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
    pub(crate) list: SmallVec<[Grant; 2]>,
    index: Option<Arc<GrantIndex>>,
}

/// An index over the rules of all grants of a list.
#[derive(Clone, Debug)]
struct GrantIndex {
    index: ApiIndex,
    /// For each rule of the index, its grant and its number in the grant's set.
    rules: Box<[(u32, u32)]>,
}

/// All that is granted to one principal.
#[derive(Clone, Debug)]
pub(crate) struct Grantee {
    hash: u64,
    principal: Principal,
    everywhere: Grants,
    /// By the hash of the namespace's name, ascending.
    namespaces: Arc<[NamespaceGrants]>,
}

#[derive(Clone, Debug)]
struct NamespaceGrants {
    hash: u64,
    name: Arc<str>,
    grants: Grants,
}

impl Entry for Grantee {
    #[inline]
    fn hash(&self) -> u64 {
        self.hash
    }
}

impl Grantee {
    fn new(hash: u64, principal: Principal) -> Self {
        Self {
            hash,
            principal,
            everywhere: Grants::default(),
            namespaces: Arc::default(),
        }
    }

    /// The grants that hold in the whole cluster and, if one is named, in a namespace, given
    /// with its hash.
    #[inline]
    pub(crate) fn grants_in(
        &self,
        namespace: Option<(&str, u64)>,
    ) -> impl Iterator<Item = &Grants> {
        let own = namespace.and_then(|(name, hash)| self.in_namespace(name, hash));
        std::iter::once(&self.everywhere).chain(own)
    }

    #[inline]
    fn in_namespace(&self, name: &str, hash: u64) -> Option<&Grants> {
        let first = self.namespaces.partition_point(|entry| entry.hash < hash);
        let same = self
            .namespaces
            .get(first..)?
            .iter()
            .take_while(|entry| entry.hash == hash);
        same.into_iter()
            .find(|entry| *entry.name == *name)
            .map(|entry| &entry.grants)
    }

    /// Replaces the grants of some namespaces.
    fn replace(&mut self, changed: Vec<NamespaceGrants>) {
        let names: BTreeSet<Arc<str>> = changed
            .iter()
            .map(|entry| Arc::clone(&entry.name))
            .collect();
        let kept = self
            .namespaces
            .iter()
            .filter(|entry| !names.contains(&entry.name))
            .cloned();
        let changed = changed
            .into_iter()
            .filter(|entry| !entry.grants.list.is_empty());
        let mut namespaces: Vec<NamespaceGrants> = kept.chain(changed).collect();
        namespaces.sort_by_key(|entry| entry.hash);
        self.namespaces = namespaces.into();
    }

    fn is_empty(&self) -> bool {
        self.everywhere.list.is_empty() && self.namespaces.is_empty()
    }
}

/// The principal and scope of a list of grants.
pub(super) type GrantKey = (Principal, Option<Arc<str>>);

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
    /// What is granted to the user of a name.
    #[inline]
    pub(crate) fn user(&self, name: &str) -> Option<&Grantee> {
        let is_it = |grantee: &Grantee| matches!(&grantee.principal, Principal::User(user) if **user == *name);
        self.grantees.find(self.symbols.hash(name), is_it)
    }

    /// What is granted to the group of a name.
    #[inline]
    pub(crate) fn group(&self, name: &str) -> Option<&Grantee> {
        let is_it = |grantee: &Grantee| matches!(&grantee.principal, Principal::Group(group) if **group == *name);
        self.grantees.find(self.symbols.hash(name), is_it)
    }

    /// The keys under which a policy about principals is found.
    pub(super) fn grant_keys(&self, policy: PolicyId) -> BTreeSet<GrantKey> {
        let Some(policy) = self.policy(policy) else {
            return BTreeSet::new();
        };
        match &policy.target {
            CompiledTarget::Principals { subjects, scope } => subjects
                .iter()
                .map(|subject| (subject.principal.clone(), scope.clone()))
                .collect(),
            _ => BTreeSet::new(),
        }
    }

    /// Rebuilds the lists of grants to one principal, each from policies to add to and to take
    /// from it.
    pub(super) fn settle_grantee(
        &mut self,
        principal: &Principal,
        scopes: &BTreeMap<Option<Arc<str>>, Vec<PolicyId>>,
        gone: &BTreeSet<PolicyId>,
    ) {
        let (Principal::User(text) | Principal::Group(text)) = principal;
        let hash = self.symbols.hash(text);
        let is_it = |grantee: &Grantee| grantee.principal == *principal;
        let old = self.grantees.remove(hash, is_it);
        let mut grantee = old.unwrap_or_else(|| Grantee::new(hash, principal.clone()));
        let mut changed: Vec<NamespaceGrants> = Vec::new();
        for (scope, added) in scopes {
            let Some(name) = scope else {
                let known = std::mem::take(&mut grantee.everywhere);
                grantee.everywhere = self.grants_of(principal, known.list, added, gone);
                continue;
            };
            let hash = self.symbols.hash(name);
            let known = grantee
                .in_namespace(name, hash)
                .map(|grants| grants.list.clone());
            let grants = self.grants_of(principal, known.unwrap_or_default(), added, gone);
            let name = Arc::clone(name);
            changed.push(NamespaceGrants { hash, name, grants });
        }
        grantee.replace(changed);
        if !grantee.is_empty() {
            self.grantees.insert(grantee);
        }
    }

    fn grants_of(
        &self,
        principal: &Principal,
        mut list: SmallVec<[Grant; 2]>,
        added: &[PolicyId],
        gone: &BTreeSet<PolicyId>,
    ) -> Grants {
        list.retain(|grant| !gone.contains(&grant.policy));
        for &policy in added {
            list.extend(self.grant_of(policy, principal));
        }
        list.sort_by(|a, b| {
            let rank = |grant: &Grant| self.policy(grant.policy).map(CompiledPolicy::rank);
            rank(a).cmp(&rank(b))
        });
        let index = (list.len() > INDEXED).then(|| Arc::new(self.index_grants(&list)));
        Grants { list, index }
    }

    fn grant_of(&self, policy: PolicyId, principal: &Principal) -> Option<Grant> {
        let compiled = self.policy(policy)?;
        let CompiledTarget::Principals { subjects, .. } = &compiled.target else {
            return None;
        };
        let subject = subjects
            .iter()
            .position(|subject| subject.principal == *principal)?;
        let set = compiled.set?;
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
            let grantee = match principal {
                Principal::User(name) => self.user(name),
                Principal::Group(name) => self.group(name),
            };
            let namespace = scope.as_deref().map(|name| (name, self.symbols.hash(name)));
            grantee.is_some_and(|grantee| {
                grantee
                    .grants_in(namespace)
                    .any(|grants| grants.index.is_some())
            })
        })
        .collect()
    }
}
