//! When two values are equal, and which comes first.

use std::cmp::Ordering;

use super::text::same;
use super::{List, Map, Value, number};
use crate::error::Reason;

/// Whether two values are equal. Values of different types are not, apart from numbers.
pub(crate) fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) | (Value::Type(left), Value::Type(right)) => {
            same(left, right)
        }
        (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Bytes(left), Value::Bytes(right)) => **left == **right,
        (Value::List(left), Value::List(right)) => equal_lists(left, right),
        (Value::Map(left), Value::Map(right)) => equal_maps(left, right),
        (Value::Timestamp(left), Value::Timestamp(right)) => left == right,
        (Value::Duration(left), Value::Duration(right)) => left == right,
        (Value::Optional(left), Value::Optional(right)) => match (left, right) {
            (Some(left), Some(right)) => equal(left, right),
            (None, None) => true,
            _ => false,
        },
        (Value::Ip(left), Value::Ip(right)) => left == right,
        (Value::Cidr(left), Value::Cidr(right)) => left == right,
        (Value::Opaque(left), Value::Opaque(right)) => **left == **right,
        (Value::Object(left), Value::Object(right)) => {
            std::ptr::addr_eq(std::ptr::from_ref(*left), std::ptr::from_ref(*right))
        }
        _ => compare_numbers(left, right) == Ok(Some(Ordering::Equal)),
    }
}

fn equal_lists(left: &List<'_>, right: &List<'_>) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right.iter())
            .all(|(left, right)| equal(&left, &right))
}

fn equal_maps(left: &Map<'_>, right: &Map<'_>) -> bool {
    left.len() == right.len()
        && left.iter().all(|(key, value)| {
            super::Key::new(key)
                .and_then(|key| right.value(&key))
                .is_some_and(|other| equal(&value, &other))
        })
}

/// How two values are ordered: an error if they have no order at all, `None` if one of them is not
/// a number.
#[inline]
pub(crate) fn compare(left: &Value<'_>, right: &Value<'_>) -> Result<Option<Ordering>, Reason> {
    let ordering = match (left, right) {
        (Value::String(left), Value::String(right)) => (**left).cmp(&**right),
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Bytes(left), Value::Bytes(right)) => (**left).cmp(&**right),
        (Value::Timestamp(left), Value::Timestamp(right)) => left.cmp(right),
        (Value::Duration(left), Value::Duration(right)) => left.cmp(right),
        _ => return compare_numbers(left, right),
    };
    Ok(Some(ordering))
}

fn compare_numbers(left: &Value<'_>, right: &Value<'_>) -> Result<Option<Ordering>, Reason> {
    let reverse = |ordering: Option<Ordering>| ordering.map(Ordering::reverse);
    Ok(match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Uint(left), Value::Uint(right)) => Some(left.cmp(right)),
        (Value::Double(left), Value::Double(right)) => left.partial_cmp(right),
        (Value::Int(left), Value::Uint(right)) => Some(number::compare_int_uint(*left, *right)),
        (Value::Uint(left), Value::Int(right)) => {
            Some(number::compare_int_uint(*right, *left).reverse())
        }
        (Value::Int(left), Value::Double(right)) => number::compare_int_double(*left, *right),
        (Value::Double(left), Value::Int(right)) => {
            reverse(number::compare_int_double(*right, *left))
        }
        (Value::Uint(left), Value::Double(right)) => number::compare_uint_double(*left, *right),
        (Value::Double(left), Value::Uint(right)) => {
            reverse(number::compare_uint_double(*right, *left))
        }
        _ => return Err(Reason::NoOverload),
    })
}

/// About how much work it is to compare the value with another.
#[inline]
pub(crate) fn weight(value: &Value<'_>) -> u64 {
    match value {
        Value::String(text) => text.len() as u64 / 64,
        Value::Bytes(bytes) => bytes.len() as u64 / 64,
        Value::List(_) | Value::Map(_) | Value::Optional(_) => weight_of_parts(value),
        _ => 0,
    }
}

fn weight_of_parts(value: &Value<'_>) -> u64 {
    match value {
        Value::List(list) => list.iter().map(|element| 1 + weight(&element)).sum(),
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| 2 + weight(&key) + weight(&value))
            .sum(),
        Value::Optional(Some(value)) => weight(value),
        _ => 0,
    }
}
