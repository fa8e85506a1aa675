//! What is allowed between two ends, on all ports at once.
//!
//! Owns the evaluation of all rules for one pair, also where they speak of the guarded end. Must
//! not know which pairs there are.

use kordon_core::Posture;
use kordon_core::rule::Direction;
use kordon_core::view::{About, End, RuleView, StageView};

use super::answer::{Answer, SideAnswer, open};
use super::ports::PortSet;
use super::side::ports;
use super::stage::{self, Match};

/// A rule for one pair of ends.
#[derive(Debug)]
pub(crate) struct PairRule<'s> {
    pub(crate) rule: RuleView<'s>,
    /// Where it matches.
    pub(crate) yes: PortSet,
    /// Where it matches or may match.
    pub(crate) maybe: PortSet,
}

/// A stage for one pair of ends: the rules that may match, in rank order.
#[derive(Debug)]
pub(crate) struct PairStage<'s> {
    pub(crate) view: StageView<'s>,
    pub(crate) rules: Vec<PairRule<'s>>,
}

/// What is allowed from one end to another.
pub(crate) fn between(source: &End<'_>, destination: &End<'_>, posture: Posture) -> Answer {
    let egress = side(source, destination, Direction::Egress, posture);
    let ingress = side(destination, source, Direction::Ingress, posture);
    egress.meet(&ingress, posture)
}

/// What one side says of a pair.
pub(crate) fn side(
    guarded: &End<'_>,
    peer: &End<'_>,
    direction: Direction,
    posture: Posture,
) -> SideAnswer {
    if guarded.guard().is_none() {
        return SideAnswer::NotGuarded;
    }
    if guarded.is_exempt(peer, direction) {
        return SideAnswer::Guarded(Answer::implicit(PortSet::all()));
    }
    let stages = stages(guarded, peer, direction);
    SideAnswer::Guarded(combined(&stages, posture))
}

/// The stages that guard one side of a pair, with the rules that may match it.
pub(crate) fn stages<'s>(
    guarded: &End<'s>,
    peer: &End<'_>,
    direction: Direction,
) -> Vec<PairStage<'s>> {
    let stages = guarded.stages(direction);
    let stage = |view: StageView<'s>| PairStage {
        view,
        rules: view
            .rules()
            .filter_map(|rule| pair_rule(rule, guarded, peer, direction))
            .collect(),
    };
    stages.map(stage).collect()
}

fn pair_rule<'s>(
    rule: RuleView<'s>,
    guarded: &End<'_>,
    peer: &End<'_>,
    direction: Direction,
) -> Option<PairRule<'s>> {
    let clauses = rule
        .clauses()
        .filter(|clause| clause.about() != About::Port)
        .map(|clause| clause.holds_between(guarded, peer, direction));
    let mut holds = Some(true);
    for clause in clauses {
        holds = match (holds, clause) {
            (_, Some(false)) => return None,
            (known, Some(true)) => known,
            (_, None) => None,
        };
    }
    let destination = match direction {
        Direction::Egress => peer,
        Direction::Ingress => guarded,
    };
    let maybe = ports(rule, destination);
    let yes = holds.map_or(PortSet::EMPTY, |_| maybe.clone());
    (!maybe.is_empty()).then_some(PairRule { rule, yes, maybe })
}

/// What the stages of one side say together.
fn combined(stages: &[PairStage<'_>], posture: Posture) -> Answer {
    let matches = stages.iter().map(|stage| {
        let rules = stage.rules.iter().map(|rule| Match {
            effect: rule.rule.effect(),
            yes: &rule.yes,
            maybe: &rule.maybe,
        });
        (stage.view.combine(), rules.collect())
    });
    stage::answer(matches, &open(posture))
}
