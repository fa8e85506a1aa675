//! The line of an answer for programs. Its form is stable: fields are added, never changed.

use kordon_core::model::ObjectRef;
use kordon_core::rule::Direction;
use kordon_core::{GrantFinding, PlaneFinding, RuleFinding, StageFinding, Verdict};
use serde_json::{Map, Value, json};

use super::Answer;

impl Answer {
    /// The answer as a JSON object: `decision`, `explicit`, `planes` and, for a request that
    /// could not be understood, `error`.
    pub fn to_json(&self) -> Value {
        let decision = self.decision();
        if let Some(problem) = decision.problem {
            return json!({
                "decision": "deny",
                "explicit": false,
                "error": {"message": problem.to_string()},
                "planes": [],
            });
        }
        let planes: Vec<Value> =
            self.explanation().planes.iter().map(|plane| self.plane(plane)).collect();
        let name = if decision.is_allowed() { "allow" } else { "deny" };
        let mut line = object([
            ("decision", json!(name)),
            ("explicit", json!(decision.explicit)),
            ("planes", json!(planes)),
        ]);
        if !self.notes().is_empty() {
            line.insert("notes".to_owned(), json!(self.notes()));
        }
        Value::Object(line)
    }

    fn plane(&self, plane: &PlaneFinding) -> Value {
        let mut rules: Vec<Value> = Vec::new();
        if let Some(stage) = plane.stages.last() {
            self.stage_rules(stage, plane.verdict, &mut rules);
        }
        let granting = plane.grants.iter().find(|grant| !grant.permitting.is_empty());
        if let Some(grant) = granting {
            self.grant_rules(grant, &mut rules);
        }
        let mut value = object([("plane", json!(plane.plane.name()))]);
        if let Some(direction) = plane.direction.map(Direction::name) {
            value.insert("direction".to_owned(), json!(direction));
        }
        value.extend(object([
            ("verdict", json!(plane.verdict.name())),
            ("explicit", json!(plane.explicit)),
            ("rules", json!(rules)),
            ("reason", json!(plane.reason)),
        ]));
        Value::Object(value)
    }

    /// The rules that decided or, where silence did, the policies that made it count.
    fn stage_rules(&self, stage: &StageFinding, verdict: Verdict, rules: &mut Vec<Value>) {
        let deciding: &[RuleFinding] = match verdict {
            Verdict::Unknown => &stage.unknown,
            _ => &stage.matching,
        };
        rules.extend(deciding.iter().map(|rule| self.reference(&rule.object, &rule.path)));
        if deciding.is_empty() && stage.answer == "deny" {
            let policies = stage.policies.iter();
            rules.extend(policies.map(|policy| self.reference(&policy.object, &policy.path)));
        }
    }

    fn grant_rules(&self, grant: &GrantFinding, rules: &mut Vec<Value>) {
        rules.push(self.reference(&grant.policy, &grant.subject_path));
        let permitting = grant.permitting.iter();
        rules.extend(permitting.map(|rule| self.reference(&rule.object, &rule.path)));
    }

    fn reference(&self, of: &ObjectRef, path: &str) -> Value {
        let mut value = object([("kind", json!(&*of.kind))]);
        if let Some(namespace) = &of.namespace {
            value.insert("namespace".to_owned(), json!(&**namespace));
        }
        value.extend(object([("name", json!(&*of.name)), ("path", json!(path))]));
        if let Some(position) = self.engine.position(of, path) {
            value.insert("source".to_owned(), json!(position.to_string()));
        }
        Value::Object(value)
    }
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
