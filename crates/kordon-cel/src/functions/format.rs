//! `format` of the strings extension: `"%s is %.2f".format([..])`.

use super::conversions::exponent_text;
use super::{Entry, double_text, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::{List, Map, Value, number};

pub(super) const FUNCTIONS: &[Entry] = &[entry(&["<string>.format(list(dyn)): string"], format)];

/// More digits than any double has.
const MOST_DIGITS: usize = 1_100;
const USUAL_DIGITS: usize = 6;

fn format<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::String(pattern), Value::List(list)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_bytes(pattern.len())?;
    let mut written = String::new();
    let mut values = 0..list.len();
    let mut rest = &**pattern;
    while let Some((before, after)) = rest.split_once('%') {
        written.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            written.push('%');
            rest = after;
            continue;
        }
        let (clause, after) = Clause::parse(after)?;
        let value = values.next().and_then(|index| list.at(index));
        clause.write(&value.ok_or(Reason::Argument)?, &mut written, budget)?;
        rest = after;
    }
    written.push_str(rest);
    Ok(Value::string(written))
}

struct Clause {
    letter: char,
    digits: Option<usize>,
}

impl Clause {
    fn parse(text: &str) -> Result<(Self, &str), Reason> {
        let mut rest = text;
        let mut digits = None;
        if let Some(after) = text.strip_prefix('.') {
            let end = after
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(after.len());
            let (number, after) = after.split_at(end);
            let count = number.parse().ok().filter(|count| *count <= MOST_DIGITS);
            digits = Some(count.ok_or(Reason::Argument)?);
            rest = after;
        }
        let letter = rest.chars().next().ok_or(Reason::Argument)?;
        let after = rest.get(letter.len_utf8()..).unwrap_or_default();
        Ok((Self { letter, digits }, after))
    }

    fn write(
        &self,
        value: &Value<'_>,
        out: &mut String,
        budget: &mut Budget,
    ) -> Result<(), Reason> {
        if self.letter == 's' {
            return write_text(value, out, budget);
        }
        let written = match (self.letter, value) {
            ('d', Value::Double(value)) if !value.is_finite() => double_text(*value),
            ('d', Value::Int(value)) => value.to_string(),
            ('d', Value::Uint(value)) => value.to_string(),
            ('f' | 'e', _) => self.double(value)?,
            ('b', Value::Bool(value)) => u8::from(*value).to_string(),
            ('b', _) => integer(value, |sign, value| format!("{sign}{value:b}"))?,
            ('o', _) => integer(value, |sign, value| format!("{sign}{value:o}"))?,
            ('x', Value::String(text)) => hexadecimal(text.as_bytes(), budget)?,
            ('x', Value::Bytes(bytes)) => hexadecimal(bytes, budget)?,
            ('X', Value::String(text)) => hexadecimal(text.as_bytes(), budget)?.to_uppercase(),
            ('X', Value::Bytes(bytes)) => hexadecimal(bytes, budget)?.to_uppercase(),
            ('x', _) => integer(value, |sign, value| format!("{sign}{value:x}"))?,
            ('X', _) => integer(value, |sign, value| format!("{sign}{value:X}"))?,
            _ => return Err(Reason::Argument),
        };
        budget.charge_bytes(written.len())?;
        out.push_str(&written);
        Ok(())
    }

    fn double(&self, value: &Value<'_>) -> Result<String, Reason> {
        let value = match value {
            Value::Double(value) => *value,
            Value::Int(value) => number::int_to_double(*value),
            Value::Uint(value) => number::uint_to_double(*value),
            _ => return Err(Reason::Argument),
        };
        if !value.is_finite() {
            return Ok(double_text(value));
        }
        let digits = self.digits.unwrap_or(USUAL_DIGITS);
        if self.letter == 'f' {
            return Ok(format!("{value:.digits$}"));
        }
        let text = format!("{value:.digits$e}");
        Ok(match text.split_once('e') {
            Some((digits, exponent)) => format!("{digits}{}", exponent_text(exponent)),
            None => text,
        })
    }
}

/// A whole number by its sign and its magnitude.
fn integer(value: &Value<'_>, write: fn(&str, u64) -> String) -> Result<String, Reason> {
    match value {
        Value::Int(value) => {
            let sign = if *value < 0 { "-" } else { "" };
            Ok(write(sign, value.unsigned_abs()))
        }
        Value::Uint(value) => Ok(write("", *value)),
        _ => Err(Reason::Argument),
    }
}

fn hexadecimal(bytes: &[u8], budget: &mut Budget) -> Result<String, Reason> {
    budget.charge_bytes(bytes.len())?;
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Ok(digits.map(digit).collect())
}

fn write_text(value: &Value<'_>, out: &mut String, budget: &mut Budget) -> Result<(), Reason> {
    let text = match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Double(value) => double_text(*value),
        Value::Timestamp(value) => value.to_string(),
        Value::Duration(value) => value.to_string(),
        Value::Ip(value) => value.to_string(),
        Value::Cidr(value) => value.to_string(),
        Value::String(text) | Value::Type(text) => {
            budget.charge_bytes(text.len())?;
            out.push_str(text);
            return Ok(());
        }
        Value::Bytes(bytes) => {
            budget.charge_bytes(bytes.len())?;
            out.push_str(&String::from_utf8_lossy(bytes));
            return Ok(());
        }
        Value::List(list) => return write_list(list, out, budget),
        Value::Map(map) => return write_map(map, out, budget),
        Value::Optional(_) | Value::Opaque(_) | Value::Object(_) => return Err(Reason::Argument),
    };
    budget.charge_bytes(text.len())?;
    out.push_str(&text);
    Ok(())
}

fn write_list(list: &List<'_>, out: &mut String, budget: &mut Budget) -> Result<(), Reason> {
    out.push('[');
    for (index, element) in list.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_text(&element, out, budget)?;
    }
    out.push(']');
    Ok(())
}

/// The entries in the order of their keys as texts.
fn write_map(map: &Map<'_>, out: &mut String, budget: &mut Budget) -> Result<(), Reason> {
    let mut entries = Vec::new();
    for (key, value) in map.iter() {
        let (mut name, mut text) = (String::new(), String::new());
        write_text(&key, &mut name, budget)?;
        write_text(&value, &mut text, budget)?;
        entries.push((name, text));
    }
    entries.sort();
    out.push('{');
    for (index, (name, text)) in entries.iter().enumerate() {
        out.push_str(if index > 0 { ", " } else { "" });
        out.push_str(name);
        out.push_str(": ");
        out.push_str(text);
    }
    out.push('}');
    Ok(())
}
