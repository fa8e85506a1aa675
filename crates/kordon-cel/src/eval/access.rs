//! Fields, keys and indices, and optionals.

use super::{Frame, eval, read};
use crate::error::{EvalError, Reason};
pub(super) use crate::functions::optional_value as inner;
use crate::ir::Node;
use crate::value::{Key, List, Value, number};

#[inline(never)]
pub(super) fn select<'a>(
    node: &'a Node,
    operand: &'a Node,
    field: &str,
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    let operand = read(operand, frame)?;
    if let Value::Optional(value) = operand {
        return node.at(value.map_or(Ok(Value::Optional(None)), |value| {
            found(&inner(&value), field).map(optional)
        }));
    }
    node.at(found(&operand, field).and_then(|value| value.ok_or(Reason::NoSuchKey)))
}

#[inline(never)]
pub(super) fn select_optional<'a>(
    node: &'a Node,
    operand: &'a Node,
    field: &str,
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    let operand = match eval(operand, frame)? {
        Value::Optional(None) => return Ok(Value::Optional(None)),
        Value::Optional(Some(value)) => inner(&value),
        value => value,
    };
    node.at(found(&operand, field).map(optional))
}

fn optional(value: Option<Value<'_>>) -> Value<'_> {
    value.map_or(Value::Optional(None), Value::some)
}

/// The value of a field or key; an error if the value can have none.
fn found<'a>(value: &Value<'a>, field: &str) -> Result<Option<Value<'a>>, Reason> {
    match value {
        Value::Map(map) => Ok(map.named(field)),
        Value::Object(object) => {
            let index = object.index_of(field).ok_or(Reason::NoSuchKey)?;
            Ok(object.field(index))
        }
        _ => Err(Reason::NoOverload),
    }
}

/// `has(operand.field)`
#[inline(never)]
pub(super) fn has<'a>(
    node: &'a Node,
    operand: &'a Node,
    field: &str,
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    let operand = match eval(operand, frame)? {
        Value::Optional(None) => return Ok(false),
        Value::Optional(Some(value)) => inner(&value),
        value => value,
    };
    node.at(found(&operand, field).map(|value| value.is_some()))
}

#[inline(never)]
pub(super) fn index<'a>(
    node: &'a Node,
    parts: &'a [Node; 2],
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    let [operand, at] = parts;
    let (operand, at) = (read(operand, frame)?, eval(at, frame)?);
    if let Value::Optional(value) = operand {
        return node.at(value.map_or(Ok(Value::Optional(None)), |value| {
            element(&inner(&value), at).map(optional)
        }));
    }
    let missing = match operand {
        Value::List(_) => Reason::OutOfRange,
        _ => Reason::NoSuchKey,
    };
    node.at(element(&operand, at).and_then(|value| value.ok_or(missing)))
}

/// `operand['key']`
#[inline(never)]
pub(super) fn key<'a>(
    node: &'a Node,
    operand: &'a Node,
    key: &str,
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    match read(operand, frame)? {
        Value::Map(map) => map.named(key).ok_or_else(|| node.fail(Reason::NoSuchKey)),
        Value::Optional(None) => Ok(Value::Optional(None)),
        Value::Optional(Some(value)) => match inner(&value) {
            Value::Map(map) => Ok(optional(map.named(key))),
            _ => Err(node.fail(Reason::NoOverload)),
        },
        _ => Err(node.fail(Reason::NoOverload)),
    }
}

#[inline(never)]
pub(super) fn index_optional<'a>(
    node: &'a Node,
    parts: &'a [Node; 2],
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    let [operand, at] = parts;
    let (operand, at) = (read(operand, frame)?, eval(at, frame)?);
    let operand = match operand {
        Value::Optional(None) => return Ok(Value::Optional(None)),
        Value::Optional(Some(value)) => inner(&value),
        value => value,
    };
    node.at(element(&operand, at).map(optional))
}

fn element<'a>(operand: &Value<'a>, at: Value<'a>) -> Result<Option<Value<'a>>, Reason> {
    match operand {
        Value::List(list) => list_element(list, &at),
        Value::Map(map) => {
            let key = Key::new(at).ok_or(Reason::NoSuchKey)?;
            Ok(map.value(&key))
        }
        _ => Err(Reason::NoOverload),
    }
}

/// A list takes every number with the value of an integer as an index.
fn list_element<'a>(list: &List<'a>, at: &Value<'a>) -> Result<Option<Value<'a>>, Reason> {
    let index = match at {
        Value::Int(index) => usize::try_from(*index).ok(),
        Value::Uint(index) => usize::try_from(*index).ok(),
        Value::Double(index) => {
            let whole = number::exact_int(*index).ok_or(Reason::NoOverload)?;
            usize::try_from(whole).ok()
        }
        _ => return Err(Reason::NoOverload),
    };
    Ok(index.and_then(|index| list.at(index)))
}

#[inline(never)]
pub(super) fn optional_or<'a>(
    node: &'a Node,
    operands: &'a [Node; 2],
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    let [first, second] = operands;
    match eval(first, frame)? {
        value @ Value::Optional(Some(_)) => Ok(value),
        Value::Optional(None) => match eval(second, frame)? {
            value @ Value::Optional(_) => Ok(value),
            _ => Err(node.fail(Reason::NoOverload)),
        },
        _ => Err(node.fail(Reason::NoOverload)),
    }
}

#[inline(never)]
pub(super) fn optional_or_value<'a>(
    node: &'a Node,
    operands: &'a [Node; 2],
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    let [first, second] = operands;
    match eval(first, frame)? {
        Value::Optional(Some(value)) => Ok(inner(&value)),
        Value::Optional(None) => eval(second, frame),
        _ => Err(node.fail(Reason::NoOverload)),
    }
}
