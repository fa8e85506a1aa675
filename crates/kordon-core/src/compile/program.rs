//! What guards one set of like workloads: for each direction the stages whose policies select
//! them.

use smallvec::SmallVec;

use super::stage_index::{self, StageIndex};
use super::{CompiledPolicy, CompiledRule, CompiledTarget, RuleAt};
use crate::id::{PolicyId, RuleId};
use crate::rule::{Combine, Direction, Plane};

/// Stages with more rules than this are indexed.
const INDEXED: usize = 8;

/// The stages that guard workloads which the same policies select.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    egress: SmallVec<[StageProgram; 1]>,
    ingress: SmallVec<[StageProgram; 1]>,
}

/// One stage for one target: its policies in rank order.
#[derive(Clone, Debug)]
pub(crate) struct StageProgram {
    pub(crate) combine: Combine,
    pub(crate) policies: SmallVec<[StagePolicy; 2]>,
    pub(crate) index: Option<Box<StageIndex>>,
}

/// A policy of a stage, and what can be said of it without looking at it.
#[derive(Clone, Debug)]
pub(crate) struct StagePolicy {
    pub(crate) policy: CompiledPolicy,
    pub(crate) id: PolicyId,
    /// A policy may have none: that it selects is all it says.
    pub(crate) has_rules: bool,
}

impl Program {
    /// The program of the policies that select a target.
    pub(crate) fn new(policies: &[CompiledPolicy]) -> Self {
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

fn stages(policies: &[CompiledPolicy], direction: Direction) -> SmallVec<[StageProgram; 1]> {
    let mut chosen: Vec<&CompiledPolicy> = policies
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
        .map(StageProgram::new)
        .collect()
}

impl StageProgram {
    fn new(policies: &[&CompiledPolicy]) -> Self {
        // Policies of one stage agree on how they combine, unless a tier holds kinds that isolate
        // beside kinds with order; order then rules, and isolation is its end.
        let combine = policies.iter().map(|policy| policy.stage.combine).max();
        let rules: usize = policies.iter().map(|policy| policy.rules().len()).sum();
        Self {
            combine: combine.unwrap_or(Combine::Isolate),
            index: (rules > INDEXED).then(|| Box::new(stage_index::build(policies))),
            policies: policies
                .iter()
                .map(|&policy| StagePolicy {
                    policy: policy.clone(),
                    id: policy.id,
                    has_rules: !policy.rules().is_empty(),
                })
                .collect(),
        }
    }

    /// The stage's name.
    pub(crate) fn name(&self) -> &str {
        self.policies
            .first()
            .map_or("", |first| &first.policy.stage.name)
    }

    /// The policy of a place.
    pub(crate) fn policy(&self, at: RuleAt) -> Option<&StagePolicy> {
        self.policies.get(usize::try_from(at.policy).ok()?)
    }

    /// The rule at a place.
    pub(crate) fn rule(&self, at: RuleAt) -> Option<&CompiledRule> {
        let policy = &self.policy(at)?.policy;
        policy.rules().get(usize::try_from(at.rule).ok()?)
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
        (0_u32..).zip(&self.policies).flat_map(|(policy, member)| {
            (0_u32..)
                .zip(member.policy.rules())
                .map(move |(rule, r)| (RuleAt { policy, rule }, r))
        })
    }
}
