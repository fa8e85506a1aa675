//! Keys of maps.

use std::cmp::Ordering;

use super::{Ref, Value, number};

/// The key of an entry of a map.
///
/// Keys are ordered, numbers by their value whether signed or not, so that `1` and `1u` are one
/// key.
#[derive(Clone, Debug)]
pub enum Key<'a> {
    /// A key that is true or false.
    Bool(bool),
    /// A signed number.
    Int(i64),
    /// An unsigned number.
    Uint(u64),
    /// Text.
    String(Ref<'a, str>),
}

impl<'a> Key<'a> {
    /// A value as a key. A double with the value of an integer stands for it.
    pub(crate) fn new(value: Value<'a>) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(Self::Bool(value)),
            Value::Int(value) => Some(Self::Int(value)),
            Value::Uint(value) => Some(Self::Uint(value)),
            Value::String(text) => Some(Self::String(text)),
            Value::Double(value) => number::exact_int(value)
                .map(Self::Int)
                .or_else(|| number::exact_uint(value).map(Self::Uint)),
            _ => None,
        }
    }

    /// The key as a value.
    pub fn to_value(&self) -> Value<'a> {
        match self {
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Uint(value) => Value::Uint(*value),
            Self::String(text) => Value::String(text.clone()),
        }
    }

    /// The key as a value that borrows it.
    pub(crate) fn view(&'a self) -> Value<'a> {
        match self {
            Self::String(text) => Value::String(Ref::Borrowed(text)),
            other => other.to_value(),
        }
    }
}

impl Ord for Key<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Int(left), Self::Int(right)) => left.cmp(right),
            (Self::Uint(left), Self::Uint(right)) => left.cmp(right),
            (Self::Int(left), Self::Uint(right)) => number::compare_int_uint(*left, *right),
            (Self::Uint(left), Self::Int(right)) => {
                number::compare_int_uint(*right, *left).reverse()
            }
            (Self::String(left), Self::String(right)) => (**left).cmp(&**right),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl Key<'_> {
    fn rank(&self) -> u8 {
        match self {
            Self::Bool(_) => 0,
            Self::Int(_) | Self::Uint(_) => 1,
            Self::String(_) => 2,
        }
    }
}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key<'_> {}
