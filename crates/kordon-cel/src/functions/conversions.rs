//! Conversions between types.

use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::{Duration, Opaque, Timestamp, Value, number};

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(&["bool(bool): bool", "bool(string): bool"], to_bool),
    entry(
        &[
            "int(int): int",
            "int(uint): int",
            "int(double): int",
            "int(string): int",
            "int(timestamp): int",
            "int(duration): int",
        ],
        to_int,
    ),
    entry(
        &[
            "uint(uint): uint",
            "uint(int): uint",
            "uint(double): uint",
            "uint(string): uint",
        ],
        to_uint,
    ),
    entry(
        &[
            "double(double): double",
            "double(int): double",
            "double(uint): double",
            "double(string): double",
        ],
        to_double,
    ),
    entry(
        &[
            "string(string): string",
            "string(bool): string",
            "string(int): string",
            "string(uint): string",
            "string(double): string",
            "string(bytes): string",
            "string(timestamp): string",
            "string(duration): string",
            "string(net.IP): string",
            "string(net.CIDR): string",
            "string(kubernetes.URL): string",
        ],
        to_string,
    ),
    entry(&["bytes(bytes): bytes", "bytes(string): bytes"], to_bytes),
    entry(
        &[
            "timestamp(timestamp): timestamp",
            "timestamp(string): timestamp",
            "timestamp(int): timestamp",
        ],
        to_timestamp,
    ),
    entry(
        &["duration(duration): duration", "duration(string): duration"],
        to_duration,
    ),
];

fn to_bool<'a>(args: &[Value<'a>], _: &mut Budget) -> Result<Value<'a>, Reason> {
    match args {
        [Value::Bool(value)] => Ok(Value::Bool(*value)),
        [Value::String(text)] => match &**text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
            _ => Err(Reason::Conversion),
        },
        _ => Err(Reason::NoOverload),
    }
}

/// The smallest double beyond which, on either side, no conversion to an int is allowed.
const INT_BORDER: f64 = 9_223_372_036_854_775_808.0;

fn to_int<'a>(args: &[Value<'a>], _: &mut Budget) -> Result<Value<'a>, Reason> {
    let converted = match args {
        [Value::Int(value)] => Some(*value),
        [Value::Uint(value)] => i64::try_from(*value).ok(),
        [Value::Double(value)] if *value > -INT_BORDER => number::truncated_int(*value),
        [Value::Double(_)] => None,
        [Value::String(text)] => text.parse().ok(),
        [Value::Timestamp(value)] => Some(value.seconds()),
        [Value::Duration(value)] => Some(value.nanos()),
        _ => return Err(Reason::NoOverload),
    };
    converted.map(Value::Int).ok_or(Reason::Conversion)
}

fn to_uint<'a>(args: &[Value<'a>], _: &mut Budget) -> Result<Value<'a>, Reason> {
    let converted = match args {
        [Value::Uint(value)] => Some(*value),
        [Value::Int(value)] => u64::try_from(*value).ok(),
        [Value::Double(value)] => number::truncated_uint(*value),
        [Value::String(text)] if text.starts_with('+') => None,
        [Value::String(text)] => text.parse().ok(),
        _ => return Err(Reason::NoOverload),
    };
    converted.map(Value::Uint).ok_or(Reason::Conversion)
}

fn to_double<'a>(args: &[Value<'a>], _: &mut Budget) -> Result<Value<'a>, Reason> {
    let converted = match args {
        [Value::Double(value)] => Some(*value),
        [Value::Int(value)] => Some(number::int_to_double(*value)),
        [Value::Uint(value)] => Some(number::uint_to_double(*value)),
        [Value::String(text)] => parse_double(text),
        _ => return Err(Reason::NoOverload),
    };
    converted.map(Value::Double).ok_or(Reason::Conversion)
}

/// A number beyond the range of a double is no infinity; infinity is written as a word.
fn parse_double(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    let is_word = text.bytes().any(|byte| byte.eq_ignore_ascii_case(&b'i'));
    (!value.is_infinite() || is_word).then_some(value)
}

fn to_string<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let text = match args {
        [text @ Value::String(_)] => return Ok(text.clone()),
        [Value::Bool(value)] => value.to_string(),
        [Value::Int(value)] => value.to_string(),
        [Value::Uint(value)] => value.to_string(),
        [Value::Double(value)] => double_text(*value),
        [Value::Bytes(bytes)] => {
            budget.charge_bytes(bytes.len())?;
            let text = std::str::from_utf8(bytes).map_err(|_| Reason::Conversion)?;
            text.to_owned()
        }
        [Value::Timestamp(value)] => value.to_string(),
        [Value::Duration(value)] => value.to_string(),
        [Value::Ip(ip)] => ip.to_string(),
        [Value::Cidr(cidr)] => cidr.to_string(),
        [Value::Opaque(value)] => match &**value {
            Opaque::Url(url) => url.to_string(),
            _ => return Err(Reason::NoOverload),
        },
        _ => return Err(Reason::NoOverload),
    };
    Ok(Value::string(text))
}

/// A double with as few digits as say it, and an exponent below 1e-4 and from 1e21 on.
pub(crate) fn double_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.into();
    }
    let magnitude = value.abs();
    if magnitude <= 0.0 || (1e-4..1e21).contains(&magnitude) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) => format!("{digits}{}", exponent_text(exponent)),
        None => text,
    }
}

/// An exponent with its sign and at least two digits.
pub(super) fn exponent_text(exponent: &str) -> String {
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("e{sign}{digits:0>2}")
}

fn to_bytes<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    match args {
        [bytes @ Value::Bytes(_)] => Ok(bytes.clone()),
        [Value::String(text)] => {
            budget.charge_bytes(text.len())?;
            Ok(Value::bytes(text.as_bytes()))
        }
        _ => Err(Reason::NoOverload),
    }
}

fn to_timestamp<'a>(args: &[Value<'a>], _: &mut Budget) -> Result<Value<'a>, Reason> {
    let converted = match args {
        [Value::Timestamp(value)] => Some(*value),
        [Value::String(text)] => Timestamp::parse(text),
        [Value::Int(seconds)] => Timestamp::new(*seconds, 0),
        _ => return Err(Reason::NoOverload),
    };
    converted.map(Value::Timestamp).ok_or(Reason::Conversion)
}

fn to_duration<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let converted = match args {
        [Value::Duration(value)] => Some(*value),
        [Value::String(text)] => {
            budget.charge_bytes(text.len())?;
            Duration::parse(text)
        }
        _ => return Err(Reason::NoOverload),
    };
    converted.map(Value::Duration).ok_or(Reason::Conversion)
}
