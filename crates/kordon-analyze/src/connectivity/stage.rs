//! What the stages of one side say about all ports at once.
//!
//! Owns the combining rules over sets of ports with three values. Must not know peers: it is told
//! of each rule on which ports it matches, and on which it may.

use kordon_core::rule::{Combine, Effect, Otherwise};

use super::answer::Answer;
use super::ports::PortSet;

/// A rule, as one peer meets it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Match<'a> {
    pub(crate) effect: Effect,
    /// Where it matches.
    pub(crate) yes: &'a PortSet,
    /// Where it matches or may match.
    pub(crate) maybe: &'a PortSet,
}

/// The outcomes of one stage; every port of those it was asked about is in one of them.
#[derive(Debug, Default)]
struct Outcomes {
    /// By effect: allow, deny, pass.
    decided: [PortSet; 3],
    unknown: PortSet,
}

/// What some stages say, each with its rules in rank order. What no stage decides is left open,
/// and passes if `open` says so.
pub(crate) fn answer<'a>(
    stages: impl Iterator<Item = (Combine, Vec<Match<'a>>)>,
    open: &PortSet,
) -> Answer {
    let mut answer = Answer::default();
    let mut rest = PortSet::all();
    for (combine, rules) in stages {
        if rest.is_empty() {
            break;
        }
        // Only the object that declares the stage could tell.
        if combine == Combine::Declared {
            answer.unknown = answer.unknown.union(&rest);
            rest = PortSet::EMPTY;
            break;
        }
        let outcomes = Outcomes::of(combine, &rules, &rest);
        let [allowed, _, passed] = &outcomes.decided;
        answer.explicit = answer.explicit.union(allowed);
        answer.unknown = answer.unknown.union(&outcomes.unknown);
        rest = passed.clone();
    }
    answer.implicit = rest.intersection(open);
    answer
}

impl Outcomes {
    /// What a stage says about some ports.
    fn of(combine: Combine, rules: &[Match<'_>], about: &PortSet) -> Self {
        let is_ordered = matches!(combine, Combine::FirstMatch { .. });
        let mut outcomes = Self::default();
        let mut open = about.clone();
        // By effect, where a rule seen so far may match.
        let mut doubts = [PortSet::EMPTY, PortSet::EMPTY, PortSet::EMPTY];
        for rule in rules {
            let decided = open.intersection(rule.yes);
            if !decided.is_empty() {
                open = open.difference(&decided);
                let known = [PortSet::EMPTY, PortSet::EMPTY, PortSet::EMPTY];
                // Where any match decides, a rule that may match before it changes nothing.
                let doubts = if is_ordered { &doubts } else { &known };
                outcomes.decide(rule.effect, &decided, doubts);
            }
            let doubt = rule.maybe.difference(rule.yes).intersection(&open);
            if let Some(known) = doubts.get_mut(rule.effect as usize) {
                *known = known.union(&doubt);
            }
        }
        outcomes.decide(silence(combine), &open, &doubts);
        outcomes
    }

    /// Decides some ports, but for those where a rule of another effect may match before.
    fn decide(&mut self, effect: Effect, ports: &PortSet, doubts: &[PortSet; 3]) {
        let others = doubts
            .iter()
            .enumerate()
            .filter(|(of, _)| *of != effect as usize);
        let doubt = others.fold(PortSet::EMPTY, |all, (_, doubt)| all.union(doubt));
        self.unknown = self.unknown.union(&ports.intersection(&doubt));
        if let Some(known) = self.decided.get_mut(effect as usize) {
            *known = known.union(&ports.difference(&doubt));
        }
    }
}

/// What no matching rule means.
fn silence(combine: Combine) -> Effect {
    match combine {
        Combine::FirstMatch {
            otherwise: Otherwise::Pass,
        }
        | Combine::AnyAllow => Effect::Pass,
        // A rule of combining that this does not know grants nothing by silence.
        _ => Effect::Deny,
    }
}

#[cfg(test)]
mod tests {
    use kordon_core::model::Protocol;

    use super::*;

    fn tcp(first: u16, last: u16) -> PortSet {
        PortSet::of(Protocol::TCP, first, last)
    }

    fn run(combine: Combine, rules: &[(Effect, PortSet, PortSet)]) -> Answer {
        let matches = rules.iter().map(|(effect, yes, maybe)| Match {
            effect: *effect,
            yes,
            maybe,
        });
        answer(
            std::iter::once((combine, matches.collect())),
            &PortSet::all(),
        )
    }

    #[test]
    fn isolation_allows_the_union_and_doubts_what_may_be_allowed() {
        let answer = run(
            Combine::Isolate,
            &[
                (Effect::Allow, PortSet::EMPTY, tcp(1, 100)),
                (Effect::Allow, tcp(80, 80), tcp(80, 80)),
                (Effect::Allow, tcp(443, 443), tcp(443, 443)),
            ],
        );
        assert_eq!(answer.explicit.to_string(), "TCP 80,443");
        assert_eq!(answer.unknown.to_string(), "TCP 1-79,81-100");
        assert!(answer.implicit.is_empty());
    }

    #[test]
    fn the_first_match_decides_unless_an_earlier_rule_may_differ() {
        let tier = Combine::FirstMatch {
            otherwise: Otherwise::Pass,
        };
        let answer = run(
            tier,
            &[
                (Effect::Deny, PortSet::EMPTY, tcp(1, 10)),
                (Effect::Allow, tcp(5, 20), tcp(5, 20)),
                (Effect::Deny, tcp(15, 30), tcp(15, 30)),
                (Effect::Pass, PortSet::EMPTY, tcp(40, 40)),
            ],
        );
        assert_eq!(answer.explicit.to_string(), "TCP 11-20");
        assert_eq!(answer.unknown.to_string(), "TCP 1-10");
        assert_eq!(answer.implicit.to_string(), "all but TCP 1-30");
        let closed = Combine::FirstMatch {
            otherwise: Otherwise::Deny,
        };
        let answer = run(closed, &[(Effect::Pass, tcp(1, 1), tcp(1, 1))]);
        assert_eq!(answer.implicit.to_string(), "TCP 1");
    }
}
