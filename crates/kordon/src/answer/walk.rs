//! The walk: an answer for people, plane by plane, in 80 columns.

use std::fmt;

use kordon_core::{
    ClauseFinding, GrantFinding, PlaneFinding, RuleFinding, StageFinding, Verdict,
};

use super::Answer;

/// What a line of the walk is, so that a terminal can colour it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The heading of an allowed request or plane.
    Allow,
    /// The heading of a denied request or plane.
    Deny,
    /// The heading of an undecided request or plane.
    Unknown,
    /// A fact.
    Plain,
    /// A place in a source, or another detail.
    Faint,
}

/// One line of the walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How deep it stands.
    pub depth: usize,
    /// What it is.
    pub mark: Mark,
    /// Its text.
    pub text: String,
}

impl Answer {
    /// The lines of the walk.
    pub fn walk(&self) -> Vec<Line> {
        let mut walk = Walk { answer: self, lines: Vec::new() };
        walk.run();
        walk.lines
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.walk() {
            writeln!(f, "{:width$}{}", "", line.text, width = line.depth * 2)?;
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
        self.lines.push(Line { depth, mark, text: text.into() });
    }

    fn run(&mut self) {
        let answer = self.answer;
        let decision = answer.decision();
        let word = match (decision.verdict, decision.explicit) {
            (Verdict::Allow, true) => "ALLOW",
            (Verdict::Allow, false) => "ALLOW (nobody denies it)",
            (Verdict::Unknown, _) => "DENY (a fact is missing)",
            _ => "DENY",
        };
        self.push(0, mark(decision.verdict), format!("{word}  {}", answer.request()));
        if let Some(problem) = decision.problem {
            self.push(1, Mark::Plain, problem.to_string());
        }
        for plane in &answer.explanation().planes {
            self.plane(plane);
        }
        self.list("note", answer.notes());
        self.list("what would change this", &answer.advice());
    }

    fn list(&mut self, heading: &str, texts: &[String]) {
        if texts.is_empty() {
            return;
        }
        self.push(0, Mark::Plain, "");
        self.push(0, Mark::Plain, format!("{heading}:"));
        for text in texts {
            self.push(1, Mark::Plain, text.as_str());
        }
    }

    fn plane(&mut self, plane: &PlaneFinding) {
        let side = match plane.direction {
            Some(direction) => format!("{direction} of {}", plane.subject),
            None => plane.subject.clone(),
        };
        self.push(0, Mark::Plain, "");
        let verdict = plane.verdict.name().replace('_', " ");
        self.push(
            0,
            mark(plane.verdict),
            format!("{}  {side}: {verdict}", plane.plane),
        );
        self.push(1, Mark::Plain, plane.reason.as_str());
        for stage in &plane.stages {
            self.stage(stage);
        }
        for grant in &plane.grants {
            self.grant(grant);
        }
    }

    fn stage(&mut self, stage: &StageFinding) {
        self.push(1, Mark::Plain, format!("{} stage: {}", stage.name, stage.answer));
        for policy in &stage.policies {
            let rules = match policy.rules {
                0 => "no rules".to_owned(),
                1 => "1 rule".to_owned(),
                many => format!("{many} rules"),
            };
            self.at(2, format!("selected by {} ({rules})", policy.object), &policy.object, &policy.path);
        }
        if stage.selecting > stage.policies.len() {
            let more = stage.selecting - stage.policies.len();
            self.push(2, Mark::Faint, format!("and {more} more"));
        }
        self.rules("matches", &stage.matching);
        self.rules("cannot be told", &stage.unknown);
        if stage.matching.is_empty() {
            self.rules("nearest", &stage.nearest);
        }
    }

    fn rules(&mut self, heading: &str, rules: &[RuleFinding]) {
        for rule in rules {
            let effect = rule.effect.name();
            self.at(2, format!("{heading}: {rule} ({effect})"), &rule.object, &rule.path);
            for clause in &rule.clauses {
                self.clause(clause);
            }
        }
    }

    fn clause(&mut self, clause: &ClauseFinding) {
        let sign = match clause.holds {
            Some(true) => '+',
            Some(false) => '-',
            None => '?',
        };
        let field = clause.path.rsplit('.').next().unwrap_or_default();
        let text = if clause.found.is_empty() {
            format!("{sign} {field}: {}", clause.admits)
        } else {
            format!("{sign} {field}: admits {}; found {}", clause.admits, clause.found)
        };
        self.push(3, Mark::Plain, text);
    }

    fn grant(&mut self, grant: &GrantFinding) {
        let missing = if grant.is_missing { ", which is not there" } else { "" };
        let text = format!(
            "{} grants {}{missing} to {}",
            grant.policy, grant.rules_of, grant.subject
        );
        self.at(1, text, &grant.policy, &grant.subject_path);
        self.rules("permits it", &grant.permitting);
        if grant.permitting.is_empty() {
            self.rules("nearest", &grant.nearest);
        }
    }

    fn at(
        &mut self,
        depth: usize,
        text: String,
        object: &kordon_core::model::ObjectRef,
        path: &str,
    ) {
        self.push(depth, Mark::Plain, text);
        if let Some(position) = self.answer.engine.position(object, path) {
            self.push(depth + 1, Mark::Faint, format!("at {position}"));
        }
    }
}

fn mark(verdict: Verdict) -> Mark {
    match verdict {
        Verdict::Allow => Mark::Allow,
        Verdict::Deny => Mark::Deny,
        Verdict::Unknown => Mark::Unknown,
        Verdict::NotApplicable => Mark::Plain,
    }
}
