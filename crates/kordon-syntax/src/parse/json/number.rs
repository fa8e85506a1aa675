//! Numbers of JSON.

use super::Reader;
use crate::parse::Halt;
use crate::source::offset;
use crate::text::quoted;
use crate::{Span, Value};

impl Reader<'_, '_, '_> {
    pub(super) fn number(&mut self) -> Result<Value, Halt> {
        let is_part =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_');
        let length = self.rest().bytes().take_while(is_part).count();
        let text = self.rest().get(..length).unwrap_or_default();
        if let Some(value) = value(text) {
            self.at += length;
            return Ok(value);
        }
        let (message, help) = if is_number(text) {
            (
                format!("{} is beyond the range of numbers", quoted(text)),
                "put it in double quotes",
            )
        } else {
            (
                format!("{} is no JSON number", quoted(text)),
                "write it in decimal without leading zeros, or put it in double quotes",
            )
        };
        let span = Span::new(offset(self.at), offset(self.at + length));
        self.fail_at(span, &message, help)
    }
}

fn value(text: &str) -> Option<Value> {
    if !is_number(text) {
        return None;
    }
    if let Ok(value) = text.parse() {
        return Some(Value::Int(value));
    }
    if let Ok(value) = text.parse() {
        return Some(Value::UInt(value));
    }
    text.parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
        .map(Value::Float)
}

/// RFC 8259: `number = [ minus ] int [ frac ] [ exp ]`.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (text, exponent) = match text.split_once(['e', 'E']) {
        Some((text, exponent)) => (
            text,
            Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        ),
        None => (text, None),
    };
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}
