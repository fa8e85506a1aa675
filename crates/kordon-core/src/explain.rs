//! Why a request was decided as it was.
//!
//! An explanation is the record of a decision: the same code runs with a trace that takes notes,
//! so the two cannot disagree. What it adds afterwards, the rules that came nearest, decides
//! nothing.

mod api;
mod clause;
mod connection;
mod endpoint;
mod message;

use std::fmt;

use crate::decision::{Decision, Verdict};
use crate::model::{ObjectRef, PrincipalMatch};
use crate::request::Request;
use crate::rule::{Direction, Effect, Plane};
use crate::snapshot::Snapshot;

/// The rules that came nearest are listed up to this number in each stage.
pub const NEAREST: usize = 3;

/// At most so many policies of a stage are listed; the rest is counted.
pub const LISTED: usize = 32;

/// A decision with its reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The decision.
    pub decision: Decision,
    /// What each plane said, in order. For endpoints that stand for several parties, of the pair
    /// that decided.
    pub planes: Vec<PlaneFinding>,
    /// How many pairs of parties the endpoints stand for.
    pub pairs: usize,
}

/// What one plane said, for planes with sides one side of it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaneFinding {
    /// The plane.
    pub plane: Plane,
    /// The guarded side of a connection.
    pub direction: Option<Direction>,
    /// Whom the plane's policies guard or grant to.
    pub subject: String,
    /// What is at the other end, or what is asked for.
    pub object: String,
    /// What it said.
    pub verdict: Verdict,
    /// Whether a rule said it.
    pub explicit: bool,
    /// Why, in one line.
    pub reason: String,
    /// The stages that answered, in order; the last one decided.
    pub stages: Vec<StageFinding>,
    /// What is granted to the principal, in planes about principals.
    pub grants: Vec<GrantFinding>,
}

/// What one stage said.
#[derive(Clone, Debug, PartialEq)]
pub struct StageFinding {
    /// The stage's name.
    pub name: String,
    /// Its answer: allow, deny, pass or unknown.
    pub answer: &'static str,
    /// The policies of the stage that select the subject, at most [`LISTED`].
    pub policies: Vec<PolicyFinding>,
    /// How many policies of the stage select the subject.
    pub selecting: usize,
    /// The rules that match, at most [`LISTED`], the deciding one first.
    pub matching: Vec<RuleFinding>,
    /// The rules of which it is not known whether they match, at most [`NEAREST`].
    pub unknown: Vec<RuleFinding>,
    /// The rules that came nearest to matching, at most [`NEAREST`].
    pub nearest: Vec<RuleFinding>,
}

/// A policy that selects the subject.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyFinding {
    /// The object.
    pub object: ObjectRef,
    /// The field by which it selects.
    pub path: String,
    /// How many rules it has for this side.
    pub rules: usize,
}

/// A rule, and how its conditions fared.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleFinding {
    /// The object that states the rule.
    pub object: ObjectRef,
    /// Its path in the object.
    pub path: String,
    /// Its name, where the kind has names for rules.
    pub name: Option<String>,
    /// What it does when it matches.
    pub effect: Effect,
    /// Its conditions.
    pub clauses: Vec<ClauseFinding>,
}

/// A condition of a rule, and whether it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct ClauseFinding {
    /// Its path in the object.
    pub path: String,
    /// Whether it holds; `None` when that is not known.
    pub holds: Option<bool>,
    /// What it admits.
    pub admits: String,
    /// What the request has.
    pub found: String,
}

/// A grant to the principal.
#[derive(Clone, Debug, PartialEq)]
pub struct GrantFinding {
    /// The policy that grants.
    pub policy: ObjectRef,
    /// The subject of the policy that is the principal, the first of several.
    pub subject: PrincipalMatch,
    /// The subject's path in the policy.
    pub subject_path: String,
    /// The object with the rules.
    pub rules_of: ObjectRef,
    /// Whether there is such an object.
    pub is_missing: bool,
    /// The rules that permit the request, at most [`LISTED`].
    pub permitting: Vec<RuleFinding>,
    /// The rules that come nearest, at most [`NEAREST`].
    pub nearest: Vec<RuleFinding>,
}

impl fmt::Display for RuleFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.object.fmt(f)?;
        if !self.path.is_empty() {
            write!(f, " {}", self.path)?;
        }
        match &self.name {
            Some(name) => write!(f, " \"{name}\""),
            None => Ok(()),
        }
    }
}

impl RuleFinding {
    /// How many conditions keep the rule from matching.
    fn distance(&self) -> usize {
        self.clauses
            .iter()
            .filter(|clause| clause.holds != Some(true))
            .count()
    }
}

/// Keeps the nearest of some rules, in their order.
fn nearest(rules: impl Iterator<Item = RuleFinding>) -> Vec<RuleFinding> {
    let mut kept: Vec<RuleFinding> = Vec::with_capacity(NEAREST + 1);
    for rule in rules {
        let place = kept.partition_point(|known| known.distance() <= rule.distance());
        if place < NEAREST {
            kept.insert(place, rule);
            kept.truncate(NEAREST);
        }
    }
    kept
}

impl Snapshot {
    /// Decides a request and says why.
    pub fn explain(&self, request: &Request<'_>) -> Explanation {
        match request {
            Request::Api(request) => self.explain_api(request),
            Request::Connection(request) => self.explain_connection(request),
            Request::Http(request) => self.explain_http(request),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(path: &str, clauses: &[Option<bool>]) -> RuleFinding {
        let clause = |holds: &Option<bool>| ClauseFinding {
            path: String::new(),
            holds: *holds,
            admits: String::new(),
            found: String::new(),
        };
        RuleFinding {
            object: ObjectRef::cluster("", "Policy", "p"),
            path: path.to_owned(),
            name: None,
            effect: Effect::Allow,
            clauses: clauses.iter().map(clause).collect(),
        }
    }

    #[test]
    fn the_rules_that_fail_the_fewest_conditions_are_the_nearest_in_their_order() {
        let (yes, no, unknown) = (Some(true), Some(false), None);
        let rules = [
            rule("fails two of two", &[no, no]),
            rule("fails one", &[yes, yes, no]),
            rule("fails three", &[no, no, no]),
            rule("knows one not", &[unknown, yes]),
            rule("holds", &[yes, yes, yes]),
            rule("fails two of three", &[no, no, yes]),
        ];
        let kept = nearest(rules.into_iter());
        let paths: Vec<&str> = kept.iter().map(|rule| rule.path.as_str()).collect();
        assert_eq!(paths, ["holds", "fails one", "knows one not"]);
    }
}
