//! The functions of the language itself, apart from conversions and time.

use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::{Ref, Value, number};

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(
        &[
            "size(string): int",
            "size(bytes): int",
            "size(list(A)): int",
            "size(map(A, B)): int",
        ],
        size,
    ),
    entry(
        &[
            "<string>.size(): int",
            "<bytes>.size(): int",
            "<list(A)>.size(): int",
            "<map(A, B)>.size(): int",
        ],
        size,
    ),
    entry(&["<string>.startsWith(string): bool"], starts_with),
    entry(&["<string>.endsWith(string): bool"], ends_with),
    entry(&["<string>.contains(string): bool"], contains),
    entry(&["type(A): type(A)"], type_of),
    entry(&["dyn(A): dyn"], dynamic),
];

pub(crate) fn size<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let count = match args {
        [Value::String(text)] => {
            budget.charge_bytes(text.len())?;
            text.chars().count()
        }
        [Value::Bytes(bytes)] => bytes.len(),
        [Value::List(list)] => list.len(),
        [Value::Map(map)] => map.len(),
        _ => return Err(Reason::NoOverload),
    };
    Ok(Value::Int(number::length(count)))
}

fn starts_with<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::String(text), Value::String(prefix)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_bytes(prefix.len())?;
    Ok(Value::Bool(text.starts_with(&**prefix)))
}

fn ends_with<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::String(text), Value::String(suffix)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_bytes(suffix.len())?;
    Ok(Value::Bool(text.ends_with(&**suffix)))
}

fn contains<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::String(text), Value::String(part)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_bytes(text.len().saturating_add(part.len()))?;
    Ok(Value::Bool(text.contains(&**part)))
}

fn type_of<'a>(args: &[Value<'a>], _: &mut Budget) -> Result<Value<'a>, Reason> {
    let [value] = args else {
        return Err(Reason::NoOverload);
    };
    Ok(Value::Type(Ref::Shared(value.type_name().into())))
}

fn dynamic<'a>(args: &[Value<'a>], _: &mut Budget) -> Result<Value<'a>, Reason> {
    match args {
        [value] => Ok(value.clone()),
        _ => Err(Reason::NoOverload),
    }
}
