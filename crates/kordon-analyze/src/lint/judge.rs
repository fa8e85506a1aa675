//! Which rules and policies no kind of connection needs.

use std::collections::{BTreeMap, BTreeSet};

use kordon_core::rule::{Combine, Effect, Ties};

use super::cell::{Cell, Gone, PolicyNumber, RuleNumber};
use super::gather::Set;
use super::{At, Finding, Problem};
use crate::connectivity::PortSet;

/// So many rules are named that make another one needless.
const NAMED: usize = 3;

/// Judges all rules and policies. Later ones are tried first, and what is found needless is taken
/// to be gone for the rest, so that of two that say the same the first stays.
pub(super) fn judge(set: &Set) -> Vec<Finding> {
    let mut judge = Judge::new(set);
    judge.contradictions();
    judge.policies();
    judge.rules();
    judge.found
}

struct Judge<'a> {
    set: &'a Set,
    by_policy: BTreeMap<PolicyNumber, Vec<&'a Cell>>,
    by_rule: BTreeMap<RuleNumber, Vec<&'a Cell>>,
    gone: Gone,
    /// Policies of which it depends on chance what they do.
    contradicting: BTreeSet<PolicyNumber>,
    found: Vec<Finding>,
}

impl<'a> Judge<'a> {
    fn new(set: &'a Set) -> Self {
        let mut by_policy: BTreeMap<PolicyNumber, Vec<&Cell>> = BTreeMap::new();
        let mut by_rule: BTreeMap<RuleNumber, Vec<&Cell>> = BTreeMap::new();
        for cell in &set.cells {
            for stage in &cell.stages {
                for policy in &stage.policies {
                    by_policy.entry(*policy).or_default().push(cell);
                }
                let numbers: BTreeSet<RuleNumber> =
                    stage.rules.iter().map(|rule| rule.number).collect();
                for number in numbers {
                    by_rule.entry(number).or_default().push(cell);
                }
            }
        }
        Self {
            set,
            by_policy,
            by_rule,
            gone: Gone::default(),
            contradicting: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    /// Finds policies without which every answer is the same.
    fn policies(&mut self) {
        for (number, policy) in self.set.policies.iter().enumerate().rev() {
            let Some(cells) = self.by_policy.get(&number) else {
                continue;
            };
            if !self.is_judged(number)
                || !cells.iter().all(|cell| self.agrees_on_stage(cell, number))
            {
                continue;
            }
            let mut alone = Gone::default();
            alone.policies.insert(number);
            let mut without = self.gone.clone();
            without.policies.insert(number);
            if self.is_needless(cells, &alone, &without) {
                let by = self.others_of(cells, number, &without);
                self.found.push(Finding {
                    at: policy.at.clone(),
                    problem: Problem::RedundantPolicy(policy.direction),
                    by,
                });
                self.gone = without;
            }
        }
        self.join_directions();
    }

    /// Whether all that a policy asks is clear.
    fn is_judged(&self, number: PolicyNumber) -> bool {
        let mut rules = self.set.rules.iter();
        let policy = self.set.policies.get(number);
        policy.is_some_and(|policy| policy.is_clear)
            && !self.contradicting.contains(&number)
            && rules.all(|rule| rule.policy != number || rule.is_clear)
    }

    /// Whether the stage of a policy stays what it is without the policy.
    fn agrees_on_stage(&self, cell: &Cell, number: PolicyNumber) -> bool {
        let stage = |policy: &PolicyNumber| {
            let policy = self.set.policies.get(*policy)?;
            policy.place.as_ref().map(|(stage, _)| stage)
        };
        let mut stages = cell.stages.iter();
        let own = stages.find(|stage| stage.policies.contains(&number));
        own.is_some_and(|own| {
            own.combine != Combine::Declared
                && own
                    .policies
                    .iter()
                    .all(|other| stage(other) == stage(&number))
        })
    }

    /// Whether no answer changes without a rule or policy, neither alone nor with all that is gone.
    fn is_needless(&self, cells: &[&Cell], alone: &Gone, without: &Gone) -> bool {
        let all = Gone::default();
        let mut cells = cells.iter();
        cells.all(|cell| {
            cell.answer(&all) == cell.answer(alone)
                && cell.answer(&self.gone) == cell.answer(without)
        })
    }

    /// The first policies that guard what a needless one guards: all of it, if any does.
    fn others_of(&self, cells: &[&Cell], number: PolicyNumber, without: &Gone) -> Vec<At> {
        let mut guarding: BTreeMap<PolicyNumber, usize> = BTreeMap::new();
        for cell in cells {
            let mut stages = cell.stages.iter();
            let own = stages.find(|stage| stage.policies.contains(&number));
            let others = own.into_iter().flat_map(|stage| &stage.policies);
            for other in others.filter(|other| !without.policies.contains(other)) {
                *guarding.entry(*other).or_default() += 1;
            }
        }
        let policies = widest(guarding, cells.len())
            .into_iter()
            .filter_map(|other| self.set.policies.get(other));
        policies.map(|policy| policy.at.clone()).collect()
    }

    /// An object that is needless in all directions is one finding.
    fn join_directions(&mut self) {
        for at in (0..self.found.len()).rev() {
            let Some(finding) = self.found.get(at).cloned() else {
                continue;
            };
            if !matches!(finding.problem, Problem::RedundantPolicy(_)) {
                continue;
            }
            let parts = self.set.policies.iter().enumerate();
            let mut parts = parts.filter(|(_, policy)| policy.at.object == finding.at.object);
            if !parts.all(|(number, _)| self.gone.policies.contains(&number)) {
                continue;
            }
            let first = self.found.iter().position(|known| {
                known.at.object == finding.at.object
                    && matches!(known.problem, Problem::RedundantPolicy(_))
            });
            if first == Some(at) {
                if let Some(found) = self.found.get_mut(at) {
                    found.problem = Problem::RedundantPolicy(None);
                }
            } else {
                self.found.remove(at);
            }
        }
    }

    /// Finds rules without which every answer is the same.
    fn rules(&mut self) {
        for (number, rule) in self.set.rules.iter().enumerate().rev() {
            let policy = self.set.policies.get(rule.policy);
            let is_clear = rule.is_clear && policy.is_some_and(|policy| policy.is_clear);
            let is_settled = self.gone.policies.contains(&rule.policy)
                || self.contradicting.contains(&rule.policy);
            if !is_clear || is_settled {
                continue;
            }
            let cells = self.by_rule.get(&number).map_or(&[][..], Vec::as_slice);
            let mut alone = Gone::default();
            alone.rules.insert(number);
            let mut without = self.gone.clone();
            without.rules.insert(number);
            if !self.is_needless(cells, &alone, &without) {
                continue;
            }
            let decides = |cell: &&Cell| {
                let mut deciding = cell.deciding(&Gone::default()).into_iter();
                deciding.any(|(of, _)| of == number)
            };
            let problem = match cells {
                [] => Problem::MatchesNothing,
                cells if cells.iter().any(decides) => Problem::Redundant,
                _ => Problem::Shadowed,
            };
            self.found.push(Finding {
                at: rule.at.clone(),
                problem,
                by: self.in_place_of(number, cells, &without),
            });
            self.gone = without;
        }
    }

    /// The first rules that decide what a needless one matches: all of it, if any does.
    fn in_place_of(&self, number: RuleNumber, cells: &[&Cell], without: &Gone) -> Vec<At> {
        let mut counts: BTreeMap<RuleNumber, usize> = BTreeMap::new();
        for cell in cells {
            let Some(rule) = cell.rule(number) else {
                continue;
            };
            let deciding = cell.deciding(without).into_iter();
            let shared = |ports: &PortSet| !ports.intersection(&rule.maybe).is_empty();
            let others: BTreeSet<RuleNumber> = deciding
                .filter(|(_, ports)| shared(ports))
                .map(|(of, _)| of)
                .collect();
            for other in others {
                *counts.entry(other).or_default() += 1;
            }
        }
        let rules = widest(counts, cells.len())
            .into_iter()
            .filter_map(|other| self.set.rules.get(other));
        rules.map(|rule| rule.at.clone()).collect()
    }

    /// Finds rules of two policies at one place whose order matters.
    fn contradictions(&mut self) {
        let mut known: BTreeSet<(PolicyNumber, PolicyNumber)> = BTreeSet::new();
        for cell in &self.set.cells {
            for stage in &cell.stages {
                if !matches!(stage.combine, Combine::FirstMatch { .. }) {
                    continue;
                }
                for (at, first) in stage.policies.iter().enumerate() {
                    for second in stage.policies.iter().skip(at + 1) {
                        if !known.contains(&(*first, *second))
                            && self.share_a_place(*first, *second)
                            && cell.answer(&self.gone) != cell.answer_with_first(*second, *first)
                            && let Some(finding) = self.contradiction(cell, *first, *second)
                        {
                            known.insert((*first, *second));
                            self.contradicting.extend([*first, *second]);
                            self.found.push(finding);
                        }
                    }
                }
            }
        }
    }

    /// Whether nothing but names decides between two policies.
    fn share_a_place(&self, first: PolicyNumber, second: PolicyNumber) -> bool {
        let place = |number: PolicyNumber| {
            let policy = self.set.policies.get(number)?;
            policy.place.as_ref()
        };
        matches!((place(first), place(second)), (Some(one), Some(other))
            if one == other && one.0.ties == Ties::Reference)
    }

    fn contradiction(
        &self,
        cell: &Cell,
        first: PolicyNumber,
        second: PolicyNumber,
    ) -> Option<Finding> {
        let rules = |of: PolicyNumber| {
            let rules = cell.stages.iter().flat_map(|stage| &stage.rules);
            rules.filter(move |rule| rule.policy == of)
        };
        let (one, other) = rules(first).find_map(|one| {
            let differs = |other: &Effect| *other != one.effect;
            let mut others = rules(second);
            let other = others.find(|other| {
                differs(&other.effect) && !other.maybe.intersection(&one.maybe).is_empty()
            })?;
            Some((one, other))
        })?;
        let at = |number: RuleNumber| self.set.rules.get(number).map(|rule| rule.at.clone());
        Some(Finding {
            at: at(other.number)?,
            problem: Problem::Contradicts,
            by: vec![at(one.number)?],
        })
    }
}

/// The first few of some numbers by how often each came up: those that always did, if there are
/// any.
fn widest(counts: BTreeMap<usize, usize>, all: usize) -> Vec<usize> {
    let most = counts.values().copied().max().unwrap_or_default();
    let widest = counts
        .into_iter()
        .filter(|(_, count)| *count == most || most < all);
    widest.map(|(number, _)| number).take(NAMED).collect()
}
