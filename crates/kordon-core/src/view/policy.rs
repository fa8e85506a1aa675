//! Policies about connections as an analysis reads them, whether they guard anything known or not.

use std::fmt;

use super::RuleView;
use super::condition::{Condition, Property};
use crate::compile::{CompiledPolicy, CompiledTarget};
use crate::id::{PolicyId, RuleId};
use crate::model::ObjectRef;
use crate::rule::{Combine, Direction, Order, Plane, Stage};
use crate::snapshot::Snapshot;

/// A policy about one direction of connections.
#[derive(Clone, Copy)]
pub struct PolicyView<'s> {
    snapshot: &'s Snapshot,
    policy: &'s CompiledPolicy,
}

impl Snapshot {
    /// The policies about connections, in the order of their objects. An object that guards both
    /// directions has two.
    pub fn policies_about_connections(&self) -> Vec<PolicyView<'_>> {
        let policies = self.compiled_policies();
        let about = policies
            .filter(|policy| policy.plane == Plane::Network && policy.direction().is_some());
        let mut views: Vec<PolicyView<'_>> = about.map(|policy| self.policy_view(policy)).collect();
        views.sort_by(|a, b| {
            let key = |view: &PolicyView<'_>| (view.object().clone(), view.policy.part);
            key(a).cmp(&key(b))
        });
        views
    }

    pub(super) fn policy_view<'s>(&'s self, policy: &'s CompiledPolicy) -> PolicyView<'s> {
        PolicyView {
            snapshot: self,
            policy,
        }
    }
}

impl<'s> PolicyView<'s> {
    /// What identifies it in the snapshot.
    pub fn id(self) -> PolicyId {
        self.policy.id
    }

    /// The object that it is part of.
    pub fn object(self) -> &'s ObjectRef {
        &self.policy.object
    }

    /// The field by which it selects.
    pub fn path(self) -> &'s str {
        &self.policy.path
    }

    /// The direction that it guards.
    pub fn direction(self) -> Option<Direction> {
        self.policy.direction()
    }

    /// The stage that it stands in; none while the object that declares it is missing.
    pub fn stage(self) -> Option<&'s Stage> {
        match self.policy.stage.combine {
            Combine::Declared => self.snapshot.declared_stage(&self.policy.stage.name),
            _ => Some(&self.policy.stage),
        }
    }

    /// Where it stands in the stage.
    pub fn order(self) -> Order {
        self.policy.order
    }

    /// Its rules in their order.
    pub fn rules(self) -> impl Iterator<Item = RuleView<'s>> {
        let rules = (0_u32..).zip(self.policy.rules());
        rules.map(move |(number, rule)| RuleView {
            id: RuleId {
                policy: self.policy.id,
                rule: number,
            },
            policy: self,
            snapshot: self.snapshot,
            rule,
        })
    }

    /// Which workloads of the pod network it guards.
    pub fn target(self) -> Condition {
        let snapshot = self.snapshot;
        match &self.policy.target {
            CompiledTarget::Workloads {
                namespaces,
                workloads,
                ..
            } => Condition::All(vec![
                snapshot.namespace_condition(namespaces),
                snapshot.selector_condition(workloads, Property::Label),
            ]),
            CompiledTarget::Endpoints {
                namespaces,
                endpoints,
                ..
            } => Condition::All(vec![
                snapshot.namespace_condition(namespaces),
                snapshot.match_condition(endpoints),
            ]),
            CompiledTarget::BehindHosts { hosts, .. } if snapshot.any_host(hosts) => {
                Condition::ALWAYS
            }
            CompiledTarget::BehindHosts { .. } | CompiledTarget::Principals { .. } => {
                Condition::NEVER
            }
        }
    }
}

impl fmt::Debug for PolicyView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PolicyView").field(&self.policy.id).finish()
    }
}
