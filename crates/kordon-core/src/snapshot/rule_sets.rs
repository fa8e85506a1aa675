//! Rules that policies share, and sets that include others by label.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::inventory::hash_symbols;
use super::{Includes, Snapshot};
use crate::compile::{
    ApiIndex, CompiledRule, CompiledSelector, LabelView, compile_rules, pack_labels,
};
use crate::id::{PolicyId, RuleSetId};
use crate::model::ObjectRef;
use crate::persist::Entry;
use crate::rule::RuleSet;
use crate::symbol::{Pair, Symbol, Symbols};

/// A rule set by its object.
#[derive(Clone, Debug)]
pub(crate) struct RuleSetEntry {
    hash: u64,
    key: ObjectKey,
    id: RuleSetId,
}

impl Entry for RuleSetEntry {
    fn hash(&self) -> u64 {
        self.hash
    }
}

/// An object reference in symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ObjectKey([Symbol; 4]);

impl ObjectKey {
    pub(crate) fn new(symbols: &mut Symbols, object: &ObjectRef) -> Self {
        let namespace = object
            .namespace
            .as_deref()
            .map_or(Symbol::NONE, |ns| symbols.intern(ns));
        let (group, kind) = (symbols.intern(&object.group), symbols.intern(&object.kind));
        Self([group, kind, namespace, symbols.intern(&object.name)])
    }

    pub(crate) fn hash(self) -> u64 {
        hash_symbols(&self.0.map(|symbol| u64::from(symbol.number())))
    }
}

/// A rule set.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleSetSlot {
    /// The object that policies refer to.
    pub(crate) reference: Option<Arc<ObjectRef>>,
    /// The object that contributes it; `None` while it is only referred to.
    pub(crate) object: Option<Arc<ObjectRef>>,
    /// The rules that count: the stored ones, or what the set includes.
    pub(crate) rules: Arc<[CompiledRule]>,
    pub(crate) index: Option<Arc<ApiIndex>>,
    stored: Arc<[CompiledRule]>,
    labels: Box<[Pair]>,
    includes: Arc<[CompiledSelector]>,
    /// Policies that refer to it.
    pub(crate) users: Vec<PolicyId>,
}

impl Snapshot {
    /// The id of the set that an object contributes, made if need be.
    pub(super) fn rule_set_id(&mut self, object: &ObjectRef) -> RuleSetId {
        let key = ObjectKey::new(&mut self.symbols, object);
        if let Some(entry) = self.rule_set_ids.find(key.hash(), |entry| entry.key == key) {
            return entry.id;
        }
        let reference = Some(self.share_reference(object));
        let index = self.rule_sets.push(RuleSetSlot {
            reference,
            ..RuleSetSlot::default()
        });
        let id = RuleSetId(u32::try_from(index).unwrap_or(u32::MAX));
        self.rule_set_ids.insert(RuleSetEntry {
            hash: key.hash(),
            key,
            id,
        });
        id
    }

    /// Stores a set.
    pub(super) fn put_rule_set(&mut self, object: &Arc<ObjectRef>, set: &RuleSet) -> RuleSetId {
        let id = self.rule_set_id(object);
        let rules: Arc<[CompiledRule]> = compile_rules(&mut self.symbols, &set.rules).collect();
        let labels = pack_labels(&mut self.symbols, &set.labels);
        let symbols = &mut self.symbols;
        let includes = set
            .includes
            .iter()
            .map(|selector| CompiledSelector::new(symbols, selector))
            .collect();
        if let Some(slot) = self.rule_sets.get_mut(id.index()) {
            slot.object = Some(Arc::clone(object));
            slot.stored = Arc::clone(&rules);
            slot.labels = labels;
            slot.includes = includes;
        }
        self.set_rules(id, rules);
        id
    }

    /// Leaves of a set only the references to it.
    pub(super) fn remove_rule_set(&mut self, id: RuleSetId) {
        if let Some(slot) = self.rule_sets.get_mut(id.index()) {
            *slot = RuleSetSlot {
                reference: slot.reference.take(),
                users: std::mem::take(&mut slot.users),
                ..Default::default()
            };
        }
    }

    /// Notes that a policy refers to a set.
    pub(super) fn use_rule_set(&mut self, id: RuleSetId, policy: PolicyId) {
        if let Some(slot) = self.rule_sets.get_mut(id.index()) {
            slot.users.push(policy);
        }
    }

    /// Notes that a policy no longer refers to a set.
    pub(super) fn release_rule_set(&mut self, id: RuleSetId, policy: PolicyId) {
        if let Some(slot) = self.rule_sets.get_mut(id.index()) {
            slot.users.retain(|known| *known != policy);
        }
    }

    fn set_rules(&mut self, id: RuleSetId, rules: Arc<[CompiledRule]>) {
        let index = ApiIndex::for_many(&rules).map(Arc::new);
        if let Some(slot) = self.rule_sets.get_mut(id.index()) {
            slot.rules = rules;
            slot.index = index;
        }
    }

    /// Fills the sets that include others, to a fixed point. Returns the sets whose rules
    /// changed.
    ///
    /// The aggregation controller of Kubernetes ORs the selectors, skips the role itself, drops
    /// duplicate rules, and leaves a role alone whose selectors find no rule. Where roles
    /// include one another in a circle its result depends on its order of work; here roles are
    /// filled in the order of their references, as often as there are such roles.
    pub(super) fn fill_includes(&mut self) -> BTreeSet<RuleSetId> {
        let mut changed = BTreeSet::new();
        if self.options.includes == Includes::Stored {
            return changed;
        }
        let filled = self.including_sets();
        for &id in &filled {
            let stored = self
                .rule_sets
                .get(id.index())
                .map(|slot| Arc::clone(&slot.stored));
            self.set_rules(id, stored.unwrap_or_default());
        }
        for _round in 0..=filled.len() {
            let mut settled = true;
            for &id in &filled {
                let Some(rules) = self.included_rules(id) else {
                    continue;
                };
                if self
                    .rule_sets
                    .get(id.index())
                    .is_some_and(|slot| *slot.rules != *rules)
                {
                    settled = false;
                    self.set_rules(id, rules.into());
                }
            }
            if settled {
                break;
            }
        }
        changed.extend(filled);
        changed
    }

    /// The sets that include others, in the order of their references.
    fn including_sets(&self) -> Vec<RuleSetId> {
        let mut sets: Vec<(&ObjectRef, RuleSetId)> = self
            .rule_set_slots()
            .filter(|(_, slot)| !slot.includes.is_empty())
            .filter_map(|(id, slot)| Some((slot.object.as_deref()?, id)))
            .collect();
        sets.sort();
        sets.into_iter().map(|(_, id)| id).collect()
    }

    fn rule_set_slots(&self) -> impl Iterator<Item = (RuleSetId, &RuleSetSlot)> {
        (0_u32..).map(RuleSetId).zip(self.rule_sets.iter())
    }

    /// The rules of the sets that a set includes; `None` when there are none.
    fn included_rules(&self, id: RuleSetId) -> Option<Vec<CompiledRule>> {
        let includes = Arc::clone(&self.rule_sets.get(id.index())?.includes);
        let selected = |slot: &RuleSetSlot| {
            includes
                .iter()
                .any(|selector| selector.selects(LabelView(&slot.labels)))
        };
        let mut sources: Vec<(&Arc<ObjectRef>, &RuleSetSlot)> = self
            .rule_set_slots()
            .filter(|(other, slot)| *other != id && selected(slot))
            .filter_map(|(_, slot)| Some((slot.object.as_ref()?, slot)))
            .filter(|(object, _)| object.namespace.is_none())
            .collect();
        sources.sort_by(|a, b| a.0.cmp(b.0));
        let mut rules: Vec<CompiledRule> = Vec::new();
        for (object, slot) in sources {
            for rule in &*slot.rules {
                if !rules.iter().any(|known| known.clauses == rule.clauses) {
                    let stated_by = rule.stated_by.clone().unwrap_or_else(|| Arc::clone(object));
                    rules.push(CompiledRule {
                        stated_by: Some(stated_by),
                        ..rule.clone()
                    });
                }
            }
        }
        // The controller applies what it has found. Applying no rules takes none away that someone
        // else has written.
        (!rules.is_empty()).then_some(rules)
    }
}
