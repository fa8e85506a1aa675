//! Values, borrowed from the request and the program wherever that is possible.
//!
//! Owns what a value is and how the host gives its own data without copying it ([`Object`],
//! [`Sequence`], [`Mapping`]). Equality and order are in [`order`]. Knows no expressions.

mod json;
mod key;
mod list;
mod map;
pub(crate) mod number;
pub(crate) mod order;
mod shared;
pub(crate) mod text;
pub(crate) mod time;

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

pub use self::key::Key;
pub use self::list::List;
pub use self::map::{DuplicateKey, Map};
pub use self::shared::Ref;
pub use self::time::{Duration, Timestamp};

use crate::functions::quantity::Quantity;
use crate::functions::url::Url;

/// A value of the language.
///
/// `Value<'static>` owns all that it holds; any other may borrow.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` and `false`
    Bool(bool),
    /// A signed number of 64 bits.
    Int(i64),
    /// An unsigned number of 64 bits.
    Uint(u64),
    /// A floating-point number of 64 bits.
    Double(f64),
    /// Text.
    String(Ref<'a, str>),
    /// Bytes, which need not be text.
    Bytes(Ref<'a, [u8]>),
    /// Values in order.
    List(List<'a>),
    /// Values by keys.
    Map(Map<'a>),
    /// A moment.
    Timestamp(Timestamp),
    /// A length of time.
    Duration(Duration),
    /// The type of values, by its name.
    Type(Ref<'a, str>),
    /// A value that may be absent.
    Optional(Option<Ref<'a, Value<'a>>>),
    /// An IP address (`net.IP`).
    Ip(IpAddr),
    /// A block of IP addresses (`net.CIDR`).
    Cidr(IpNet),
    /// A value of one of the libraries of Kubernetes.
    Opaque(Ref<'a, Opaque>),
    /// An object of the host.
    Object(&'a dyn Object),
}

/// A value of one of the libraries of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opaque {
    /// `kubernetes.URL`
    Url(Url),
    /// `kubernetes.Quantity`
    Quantity(Quantity),
    /// `kubernetes.Semver`
    Semver(semver::Version),
    /// `kubernetes.NamedFormat`, by the name of the format
    Format(&'static str),
}

/// An object of the host with declared fields. Variables are the fields of the outermost object.
///
/// A field has the index that [`Env`](crate::Env) gave it. What a field holds must be of the
/// declared type; the checker relies on it, and evaluation does not: a value of another type is
/// treated as what it is.
pub trait Object: fmt::Debug + Sync {
    /// The field at an index; `None` if it is not set.
    fn field(&self, index: usize) -> Option<Value<'_>>;

    /// The index of the field of a name, for objects that are reached by a value of type `dyn`.
    fn index_of(&self, name: &str) -> Option<usize>;

    /// The name of the declared type.
    fn type_name(&self) -> &str;

    /// The field at an index, if it is an object. It must agree with [`Object::field`], as the
    /// method does that every object has from the start.
    #[inline]
    fn object(&self, index: usize) -> Option<&dyn Object> {
        match self.field(index) {
            Some(Value::Object(object)) => Some(object),
            _ => None,
        }
    }

    /// The field at an index, if it is a borrowed text; as [`Object::object`].
    #[inline]
    fn text(&self, index: usize) -> Option<&str> {
        match self.field(index) {
            Some(Value::String(Ref::Borrowed(text))) => Some(text),
            _ => None,
        }
    }

    /// The field at an index, if it is a list of borrowed texts; as [`Object::object`].
    #[inline]
    fn texts(&self, index: usize) -> Option<&[&str]> {
        match self.field(index) {
            Some(Value::List(List::Strings(texts))) => Some(texts),
            _ => None,
        }
    }
}

/// A list of the host.
pub trait Sequence: fmt::Debug + Sync {
    /// The number of elements.
    fn len(&self) -> usize;

    /// The element at an index.
    fn at(&self, index: usize) -> Option<Value<'_>>;

    /// Whether there are no elements.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A map of the host with text as keys.
pub trait Mapping: fmt::Debug + Sync {
    /// The number of entries.
    fn len(&self) -> usize;

    /// The value of a key.
    fn value(&self, key: &str) -> Option<Value<'_>>;

    /// The key at an index, in an order that stays the same.
    fn key_at(&self, index: usize) -> Option<&str>;

    /// Whether there are no entries.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'a> Value<'a> {
    /// The same value, borrowed as far as it can be.
    #[inline]
    #[must_use]
    pub fn view(&'a self) -> Value<'a> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Uint(value) => Value::Uint(*value),
            Self::Double(value) => Value::Double(*value),
            Self::String(text) => Value::String(Ref::Borrowed(text)),
            Self::Bytes(bytes) => Value::Bytes(Ref::Borrowed(bytes)),
            Self::List(list) => Value::List(list.view()),
            Self::Map(map) => Value::Map(map.view()),
            Self::Timestamp(value) => Value::Timestamp(*value),
            Self::Duration(value) => Value::Duration(*value),
            Self::Type(name) => Value::Type(Ref::Borrowed(name)),
            Self::Optional(value) => Value::Optional(value.as_deref().map(Ref::Borrowed)),
            Self::Ip(ip) => Value::Ip(*ip),
            Self::Cidr(cidr) => Value::Cidr(*cidr),
            Self::Opaque(value) => Value::Opaque(Ref::Borrowed(value)),
            Self::Object(object) => Value::Object(*object),
        }
    }

    /// The same value without anything borrowed; `None` if it holds what only the host has.
    pub fn into_owned(self) -> Option<Value<'static>> {
        Some(match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Uint(value) => Value::Uint(value),
            Self::Double(value) => Value::Double(value),
            Self::String(text) => Value::String(Ref::Shared((&*text).into())),
            Self::Bytes(bytes) => Value::Bytes(Ref::Shared((&*bytes).into())),
            Self::List(list) => {
                let values: Option<Vec<_>> = list.iter().map(Value::into_owned).collect();
                Value::list(values?)
            }
            Self::Map(map) => {
                let entries = map
                    .iter()
                    .map(|(key, value)| Some((Key::new(key.into_owned()?)?, value.into_owned()?)));
                let entries: Option<Vec<_>> = entries.collect();
                Value::Map(Map::new(entries?).ok()?)
            }
            Self::Timestamp(value) => Value::Timestamp(value),
            Self::Duration(value) => Value::Duration(value),
            Self::Type(name) => Value::Type(Ref::Shared((&*name).into())),
            Self::Optional(None) => Value::Optional(None),
            Self::Optional(Some(value)) => Value::some(Value::clone(&value).into_owned()?),
            Self::Ip(ip) => Value::Ip(ip),
            Self::Cidr(cidr) => Value::Cidr(cidr),
            Self::Opaque(value) => Value::opaque(Opaque::clone(&value)),
            Self::Object(_) => return None,
        })
    }

    /// A text that is borrowed.
    #[inline]
    pub fn str(text: &'a str) -> Self {
        Self::String(Ref::Borrowed(text))
    }

    /// A text that is owned.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(Ref::Shared(text.into().into()))
    }

    /// Bytes that are owned.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Bytes(Ref::Shared(bytes.into().into()))
    }

    /// A list of values.
    pub fn list(values: Vec<Value<'a>>) -> Self {
        Self::List(List::Values(Ref::Shared(values.into())))
    }

    /// An optional with a value.
    pub fn some(value: Value<'a>) -> Self {
        Self::Optional(Some(Ref::Shared(std::sync::Arc::new(value))))
    }

    pub(crate) fn opaque(value: Opaque) -> Self {
        Self::Opaque(Ref::Shared(std::sync::Arc::new(value)))
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The name of the type, as `type(..)` gives it.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::String(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Type(_) => "type",
            Self::Optional(_) => "optional_type",
            Self::Ip(_) => "net.IP",
            Self::Cidr(_) => "net.CIDR",
            Self::Opaque(value) => value.type_name(),
            Self::Object(object) => object.type_name(),
        }
    }

    /// Whether it is the value that a field of its type has when nothing was said: false, zero,
    /// empty.
    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Self::Null | Self::Optional(None) => true,
            Self::Bool(value) => !value,
            Self::Int(value) => *value == 0,
            Self::Uint(value) => *value == 0,
            Self::Double(value) => value.abs() <= 0.0,
            Self::String(text) => text.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::List(list) => list.is_empty(),
            Self::Map(map) => map.is_empty(),
            Self::Duration(value) => *value == Duration::ZERO,
            _ => false,
        }
    }
}

impl Opaque {
    fn type_name(&self) -> &'static str {
        match self {
            Self::Url(_) => "kubernetes.URL",
            Self::Quantity(_) => "kubernetes.Quantity",
            Self::Semver(_) => "kubernetes.Semver",
            Self::Format(_) => "kubernetes.NamedFormat",
        }
    }
}

/// Two values are equal as the language says; objects of the host only if they are the same one.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        order::equal(self, other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_small_and_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Value<'static>>();
        assert!(size_of::<Value<'static>>() <= 32);
    }
}
