//! Whether a rule matches a request.

use serde_json::Value;

use super::condition::Key;
use super::policy::Action;
use super::scene::Scene;
use super::{operation, source};
use crate::reference::value::{at, list, text, texts};

/// A field, its negation, and whether one value holds; that is `None` for a value that cannot be
/// used: it cannot be read, or it needs HTTP where there is none.
pub(super) type Field = (
    &'static str,
    &'static str,
    fn(&Scene<'_>, &str) -> Option<bool>,
);

/// Whether a part of a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    No,
    Yes,
    /// The rule has a part that cannot be used and is dropped as a whole.
    Dropped,
}

/// Whether a rule matches. Rule: "A match occurs when at least one source, one operation and all
/// conditions matches the request."
pub(super) fn matches(scene: &Scene<'_>, rule: &Value) -> bool {
    let from = alternatives(scene, rule, "/from", "/source", &source::FIELDS);
    let to = alternatives(scene, rule, "/to", "/operation", &operation::FIELDS);
    let when = list(rule, "/when")
        .iter()
        .map(|condition| condition_holds(scene, condition));
    Holds::all([from, to].into_iter().chain(when)) == Holds::Yes
}

/// Rule: "If not set, any source is allowed", and likewise for operations. What every entry asks
/// for is looked at, since an entry that cannot be used drops the rule even if another matches.
fn alternatives(
    scene: &Scene<'_>,
    rule: &Value,
    entries: &str,
    entry: &str,
    fields: &[Field],
) -> Holds {
    let entries = list(rule, entries);
    if entries.is_empty() {
        return Holds::Yes;
    }
    Holds::any(entries.iter().map(|found| {
        let fields_of = at(found, entry);
        Holds::all(fields.iter().map(|(name, negation, holds)| {
            let values = |name: &str| {
                fields_of.map_or_else(Vec::new, |fields| texts(fields, &format!("/{name}")))
            };
            field_holds(scene, &values(name), &values(negation), |value| {
                holds(scene, value)
            })
        }))
    }))
}

fn condition_holds(scene: &Scene<'_>, condition: &Value) -> Holds {
    // A key that does not exist drops the rule whatever the action.
    let Some(key) = Key::read(text(condition, "/key")) else {
        return Holds::Dropped;
    };
    let (values, not_values) = (texts(condition, "/values"), texts(condition, "/notValues"));
    field_holds(scene, &values, &not_values, |value| key.holds(scene, value))
}

/// Any value holds, and no negated one does; an empty list is as if absent.
///
/// A value that cannot be used drops a rule of ALLOW, which so allows less. In a rule of another
/// action it is passed over; if none is left the list is as if absent, which so matches more.
fn field_holds(
    scene: &Scene<'_>,
    values: &[String],
    not_values: &[String],
    holds: impl Fn(&str) -> Option<bool>,
) -> Holds {
    let found = |values: &[String]| values.iter().map(|value| holds(value)).collect::<Vec<_>>();
    let (found, not_found) = (found(values), found(not_values));
    let is_usable = found.iter().chain(&not_found).all(Option::is_some);
    if scene.action == Action::Allow && !is_usable {
        return Holds::Dropped;
    }
    let mut usable = found.iter().flatten().peekable();
    let is_any = usable.peek().is_none() || usable.any(|holds| *holds);
    Holds::from(is_any && !not_found.into_iter().flatten().any(|holds| holds))
}

impl Holds {
    fn all(parts: impl Iterator<Item = Self>) -> Self {
        Self::combine(parts, |parts| !parts.contains(&Self::No))
    }

    fn any(parts: impl Iterator<Item = Self>) -> Self {
        Self::combine(parts, |parts| parts.contains(&Self::Yes))
    }

    fn combine(parts: impl Iterator<Item = Self>, holds: impl Fn(&[Self]) -> bool) -> Self {
        let parts: Vec<Self> = parts.collect();
        if parts.contains(&Self::Dropped) {
            Self::Dropped
        } else {
            Self::from(holds(&parts))
        }
    }
}

impl From<bool> for Holds {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}
