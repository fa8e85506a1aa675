//! All kinds of connections that the policies of a snapshot tell apart.

use std::collections::{BTreeMap, BTreeSet};

use kordon_core::rule::{Direction, Order, Stage};
use kordon_core::view::{Condition, End, Form, PolicyView, RuleView, StageView, Values};
use kordon_core::{PolicyId, Snapshot};
use rustc_hash::FxHashSet;

use super::At;
use super::cell::{Cell, PolicyNumber, RuleNumber};
use crate::connectivity::pair::stages;
use crate::landscape::{Class, Landscape};
use crate::rule_form::{RuleForm, open_questions};
use crate::space::{Region, TooMany};

/// So many pairs are looked at.
const PAIRS: usize = 300_000;

/// The policies and rules of a snapshot, and all kinds of connections that they tell apart.
pub(super) struct Set {
    pub(super) policies: Vec<Policy>,
    pub(super) rules: Vec<Rule>,
    pub(super) cells: Vec<Cell>,
}

/// A policy for one direction.
pub(super) struct Policy {
    pub(super) at: At,
    pub(super) direction: Option<Direction>,
    /// Where it stands; none while its stage is not declared.
    pub(super) place: Option<(Stage, Order)>,
    /// Whether what it asks, and all policies beside it, can be answered for all workloads at
    /// once.
    pub(super) is_clear: bool,
}

/// All rules that stand at one path.
pub(super) struct Rule {
    pub(super) at: At,
    pub(super) policy: PolicyNumber,
    /// Whether what it asks can be answered for all workloads at once.
    pub(super) is_clear: bool,
}

/// Numbers of policies and rules.
#[derive(Default)]
struct Numbers {
    policies: BTreeMap<PolicyId, PolicyNumber>,
    rules: BTreeMap<(PolicyId, String), RuleNumber>,
}

impl Numbers {
    fn policy(&self, policy: PolicyView<'_>) -> PolicyNumber {
        let known = self.policies.get(&policy.id());
        known.copied().unwrap_or(PolicyNumber::MAX)
    }

    fn rule(&self, rule: &RuleView<'_>) -> RuleNumber {
        let key = (rule.policy.id(), rule.path().to_owned());
        let known = self.rules.get(&key);
        known.copied().unwrap_or(RuleNumber::MAX)
    }
}

/// Looks at every kind of connection.
pub(super) fn gather(snapshot: &Snapshot) -> Result<Set, TooMany> {
    let mut land = Landscape::of(&[snapshot]);
    let (mut policies, rules, numbers) = list(&land);
    // Which policies select a workload decides about all others that select it.
    let mut targets = land.policies.iter().map(|(_, policy)| policy.target());
    if targets.any(|target| !open_questions(&target).is_empty()) {
        return Err(TooMany);
    }
    let mut cells = Cells {
        known: FxHashSet::default(),
        ordered: Vec::new(),
        unclear: BTreeSet::new(),
        pairs: 0,
    };
    let outside: Vec<End<'_>> = land
        .outside()
        .into_iter()
        .map(|address| snapshot.outside_end(address))
        .collect();
    let hosts = snapshot.ends().into_iter().filter(End::is_host);
    let others: Vec<End<'_>> = outside.into_iter().chain(hosts).collect();
    for class in land.classes()? {
        for direction in [Direction::Egress, Direction::Ingress] {
            cells.add(&mut land, snapshot, &class, direction, &others, &numbers)?;
        }
    }
    for number in cells.unclear {
        if let Some(policy) = policies.get_mut(number) {
            policy.is_clear = false;
        }
    }
    Ok(Set {
        policies,
        rules,
        cells: cells.ordered,
    })
}

fn list(land: &Landscape<'_>) -> (Vec<Policy>, Vec<Rule>, Numbers) {
    let (mut policies, mut rules) = (Vec::new(), Vec::<Rule>::new());
    let mut numbers = Numbers::default();
    for (_, policy) in &land.policies {
        numbers.policies.insert(policy.id(), policies.len());
        for rule in policy.rules() {
            let is_clear = policy.direction().is_some_and(|of| is_clear(rule, of));
            let key = (policy.id(), rule.path().to_owned());
            let number = *numbers.rules.entry(key).or_insert(rules.len());
            match rules.get_mut(number) {
                Some(known) => known.is_clear &= is_clear,
                None => rules.push(Rule {
                    at: At {
                        object: policy.object().clone(),
                        path: rule.path().to_owned(),
                    },
                    policy: policies.len(),
                    is_clear,
                }),
            }
        }
        policies.push(Policy {
            at: At {
                object: policy.object().clone(),
                path: policy.path().to_owned(),
            },
            direction: policy.direction(),
            place: policy.stage().map(|stage| (stage.clone(), policy.order())),
            is_clear: is_clear_condition(&policy.target()),
        });
    }
    (policies, rules, numbers)
}

/// Whether what a rule asks depends on nothing that the input may lack: nodes, services, accounts
/// and groups that it does not hold, and what is not known at all.
fn is_clear(rule: RuleView<'_>, direction: Direction) -> bool {
    let mut forms = rule.clauses().map(|clause| clause.form(direction));
    forms.all(|form| match form {
        Form::End(_, _, condition) => is_clear_condition(&condition),
        Form::Ports(..) => true,
        Form::Unknown(_) => false,
    })
}

fn is_clear_condition(condition: &Condition) -> bool {
    match condition {
        Condition::Is(_, values) => !matches!(values, Values::Like(_)),
        Condition::Any(parts) if parts.is_empty() => false,
        Condition::All(parts) | Condition::Any(parts) => parts.iter().all(is_clear_condition),
        Condition::Not(inner) => is_clear_condition(inner),
        Condition::Node(_) | Condition::Service(..) | Condition::Unknown(_) => false,
    }
}

/// Kinds of connections, each once, in the order in which they were found.
struct Cells {
    known: FxHashSet<Cell>,
    ordered: Vec<Cell>,
    /// Policies that guard beside rules that ask what cannot be answered for all at once.
    unclear: BTreeSet<PolicyNumber>,
    pairs: usize,
}

impl Cells {
    fn add(
        &mut self,
        land: &mut Landscape<'_>,
        snapshot: &Snapshot,
        class: &Class,
        direction: Direction,
        others: &[End<'_>],
        numbers: &Numbers,
    ) -> Result<(), TooMany> {
        let Some(first) = class.regions.first() else {
            return Ok(());
        };
        let described = land.describe(first);
        let side = land.side(&[described.ends(0, snapshot)], direction);
        if side.stages.iter().all(Vec::is_empty) {
            return Ok(());
        }
        let rules = side.stages.iter().flatten().flat_map(|(_, rules)| rules);
        let mut asked = rules.flat_map(RuleForm::conditions);
        if asked.any(|(_, condition)| !open_questions(&condition).is_empty()) {
            let ends = described.ends(0, snapshot);
            let stages = ends.iter().flat_map(|end| end.stages(direction));
            let policies = stages.flat_map(StageView::policies);
            self.unclear
                .extend(policies.map(|policy| numbers.policy(policy)));
            return Ok(());
        }
        let own = land.parts(&class.regions, &side.own)?;
        let peers = land.parts(&[Region::default()], &side.peer)?;
        for own in own {
            let guarded = land.describe(&own);
            for peer in &peers {
                let peer = land.describe(peer);
                let ends = peer.ends(0, snapshot);
                self.add_pairs(&guarded.ends(0, snapshot), &ends, direction, numbers)?;
            }
            let variants = if side.asks_address {
                land.in_families(&guarded)
            } else {
                vec![guarded]
            };
            for guarded in variants {
                self.add_pairs(&guarded.ends(0, snapshot), others, direction, numbers)?;
            }
        }
        Ok(())
    }

    fn add_pairs(
        &mut self,
        guarded: &[End<'_>],
        peers: &[End<'_>],
        direction: Direction,
        numbers: &Numbers,
    ) -> Result<(), TooMany> {
        let pairs = guarded
            .iter()
            .flat_map(|guarded| peers.iter().map(move |peer| (guarded, peer)));
        for (guarded, peer) in pairs {
            self.pairs += 1;
            if self.pairs > PAIRS {
                return Err(TooMany);
            }
            let stages = stages(guarded, peer, direction);
            let cell = Cell::new(
                direction,
                &stages,
                |rule| numbers.rule(rule),
                |policy| numbers.policy(policy),
            );
            if self.known.insert(cell.clone()) {
                self.ordered.push(cell);
            }
        }
        Ok(())
    }
}
