//! What guards one set of like workloads: for each direction the stages whose policies select
//! them.

use std::sync::Arc;

use super::stage_index::{self, StageIndex};
use super::{CompiledPolicy, CompiledRule, CompiledTarget};
use crate::decision::RuleId;
use crate::rule::{Combine, Direction, Plane, Stage};

/// Stages with more rules than this are indexed.
const INDEXED: usize = 16;

/// The stages that guard workloads which the same policies select.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    egress: Box<[StageProgram]>,
    ingress: Box<[StageProgram]>,
}

/// One stage for one target: its policies in rank order.
#[derive(Clone, Debug)]
pub(crate) struct StageProgram {
    pub(crate) stage: Stage,
    pub(crate) policies: Box<[Arc<CompiledPolicy>]>,
    pub(crate) index: Option<StageIndex>,
}

/// The place of a rule in a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RuleAt {
    pub(crate) policy: u32,
    pub(crate) rule: u32,
}

impl Program {
    /// The program of the policies that select a target.
    pub(crate) fn new(policies: &[Arc<CompiledPolicy>]) -> Self {
        Self {
            egress: stages(policies, Direction::Egress),
            ingress: stages(policies, Direction::Ingress),
        }
    }

    /// The stages of a direction, in order.
    #[inline]
    pub(crate) fn stages(&self, direction: Direction) -> &[StageProgram] {
        match direction {
            Direction::Egress => &self.egress,
            Direction::Ingress => &self.ingress,
        }
    }
}

fn stages(policies: &[Arc<CompiledPolicy>], direction: Direction) -> Box<[StageProgram]> {
    let mut chosen: Vec<&Arc<CompiledPolicy>> = policies
        .iter()
        .filter(|policy| match policy.target {
            CompiledTarget::Workloads {
                direction: guarded, ..
            } => guarded == direction && policy.plane == Plane::Network,
            CompiledTarget::Principals { .. } => false,
        })
        .collect();
    chosen.sort_by(|a, b| {
        let stage = |policy: &CompiledPolicy| policy.stage.order;
        let name = || a.stage.name.cmp(&b.stage.name);
        stage(a)
            .cmp(&stage(b))
            .then_with(name)
            .then_with(|| a.rank().cmp(&b.rank()))
    });
    chosen
        .chunk_by(|a, b| (a.stage.order, &a.stage.name) == (b.stage.order, &b.stage.name))
        .map(|group| StageProgram::new(group.iter().map(|policy| Arc::clone(policy)).collect()))
        .collect()
}

impl StageProgram {
    fn new(policies: Box<[Arc<CompiledPolicy>]>) -> Self {
        // Policies of one stage agree on how they combine, unless a tier holds kinds that isolate
        // beside kinds with order; order then rules, and isolation is its end.
        let stage = policies
            .iter()
            .map(|policy| &policy.stage)
            .max_by_key(|s| s.combine)
            .cloned();
        let stage = stage.unwrap_or(Stage {
            order: crate::rule::Order(0.0),
            name: String::new(),
            combine: Combine::Isolate,
        });
        let rules: usize = policies.iter().map(|policy| policy.rules.len()).sum();
        let index = (rules > INDEXED).then(|| stage_index::build(&policies));
        Self {
            stage,
            policies,
            index,
        }
    }

    /// The policy of a place.
    pub(crate) fn policy(&self, at: RuleAt) -> Option<&Arc<CompiledPolicy>> {
        self.policies.get(usize::try_from(at.policy).ok()?)
    }

    /// The rule at a place.
    pub(crate) fn rule(&self, at: RuleAt) -> Option<&CompiledRule> {
        self.policy(at)?.rules.get(usize::try_from(at.rule).ok()?)
    }

    /// What identifies a rule beyond this stage.
    #[inline]
    pub(crate) fn rule_id(&self, at: RuleAt) -> Option<RuleId> {
        let policy = self.policy(at)?;
        Some(RuleId {
            policy: policy.id,
            rule: at.rule,
        })
    }

    /// All rules in rank order.
    pub(crate) fn rules(&self) -> impl Iterator<Item = (RuleAt, &CompiledRule)> {
        (0_u32..)
            .zip(&self.policies)
            .flat_map(|(policy, compiled)| {
                (0_u32..)
                    .zip(&compiled.rules)
                    .map(move |(rule, r)| (RuleAt { policy, rule }, r))
            })
    }
}
