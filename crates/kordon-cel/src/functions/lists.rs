//! The lists extension, and the lists library of Kubernetes.

use std::cmp::Ordering;

use super::{Entry, entry, strings};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::{Duration, List, Value, number, order};

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(&["<list(T)>.slice(int, int): list(T)"], slice),
    entry(
        &[
            "<list(list(T))>.flatten(): list(T)",
            "<list(dyn)>.flatten(int): list(dyn)",
        ],
        flatten,
    ),
    entry(&["<list(T)>.sort(): list(T)"], sort),
    entry(&["<list(T)>.distinct(): list(T)"], distinct),
    entry(
        &["<list(T)>.reverse(): list(T)", "<string>.reverse(): string"],
        reverse,
    ),
    entry(&["lists.range(int): list(int)"], range),
    entry(&["<list(T)>.first(): optional_type(T)"], |args, _| {
        end(args, |_| Some(0))
    }),
    entry(&["<list(T)>.last(): optional_type(T)"], |args, _| {
        end(args, |length| length.checked_sub(1))
    }),
    entry(&["<list(T)>.isSorted(): bool"], is_sorted),
    entry(
        &[
            "<list(int)>.sum(): int",
            "<list(uint)>.sum(): uint",
            "<list(double)>.sum(): double",
            "<list(duration)>.sum(): duration",
        ],
        sum,
    ),
    entry(&["<list(T)>.min(): T"], |args, budget| {
        extreme(args, budget, Ordering::Less)
    }),
    entry(&["<list(T)>.max(): T"], |args, budget| {
        extreme(args, budget, Ordering::Greater)
    }),
    entry(
        &[
            "<list(T)>.indexOf(T): int",
            "<string>.indexOf(string): int",
            "<string>.indexOf(string, int): int",
        ],
        |args, budget| match args {
            [Value::List(list), value] => position(list.iter().enumerate(), list, value, budget),
            _ => strings::index_of(args, budget),
        },
    ),
    entry(
        &[
            "<list(T)>.lastIndexOf(T): int",
            "<string>.lastIndexOf(string): int",
            "<string>.lastIndexOf(string, int): int",
        ],
        |args, budget| match args {
            [Value::List(list), value] => {
                let backwards = (0..list.len())
                    .rev()
                    .filter_map(|at| Some((at, list.at(at)?)));
                position(backwards, list, value, budget)
            }
            _ => strings::last_index_of(args, budget),
        },
    ),
];

/// No list is made longer than this at once.
const LONGEST_RANGE: i64 = 1_000_000;

fn slice<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::List(list), Value::Int(start), Value::Int(end)] = args else {
        return Err(Reason::NoOverload);
    };
    let index = |value: i64| usize::try_from(value).map_err(|_| Reason::OutOfRange);
    let (start, end) = (index(*start)?, index(*end)?);
    if start > end || end > list.len() {
        return Err(Reason::OutOfRange);
    }
    budget.charge_elements(end - start)?;
    Ok(Value::list(
        (start..end).filter_map(|at| list.at(at)).collect(),
    ))
}

fn flatten<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let (list, depth) = match args {
        [Value::List(list)] => (list, 1),
        [Value::List(list), Value::Int(depth)] => (list, *depth),
        _ => return Err(Reason::NoOverload),
    };
    if depth < 0 {
        return Err(Reason::Argument);
    }
    let mut flat = Vec::new();
    flatten_into(list, depth, &mut flat, budget)?;
    Ok(Value::list(flat))
}

fn flatten_into<'a>(
    list: &List<'a>,
    depth: i64,
    flat: &mut Vec<Value<'a>>,
    budget: &mut Budget,
) -> Result<(), Reason> {
    budget.charge_elements(list.len())?;
    for element in list.iter() {
        match element {
            Value::List(inner) if depth > 0 => flatten_into(&inner, depth - 1, flat, budget)?,
            other => flat.push(other),
        }
    }
    Ok(())
}

fn sort<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::List(list)] = args else {
        return Err(Reason::NoOverload);
    };
    let pairs = list.iter().map(|value| (value.clone(), value)).collect();
    sorted(pairs, budget)
}

/// Values in the order of their keys, which must all be of one type that has an order.
pub(crate) fn sorted<'a>(
    mut pairs: Vec<(Value<'a>, Value<'a>)>,
    budget: &mut Budget,
) -> Result<Value<'a>, Reason> {
    let length = pairs.len();
    budget.charge_product(length, length.checked_ilog2().unwrap_or(0) as usize + 1)?;
    if let Some((first, _)) = pairs.first() {
        let kind = std::mem::discriminant(first);
        let has_order = pairs.iter().all(|(key, _)| {
            std::mem::discriminant(key) == kind && order::compare(key, key).is_ok()
        });
        if !has_order {
            return Err(Reason::NoOverload);
        }
    }
    pairs.sort_by(|(left, _), (right, _)| {
        order::compare(left, right)
            .ok()
            .flatten()
            .unwrap_or(Ordering::Equal)
    });
    Ok(Value::list(
        pairs.into_iter().map(|(_, value)| value).collect(),
    ))
}

fn distinct<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::List(list)] = args else {
        return Err(Reason::NoOverload);
    };
    let mut kept: Vec<Value<'a>> = Vec::new();
    for element in list.iter() {
        let weight = order::weight(&element).saturating_add(1);
        budget.charge(weight.saturating_mul(kept.len() as u64 + 1))?;
        if !kept.iter().any(|other| order::equal(other, &element)) {
            kept.push(element);
        }
    }
    Ok(Value::list(kept))
}

fn reverse<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    match args {
        [Value::List(list)] => {
            budget.charge_elements(list.len())?;
            let backwards = (0..list.len()).rev().filter_map(|at| list.at(at));
            Ok(Value::list(backwards.collect()))
        }
        [Value::String(text)] => strings::reversed(text, budget),
        _ => Err(Reason::NoOverload),
    }
}

fn range<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::Int(count)] = args else {
        return Err(Reason::NoOverload);
    };
    if !(0..=LONGEST_RANGE).contains(count) {
        return Err(Reason::Argument);
    }
    budget.charge(count.unsigned_abs())?;
    Ok(Value::list((0..*count).map(Value::Int).collect()))
}

fn end<'a>(args: &[Value<'a>], at: fn(usize) -> Option<usize>) -> Result<Value<'a>, Reason> {
    let [Value::List(list)] = args else {
        return Err(Reason::NoOverload);
    };
    let element = at(list.len()).and_then(|index| list.at(index));
    Ok(element.map_or(Value::Optional(None), Value::some))
}

fn is_sorted<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::List(list)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_elements(list.len())?;
    for (left, right) in list.iter().zip(list.iter().skip(1)) {
        let ordering = order::compare(&left, &right)?;
        if !ordering.is_some_and(Ordering::is_le) {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

fn sum<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::List(list)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_elements(list.len())?;
    let mut values = list.iter();
    let Some(mut total) = values.next() else {
        return Ok(Value::Int(0));
    };
    if !matches!(
        total,
        Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::Duration(_)
    ) {
        return Err(Reason::NoOverload);
    }
    for value in values {
        let sum = match (total, value) {
            (Value::Int(left), Value::Int(right)) => left.checked_add(right).map(Value::Int),
            (Value::Uint(left), Value::Uint(right)) => left.checked_add(right).map(Value::Uint),
            (Value::Double(left), Value::Double(right)) => Some(Value::Double(left + right)),
            (Value::Duration(left), Value::Duration(right)) => left
                .nanos()
                .checked_add(right.nanos())
                .map(|nanos| Value::Duration(Duration::from_nanos(nanos))),
            _ => return Err(Reason::NoOverload),
        };
        total = sum.ok_or(Reason::Overflow)?;
    }
    Ok(total)
}

fn extreme<'a>(
    args: &[Value<'a>],
    budget: &mut Budget,
    wanted: Ordering,
) -> Result<Value<'a>, Reason> {
    let [Value::List(list)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_elements(list.len())?;
    let mut values = list.iter();
    let mut best = values.next().ok_or(Reason::Argument)?;
    for value in values {
        let ordering = order::compare(&value, &best)?;
        if ordering == Some(wanted) {
            best = value;
        }
    }
    Ok(best)
}

fn position<'a>(
    mut elements: impl Iterator<Item = (usize, Value<'a>)>,
    list: &List<'a>,
    value: &Value<'a>,
    budget: &mut Budget,
) -> Result<Value<'a>, Reason> {
    let weight = order::weight(value).saturating_add(1);
    budget.charge(weight.saturating_mul(list.len() as u64 + 1))?;
    let found = elements.find(|(_, element)| order::equal(element, value));
    Ok(Value::Int(found.map_or(-1, |(at, _)| number::length(at))))
}
