//! What the policies of one atom say about every peer.
//!
//! Owns the way from rules to peers: which peers each rule means, and the runs of peers to which
//! the same rules apply. Must not know the other side of a connection.

use std::collections::BTreeSet;
use std::sync::Arc;

use kordon_core::rule::{Combine, Direction, Effect, Sense};
use kordon_core::view::{About, ClauseView, End, Guard, RuleView, StageView};
use kordon_core::{Posture, RuleId};
use rustc_hash::FxHashMap;

use super::answer::{Answer, SideAnswer, open};
use super::atom::{Atoms, families};
use super::ports::PortSet;
use super::stage::{self, Match};
use crate::interval::IntervalSet;

/// Identifies an answer of a side.
pub(super) type AnswerId = u32;

/// The answer of a side for every peer, in runs of peers.
#[derive(Debug, Default)]
pub(super) struct Partition {
    /// The first peer of each run.
    starts: Vec<u32>,
    answers: Vec<AnswerId>,
}

impl Partition {
    /// The answer for a peer.
    pub(super) fn answer(&self, peer: u32) -> AnswerId {
        let after = self.starts.partition_point(|start| *start <= peer);
        let run = after.saturating_sub(1);
        self.answers.get(run).copied().unwrap_or(DENIED)
    }

    fn push(&mut self, start: u32, answer: AnswerId) {
        if self.answers.last() != Some(&answer) {
            self.starts.push(start);
            self.answers.push(answer);
        }
    }
}

/// The answer that denies everything.
pub(super) const DENIED: AnswerId = 0;

/// The answer of a side that no policy guards.
pub(super) const NOT_GUARDED: AnswerId = 1;

/// The answer of a side whose policies cannot keep the peer away.
pub(super) const EXEMPT: AnswerId = 2;

/// Judges sides, and remembers what several of them need.
#[derive(Debug)]
pub(super) struct Judge<'a, 's> {
    atoms: &'a Atoms<'s>,
    posture: Posture,
    answers: Vec<SideAnswer>,
    ids: FxHashMap<SideAnswer, AnswerId>,
    partitions: FxHashMap<Key, Arc<Partition>>,
    reaches: FxHashMap<(RuleId, Vec<bool>), Arc<Reach>>,
}

/// What the answers of a side depend on, apart from the peer.
type Key = (Option<Guard>, Direction, Vec<bool>, Option<usize>);

/// The peers that a rule means, whatever the port.
#[derive(Debug, Default)]
struct Reach {
    yes: IntervalSet,
    maybe: IntervalSet,
}

impl Reach {
    /// Adds those of some peers, by their numbers, that a rule means.
    fn add<'p, 's: 'p>(
        &mut self,
        rule: RuleView<'_>,
        guarded: &End<'_>,
        direction: Direction,
        peers: impl Iterator<Item = (u32, &'p End<'s>)>,
    ) {
        for (number, peer) in peers {
            let clauses = rule
                .clauses()
                .filter(|clause| clause.about() != About::Port);
            let mut holds = Some(true);
            for clause in clauses {
                holds = match (holds, clause.holds(guarded, peer, direction)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (None, _) | (_, None) => None,
                    (Some(true), Some(true)) => Some(true),
                };
            }
            if holds != Some(false) {
                self.maybe.push(number);
            }
            if holds == Some(true) {
                self.yes.push(number);
            }
        }
    }
}

/// A rule, for some peers to which it means the same ports.
#[derive(Debug)]
struct Part {
    stage: usize,
    effect: Effect,
    ports: PortSet,
    reach: Arc<Reach>,
}

/// A rule that begins or ceases to apply to peers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    peer: u32,
    applies: Applies,
    begins: bool,
}

/// That a part applies, by its number; for sure, or perhaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Applies {
    part: usize,
    is_sure: bool,
}

impl<'a, 's> Judge<'a, 's> {
    pub(super) fn new(atoms: &'a Atoms<'s>, posture: Posture) -> Self {
        let mut judge = Self {
            atoms,
            posture,
            answers: Vec::new(),
            ids: FxHashMap::default(),
            partitions: FxHashMap::default(),
            reaches: FxHashMap::default(),
        };
        // INVARIANT: in the order of DENIED, NOT_GUARDED and EXEMPT.
        let exempt = Answer::implicit(PortSet::all());
        judge.id(SideAnswer::denied());
        judge.id(SideAnswer::NotGuarded);
        judge.id(SideAnswer::Guarded(exempt));
        judge
    }

    /// All answers that partitions speak of.
    pub(super) fn into_answers(self) -> Vec<SideAnswer> {
        self.answers
    }

    fn id(&mut self, answer: SideAnswer) -> AnswerId {
        if let Some(id) = self.ids.get(&answer) {
            return *id;
        }
        let id = AnswerId::try_from(self.answers.len()).unwrap_or(DENIED);
        self.answers.push(answer.clone());
        self.ids.insert(answer, id);
        id
    }

    /// What the policies of an atom say about every atom at the other end.
    pub(super) fn partition(&mut self, atom: usize, direction: Direction) -> Arc<Partition> {
        let Some(guarded) = self.atoms.ends.get(atom).copied() else {
            return Arc::default();
        };
        let (has_blocks, has_names) = sensitivity(&guarded, direction);
        let families = if has_blocks {
            families(&guarded)
        } else {
            Vec::new()
        };
        // Names of ports are those of the destination, which for ingress is the atom itself.
        let named = (has_names && direction == Direction::Ingress).then_some(atom);
        let key = (guarded.guard(), direction, families, named);
        if let Some(known) = self.partitions.get(&key) {
            return Arc::clone(known);
        }
        let partition = Arc::new(self.judge(&guarded, direction, &key.2));
        self.partitions.insert(key, Arc::clone(&partition));
        partition
    }

    fn judge(&mut self, guarded: &End<'_>, direction: Direction, families: &[bool]) -> Partition {
        let mut partition = Partition::default();
        if guarded.guard().is_none() {
            partition.push(0, NOT_GUARDED);
            return partition;
        }
        let combines: Vec<Combine> = guarded.stages(direction).map(StageView::combine).collect();
        let parts = self.parts(guarded, direction, families);
        let mut applying: BTreeSet<Applies> = BTreeSet::new();
        let mut known: FxHashMap<Vec<Applies>, AnswerId> = FxHashMap::default();
        let mut events = events(&parts);
        events.sort_unstable();
        let mut events = events.into_iter().peekable();
        let mut peer = 0;
        loop {
            while let Some(event) = events.next_if(|event| event.peer <= peer) {
                if event.begins {
                    applying.insert(event.applies);
                } else {
                    applying.remove(&event.applies);
                }
            }
            let rules: Vec<Applies> = applying.iter().copied().collect();
            let answer = if let Some(answer) = known.get(&rules) {
                *answer
            } else {
                let answer = combined(&combines, &parts, &rules, self.posture);
                let id = self.id(SideAnswer::Guarded(answer));
                known.insert(rules, id);
                id
            };
            partition.push(peer, answer);
            match events.peek() {
                Some(event) => peer = event.peer,
                None => return partition,
            }
        }
    }

    /// The rules of a side, in the order of stages and ranks.
    fn parts(&mut self, guarded: &End<'_>, direction: Direction, families: &[bool]) -> Vec<Part> {
        let mut parts = Vec::new();
        for (stage, view) in guarded.stages(direction).enumerate() {
            for rule in view.rules() {
                let reach = self.reach(rule, guarded, direction, families);
                if reach.maybe.is_empty() {
                    continue;
                }
                let part = |ports, reach| Part {
                    stage,
                    effect: rule.effect(),
                    ports,
                    reach,
                };
                let is_named = rule.clauses().any(ClauseView::has_named_ports);
                if is_named && direction == Direction::Egress {
                    let split = self.split_by_ports(rule, &reach);
                    parts.extend(split.into_iter().map(|(ports, reach)| part(ports, reach)));
                } else {
                    parts.push(part(ports(rule, guarded), reach));
                }
            }
        }
        parts
    }

    /// The peers that a rule means.
    fn reach(
        &mut self,
        rule: RuleView<'_>,
        guarded: &End<'_>,
        direction: Direction,
        families: &[bool],
    ) -> Arc<Reach> {
        let has_blocks = rule.clauses().any(ClauseView::asks_address);
        let families = if has_blocks { families } else { &[] };
        let key = (rule.id, families.to_vec());
        if let Some(known) = self.reaches.get(&key) {
            return Arc::clone(known);
        }
        let mut reach = Reach::default();
        let mut rest = self.atoms.ends.as_slice();
        for &(first, length) in &self.atoms.runs {
            let (run, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            rest = after;
            let is_excluded = |peer| {
                rule.clauses()
                    .any(|clause| clause.excludes_namespace_of(peer))
            };
            if !run.first().is_some_and(is_excluded) {
                reach.add(rule, guarded, direction, (first..).zip(run));
            }
        }
        let reach = Arc::new(reach);
        self.reaches.insert(key, Arc::clone(&reach));
        reach
    }

    /// The peers that a rule means, by what its names of ports mean to them.
    fn split_by_ports(&self, rule: RuleView<'_>, reach: &Reach) -> Vec<(PortSet, Arc<Reach>)> {
        let mut split: FxHashMap<PortSet, Reach> = FxHashMap::default();
        for (number, peer) in (0_u32..).zip(&self.atoms.ends) {
            if !reach.maybe.contains(number) {
                continue;
            }
            let part = split.entry(ports(rule, peer)).or_default();
            part.maybe.push(number);
            if reach.yes.contains(number) {
                part.yes.push(number);
            }
        }
        let mut split: Vec<(PortSet, Arc<Reach>)> = split
            .into_iter()
            .map(|(ports, reach)| (ports, Arc::new(reach)))
            .collect();
        split.sort_by(|a, b| a.0.cmp(&b.0));
        split
    }
}

/// Whether any rule of a side speaks of addresses, and of names of ports.
fn sensitivity(guarded: &End<'_>, direction: Direction) -> (bool, bool) {
    let clauses = || {
        guarded
            .stages(direction)
            .flat_map(StageView::rules)
            .flat_map(RuleView::clauses)
    };
    (
        clauses().any(ClauseView::asks_address),
        clauses().any(ClauseView::has_named_ports),
    )
}

/// The ports that a rule means at a destination.
pub(super) fn ports(rule: RuleView<'_>, destination: &End<'_>) -> PortSet {
    rule.clauses()
        .filter(|clause| clause.about() == About::Port)
        .map(|clause| match clause.ports(destination) {
            (Sense::OneOf, ranges) => PortSet::of_ranges(&ranges),
            (Sense::NoneOf, ranges) => PortSet::all().difference(&PortSet::of_ranges(&ranges)),
        })
        .fold(PortSet::all(), |all, ports| all.intersection(&ports))
}

fn events(parts: &[Part]) -> Vec<Event> {
    let mut events = Vec::new();
    for (part, Part { reach, .. }) in parts.iter().enumerate() {
        for (set, is_sure) in [(&reach.yes, true), (&reach.maybe, false)] {
            let applies = Applies { part, is_sure };
            for &(first, last) in set.intervals() {
                let event = |peer, begins| Event {
                    peer,
                    applies,
                    begins,
                };
                events.push(event(first, true));
                events.extend(last.checked_add(1).map(|after| event(after, false)));
            }
        }
    }
    events
}

/// What the stages say of a peer to which these rules apply.
fn combined(combines: &[Combine], parts: &[Part], rules: &[Applies], posture: Posture) -> Answer {
    let nothing = PortSet::EMPTY;
    let stages = combines.iter().enumerate().map(|(number, combine)| {
        let in_stage = rules
            .iter()
            .filter(|applies| !applies.is_sure)
            .filter_map(|applies| Some((applies, parts.get(applies.part)?)))
            .filter(|(_, part)| part.stage == number);
        let matches = in_stage.map(|(applies, part)| {
            let sure = Applies {
                is_sure: true,
                ..*applies
            };
            Match {
                effect: part.effect,
                yes: if rules.binary_search(&sure).is_ok() {
                    &part.ports
                } else {
                    &nothing
                },
                maybe: &part.ports,
            }
        });
        (*combine, matches.collect())
    });
    stage::answer(stages, &open(posture))
}
