//! What to know beside a decision, and what would change it.

use kordon_core::rule::Direction;
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
///
/// Of a denial with two guarded sides both have to change, and the line of each names it.
pub(super) fn advice(explanation: &Explanation) -> Vec<String> {
    let planes = explanation.planes.iter();
    let is_allowed = explanation.decision.is_allowed();
    let advice: Vec<(Option<Direction>, String)> = planes
        .filter(|plane| is_allowed == (plane.verdict == Verdict::Allow))
        .flat_map(|plane| {
            plane_advice(plane)
                .into_iter()
                .map(|text| (plane.direction, text))
        })
        .collect();
    let is_one_side = advice
        .windows(2)
        .all(|pair| matches!(pair, [one, other] if one.0 == other.0));
    let line = |(direction, text): (Option<Direction>, String)| match direction {
        Some(direction) if !is_one_side => format!("{direction}: {text}"),
        _ => text,
    };
    let mut advice: Vec<String> = advice.into_iter().map(line).collect();
    advice.dedup();
    advice
}

fn plane_advice(plane: &PlaneFinding) -> Vec<String> {
    match (plane.verdict, plane.direction) {
        (Verdict::Deny | Verdict::Unknown, Some(_)) => side_advice(plane),
        (Verdict::Deny | Verdict::Unknown, None) => grant_advice(plane),
        (Verdict::Allow, Some(direction)) if !plane.explicit => vec![format!(
            "no rule grants this {direction}: a policy that selects {} for {direction} may end it",
            plane.subject
        )],
        _ => Vec::new(),
    }
}

fn side_advice(plane: &PlaneFinding) -> Vec<String> {
    // Where no stage decides, the posture does.
    if let Some(stage) = plane.stages.last().filter(|stage| stage.answer != "pass") {
        if plane.verdict == Verdict::Unknown {
            return stage.unknown.iter().map(doubt).collect();
        }
        if let Some(rule) = stage.matching.first() {
            let text =
                format!("{rule} would have to stop matching, or a rule before it allow this");
            return vec![text];
        }
        if let Some(close) = stage.nearest.iter().find_map(one_step) {
            return vec![close];
        }
    }
    let direction = plane.direction.map_or("", Direction::name);
    let preposition = if direction == "ingress" { "from" } else { "to" };
    vec![format!(
        "a policy that selects {} would have to allow {direction} {preposition} {}",
        plane.subject, plane.object
    )]
}

fn grant_advice(plane: &PlaneFinding) -> Vec<String> {
    if let Some(close) = plane
        .grants
        .iter()
        .flat_map(|grant| &grant.nearest)
        .find_map(one_step)
    {
        return vec![close];
    }
    vec![format!(
        "{} would have to be granted: {}",
        plane.subject, plane.object
    )]
}

/// The one condition that keeps a rule from matching, if it is one.
fn one_step(rule: &RuleFinding) -> Option<String> {
    let mut failing = rule
        .clauses
        .iter()
        .filter(|clause| clause.holds != Some(true));
    let (clause, None) = (failing.next()?, failing.next()) else {
        return None;
    };
    Some(format!(
        "{} {} would have to admit {}: it admits {}",
        rule.object,
        clause.path,
        found(clause),
        clause.admits
    ))
}

fn found(clause: &ClauseFinding) -> &str {
    if clause.found.is_empty() {
        "the request"
    } else {
        &clause.found
    }
}

fn doubt(rule: &RuleFinding) -> String {
    let doubtful = rule.clauses.iter().filter(|clause| clause.holds.is_none());
    let reasons: Vec<String> = doubtful.map(reason_of_doubt).collect();
    format!(
        "it would have to be known whether {rule} matches: {}",
        reasons.join("; ")
    )
}

fn reason_of_doubt(clause: &ClauseFinding) -> String {
    if clause.found.is_empty() {
        clause.admits.clone()
    } else {
        format!(
            "it speaks of {}, and there is {}",
            clause.admits, clause.found
        )
    }
}
