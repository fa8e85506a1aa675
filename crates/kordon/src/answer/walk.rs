//! The walk: an answer for people, plane by plane.
//!
//! It owns what is said and in which order, not how it looks: a line says what it is, and
//! whoever shows it chooses colours and width. What did not matter for the decision is left out;
//! [`Answer::to_full_json`] has it.

mod line;

use std::fmt;

use kordon_core::model::ObjectRef;
use kordon_core::{ClauseFinding, GrantFinding, PlaneFinding, RuleFinding, StageFinding, Verdict};

use super::Answer;

pub use line::{Line, Mark, Row};

/// So many policies and grants are shown of each sort; the others are counted.
const SHOWN: usize = 5;

/// So many of the rules that came nearest are shown.
const NEAREST: usize = 2;

/// Conditions in words are cut at this length.
const LONGEST: usize = 150;

/// The width of the walk as text.
const WIDTH: usize = 80;

impl Answer {
    /// The lines of the walk.
    pub fn walk(&self) -> Vec<Line> {
        let mut walk = Walk {
            answer: self,
            lines: Vec::new(),
        };
        walk.run();
        walk.lines
    }
}

impl fmt::Display for Answer {
    /// The walk in 80 columns.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.walk() {
            for row in line.rows(line.mark.sign(), WIDTH) {
                writeln!(f, "{}{}", row.text, row.place)?;
            }
        }
        Ok(())
    }
}

struct Walk<'a> {
    answer: &'a Answer,
    lines: Vec<Line>,
}

impl Walk<'_> {
    fn push(&mut self, depth: usize, mark: Mark, text: impl Into<String>) {
        self.lines.push(Line {
            depth,
            mark,
            text: text.into(),
            place: None,
        });
    }

    /// A line about a field of an object, with its place.
    fn at(&mut self, depth: usize, text: String, object: &ObjectRef, path: &str) {
        let place = self.answer.engine.position(object, path);
        let place = place.map(|place| place.to_string());
        self.lines.push(Line {
            depth,
            mark: Mark::Plain,
            text,
            place,
        });
    }

    fn run(&mut self) {
        let answer = self.answer;
        let decision = answer.decision();
        let word = match (decision.verdict, decision.explicit) {
            (Verdict::Allow, true) => "ALLOW",
            (Verdict::Allow, false) => "ALLOW (by default)",
            (Verdict::Unknown, _) => "DENY (cannot be told)",
            _ => "DENY",
        };
        self.push(
            0,
            mark(decision.verdict),
            format!("{word}  {}", answer.request()),
        );
        if let Some(problem) = answer.problem() {
            self.push(1, Mark::Plain, problem);
        }
        for plane in &answer.explanation().planes {
            self.plane(plane);
        }
        self.list("Note", answer.notes());
        self.list("What would change this", &answer.advice());
    }

    fn list(&mut self, heading: &str, texts: &[String]) {
        if texts.is_empty() {
            return;
        }
        self.push(0, Mark::Plain, "");
        self.push(0, Mark::Heading, heading);
        for text in texts {
            self.push(1, Mark::Plain, text.as_str());
        }
    }

    fn plane(&mut self, plane: &PlaneFinding) {
        let side = match plane.direction {
            Some(direction) => format!("{direction} of {}", plane.subject),
            None => plane.subject.clone(),
        };
        let verdict = match (plane.verdict, plane.explicit) {
            (Verdict::Allow, false) => "allow by default",
            (Verdict::NotApplicable, _) => "has no say",
            (verdict, _) => verdict.name(),
        };
        self.push(0, Mark::Plain, "");
        self.push(
            0,
            mark(plane.verdict),
            format!("{verdict}: {}, {side}", plane.plane),
        );
        if !shows_reason(plane) {
            self.push(1, Mark::Plain, plane.reason.as_str());
        }
        for stage in &plane.stages {
            self.stage(stage);
        }
        self.grants(&plane.grants);
    }

    fn stage(&mut self, stage: &StageFinding) {
        let is_silent = stage.matching.is_empty() && stage.unknown.is_empty();
        if is_silent && stage.answer == "pass" {
            let text = format!("{}: no rule matches, so it passes on", stage.name);
            self.push(1, Mark::Plain, text);
            return;
        }
        self.push(
            1,
            Mark::Heading,
            format!("{}: {}", stage.name, stage.answer),
        );
        if is_silent {
            self.policies(stage);
            self.nearest(&stage.nearest);
        } else if stage.answer == "unknown" {
            self.first("cannot be told", &stage.unknown);
        } else {
            self.first("deciding rule", &stage.matching);
        }
    }

    fn policies(&mut self, stage: &StageFinding) {
        for policy in stage.policies.iter().take(SHOWN) {
            let rules = match policy.rules {
                0 => "has no rules".to_owned(),
                1 => "has 1 rule".to_owned(),
                many => format!("has {many} rules"),
            };
            let text = format!("selected by {}, which {rules}", policy.object);
            self.at(2, text, &policy.object, &policy.path);
        }
        self.more(
            2,
            stage
                .selecting
                .saturating_sub(SHOWN.min(stage.policies.len())),
        );
    }

    fn nearest(&mut self, rules: &[RuleFinding]) {
        for rule in rules.iter().take(NEAREST) {
            self.rule("nearest rule", rule);
        }
    }

    /// The first of some rules, which speaks for the others.
    fn first(&mut self, heading: &str, rules: &[RuleFinding]) {
        for rule in rules.iter().take(1) {
            self.rule(heading, rule);
        }
        match rules.len().saturating_sub(1) {
            0 => {}
            1 => self.push(2, Mark::Faint, "1 other rule matches as well"),
            others => self.push(
                2,
                Mark::Faint,
                format!("{others} other rules match as well"),
            ),
        }
    }

    fn rule(&mut self, heading: &str, rule: &RuleFinding) {
        let text = format!("{heading}: {rule} ({})", rule.effect.name());
        self.at(2, text, &rule.object, &rule.path);
        if rule.clauses.is_empty() {
            self.push(3, Mark::Holds, "no conditions: it matches everything");
        }
        for clause in &rule.clauses {
            self.clause(rule, clause);
        }
    }

    fn clause(&mut self, rule: &RuleFinding, clause: &ClauseFinding) {
        let mark = match clause.holds {
            Some(true) => Mark::Holds,
            Some(false) => Mark::Fails,
            None => Mark::Doubtful,
        };
        let field = clause.path.strip_prefix(&rule.path).unwrap_or(&clause.path);
        let field = field.trim_start_matches('.');
        let admits = cut(&clause.admits);
        if field.is_empty() {
            self.push(3, mark, admits);
        } else if clause.found.is_empty() {
            self.push(3, mark, format!("{field}: {admits}"));
        } else {
            let found = cut(&clause.found);
            self.push(3, mark, format!("{field}: admits {admits}; found {found}"));
        }
    }

    /// The grants that permit the request or, where none does, all of them.
    fn grants(&mut self, grants: &[GrantFinding]) {
        let permitting = grants.iter().filter(|grant| !grant.permitting.is_empty());
        let mut shown: Vec<&GrantFinding> = permitting.collect();
        if shown.is_empty() {
            shown.extend(grants);
        }
        for grant in shown.iter().take(SHOWN) {
            self.grant(grant);
        }
        self.more(1, shown.len().saturating_sub(SHOWN));
    }

    fn grant(&mut self, grant: &GrantFinding) {
        let missing = if grant.is_missing {
            ", which is not there"
        } else {
            ""
        };
        let text = format!(
            "{} grants {}{missing} to {}",
            grant.policy, grant.rules_of, grant.subject
        );
        self.at(1, text, &grant.policy, &grant.subject_path);
        if grant.permitting.is_empty() {
            self.nearest(&grant.nearest);
        } else {
            self.first("deciding rule", &grant.permitting);
        }
    }

    fn more(&mut self, depth: usize, count: usize) {
        if count > 0 {
            self.push(depth, Mark::Faint, format!("and {count} more"));
        }
    }
}

/// Whether the rule that stands in the walk of a plane is its reason.
fn shows_reason(plane: &PlaneFinding) -> bool {
    let deciding = plane.stages.last().is_some_and(|stage| {
        matches!(stage.answer, "allow" | "deny") && !stage.matching.is_empty()
    });
    deciding
        || plane
            .grants
            .iter()
            .any(|grant| !grant.permitting.is_empty())
}

fn mark(verdict: Verdict) -> Mark {
    match verdict {
        Verdict::Allow => Mark::Allow,
        Verdict::Deny => Mark::Deny,
        Verdict::Unknown => Mark::Unknown,
        Verdict::NotApplicable => Mark::Plain,
    }
}

/// A text of bounded length, cut behind a comma where there is one.
fn cut(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else {
        return text.to_owned();
    };
    let head = text.get(..end).unwrap_or_default();
    let head = head.rsplit_once(',').map_or(head, |(head, _)| head);
    format!("{head}, ..")
}
