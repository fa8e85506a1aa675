//! The strings extension.
//!
//! Positions count characters (code points), not bytes.

use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::{Value, number};

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(&["<string>.charAt(int): string"], char_at),
    entry(&["<string>.lowerAscii(): string"], |args, budget| {
        mapped(args, budget, str::to_ascii_lowercase)
    }),
    entry(&["<string>.upperAscii(): string"], |args, budget| {
        mapped(args, budget, str::to_ascii_uppercase)
    }),
    entry(&["<string>.trim(): string"], |args, budget| {
        mapped(args, budget, |text| text.trim().to_owned())
    }),
    entry(&["strings.quote(string): string"], |args, budget| {
        mapped(args, budget, quote)
    }),
    entry(
        &[
            "<string>.replace(string, string): string",
            "<string>.replace(string, string, int): string",
        ],
        replace,
    ),
    entry(
        &[
            "<string>.split(string): list(string)",
            "<string>.split(string, int): list(string)",
        ],
        split,
    ),
    entry(
        &[
            "<string>.substring(int): string",
            "<string>.substring(int, int): string",
        ],
        substring,
    ),
    entry(
        &[
            "<list(string)>.join(): string",
            "<list(string)>.join(string): string",
        ],
        join,
    ),
];

fn mapped<'a>(
    args: &[Value<'a>],
    budget: &mut Budget,
    map: fn(&str) -> String,
) -> Result<Value<'a>, Reason> {
    let [Value::String(text)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_bytes(text.len())?;
    Ok(Value::string(map(text)))
}

/// A position as an index of characters.
fn position(value: i64) -> Result<usize, Reason> {
    usize::try_from(value).map_err(|_| Reason::OutOfRange)
}

/// The byte at which a character starts, where the end counts as well.
fn byte_at(text: &str, position: usize) -> Result<usize, Reason> {
    let mut starts = text
        .char_indices()
        .map(|(byte, _)| byte)
        .chain([text.len()]);
    starts.nth(position).ok_or(Reason::OutOfRange)
}

fn char_at<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::String(text), Value::Int(index)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_bytes(text.len())?;
    let start = byte_at(text, position(*index)?)?;
    let found = text.get(start..).and_then(|rest| rest.chars().next());
    Ok(Value::string(found.map(String::from).unwrap_or_default()))
}

/// The position of the first occurrence from a position on, or -1.
pub(super) fn index_of<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let (text, part, from) = match args {
        [Value::String(text), Value::String(part)] => (text, part, 0),
        [Value::String(text), Value::String(part), Value::Int(from)] => (text, part, *from),
        _ => return Err(Reason::NoOverload),
    };
    budget.charge_bytes(text.len().saturating_add(part.len()))?;
    let start = byte_at(text, position(from)?)?;
    let found = text
        .get(start..)
        .and_then(|rest| rest.find(&**part))
        .and_then(|byte| text.get(..start + byte));
    Ok(Value::Int(found.map_or(-1, |before| {
        number::length(before.chars().count())
    })))
}

/// The position of the last occurrence that begins at a position or before it, or -1.
pub(super) fn last_index_of<'a>(
    args: &[Value<'a>],
    budget: &mut Budget,
) -> Result<Value<'a>, Reason> {
    let (text, part, limit) = match args {
        [Value::String(text), Value::String(part)] => (text, part, None),
        [Value::String(text), Value::String(part), Value::Int(limit)] => (text, part, Some(*limit)),
        _ => return Err(Reason::NoOverload),
    };
    budget.charge_bytes(text.len().saturating_add(part.len()))?;
    let end = match limit {
        None => text.len(),
        Some(limit) => {
            let start = byte_at(text, position(limit)?)?;
            start.saturating_add(part.len()).min(text.len())
        }
    };
    // The end need not fall between two characters, so the search is one of bytes.
    let haystack = text.as_bytes().get(..end).unwrap_or_default();
    let found = match part.len() {
        0 => Some(end),
        length => (0..haystack.len())
            .rev()
            .find(|at| haystack.get(*at..at.saturating_add(length)) == Some(part.as_bytes())),
    };
    let before = found.and_then(|byte| text.get(..byte));
    Ok(Value::Int(before.map_or(-1, |before| {
        number::length(before.chars().count())
    })))
}

fn substring<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let (text, start, end) = match args {
        [Value::String(text), Value::Int(start)] => (text, *start, None),
        [Value::String(text), Value::Int(start), Value::Int(end)] => (text, *start, Some(*end)),
        _ => return Err(Reason::NoOverload),
    };
    budget.charge_bytes(text.len())?;
    let start = byte_at(text, position(start)?)?;
    let end = match end {
        None => text.len(),
        Some(end) => byte_at(text, position(end)?)?,
    };
    let part = text.get(start..end).ok_or(Reason::OutOfRange)?;
    Ok(Value::string(part))
}

/// How often something is done: no limit if the number is negative.
fn limit(count: i64) -> Option<usize> {
    usize::try_from(count).ok()
}

fn replace<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let (text, from, to, count) = match args {
        [Value::String(text), Value::String(from), Value::String(to)] => (text, from, to, -1),
        [
            Value::String(text),
            Value::String(from),
            Value::String(to),
            Value::Int(count),
        ] => (text, from, to, *count),
        _ => return Err(Reason::NoOverload),
    };
    let most = limit(count).unwrap_or(usize::MAX);
    let places = match from.len() {
        0 => text.len().saturating_add(1),
        length => text.len() / length,
    };
    budget.charge_bytes(
        text.len()
            .saturating_add(places.min(most).saturating_mul(to.len())),
    )?;
    Ok(Value::string(text.replacen(&**from, to, most)))
}

fn split<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let (text, separator, count) = match args {
        [Value::String(text), Value::String(separator)] => (text, separator, -1),
        [
            Value::String(text),
            Value::String(separator),
            Value::Int(count),
        ] => (text, separator, *count),
        _ => return Err(Reason::NoOverload),
    };
    budget.charge_elements(text.len())?;
    let most = limit(count).unwrap_or(usize::MAX);
    let parts = match (most, separator.is_empty()) {
        (0, _) => Vec::new(),
        (_, true) => characters(text, most),
        (_, false) => text.splitn(most, &**separator).map(Value::string).collect(),
    };
    Ok(Value::list(parts))
}

/// The characters one by one, the last part being whatever is left.
fn characters<'a>(text: &str, most: usize) -> Vec<Value<'a>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if parts.len() + 1 >= most {
            parts.push(Value::string(rest));
            return parts;
        }
        let (first, after) = rest.split_at(next.len_utf8());
        parts.push(Value::string(first));
        rest = after;
    }
    parts
}

fn join<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let (list, separator) = match args {
        [Value::List(list)] => (list, ""),
        [Value::List(list), Value::String(separator)] => (list, &**separator),
        _ => return Err(Reason::NoOverload),
    };
    budget.charge_elements(list.len())?;
    let mut joined = String::new();
    for (index, element) in list.iter().enumerate() {
        let text = element.as_str().ok_or(Reason::NoOverload)?;
        budget.charge_bytes(text.len().saturating_add(separator.len()))?;
        if index > 0 {
            joined.push_str(separator);
        }
        joined.push_str(text);
    }
    Ok(Value::string(joined))
}

fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        let escaped = match character {
            '\x07' => "\\a",
            '\x08' => "\\b",
            '\x0c' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\x0b' => "\\v",
            '\\' => "\\\\",
            '"' => "\\\"",
            _ => {
                quoted.push(character);
                continue;
            }
        };
        quoted.push_str(escaped);
    }
    quoted.push('"');
    quoted
}

pub(super) fn reversed<'a>(text: &str, budget: &mut Budget) -> Result<Value<'a>, Reason> {
    budget.charge_bytes(text.len())?;
    Ok(Value::string(text.chars().rev().collect::<String>()))
}
