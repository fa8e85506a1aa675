//! The line of an answer for programs. Its form is stable: fields are added, never changed.

mod full;

use kordon_core::PlaneFinding;
use kordon_core::model::ObjectRef;
use kordon_core::rule::Direction;
use serde_json::{Map, Value, json};

use super::{Answer, deciding};

impl Answer {
    /// The answer as a JSON object: `decision`, `explicit`, `planes` and, for a request that
    /// could not be understood, `error`.
    pub fn to_json(&self) -> Value {
        Value::Object(self.line(|plane| self.plane(plane)))
    }

    /// The answer with what `plane` says of each plane.
    fn line(&self, plane: impl Fn(&PlaneFinding) -> Map<String, Value>) -> Map<String, Value> {
        let decision = self.decision();
        if let Some(problem) = self.problem() {
            return object([
                ("decision", json!("deny")),
                ("explicit", json!(false)),
                ("error", json!({"message": problem})),
                ("planes", json!([])),
            ]);
        }
        let planes: Vec<Value> = self
            .explanation()
            .planes
            .iter()
            .map(|found| Value::Object(plane(found)))
            .collect();
        let name = if decision.is_allowed() {
            "allow"
        } else {
            "deny"
        };
        let mut line = object([
            ("decision", json!(name)),
            ("explicit", json!(decision.explicit)),
            ("planes", json!(planes)),
        ]);
        if !self.notes().is_empty() {
            line.insert("notes".to_owned(), json!(self.notes()));
        }
        line
    }

    fn plane(&self, plane: &PlaneFinding) -> Map<String, Value> {
        let rules = deciding::of_plane(plane).into_iter();
        let rules: Vec<Value> = rules.map(|(of, path)| self.reference(of, path)).collect();
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
        value
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
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
