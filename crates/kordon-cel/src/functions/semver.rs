//! The semver library of Kubernetes.

use semver::Version;

use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::{Opaque, Value};

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(
        &[
            "semver(string): kubernetes.Semver",
            "semver(string, bool): kubernetes.Semver",
        ],
        |args, budget| {
            let version = parsed(args, budget)?.ok_or(Reason::Conversion)?;
            Ok(Value::opaque(Opaque::Semver(version)))
        },
    ),
    entry(
        &["isSemver(string): bool", "isSemver(string, bool): bool"],
        |args, budget| Ok(Value::Bool(parsed(args, budget)?.is_some())),
    ),
    entry(&["<kubernetes.Semver>.major(): int"], |args, _| {
        part(args, |version| version.major)
    }),
    entry(&["<kubernetes.Semver>.minor(): int"], |args, _| {
        part(args, |version| version.minor)
    }),
    entry(&["<kubernetes.Semver>.patch(): int"], |args, _| {
        part(args, |version| version.patch)
    }),
];

fn parsed(args: &[Value<'_>], budget: &mut Budget) -> Result<Option<Version>, Reason> {
    let (text, is_loose) = match args {
        [Value::String(text)] => (text, false),
        [Value::String(text), Value::Bool(is_loose)] => (text, *is_loose),
        _ => return Err(Reason::NoOverload),
    };
    budget.charge_bytes(text.len())?;
    let version = if is_loose {
        Version::parse(&normalized(text))
    } else {
        Version::parse(text)
    };
    Ok(version.ok())
}

/// `v1.02` as `1.2.0`: without a leading `v` and leading zeros, and with all three numbers.
fn normalized(text: &str) -> String {
    let text = text.strip_prefix('v').unwrap_or(text);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    let mut parts: Vec<&str> = numbers
        .split('.')
        .map(|part| match part.trim_start_matches('0') {
            "" if part.is_empty() => "",
            "" => "0",
            digits => digits,
        })
        .collect();
    if rest.is_empty() {
        while parts.len() < 3 {
            parts.push("0");
        }
    }
    format!("{}{rest}", parts.join("."))
}

fn part<'a>(args: &[Value<'a>], read: fn(&Version) -> u64) -> Result<Value<'a>, Reason> {
    let [Value::Opaque(value)] = args else {
        return Err(Reason::NoOverload);
    };
    let Opaque::Semver(version) = &**value else {
        return Err(Reason::NoOverload);
    };
    i64::try_from(read(version))
        .map(Value::Int)
        .map_err(|_| Reason::Overflow)
}
