//! The encoders extension: Base64.

use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(&["base64.encode(bytes): string"], encode),
    entry(&["base64.decode(string): bytes"], decode),
];

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encode<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::Bytes(bytes)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_bytes(bytes.len())?;
    let mut encoded = String::with_capacity(bytes.len() / 3 * 4 + 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * place) & 63) as usize);
            let is_there = place <= group.len();
            encoded.push(
                letter
                    .filter(|_| is_there)
                    .map_or('=', |letter| char::from(*letter)),
            );
        }
    }
    Ok(Value::string(encoded))
}

fn decode<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::String(text)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_bytes(text.len())?;
    decoded(text).map(Value::bytes).ok_or(Reason::Argument)
}

/// The bytes of a text in Base64, with its padding or without.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    let letters = text.trim_end_matches('=');
    let padding = text.len() - letters.len();
    if padding > 0 && (padding > 2 || !text.len().is_multiple_of(4)) || letters.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3 + 3);
    for group in letters.as_bytes().chunks(4) {
        let mut bits: u32 = 0;
        for letter in group {
            bits = bits << 6 | sextet(*letter)?;
        }
        bits <<= 6 * (4 - group.len());
        let [_, first, second, third] = bits.to_be_bytes();
        let (kept, rest) = match group.len() {
            4 => (3, 0),
            3 => (2, third),
            _ => (1, second | third),
        };
        if rest != 0 {
            return None;
        }
        bytes.extend([first, second, third].iter().take(kept));
    }
    Some(bytes)
}

fn sextet(letter: u8) -> Option<u32> {
    let value = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}
