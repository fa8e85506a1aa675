//! Which rules decided, and why in one line.

use kordon_core::model::ObjectRef;
use kordon_core::{GrantFinding, PlaneFinding, StageFinding, Verdict};

use super::Answer;

impl Answer {
    /// The rules that decided or, where silence did, the policies that made it count: the object,
    /// and the field in it.
    ///
    /// The path of a policy that counts by its silence is that by which it selects.
    pub fn deciding(&self) -> Vec<(&ObjectRef, &str)> {
        self.explanation()
            .planes
            .iter()
            .flat_map(of_plane)
            .collect()
    }

    /// Why, in one line: what the planes say that made the decision.
    pub fn reason(&self) -> String {
        let verdict = self.decision().verdict;
        let planes = self.explanation().planes.iter();
        let speaking = planes.filter(|plane| plane.verdict == verdict);
        let texts: Vec<String> = speaking.map(text).collect();
        match verdict {
            Verdict::Deny | Verdict::Unknown => texts.into_iter().take(1).collect(),
            Verdict::Allow | Verdict::NotApplicable => texts.join("; "),
        }
    }
}

fn text(plane: &PlaneFinding) -> String {
    match plane.direction {
        Some(direction) => format!("{direction}: {}", plane.reason),
        None => plane.reason.clone(),
    }
}

/// The rules of one plane.
pub(crate) fn of_plane(plane: &PlaneFinding) -> Vec<(&ObjectRef, &str)> {
    let mut rules = Vec::new();
    if let Some(stage) = plane.stages.last() {
        of_stage(stage, plane.verdict, &mut rules);
    }
    let granting = plane
        .grants
        .iter()
        .find(|grant| !grant.permitting.is_empty());
    if let Some(grant) = granting {
        of_grant(grant, &mut rules);
    }
    rules
}

fn of_stage<'a>(
    stage: &'a StageFinding,
    verdict: Verdict,
    rules: &mut Vec<(&'a ObjectRef, &'a str)>,
) {
    let deciding = match verdict {
        Verdict::Unknown => &stage.unknown,
        _ => &stage.matching,
    };
    rules.extend(
        deciding
            .iter()
            .map(|rule| (&rule.object, rule.path.as_str())),
    );
    if deciding.is_empty() && stage.answer == "deny" {
        let policies = stage.policies.iter();
        rules.extend(policies.map(|policy| (&policy.object, policy.path.as_str())));
    }
}

fn of_grant<'a>(grant: &'a GrantFinding, rules: &mut Vec<(&'a ObjectRef, &'a str)>) {
    rules.push((&grant.policy, grant.subject_path.as_str()));
    let permitting = grant.permitting.iter();
    rules.extend(permitting.map(|rule| (&rule.object, rule.path.as_str())));
}
