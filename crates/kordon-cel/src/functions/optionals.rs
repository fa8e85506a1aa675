//! Values that may be absent.

use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::{Ref, Value};

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(
        &["optional.none(): optional_type(T)"],
        |args, _| match args {
            [] => Ok(Value::Optional(None)),
            _ => Err(Reason::NoOverload),
        },
    ),
    entry(
        &["optional.of(T): optional_type(T)"],
        |args, _| match args {
            [value] => Ok(Value::some(value.clone())),
            _ => Err(Reason::NoOverload),
        },
    ),
    entry(
        &["optional.ofNonZeroValue(T): optional_type(T)"],
        |args, _| match args {
            [value] if value.is_zero() => Ok(Value::Optional(None)),
            [value] => Ok(Value::some(value.clone())),
            _ => Err(Reason::NoOverload),
        },
    ),
    entry(
        &["<optional_type(T)>.hasValue(): bool"],
        |args, _| match args {
            [Value::Optional(value)] => Ok(Value::Bool(value.is_some())),
            _ => Err(Reason::NoOverload),
        },
    ),
    entry(&["<optional_type(T)>.value(): T"], |args, _| match args {
        [Value::Optional(Some(value))] => Ok(inner(value)),
        [Value::Optional(None)] => Err(Reason::NoValue),
        _ => Err(Reason::NoOverload),
    }),
    entry(
        &["optional.unwrap(list(optional_type(T))): list(T)"],
        unwrapped,
    ),
    entry(
        &["<list(optional_type(T))>.unwrapOpt(): list(T)"],
        unwrapped,
    ),
];

/// The value inside of an optional.
pub(crate) fn inner<'a>(value: &Ref<'a, Value<'a>>) -> Value<'a> {
    match value {
        Ref::Borrowed(value) => value.view(),
        Ref::Shared(value) => Value::clone(value),
    }
}

fn unwrapped<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::List(list)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_elements(list.len())?;
    let mut values = Vec::new();
    for element in list.iter() {
        match element {
            Value::Optional(Some(value)) => values.push(inner(&value)),
            Value::Optional(None) => {}
            _ => return Err(Reason::NoOverload),
        }
    }
    Ok(Value::list(values))
}
