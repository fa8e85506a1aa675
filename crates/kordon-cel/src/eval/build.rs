//! Lists and maps that an expression writes.

use super::{Frame, eval};
use crate::error::{EvalError, Reason};
use crate::functions::optional_value;
use crate::ir::{Element, Entry, Node};
use crate::value::{Key, Map, Value};

#[inline(never)]
pub(super) fn list<'a>(
    node: &'a Node,
    elements: &'a [Element],
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    let mut values = Vec::with_capacity(elements.len());
    for element in elements {
        let value = eval(&element.value, frame)?;
        let value = if element.optional {
            node.at(unwrapped(value))?
        } else {
            Some(value)
        };
        values.extend(value);
    }
    Ok(Value::list(values))
}

#[inline(never)]
pub(super) fn map<'a>(
    node: &'a Node,
    entries: &'a [Entry],
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    let mut pairs = Vec::with_capacity(entries.len());
    for entry in entries {
        let key = node.at(as_key(eval(&entry.key, frame)?))?;
        let value = eval(&entry.value, frame)?;
        let value = if entry.optional {
            node.at(unwrapped(value))?
        } else {
            Some(value)
        };
        pairs.extend(value.map(|value| (key, value)));
    }
    let built = Map::new(pairs).map_err(|_| Reason::DuplicateKey);
    node.at(built).map(Value::Map)
}

/// The value inside of an optional, if there is one.
fn unwrapped(value: Value<'_>) -> Result<Option<Value<'_>>, Reason> {
    match value {
        Value::Optional(inner) => Ok(inner.map(|value| optional_value(&value))),
        _ => Err(Reason::NoOverload),
    }
}

/// A double finds keys, but is none.
pub(super) fn as_key(value: Value<'_>) -> Result<Key<'_>, Reason> {
    match value {
        Value::Double(_) => Err(Reason::NoOverload),
        other => Key::new(other).ok_or(Reason::NoOverload),
    }
}
