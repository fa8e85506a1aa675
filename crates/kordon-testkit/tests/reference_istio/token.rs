//! Tokens of the packs, read as Envoy reads them; whether the signature holds is given.

use kordon_testkit::reference::istio::{JwtRule, Verification};
use serde_json::Value;

/// The clock skew that is forgiven, in seconds.
const SKEW: i64 = 60;

/// What comes out when a rule verifies a token at a time. The order of the checks is Envoy's: the
/// form, the issuer, the times, the audience, and last the signature.
pub(crate) fn verify(rule: &JwtRule, token: &str, time: i64, is_signed: bool) -> Verification {
    let Some(payload) = payload(token).filter(has_proper_types) else {
        return Verification::Bad;
    };
    let issuer = payload
        .get("iss")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !rule.issuer.is_empty() && rule.issuer != issuer {
        return Verification::UnknownIssuer;
    }
    let seconds = |name: &str| payload.get(name).and_then(Value::as_i64);
    let is_early = seconds("nbf").is_some_and(|begin| time < begin - SKEW);
    let is_late = seconds("exp").is_some_and(|end| time > end + SKEW);
    if is_early || is_late {
        return Verification::Bad;
    }
    let names_one = audiences(&payload)
        .iter()
        .any(|name| rule.audiences.contains(name));
    if !rule.audiences.is_empty() && !names_one {
        return Verification::Audience;
    }
    if is_signed {
        Verification::Valid(payload)
    } else {
        Verification::Bad
    }
}

fn has_proper_types(payload: &Value) -> bool {
    let text = |name: &str| payload.get(name).is_none_or(Value::is_string);
    let number = |name: &str| payload.get(name).is_none_or(Value::is_i64);
    let is_audience = |found: &Value| {
        let all = |list: &Vec<Value>| list.iter().all(Value::is_string);
        found.is_string() || found.as_array().is_some_and(all)
    };
    text("iss")
        && text("sub")
        && number("exp")
        && number("nbf")
        && payload.get("aud").is_none_or(is_audience)
}

fn audiences(payload: &Value) -> Vec<String> {
    let text = |found: &Value| found.as_str().map(str::to_owned);
    match payload.get("aud") {
        Some(Value::Array(list)) => list.iter().filter_map(text).collect(),
        Some(single) => text(single).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The payload of `HEADER.PAYLOAD.SIGNATURE`.
fn payload(token: &str) -> Option<Value> {
    let parts: Vec<&str> = token.split('.').collect();
    let [_, payload, _] = parts.as_slice() else {
        return None;
    };
    serde_json::from_slice(&decode_base64url(payload)?).ok()
}

/// RFC 4648 section 5, without padding.
fn decode_base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for character in text.bytes() {
        let six = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
    }
    Some(bytes)
}
