//! Types of values, and signatures of functions.
//!
//! Owns their form and how both are written. How types fit each other is the checker's affair.

use std::fmt;
use std::sync::Arc;

use crate::ast::Name;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Any type; what it is shows when the value is there.
    Dyn,
    /// `null`
    Null,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `uint`
    Uint,
    /// `double`
    Double,
    /// `string`
    String,
    /// `bytes`
    Bytes,
    /// `timestamp`
    Timestamp,
    /// `duration`
    Duration,
    /// The type of a type.
    Type(Arc<Type>),
    /// A list of elements of one type.
    List(Arc<Type>),
    /// A map from keys of one type to values of another.
    Map(Arc<[Type; 2]>),
    /// A type of a library, with the types that it is made of.
    Opaque(Arc<str>, Arc<[Type]>),
    /// An object with declared fields, by the name of its type.
    Object(Arc<str>),
    /// A type that a call determines, in signatures alone.
    Param(Arc<str>),
}

/// The parameters and the result of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) name: Name,
    pub(crate) is_method: bool,
    /// The receiver first, if there is one.
    pub(crate) parameters: Vec<Type>,
    pub(crate) result: Type,
}

pub(crate) const OPTIONAL: &str = "optional_type";

/// Types that have a name of their own and no parts.
const NAMED: &[(&str, Type)] = &[
    ("dyn", Type::Dyn),
    ("null", Type::Null),
    ("null_type", Type::Null),
    ("bool", Type::Bool),
    ("int", Type::Int),
    ("uint", Type::Uint),
    ("double", Type::Double),
    ("string", Type::String),
    ("bytes", Type::Bytes),
    ("timestamp", Type::Timestamp),
    ("google.protobuf.Timestamp", Type::Timestamp),
    ("duration", Type::Duration),
    ("google.protobuf.Duration", Type::Duration),
];

/// Types of libraries.
pub(crate) const LIBRARY: &[&str] = &[
    "net.IP",
    "net.CIDR",
    "kubernetes.URL",
    "kubernetes.Quantity",
    "kubernetes.Semver",
    "kubernetes.NamedFormat",
];

impl Type {
    /// A list of elements of a type.
    pub fn list(element: Self) -> Self {
        Self::List(Arc::new(element))
    }

    /// A map from keys of a type to values of another.
    pub fn map(key: Self, value: Self) -> Self {
        Self::Map(Arc::new([key, value]))
    }

    /// A value of a type that may be absent.
    pub fn optional(value: Self) -> Self {
        Self::Opaque(OPTIONAL.into(), [value].into())
    }

    /// The type of a type.
    pub fn type_of(of: Self) -> Self {
        Self::Type(Arc::new(of))
    }

    /// A type as it is written: `int`, `list(string)`, `map(string, dyn)`, `optional_type(int)`.
    /// A name that is none of the language stands for a type of objects, one capital letter for a
    /// type that a call determines.
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text };
        let parsed = reader.parse()?;
        reader.rest.trim().is_empty().then_some(parsed)
    }

    /// The value of an optional, if this is one.
    pub(crate) fn as_optional(&self) -> Option<&Self> {
        match self {
            Self::Opaque(name, parts) if &**name == OPTIONAL => parts.first(),
            _ => None,
        }
    }

    /// The type that a name stands for in an expression, such as `int`.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        match name {
            "type" => Some(Self::type_of(Self::Dyn)),
            "list" => Some(Self::list(Self::Dyn)),
            "map" => Some(Self::map(Self::Dyn, Self::Dyn)),
            OPTIONAL => Some(Self::optional(Self::Dyn)),
            "dyn" | "null" | "timestamp" | "duration" => None,
            _ if LIBRARY.contains(&name) => Some(Self::Opaque(name.into(), [].into())),
            _ => NAMED
                .iter()
                .find(|named| named.0 == name)
                .map(|named| named.1.clone()),
        }
    }
}

impl Signature {
    /// `name(int, list(T)): T`, or `<string>.name(int): bool` with a receiver.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text };
        let mut parameters = Vec::new();
        let is_method = reader.take('<');
        if is_method {
            parameters.push(reader.parse()?);
            if !reader.take('>') || !reader.take('.') {
                return None;
            }
        }
        let (name, rest) = reader.rest.split_once('(')?;
        reader.rest = rest;
        parameters.extend(reader.list()?);
        if !reader.take(':') {
            return None;
        }
        let result = reader.parse()?;
        (reader.rest.trim().is_empty() && !name.is_empty()).then(|| Self {
            name: name.trim().into(),
            is_method,
            parameters,
            result,
        })
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn take(&mut self, sign: char) -> bool {
        let after = self.rest.trim_start().strip_prefix(sign);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// Types with commas between them, up to the closing bracket.
    fn list(&mut self) -> Option<Vec<Type>> {
        let mut types = Vec::new();
        if self.take(')') {
            return Some(types);
        }
        loop {
            types.push(self.parse()?);
            if self.take(')') {
                return Some(types);
            }
            if !self.take(',') {
                return None;
            }
        }
    }

    fn parse(&mut self) -> Option<Type> {
        let rest = self.rest.trim_start();
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | '-' | '/'))
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        self.rest = after;
        if name.is_empty() {
            return None;
        }
        if !self.take('(') {
            return Some(plain(name));
        }
        let parts = self.list()?;
        match (name, parts.as_slice()) {
            ("type", [of]) => Some(Type::type_of(of.clone())),
            ("list", [element]) => Some(Type::list(element.clone())),
            ("map", [key, value]) => Some(Type::map(key.clone(), value.clone())),
            ("type" | "list" | "map", _) => None,
            _ => Some(Type::Opaque(name.into(), parts.into())),
        }
    }
}

fn plain(name: &str) -> Type {
    let named = NAMED.iter().find(|named| named.0 == name);
    match named {
        Some((_, named)) => named.clone(),
        None if name.len() == 1 && name.starts_with(|c: char| c.is_ascii_uppercase()) => {
            Type::Param(name.into())
        }
        None => Type::of_name(name).unwrap_or_else(|| Type::Object(name.into())),
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(of) if **of == Self::Dyn => f.write_str("type"),
            Self::Type(of) => write!(f, "type({of})"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Map(parts) => {
                let [key, value] = &**parts;
                write!(f, "map({key}, {value})")
            }
            Self::Opaque(name, parts) => write_opaque(f, name, parts),
            Self::Object(name) | Self::Param(name) => f.write_str(name),
            plain => {
                let named = NAMED.iter().find(|named| named.1 == *plain);
                f.write_str(named.map_or("dyn", |named| named.0))
            }
        }
    }
}

fn write_opaque(f: &mut fmt::Formatter<'_>, name: &str, parts: &[Type]) -> fmt::Result {
    f.write_str(name)?;
    for (index, part) in parts.iter().enumerate() {
        write!(f, "{}{part}", if index == 0 { "(" } else { ", " })?;
    }
    f.write_str(if parts.is_empty() { "" } else { ")" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_as_they_are_read() {
        for text in [
            "int",
            "list(string)",
            "map(string, list(dyn))",
            "optional_type(int)",
            "net.IP",
            "shop.Cart",
            "type",
            "type(int)",
            "tuple(A, B)",
            "timestamp",
        ] {
            assert_eq!(Type::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "list", "list(", "map(int)", "list(int) x", "(int)"] {
            let parsed = Type::parse(text).map(|parsed| parsed.to_string());
            assert_ne!(parsed.as_deref(), Some(text), "{text}");
        }
    }

    #[test]
    fn a_signature_has_a_receiver_in_angle_brackets() {
        let signature = Signature::parse("<list(T)>.slice(int, int): list(T)").unwrap();
        assert!(signature.is_method);
        assert_eq!((&*signature.name, signature.parameters.len()), ("slice", 3));
        assert_eq!(Signature::parse("f(int)"), None);
    }
}
