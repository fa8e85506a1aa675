//! What guards one set of like workloads: for each direction the stages whose policies select
//! them.

use smallvec::SmallVec;

use super::stage_index::{self, StageIndex};
use super::{CompiledPolicy, CompiledRule, CompiledTest, RuleAt};
use crate::id::{PolicyId, RuleId};
use crate::model::TokenRule;
use crate::rule::{Combine, Direction, Order, Plane, Stage, Ties};

/// Stages with more rules than this are indexed.
const INDEXED: usize = 8;

/// The stages that guard workloads which the same policies select.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    egress: SmallVec<[StageProgram; 1]>,
    ingress: SmallVec<[StageProgram; 1]>,
    mtls: Box<[StageProgram]>,
    authn: Box<[StageProgram]>,
    mesh: Box<[StageProgram]>,
    has_conflicting_providers: bool,
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
    /// The program of the policies that select a target; `declared` finds the stages that they
    /// refer to by name.
    pub(crate) fn new<'a>(
        policies: &'a [CompiledPolicy],
        declared: impl Fn(&str) -> Option<&'a Stage>,
    ) -> Self {
        let network = |direction| stages(policies, (Plane::Network, direction), &declared);
        let others = |plane| stages(policies, (plane, Direction::Ingress), &declared);
        let mesh: Box<[StageProgram]> = others(Plane::Mesh).collect();
        Self {
            egress: network(Direction::Egress).collect(),
            ingress: network(Direction::Ingress).collect(),
            mtls: others(Plane::Mtls).collect(),
            authn: others(Plane::Authn).collect(),
            has_conflicting_providers: names_several_providers(&mesh),
            mesh,
        }
    }

    /// The rules about tokens, in order.
    pub(crate) fn token_rules(&self) -> impl Iterator<Item = &TokenRule> {
        let rules = self.authn.iter().flat_map(StageProgram::rules);
        let clauses = rules.flat_map(|(_, rule)| &rule.clauses);
        clauses.filter_map(|clause| match &clause.test {
            CompiledTest::Token(rule) => Some(&**rule),
            _ => None,
        })
    }

    /// Whether rules ask different providers.
    pub(crate) fn has_conflicting_providers(&self) -> bool {
        self.has_conflicting_providers
    }

    /// The stages of a plane that a proxy of the mesh enforces at the destination, in order.
    pub(crate) fn proxy_stages(&self, plane: Plane) -> &[StageProgram] {
        match plane {
            Plane::Mtls => &self.mtls,
            Plane::Authn => &self.authn,
            Plane::Mesh => &self.mesh,
            Plane::Rbac | Plane::Network => &[],
        }
    }

    /// The stages of a direction of the network, in order.
    #[inline]
    pub(crate) fn stages(&self, direction: Direction) -> &[StageProgram] {
        match direction {
            Direction::Egress => &self.egress,
            Direction::Ingress => &self.ingress,
        }
    }
}

fn names_several_providers(stages: &[StageProgram]) -> bool {
    let rules = stages.iter().flat_map(StageProgram::rules);
    let clauses = rules.flat_map(|(_, rule)| &rule.clauses);
    let mut providers = clauses.filter_map(|clause| match &clause.test {
        CompiledTest::RefusedBy(provider) => Some(provider),
        _ => None,
    });
    let first = providers.next();
    providers.any(|other| Some(other) != first)
}

/// A policy, and the stage that it stands in once declarations are taken into account.
struct Placed<'a> {
    policy: &'a CompiledPolicy,
    stage: Option<&'a Stage>,
}

impl<'a> Placed<'a> {
    fn new(policy: &'a CompiledPolicy, declared: impl Fn(&str) -> Option<&'a Stage>) -> Self {
        let stage = match policy.stage.combine {
            Combine::Declared => declared(&policy.stage.name),
            _ => Some(&*policy.stage),
        };
        Self { policy, stage }
    }

    /// Where the stage stands: one that nobody declares before all others, as it may be first.
    fn place(&self) -> (Option<Order>, &'a str) {
        (self.stage.map(|stage| stage.order), &self.policy.stage.name)
    }
}

fn stages<'a>(
    policies: &'a [CompiledPolicy],
    (plane, direction): (Plane, Direction),
    declared: impl Fn(&str) -> Option<&'a Stage>,
) -> impl Iterator<Item = StageProgram> {
    let mut chosen: Vec<Placed<'_>> = policies
        .iter()
        .filter(|policy| policy.plane == plane && policy.direction() == Some(direction))
        .map(|policy| Placed::new(policy, &declared))
        .collect();
    chosen.sort_by(|a, b| {
        let rank = || a.policy.rank().cmp(&b.policy.rank());
        a.place().cmp(&b.place()).then_with(rank)
    });
    let stages: Vec<StageProgram> = chosen
        .chunk_by_mut(|a, b| a.place() == b.place())
        .map(StageProgram::new)
        .collect();
    stages.into_iter()
}

impl StageProgram {
    fn new(placed: &mut [Placed<'_>]) -> Self {
        // Policies of one stage agree on how they combine, unless a tier holds kinds that isolate
        // beside kinds with order; order then rules, and isolation is its end.
        let combine = placed
            .iter()
            .map(|placed| {
                placed
                    .stage
                    .map_or(Combine::Declared, |stage| stage.combine)
            })
            .max();
        let ties = placed.iter().map(|placed| placed.policy.stage.ties).max();
        if let Some(ties) = ties.filter(|ties| *ties != Ties::Reference) {
            placed.sort_by(|a, b| a.policy.rank_among(b.policy, ties));
        }
        let policies: Vec<&CompiledPolicy> = placed.iter().map(|placed| placed.policy).collect();
        let rules: usize = policies.iter().map(|policy| policy.rules().len()).sum();
        Self {
            combine: combine.unwrap_or(Combine::Isolate),
            index: (rules > INDEXED).then(|| Box::new(stage_index::build(&policies))),
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
