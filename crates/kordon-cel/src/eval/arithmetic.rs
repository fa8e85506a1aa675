//! Sums, products and their kin, none of which wraps.

use super::{Frame, eval};
use crate::cost::Budget;
use crate::error::{EvalError, Reason};
use crate::ir::{Arithmetic, Node};
use crate::value::{Duration, Ref, Value};

#[inline(never)]
pub(super) fn binary<'a>(
    node: &'a Node,
    operator: Arithmetic,
    operands: &'a [Node; 2],
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    let [left, right] = operands;
    let (left, right) = (eval(left, frame)?, eval(right, frame)?);
    node.at(match (&left, &right) {
        (Value::Int(left), Value::Int(right)) => on_ints(operator, *left, *right),
        (Value::Uint(left), Value::Uint(right)) => on_uints(operator, *left, *right),
        (Value::Double(left), Value::Double(right)) => on_doubles(operator, *left, *right),
        _ => on_others(operator, &left, &right, &mut frame.budget),
    })
}

#[inline(never)]
pub(super) fn negate<'a>(
    node: &'a Node,
    operand: &'a Node,
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    node.at(match eval(operand, frame)? {
        Value::Int(value) => value.checked_neg().map(Value::Int).ok_or(Reason::Overflow),
        Value::Double(value) => Ok(Value::Double(-value)),
        Value::Duration(value) => {
            let nanos = value.nanos().checked_neg().ok_or(Reason::Overflow);
            nanos.map(|nanos| Value::Duration(Duration::from_nanos(nanos)))
        }
        _ => Err(Reason::NoOverload),
    })
}

/// Arithmetic on whole numbers, which is an error where the result does not fit.
macro_rules! on_whole_numbers {
    ($name:ident, $number:ty, $value:path) => {
        fn $name<'a>(
            operator: Arithmetic,
            left: $number,
            right: $number,
        ) -> Result<Value<'a>, Reason> {
            let result = match operator {
                Arithmetic::Add => left.checked_add(right),
                Arithmetic::Subtract => left.checked_sub(right),
                Arithmetic::Multiply => left.checked_mul(right),
                Arithmetic::Divide | Arithmetic::Remainder if right == 0 => {
                    return Err(Reason::DivisionByZero);
                }
                Arithmetic::Divide => left.checked_div(right),
                Arithmetic::Remainder => left.checked_rem(right),
            };
            result.map($value).ok_or(Reason::Overflow)
        }
    };
}

on_whole_numbers!(on_ints, i64, Value::Int);
on_whole_numbers!(on_uints, u64, Value::Uint);

fn on_doubles<'a>(operator: Arithmetic, left: f64, right: f64) -> Result<Value<'a>, Reason> {
    Ok(Value::Double(match operator {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
        Arithmetic::Divide => left / right,
        Arithmetic::Remainder => return Err(Reason::NoOverload),
    }))
}

fn on_others<'a>(
    operator: Arithmetic,
    left: &Value<'a>,
    right: &Value<'a>,
    budget: &mut Budget,
) -> Result<Value<'a>, Reason> {
    match operator {
        Arithmetic::Add => add(left, right, budget),
        Arithmetic::Subtract => subtract(left, right),
        _ => Err(Reason::NoOverload),
    }
}

fn add<'a>(left: &Value<'a>, right: &Value<'a>, budget: &mut Budget) -> Result<Value<'a>, Reason> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => {
            budget.charge_bytes(left.len().saturating_add(right.len()))?;
            Ok(Value::String(Ref::Shared(
                [&**left, &**right].concat().into(),
            )))
        }
        (Value::Bytes(left), Value::Bytes(right)) => {
            budget.charge_bytes(left.len().saturating_add(right.len()))?;
            Ok(Value::bytes([&**left, &**right].concat()))
        }
        (Value::List(left), Value::List(right)) => {
            budget.charge_elements(left.len().saturating_add(right.len()))?;
            Ok(Value::list(left.iter().chain(right.iter()).collect()))
        }
        (Value::Timestamp(moment), Value::Duration(length))
        | (Value::Duration(length), Value::Timestamp(moment)) => moment
            .plus(*length)
            .map(Value::Timestamp)
            .ok_or(Reason::Overflow),
        (Value::Duration(left), Value::Duration(right)) => {
            duration(left.nanos().checked_add(right.nanos()))
        }
        _ => Err(Reason::NoOverload),
    }
}

fn subtract<'a>(left: &Value<'a>, right: &Value<'a>) -> Result<Value<'a>, Reason> {
    match (left, right) {
        (Value::Timestamp(left), Value::Timestamp(right)) => left
            .since(*right)
            .map(Value::Duration)
            .ok_or(Reason::Overflow),
        (Value::Timestamp(moment), Value::Duration(length)) => moment
            .minus(*length)
            .map(Value::Timestamp)
            .ok_or(Reason::Overflow),
        (Value::Duration(left), Value::Duration(right)) => {
            duration(left.nanos().checked_sub(right.nanos()))
        }
        _ => Err(Reason::NoOverload),
    }
}

fn duration<'a>(nanos: Option<i64>) -> Result<Value<'a>, Reason> {
    let nanos = nanos.ok_or(Reason::Overflow)?;
    Ok(Value::Duration(Duration::from_nanos(nanos)))
}
