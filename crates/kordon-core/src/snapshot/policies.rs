//! Policies in a snapshot, and which workloads they select.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::inventory::{Class, ClassId, NamespaceId, NamespaceSlot};
use super::{Snapshot, WorkloadAttributes};
use crate::compile::{CompiledPolicy, CompiledTarget, LabelView, NamespaceTest, Program};
use crate::id::PolicyId;
use crate::model::{ObjectRef, PodNetwork};
use crate::rule::{Policy, Rules, Stage};
use crate::symbol::{Symbol, Symbols};

/// A place for a policy.
#[derive(Clone, Debug, Default)]
pub(crate) struct PolicySlot {
    pub(crate) policy: Option<CompiledPolicy>,
}

/// Classes whose policies are to be determined anew.
pub(super) type Dirty = BTreeSet<ClassId>;

/// Programs by the policies that make them, shared by the classes of one batch of changes.
type Programs = FxHashMap<Arc<[PolicyId]>, Arc<Program>>;

impl Snapshot {
    /// Adds a policy and marks the classes that it selects.
    pub(super) fn put_policy(
        &mut self,
        object: &Arc<ObjectRef>,
        part: u32,
        policy: &Policy,
        dirty: &mut Dirty,
    ) -> PolicyId {
        let index = self.policies.insert(PolicySlot::default());
        let id = PolicyId(u32::try_from(index).unwrap_or(u32::MAX));
        let set = match &policy.rules {
            Rules::Of(set) => Some(self.rule_set_id(set)),
            Rules::Own(_) => None,
        };
        let stage = self.share_stage(&policy.stage);
        let symbols = &mut self.symbols;
        let compiled = CompiledPolicy::new(symbols, id, object, part, stage, set, policy);
        if let Some(slot) = self.policies.get_mut(index) {
            slot.policy = Some(compiled.clone());
        }
        if let Some(count) = self.planes.get_mut(compiled.plane as usize) {
            *count += 1;
        }
        match compiled.namespaces() {
            Some(NamespaceTest::Named(name)) => {
                let name = self.symbols.text(*name).to_owned();
                let namespace = self.mention_namespace(&name);
                if let Some(slot) = self.namespaces.get_mut(namespace.index()) {
                    slot.policies.push(id);
                }
                self.mark_selected(namespace, &compiled, dirty);
            }
            Some(_) => {
                Arc::make_mut(&mut self.cluster_policies).push(id);
                for namespace in 0..self.namespaces.len() {
                    self.mark_selected(NamespaceId::new(namespace), &compiled, dirty);
                }
            }
            None => {}
        }
        id
    }

    /// The snapshot's own copy of a stage, so that each is kept once.
    fn share_stage(&mut self, stage: &Stage) -> Arc<Stage> {
        if let Some(known) = self.stages.iter().find(|known| ***known == *stage) {
            return Arc::clone(known);
        }
        let shared = Arc::new(stage.clone());
        Arc::make_mut(&mut self.stages).push(Arc::clone(&shared));
        shared
    }

    fn mark_selected(&self, namespace: NamespaceId, policy: &CompiledPolicy, dirty: &mut Dirty) {
        let Some(slot) = self.namespaces.get(namespace.index()) else {
            return;
        };
        dirty.extend(slot.classes.iter().copied().filter(|class| {
            self.classes
                .get(class.index())
                .is_some_and(|class| self.selects(policy, slot, class, &self.symbols))
        }));
    }

    /// Removes a policy and marks the classes that it selected. Its id stays taken until
    /// [`Snapshot::release_policy`], so that within one batch an id means one policy.
    pub(super) fn remove_policy(&mut self, id: PolicyId, dirty: &mut Dirty) {
        let Some(policy) = self.policies.take(id.index()).policy else {
            return;
        };
        if let Some(count) = self.planes.get_mut(policy.plane as usize) {
            *count -= 1;
        }
        let Some(namespaces) = policy.namespaces() else {
            return;
        };
        if let NamespaceTest::Named(name) = namespaces {
            let Some(namespace) = self.namespace_id(*name) else {
                return;
            };
            if let Some(slot) = self.namespaces.get_mut(namespace.index()) {
                slot.policies.retain(|known| *known != id);
            }
            self.mark_holding(namespace, id, dirty);
        } else {
            Arc::make_mut(&mut self.cluster_policies).retain(|known| *known != id);
            for namespace in 0..self.namespaces.len() {
                self.mark_holding(NamespaceId::new(namespace), id, dirty);
            }
        }
    }

    /// Frees the id of a removed policy.
    pub(super) fn release_policy(&mut self, id: PolicyId) {
        self.policies.release(id.index());
    }

    fn mark_holding(&self, namespace: NamespaceId, id: PolicyId, dirty: &mut Dirty) {
        let Some(slot) = self.namespaces.get(namespace.index()) else {
            return;
        };
        dirty.extend(slot.classes.iter().copied().filter(|class| {
            self.classes
                .get(class.index())
                .is_some_and(|class| class.policies.binary_search(&id).is_ok())
        }));
    }

    /// Marks the classes of a namespace whose labels changed, where a policy of the whole
    /// cluster may select by them.
    pub(super) fn mark_namespace(&self, namespace: NamespaceId, dirty: &mut Dirty) {
        let Some(slot) = self.namespaces.get(namespace.index()) else {
            return;
        };
        let looks_at_labels = |id: &PolicyId| {
            self.policy(*id)
                .is_some_and(|policy| matches!(policy.target, CompiledTarget::Endpoints { .. }))
        };
        if !self.cluster_policies.is_empty() || slot.policies.iter().any(looks_at_labels) {
            dirty.extend(&slot.classes);
        }
    }

    /// Marks the classes of a service account whose labels changed.
    pub(super) fn mark_account(&self, namespace: Symbol, account: Symbol, dirty: &mut Dirty) {
        let Some(slot) = self
            .namespace_id(namespace)
            .and_then(|id| self.namespaces.get(id.index()))
        else {
            return;
        };
        dirty.extend(slot.classes.iter().copied().filter(|class| {
            self.classes
                .get(class.index())
                .is_some_and(|class| class.service_account == account)
        }));
    }

    /// Marks every class: what changed may touch any.
    pub(super) fn mark_all(&self, dirty: &mut Dirty) {
        dirty.extend(self.namespaces.iter().flat_map(|slot| &slot.classes));
    }

    /// Determines the policies and programs of marked classes.
    pub(super) fn settle_classes(&mut self, dirty: &Dirty) {
        let mut programs = Programs::default();
        for &id in dirty {
            let class = self
                .classes
                .get(id.index())
                .filter(|class| class.has_members());
            let Some(class) = class else { continue };
            let policies: Arc<[PolicyId]> = self.policies_selecting(class).into();
            let program = programs
                .entry(Arc::clone(&policies))
                .or_insert_with(|| Arc::new(self.program_of(&policies)));
            let program = Arc::clone(program);
            if let Some(class) = self.classes.get_mut(id.index()) {
                class.policies = policies;
                class.program = program;
            }
        }
    }

    /// The policies that select workloads of a class, ascending.
    pub(crate) fn policies_selecting(&self, class: &Class) -> Vec<PolicyId> {
        let Some(namespace) = self.namespaces.get(class.namespace.index()) else {
            return Vec::new();
        };
        self.policies_for(namespace, class, &self.symbols)
    }

    /// As [`Snapshot::policies_selecting`], for a class in a namespace as described, whose labels
    /// stand for texts of a table.
    pub(crate) fn policies_for(
        &self,
        namespace: &NamespaceSlot,
        class: &Class,
        symbols: &Symbols,
    ) -> Vec<PolicyId> {
        let selects = |id: &&PolicyId| {
            self.policy(**id)
                .is_some_and(|policy| self.selects(policy, namespace, class, symbols))
        };
        let own = namespace.policies.iter().filter(selects);
        let mut chosen: Vec<PolicyId> = own
            .chain(self.cluster_policies.iter().filter(selects))
            .copied()
            .collect();
        chosen.sort_unstable();
        chosen
    }

    /// The program of some policies.
    pub(crate) fn program_of(&self, policies: &[PolicyId]) -> Program {
        let compiled: Vec<CompiledPolicy> = policies
            .iter()
            .filter_map(|id| self.policy(*id))
            .cloned()
            .collect();
        Program::new(&compiled, |name| self.declared_stage(name))
    }

    /// Whether a policy guards workloads of a class. `NetworkPolicy` and its cluster-wide kinds
    /// speak of the pod network: traffic of pods in the host network is the node's.
    fn selects(
        &self,
        policy: &CompiledPolicy,
        namespace: &NamespaceSlot,
        class: &Class,
        symbols: &Symbols,
    ) -> bool {
        let named = |namespaces: &NamespaceTest| {
            namespaces.selects(namespace.name, || LabelView(&namespace.labels))
        };
        let labels = LabelView(&class.labels);
        class.network == PodNetwork::Pod
            && match &policy.target {
                CompiledTarget::Workloads {
                    namespaces,
                    workloads,
                    ..
                } => named(namespaces) && workloads.selects(labels),
                CompiledTarget::Endpoints {
                    namespaces,
                    endpoints,
                    ..
                } => {
                    named(namespaces)
                        && endpoints.selects(&WorkloadAttributes {
                            snapshot: self,
                            symbols,
                            labels,
                            namespace: namespace.name,
                            namespace_labels: LabelView(&namespace.labels),
                            account: class.service_account,
                        })
                }
                CompiledTarget::BehindHosts { hosts, .. } => self.any_host(hosts),
                CompiledTarget::Principals { .. } => false,
            }
    }
}
