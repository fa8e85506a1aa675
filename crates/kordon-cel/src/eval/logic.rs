//! Conditions.

use super::{Frame, read, test};
use crate::error::{EvalError, Reason};
use crate::ir::{Node, Op, Relation};
use crate::value::text::same;
use crate::value::{Key, List, Ref, Value, order};

/// `&&`: false if one operand is, whatever the others are; else an error if one operand is.
#[inline(never)]
pub(super) fn and<'a>(operands: &'a [Node], frame: &mut Frame<'_, 'a>) -> Result<bool, EvalError> {
    all_are(true, operands, frame)
}

/// `||`: true if one operand is, whatever the others are; else an error if one operand is.
#[inline(never)]
pub(super) fn or<'a>(operands: &'a [Node], frame: &mut Frame<'_, 'a>) -> Result<bool, EvalError> {
    all_are(false, operands, frame)
}

/// `value` if all operands are, its opposite if one is.
fn all_are<'a>(
    value: bool,
    operands: &'a [Node],
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    let mut failed = None;
    for operand in operands {
        match test(operand, frame) {
            Ok(found) if found == value => {}
            Ok(found) => return Ok(found),
            Err(error) if error.is_final() => return Err(error),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(value), Err)
}

#[inline(never)]
pub(super) fn not<'a>(operand: &'a Node, frame: &mut Frame<'_, 'a>) -> Result<bool, EvalError> {
    test(operand, frame).map(|value| !value)
}

#[inline(never)]
pub(super) fn not_equal<'a>(
    node: &'a Node,
    operands: &'a [Node; 2],
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    equal(node, operands, frame).map(|value| !value)
}

#[inline(never)]
pub(super) fn equal<'a>(
    node: &'a Node,
    operands: &'a [Node; 2],
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    let [left, right] = operands;
    let (left, right) = (read(left, frame)?, read(right, frame)?);
    charge_comparison(node, &left, &right, frame)?;
    Ok(order::equal(&left, &right))
}

#[inline]
fn charge_comparison(
    node: &Node,
    left: &Value<'_>,
    right: &Value<'_>,
    frame: &mut Frame<'_, '_>,
) -> Result<(), EvalError> {
    node.at(frame
        .budget
        .charge(order::weight(left).saturating_add(order::weight(right))))
}

#[inline(never)]
pub(super) fn compare<'a>(
    node: &'a Node,
    relation: Relation,
    operands: &'a [Node; 2],
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    let [left, right] = operands;
    let (left, right) = (read(left, frame)?, read(right, frame)?);
    let ordering = node.at(order::compare(&left, &right))?;
    charge_comparison(node, &left, &right, frame)?;
    // What is not a number is neither less nor greater than anything.
    Ok(ordering.is_some_and(|ordering| match relation {
        Relation::Less => ordering.is_lt(),
        Relation::LessEqual => ordering.is_le(),
        Relation::Greater => ordering.is_gt(),
        Relation::GreaterEqual => ordering.is_ge(),
    }))
}

/// `value in container`
#[inline(never)]
pub(super) fn contains<'a>(
    node: &'a Node,
    operands: &'a [Node; 2],
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    let [value, container] = operands;
    let (value, container) = (read(value, frame)?, read(container, frame)?);
    match container {
        Value::List(list) => {
            let weight = order::weight(&value).saturating_add(1);
            node.at(frame
                .budget
                .charge(weight.saturating_mul(list.len() as u64)))?;
            Ok(list.iter().any(|element| order::equal(&element, &value)))
        }
        Value::Map(map) => match value {
            Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Double(_)
            | Value::String(_) => Ok(Key::new(value).is_some_and(|key| map.value(&key).is_some())),
            _ => Err(node.fail(Reason::NoOverload)),
        },
        _ => Err(node.fail(Reason::NoOverload)),
    }
}

/// `'text' in container`
#[inline(never)]
pub(super) fn holds<'a>(
    node: &'a Node,
    container: &'a Node,
    text: &str,
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    if let Op::Place(place) = &container.op
        && let Some(texts) = place
            .holder(frame.root)
            .and_then(|object| object.texts(place.field))
    {
        node.at(frame.budget.charge(texts.len() as u64))?;
        return Ok(texts.iter().any(|other| same(other, text)));
    }
    match read(container, frame)? {
        Value::List(list) => {
            node.at(frame.budget.charge(list.len() as u64))?;
            Ok(list_holds(&list, text))
        }
        Value::Map(map) => Ok(map.value(&Key::String(Ref::Borrowed(text))).is_some()),
        _ => Err(node.fail(Reason::NoOverload)),
    }
}

fn list_holds(list: &List<'_>, text: &str) -> bool {
    match list {
        List::Values(values) => values.iter().any(|value| value.as_str() == Some(text)),
        List::Strings(texts) => texts.iter().any(|other| same(other, text)),
        List::Host(_) => list.iter().any(|value| value.as_str() == Some(text)),
    }
}
