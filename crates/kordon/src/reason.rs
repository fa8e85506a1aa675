//! Why a side of a connection, or a grant, says what it says: the rules, and where they stand.
//!
//! Owns the short form that maps and differences show. Must not know which requests are worth a
//! reason.

use std::fmt;

use kordon_core::model::ObjectRef;
use kordon_core::rule::Direction;
use kordon_core::{PlaneFinding, Verdict};
use kordon_syntax::{SourceId, Span};
use serde_json::{Map, Value, json};

use crate::answer::of_plane;
use crate::engine::Engine;
use crate::position::SourcePosition;

/// Of more rules than this the rest is counted.
const NAMED: usize = 3;

/// What one side of a connection, or a grant, says, and through which rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The side of the connection; none for a grant.
    pub direction: Option<Direction>,
    /// What it says.
    pub verdict: Verdict,
    /// Why, in one line.
    pub text: String,
    /// The rules that decide or, where silence does, the policies that make it count.
    pub rules: Vec<RulePlace>,
}

/// A rule, or the field by which a policy selects, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulePlace {
    /// The object.
    pub object: ObjectRef,
    /// The field.
    pub path: String,
    /// Its position; none for an object that was no text.
    pub position: Option<SourcePosition>,
}

impl Reason {
    /// What a plane says.
    pub(crate) fn of_plane(engine: &Engine, plane: &PlaneFinding) -> Self {
        // Where nobody decides, the rules that only pass on are no reason.
        let rules = of_plane(plane).into_iter().filter(|_| plane.explicit);
        Self {
            direction: plane.direction,
            verdict: plane.verdict,
            text: plane.reason.clone(),
            rules: rules
                .map(|(object, path)| RulePlace::new(engine, object, path))
                .collect(),
        }
    }

    /// Whether two reasons say the same, wherever it stands.
    pub(crate) fn agrees_with(&self, other: &Self) -> bool {
        let said = |reason: &Self| (reason.direction, reason.verdict, reason.text.clone());
        said(self) == said(other)
    }

    /// The reason as a JSON object.
    pub fn to_json(&self) -> Value {
        let rules: Vec<Value> = self.rules.iter().map(RulePlace::to_json).collect();
        let mut value = Map::new();
        if let Some(direction) = self.direction {
            value.insert("direction".to_owned(), json!(direction.name()));
        }
        value.insert("verdict".to_owned(), json!(self.verdict.name()));
        value.insert("reason".to_owned(), json!(self.text));
        value.insert("rules".to_owned(), json!(rules));
        Value::Object(value)
    }
}

impl fmt::Display for Reason {
    /// The side and the line, then where it stands: a position for what the line names, else the
    /// rules with theirs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(direction) = self.direction {
            write!(f, "{direction}: ")?;
        }
        f.write_str(&self.text)?;
        let named = |rule: &RulePlace| self.text.contains(&rule.name());
        match self.rules.as_slice() {
            [] => Ok(()),
            [first, ..] if named(first) => match &first.position {
                Some(position) => write!(f, " ({position})"),
                None => Ok(()),
            },
            rules => {
                let texts = rules.iter().take(NAMED).map(ToString::to_string);
                write!(f, " ({}", texts.collect::<Vec<_>>().join("; "))?;
                match rules.len().saturating_sub(NAMED) {
                    0 => f.write_str(")"),
                    more => write!(f, "; {more} more)"),
                }
            }
        }
    }
}

impl RulePlace {
    /// A field of an object, and where it stands.
    pub(crate) fn new(engine: &Engine, object: &ObjectRef, path: &str) -> Self {
        Self {
            object: object.clone(),
            path: path.to_owned(),
            position: engine.position(object, path),
        }
    }

    /// The object and the field.
    pub(crate) fn name(&self) -> String {
        match self.path.as_str() {
            "" => self.object.to_string(),
            path => format!("{} {path}", self.object),
        }
    }

    /// The place in a source.
    pub(crate) fn place(&self, engine: &Engine) -> Option<(SourceId, Span)> {
        engine.atlas().place(&self.object, &self.path)
    }

    fn to_json(&self) -> Value {
        let mut value = Map::new();
        value.insert("kind".to_owned(), json!(&*self.object.kind));
        if let Some(namespace) = &self.object.namespace {
            value.insert("namespace".to_owned(), json!(&**namespace));
        }
        value.insert("name".to_owned(), json!(&*self.object.name));
        value.insert("path".to_owned(), json!(self.path));
        if let Some(position) = &self.position {
            value.insert("source".to_owned(), json!(position.to_string()));
        }
        Value::Object(value)
    }
}

impl fmt::Display for RulePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        match &self.position {
            Some(position) => write!(f, ", {position}"),
            None => Ok(()),
        }
    }
}
