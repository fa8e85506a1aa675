//! What to know beside a decision, and what would change it.

use kordon_core::{ClauseFinding, Explanation, PlaneFinding, RuleFinding, Verdict};

use crate::request::RequestSpec;

/// The group whose members the API server lets do everything, before it asks RBAC.
const MASTERS: &str = "system:masters";

/// Facts beside the decision that may surprise.
pub(super) fn notes(request: &RequestSpec, explanation: &Explanation) -> Vec<String> {
    let mut notes = Vec::new();
    if let RequestSpec::Api(api) = request
        && api.groups.iter().any(|group| group == MASTERS)
    {
        notes.push(format!(
            "{} is in {MASTERS}: the API server allows everything before it asks RBAC. This is \
             what RBAC alone says",
            api.user
        ));
    }
    for grant in explanation.planes.iter().flat_map(|plane| &plane.grants) {
        if grant.is_missing {
            notes.push(format!(
                "{} grants {}, which is not there: it grants nothing",
                grant.policy, grant.rules_of
            ));
        }
    }
    if explanation.pairs > 1 {
        notes.push(format!(
            "the endpoints stand for {} pairs of pods, and all of them have to be allowed",
            explanation.pairs
        ));
    }
    notes
}

/// What would have to change for the decision to be another.
pub(super) fn advice(explanation: &Explanation) -> Vec<String> {
    let mut advice: Vec<String> = explanation.planes.iter().flat_map(plane_advice).collect();
    advice.dedup();
    advice
}

fn plane_advice(plane: &PlaneFinding) -> Vec<String> {
    match (plane.verdict, plane.direction) {
        (Verdict::Deny | Verdict::Unknown, Some(_)) => side_advice(plane),
        (Verdict::Deny | Verdict::Unknown, None) => grant_advice(plane),
        (Verdict::Allow, Some(direction)) if !plane.explicit => vec![format!(
            "nothing grants this {direction}: it passes because {}. A policy that selects {} \
             for {direction} would make it count",
            plane.reason, plane.subject
        )],
        _ => Vec::new(),
    }
}

fn side_advice(plane: &PlaneFinding) -> Vec<String> {
    let Some(stage) = plane.stages.last() else {
        return Vec::new();
    };
    if plane.verdict == Verdict::Unknown {
        return stage.unknown.iter().map(doubt).collect();
    }
    if let Some(rule) = stage.matching.first() {
        return vec![format!("{rule} would have to stop matching, or a rule before it allow this")];
    }
    let close: Vec<String> = stage.nearest.iter().filter_map(one_step).collect();
    if !close.is_empty() {
        return close;
    }
    let direction = plane.direction.map_or("", kordon_core::rule::Direction::name);
    let preposition = if direction == "ingress" { "from" } else { "to" };
    vec![format!(
        "a policy that selects {} would have to allow {direction} {preposition} {}",
        plane.subject, plane.object
    )]
}

fn grant_advice(plane: &PlaneFinding) -> Vec<String> {
    let close: Vec<String> =
        plane.grants.iter().flat_map(|grant| &grant.nearest).filter_map(one_step).collect();
    if !close.is_empty() {
        return close;
    }
    vec![format!("{} would have to be granted: {}", plane.subject, plane.object)]
}

/// The one condition that keeps a rule from matching, if it is one.
fn one_step(rule: &RuleFinding) -> Option<String> {
    let mut failing = rule.clauses.iter().filter(|clause| clause.holds != Some(true));
    let (clause, None) = (failing.next()?, failing.next()) else {
        return None;
    };
    Some(format!("{} {} would have to admit {}: it admits {}",
        rule.object, clause.path, found(clause), clause.admits))
}

fn found(clause: &ClauseFinding) -> &str {
    if clause.found.is_empty() { "the request" } else { &clause.found }
}

fn doubt(rule: &RuleFinding) -> String {
    let reasons: Vec<&str> = rule
        .clauses
        .iter()
        .filter(|clause| clause.holds.is_none())
        .map(|clause| clause.admits.as_str())
        .collect();
    format!("{rule} cannot be decided: {}", reasons.join("; "))
}
