//! The format library of Kubernetes: names of formats that a text can have.

use super::encoders::decoded;
use super::url::Url;
use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::{Opaque, Timestamp, Value};

macro_rules! formats {
    ($($name:literal, $test:expr;)*) => {
        pub(super) const FUNCTIONS: &[Entry] = &[
            $(entry(
                &[concat!("format.", $name, "(): kubernetes.NamedFormat")],
                |_, _| Ok(Value::opaque(Opaque::Format($name))),
            ),)*
            entry(&["format.named(string): optional_type(kubernetes.NamedFormat)"], named),
            entry(
                &["<kubernetes.NamedFormat>.validate(string): optional_type(list(string))"],
                validate,
            ),
        ];
        const FORMATS: &[(&str, fn(&str) -> bool)] = &[$(($name, $test),)*];
    };
}

formats! {
    "dns1123Label", |text| is_label(text, 63, Start::Any);
    "dns1123Subdomain", |text| is_subdomain(text, 253);
    "dns1035Label", |text| is_label(text, 63, Start::Letter);
    "qualifiedName", is_qualified_name;
    "dns1123LabelPrefix", |text| is_label(masked(text).as_ref(), 63, Start::Any);
    "dns1123SubdomainPrefix", |text| is_subdomain(masked(text).as_ref(), 253);
    "dns1035LabelPrefix", |text| is_label(masked(text).as_ref(), 63, Start::Letter);
    "labelValue", |text| text.is_empty() || is_name(text);
    "uri", |text| Url::parse(text).is_some();
    "uuid", is_uuid;
    "byte", |text| text.len().is_multiple_of(4) && decoded(text).is_some();
    "date", |text| text.len() == 10 && Timestamp::parse(&format!("{text}T00:00:00Z")).is_some();
    "datetime", |text| Timestamp::parse(text).is_some();
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Any,
    Letter,
}

fn named<'a>(args: &[Value<'a>], _: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::String(wanted)] = args else {
        return Err(Reason::NoOverload);
    };
    let found = FORMATS.iter().find(|(name, _)| *name == &**wanted);
    Ok(found.map_or(Value::Optional(None), |(name, _)| {
        Value::some(Value::opaque(Opaque::Format(name)))
    }))
}

/// Nothing if the text has the format, else what is wrong with it.
fn validate<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::Opaque(format), Value::String(subject)] = args else {
        return Err(Reason::NoOverload);
    };
    let Opaque::Format(wanted) = **format else {
        return Err(Reason::NoOverload);
    };
    budget.charge_bytes(subject.len())?;
    let (_, test) = FORMATS
        .iter()
        .find(|(name, _)| *name == wanted)
        .ok_or(Reason::Argument)?;
    if test(subject) {
        return Ok(Value::Optional(None));
    }
    let message = Value::string(format!("not of the format `{wanted}`"));
    Ok(Value::some(Value::list(vec![message])))
}

fn is_label(text: &str, longest: usize, start: Start) -> bool {
    let is_lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let starts_well = match start {
        Start::Any => text.bytes().next().is_some_and(is_lower),
        Start::Letter => text.bytes().next().is_some_and(|b| b.is_ascii_lowercase()),
    };
    starts_well
        && text.len() <= longest
        && text.bytes().last().is_some_and(is_lower)
        && text.bytes().all(|b| is_lower(b) || b == b'-')
}

/// Labels with dots between them; only the whole has a limit.
fn is_subdomain(text: &str, longest: usize) -> bool {
    text.len() <= longest
        && text
            .split('.')
            .all(|label| is_label(label, longest, Start::Any))
}

/// A prefix may end in a dash, as more will follow it.
fn masked(prefix: &str) -> std::borrow::Cow<'_, str> {
    match prefix.strip_suffix('-') {
        Some(before) if prefix.len() > 1 => format!("{before}a").into(),
        _ => prefix.into(),
    }
}

/// Up to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at either end.
fn is_name(text: &str) -> bool {
    let is_end = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    text.len() <= 63
        && is_end(text.bytes().next())
        && is_end(text.bytes().last())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

fn is_qualified_name(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix, 253) && is_name(name),
        None => is_name(text),
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == lengths.len()
        && parts.iter().zip(lengths).all(|(part, length)| {
            part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit())
        })
}
