//! What a scalar of YAML means to kubectl.
//!
//! kubectl reads YAML with sigs.k8s.io/yaml, which resolves scalars by go-yaml version 2 (a table
//! from YAML 1.1 with habits of its own) and then writes JSON. This module owns those rules. The
//! sources are kubernetes-sigs/yaml, goyaml.v2/resolve.go (`resolveMapList`, `resolve`),
//! goyaml.v2/decode.go (`scalar`) and yaml.go (`convertToJSONableObject`).

mod go;

use crate::Value;

/// A resolved scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    /// A number with a fraction or an exponent, or beyond 64 bits. Infinity and not-a-number,
    /// which JSON does not have, are kept for the message.
    Float(f64),
    /// The text as it stands.
    String,
}

/// Why a scalar with a tag has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagError {
    /// The text is not what the tag says.
    Mismatch(&'static str),
    /// `!!binary`.
    Binary,
}

/// Resolves a plain scalar without a tag.
pub(super) fn resolve(text: &str) -> Scalar {
    let Some(first) = text.bytes().next() else {
        return Scalar::Null;
    };
    // resolve.go decides by the first character which forms to try at all.
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'.' => word_or(text, dotted),
        b'+' | b'-' | b'0'..=b'9' => word_or(text, number),
        _ => Scalar::String,
    }
}

/// Resolves a scalar with a tag: `int` for `!!int` and so on, empty for a tag not of YAML's own.
pub(super) fn resolve_tagged(tag: &str, text: &str) -> Result<Scalar, TagError> {
    let scalar = resolve(text);
    match (tag, scalar) {
        ("binary", _) => Err(TagError::Binary),
        ("bool", Scalar::Bool(_))
        | ("null", Scalar::Null)
        | ("int", Scalar::Int(_) | Scalar::UInt(_))
        | ("float", Scalar::Int(_) | Scalar::Float(_)) => Ok(scalar),
        ("bool", _) => Err(TagError::Mismatch("boolean")),
        ("null", _) => Err(TagError::Mismatch("null")),
        ("int", _) => Err(TagError::Mismatch("whole number")),
        ("float", _) => Err(TagError::Mismatch("number")),
        ("timestamp", _) if !go::is_timestamp(text) => Err(TagError::Mismatch("timestamp")),
        _ => Ok(Scalar::String),
    }
}

impl Scalar {
    /// The value in the tree; none for a number that JSON does not have.
    pub(super) fn into_value(self, text: impl FnOnce() -> Box<str>) -> Option<Value> {
        Some(match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::UInt(value) => Value::UInt(value),
            Self::Float(value) => return from_float(value),
            Self::String => Value::String(text()),
        })
    }

    /// The text of a key; none where sigs.k8s.io/yaml refuses the key.
    pub(super) fn into_key(self, text: impl FnOnce() -> Box<str>) -> Option<Box<str>> {
        Some(match self {
            Self::Null | Self::UInt(_) => return None,
            Self::Bool(value) => if value { "true" } else { "false" }.into(),
            Self::Int(value) => value.to_string().into(),
            Self::Float(value) => go::format_float_32(value).into(),
            Self::String => text(),
        })
    }
}

// encoding/json writes a float64 below 1e21 without an exponent, and without a fraction if it has
// none: on the way to the API server `80.0` and `8e1` become `80`.
fn from_float(value: f64) -> Option<Value> {
    if !value.is_finite() {
        return None;
    }
    if value.fract() != 0.0 || value.abs() >= 1e21 {
        return Some(Value::Float(value));
    }
    let digits = format!("{value:.0}");
    if let Ok(value) = digits.parse() {
        return Some(Value::Int(value));
    }
    Some(digits.parse().map_or(Value::Float(value), Value::UInt))
}

/// resolve.go, `resolveMapList`.
fn word(text: &str) -> Scalar {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::Float(f64::NEG_INFINITY),
        _ => Scalar::String,
    }
}

fn word_or(text: &str, otherwise: fn(&str) -> Scalar) -> Scalar {
    match word(text) {
        Scalar::String => otherwise(text),
        scalar => scalar,
    }
}

fn dotted(text: &str) -> Scalar {
    go::parse_float(text).map_or(Scalar::String, Scalar::Float)
}

fn number(text: &str) -> Scalar {
    if go::is_timestamp(text) {
        return Scalar::String;
    }
    let without_underscores;
    let plain = if text.contains('_') {
        without_underscores = text.replace('_', "");
        &without_underscores
    } else {
        text
    };
    match go::parse_integer(plain) {
        go::Integer::Int(value) => return Scalar::Int(value),
        go::Integer::UInt(value) => return Scalar::UInt(value),
        go::Integer::Beyond(_) | go::Integer::Invalid => {}
    }
    if go::is_yaml_float(plain)
        && let Some(value) = go::parse_float(plain)
    {
        return Scalar::Float(value);
    }
    // A sign after `0b` is no integer to `ParseInt` with base 0, but is with base 2.
    if let Some(value) = plain
        .strip_prefix("0b")
        .and_then(|rest| i64::from_str_radix(rest, 2).ok())
    {
        return Scalar::Int(value);
    }
    match go::parse_integer(plain) {
        go::Integer::Beyond(value) => Scalar::Float(value),
        _ => Scalar::String,
    }
}

#[cfg(test)]
mod tests;
