//! The answer with everything that was found, for programs that show the walk in their own way.

use kordon_core::{ClauseFinding, GrantFinding, PlaneFinding, RuleFinding, StageFinding};
use serde_json::{Map, Value, json};

use super::object;
use crate::answer::Answer;

impl Answer {
    /// The answer as a JSON object like [`Answer::to_json`], and beside it `request`, `advice`
    /// and for each plane its `subject`, `object`, `stages` and `grants`.
    pub fn to_full_json(&self) -> Value {
        let mut value = object([("request", json!(self.request()))]);
        value.extend(self.line(|plane| self.full_plane(plane)));
        value.insert("advice".to_owned(), json!(self.advice()));
        Value::Object(value)
    }

    fn full_plane(&self, plane: &PlaneFinding) -> Map<String, Value> {
        let mut value = self.plane(plane);
        let stages: Vec<Value> = plane.stages.iter().map(|stage| self.stage(stage)).collect();
        let grants: Vec<Value> = plane.grants.iter().map(|grant| self.grant(grant)).collect();
        value.extend(object([
            ("subject", json!(plane.subject)),
            ("object", json!(plane.object)),
            ("stages", json!(stages)),
            ("grants", json!(grants)),
        ]));
        value
    }

    fn stage(&self, stage: &StageFinding) -> Value {
        let policies = stage.policies.iter();
        let policies: Vec<Value> = policies
            .map(|policy| self.reference(&policy.object, &policy.path))
            .collect();
        json!({
            "name": stage.name,
            "answer": stage.answer,
            "selecting": stage.selecting,
            "policies": policies,
            "matching": self.rules(&stage.matching),
            "unknown": self.rules(&stage.unknown),
            "nearest": self.rules(&stage.nearest),
        })
    }

    fn grant(&self, grant: &GrantFinding) -> Value {
        json!({
            "policy": self.reference(&grant.policy, &grant.subject_path),
            "subject": grant.subject.to_string(),
            "role": grant.rules_of.to_string(),
            "missing": grant.is_missing,
            "permitting": self.rules(&grant.permitting),
            "nearest": self.rules(&grant.nearest),
        })
    }

    fn rules(&self, rules: &[RuleFinding]) -> Value {
        let rule = |rule: &RuleFinding| {
            let mut value = self.reference(&rule.object, &rule.path);
            if let Some(fields) = value.as_object_mut() {
                if let Some(name) = &rule.name {
                    fields.insert("ruleName".to_owned(), json!(name));
                }
                fields.insert("effect".to_owned(), json!(rule.effect.name()));
                let clauses = rule.clauses.iter().map(clause);
                fields.insert("clauses".to_owned(), clauses.collect());
            }
            value
        };
        rules.iter().map(rule).collect()
    }
}

fn clause(clause: &ClauseFinding) -> Value {
    json!({
        "path": clause.path,
        "holds": clause.holds,
        "admits": clause.admits,
        "found": clause.found,
    })
}
