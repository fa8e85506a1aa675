//! The sets extension: lists as sets.

use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::{List, Value, order};

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(
        &["sets.contains(list(T), list(T)): bool"],
        |args, budget| {
            let [left, right] = lists(args, budget)?;
            Ok(Value::Bool(holds_all(left, right)))
        },
    ),
    entry(
        &["sets.equivalent(list(T), list(T)): bool"],
        |args, budget| {
            let [left, right] = lists(args, budget)?;
            Ok(Value::Bool(
                holds_all(left, right) && holds_all(right, left),
            ))
        },
    ),
    entry(
        &["sets.intersects(list(T), list(T)): bool"],
        |args, budget| {
            let [left, right] = lists(args, budget)?;
            Ok(Value::Bool(
                right.iter().any(|element| holds(left, &element)),
            ))
        },
    ),
];

/// The two lists, after every pair of their elements has been paid for.
fn lists<'v, 'a>(args: &'v [Value<'a>], budget: &mut Budget) -> Result<[&'v List<'a>; 2], Reason> {
    let [first @ Value::List(left), second @ Value::List(right)] = args else {
        return Err(Reason::NoOverload);
    };
    let weight = |value: &Value<'_>| usize::try_from(order::weight(value)).unwrap_or(usize::MAX);
    budget.charge_product(weight(first), weight(second))?;
    budget.charge_product(left.len(), right.len())?;
    Ok([left, right])
}

fn holds(list: &List<'_>, element: &Value<'_>) -> bool {
    list.iter().any(|other| order::equal(&other, element))
}

fn holds_all(list: &List<'_>, elements: &List<'_>) -> bool {
    elements.iter().all(|element| holds(list, &element))
}
