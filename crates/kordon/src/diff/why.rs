//! Through which rules a difference comes about.
//!
//! Owns which requests are asked on both sides. What they are answered is the engines'.

use kordon_analyze::connectivity::{Change, ChangedEnd, PortSet};
use kordon_analyze::permissions::{PermissionChange, PermissionChangeKind, Through};
use kordon_core::Verdict;

use super::Diff;
use crate::connections::{questions, spec, unused_address};
use crate::engine::Engine;
use crate::reason::{Reason, RulePlace};
use crate::request::{ConnectionSpec, EndpointSpec, RequestSpec};

/// Of a difference with more ranges of ports, the first ones are explained.
const RANGES: usize = 8;

impl Diff {
    /// Why a connection was allowed or not, and why it is, where the two differ: the first port of
    /// each range that differs is put to both sides.
    pub(super) fn connection_reasons(&self, change: &Change) -> (Vec<Reason>, Vec<Reason>) {
        let (old, new) = (change.old.allowed(), change.new.allowed());
        let ports = old.difference(&new).union(&new.difference(&old));
        let asked = |engine: &Engine| asked(engine, change, &ports);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (one, other) in asked(&self.old).into_iter().zip(asked(&self.new)) {
            let (one, other) = (Said::of(&self.old, one), Said::of(&self.new, other));
            add(&mut before, one.apart_from(&other));
            add(&mut after, other.apart_from(&one));
        }
        (before, after)
    }

    /// The grants of a permission, on the side that has it.
    pub(super) fn permission_reasons(
        &self,
        change: &PermissionChange,
    ) -> (Vec<Reason>, Vec<Reason>) {
        let of = |engine| {
            let through = change.through.iter();
            through
                .map(|one| grant_reason(engine, change, one))
                .collect()
        };
        match change.kind {
            PermissionChangeKind::Added => (Vec::new(), of(&self.new)),
            PermissionChangeKind::Removed => (of(&self.old), Vec::new()),
        }
    }
}

/// The questions about the ports of a difference. An end that the engine cannot name is named as
/// the other one would, and is not known then.
fn asked(engine: &Engine, change: &Change, ports: &PortSet) -> Vec<ConnectionSpec> {
    let ends = [&change.from, &change.to].map(|end| match end {
        ChangedEnd::Workload(name) => Some(spec(engine, name)),
        ChangedEnd::Outside(ranges) => unused_address(engine, ranges),
        ChangedEnd::Entry => Some(EndpointSpec::IngressController),
    });
    let [Some(from), Some(to)] = ends else {
        return Vec::new();
    };
    questions(&from, &to, ports).take(RANGES).collect()
}

/// What the sides of a connection say.
struct Said {
    verdict: Verdict,
    reasons: Vec<Reason>,
}

impl Said {
    fn of(engine: &Engine, question: ConnectionSpec) -> Self {
        let answer = engine.answer(&RequestSpec::Connection(question));
        let verdict = answer.decision().verdict;
        let planes = answer.explanation().planes.iter();
        let reasons = planes.map(|plane| Reason::of_plane(engine, plane));
        let problem = answer.problem().map(|problem| Reason {
            direction: None,
            verdict,
            text: problem.to_owned(),
            rules: Vec::new(),
        });
        let reasons = reasons.chain(problem).collect();
        Self { verdict, reasons }
    }

    /// The reasons for the verdict that the other one has not.
    fn apart_from(&self, other: &Self) -> Vec<Reason> {
        let is_other = |reason: &&Reason| {
            reason.verdict == self.verdict
                && !other.reasons.iter().any(|known| known.agrees_with(reason))
        };
        self.reasons.iter().filter(is_other).cloned().collect()
    }
}

/// Adds reasons, each once: what is said of another port by the same rules is no other reason.
fn add(known: &mut Vec<Reason>, reasons: Vec<Reason>) {
    for reason in reasons {
        let is_known = |old: &Reason| {
            old.direction == reason.direction
                && old.verdict == reason.verdict
                && old.rules == reason.rules
                && (!old.rules.is_empty() || old.text == reason.text)
        };
        if !known.iter().any(is_known) {
            known.push(reason);
        }
    }
}

fn grant_reason(engine: &Engine, change: &PermissionChange, through: &Through) -> Reason {
    let rule = &through.rule;
    let holder = if rule.stated_by == rule.rules_of {
        rule.rules_of.to_string()
    } else {
        format!("{} from {}", rule.rules_of, rule.stated_by)
    };
    Reason {
        direction: None,
        verdict: Verdict::Allow,
        text: format!(
            "{} grants {holder} {} to {}",
            rule.policy, rule.path, change.subject
        ),
        rules: vec![
            RulePlace::new(engine, &rule.stated_by, &rule.path),
            RulePlace::new(engine, &rule.policy, &through.subject_path),
        ],
    }
}
