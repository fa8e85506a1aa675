//! One kind of connection, as the rules of one side meet it.

use std::collections::BTreeSet;

use kordon_core::Posture;
use kordon_core::rule::{Combine, Direction, Effect};

use crate::connectivity::pair::PairStage;
use crate::connectivity::{Answer, Match, PortSet, open, stages_answer};

/// A rule by its number among all, and a policy likewise.
pub(super) type RuleNumber = usize;
pub(super) type PolicyNumber = usize;

/// A kind of connection: the stages of one side, with the rules that may match.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Cell {
    pub(super) direction: Direction,
    pub(super) stages: Vec<CellStage>,
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CellStage {
    pub(super) combine: Combine,
    /// The policies that select the guarded end, in rank order.
    pub(super) policies: Vec<PolicyNumber>,
    pub(super) rules: Vec<CellRule>,
}

/// A rule that may match.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CellRule {
    pub(super) number: RuleNumber,
    pub(super) policy: PolicyNumber,
    pub(super) effect: Effect,
    yes: PortSet,
    pub(super) maybe: PortSet,
}

/// Rules and policies that are taken to be gone.
#[derive(Clone, Debug, Default)]
pub(super) struct Gone {
    pub(super) rules: BTreeSet<RuleNumber>,
    pub(super) policies: BTreeSet<PolicyNumber>,
}

impl Gone {
    fn has(&self, rule: &CellRule) -> bool {
        self.rules.contains(&rule.number) || self.policies.contains(&rule.policy)
    }
}

impl Cell {
    /// The cell of a pair of ends; `number` numbers rules and policies.
    pub(super) fn new(
        direction: Direction,
        stages: &[PairStage<'_>],
        mut rule_number: impl FnMut(&kordon_core::view::RuleView<'_>) -> RuleNumber,
        mut policy_number: impl FnMut(kordon_core::view::PolicyView<'_>) -> PolicyNumber,
    ) -> Self {
        let stages = stages.iter().map(|stage| CellStage {
            combine: stage.view.combine(),
            policies: stage.view.policies().map(&mut policy_number).collect(),
            rules: stage
                .rules
                .iter()
                .map(|rule| CellRule {
                    number: rule_number(&rule.rule),
                    policy: policy_number(rule.rule.policy),
                    effect: rule.rule.effect(),
                    yes: rule.yes.clone(),
                    maybe: rule.maybe.clone(),
                })
                .collect(),
        });
        Self {
            direction,
            stages: stages.collect(),
        }
    }

    /// What the side says without what is gone.
    pub(super) fn answer(&self, gone: &Gone) -> Answer {
        let stages = self.stages.iter().filter(|stage| stage.guards(gone));
        let matches = stages.map(|stage| {
            let rules = stage.rules.iter().filter(|rule| !gone.has(rule));
            (stage.combine, rules.map(CellRule::as_match).collect())
        });
        stages_answer(matches, &open(Posture::Upstream))
    }

    /// What the side says if the rules of one policy come right before those of another.
    pub(super) fn answer_with_first(&self, first: PolicyNumber, before: PolicyNumber) -> Answer {
        let matches = self.stages.iter().map(|stage| {
            let (moved, mut rules): (Vec<&CellRule>, Vec<&CellRule>) =
                stage.rules.iter().partition(|rule| rule.policy == first);
            let at = rules.iter().position(|rule| rule.policy == before);
            let at = at.unwrap_or(rules.len());
            rules.splice(at..at, moved);
            let rules = rules.into_iter().map(CellRule::as_match);
            (stage.combine, rules.collect())
        });
        stages_answer(matches, &open(Posture::Upstream))
    }

    /// The rules that decide, with the ports that each may decide, in their order. Of rules that
    /// allow in a stage without order all count, each for all that it matches.
    pub(super) fn deciding(&self, gone: &Gone) -> Vec<(RuleNumber, PortSet)> {
        let mut deciding = Vec::new();
        let mut rest = PortSet::all();
        for stage in self.stages.iter().filter(|stage| stage.guards(gone)) {
            let is_ordered = matches!(stage.combine, Combine::FirstMatch { .. });
            let mut open = rest.clone();
            let mut passed = PortSet::EMPTY;
            for rule in stage.rules.iter().filter(|rule| !gone.has(rule)) {
                let within = if is_ordered { &open } else { &rest };
                let ports = rule.maybe.intersection(within);
                if rule.effect == Effect::Pass {
                    passed = passed.union(&ports);
                }
                open = open.difference(&rule.yes);
                if !ports.is_empty() {
                    deciding.push((rule.number, ports));
                }
            }
            rest = match stage.combine {
                Combine::FirstMatch {
                    otherwise: kordon_core::rule::Otherwise::Pass,
                }
                | Combine::AnyAllow => passed.union(&open),
                _ => passed,
            };
        }
        deciding
    }

    /// The rule of a number, if it may match.
    pub(super) fn rule(&self, number: RuleNumber) -> Option<&CellRule> {
        let rules = self.stages.iter().flat_map(|stage| &stage.rules);
        rules.clone().find(|rule| rule.number == number)
    }
}

impl CellStage {
    fn guards(&self, gone: &Gone) -> bool {
        let mut policies = self.policies.iter();
        policies.any(|policy| !gone.policies.contains(policy))
    }
}

impl CellRule {
    fn as_match(&self) -> Match<'_> {
        Match {
            effect: self.effect,
            yes: &self.yes,
            maybe: &self.maybe,
        }
    }
}
