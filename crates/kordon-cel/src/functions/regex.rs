//! `matches`, the regex extension, and the regex library of Kubernetes.
//!
//! Patterns are those of RE2; [`re2`] writes them for the engine in use. Matching takes time in
//! proportion to pattern and text, whatever the pattern.

mod re2;

use regex::{Regex, RegexBuilder};

use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(&["matches(string, string): bool"], matches),
    entry(&["<string>.matches(string): bool"], matches),
    entry(&["<string>.find(string): string"], find),
    entry(
        &[
            "<string>.findAll(string): list(string)",
            "<string>.findAll(string, int): list(string)",
        ],
        find_all,
    ),
    entry(
        &["regex.extract(string, string): optional_type(string)"],
        extract,
    ),
    entry(
        &["regex.extractAll(string, string): list(string)"],
        extract_all,
    ),
    entry(
        &[
            "regex.replace(string, string, string): string",
            "regex.replace(string, string, string, int): string",
        ],
        replace,
    ),
];

/// The memory of a compiled pattern: for one that stands in an expression, which is compiled once,
/// and for one that a request brings, which is compiled each time.
const CONSTANT_SIZE: usize = 1 << 20;
const DYNAMIC_SIZE: usize = 1 << 16;

/// What compiling a pattern costs, by itself and for each of its bytes: classes of Unicode make even
/// a short one much work.
pub(crate) const COMPILE_BASE: u64 = 5_000;
pub(crate) const COMPILE_BYTE: u64 = 100;

/// Compiles a pattern that stands in an expression.
pub(crate) fn constant(pattern: &str) -> Result<Regex, Reason> {
    compile(pattern, CONSTANT_SIZE)
}

fn compile(pattern: &str, size: usize) -> Result<Regex, Reason> {
    let written = re2::translate(pattern).ok_or(Reason::Pattern)?;
    RegexBuilder::new(&written)
        .size_limit(size)
        .dfa_size_limit(size)
        .nest_limit(50)
        .build()
        .map_err(|_| Reason::Pattern)
}

/// Compiles a pattern that is known only now.
fn dynamic(pattern: &str, budget: &mut Budget) -> Result<Regex, Reason> {
    budget
        .charge(COMPILE_BASE.saturating_add((pattern.len() as u64).saturating_mul(COMPILE_BYTE)))?;
    compile(pattern, DYNAMIC_SIZE)
}

/// The cost of matching.
pub(crate) fn charge(pattern: &str, text: &str, budget: &mut Budget) -> Result<(), Reason> {
    budget.charge_product(1 + pattern.len() / 4, 1 + text.len() / 10)
}

fn matches<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::String(text), Value::String(pattern)] = args else {
        return Err(Reason::NoOverload);
    };
    let regex = dynamic(pattern, budget)?;
    charge(pattern, text, budget)?;
    Ok(Value::Bool(regex.is_match(text)))
}

/// The first match, or nothing.
fn find<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::String(text), Value::String(pattern)] = args else {
        return Err(Reason::NoOverload);
    };
    let regex = dynamic(pattern, budget)?;
    charge(pattern, text, budget)?;
    let found = regex.find(text).map_or("", |found| found.as_str());
    Ok(Value::string(found))
}

fn find_all<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let (text, pattern, limit) = match args {
        [Value::String(text), Value::String(pattern)] => (text, pattern, -1),
        [
            Value::String(text),
            Value::String(pattern),
            Value::Int(limit),
        ] => (text, pattern, *limit),
        _ => return Err(Reason::NoOverload),
    };
    let regex = dynamic(pattern, budget)?;
    charge(pattern, text, budget)?;
    budget.charge_elements(text.len())?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let found = regex.find_iter(text).take(most);
    Ok(Value::list(
        found.map(|found| Value::string(found.as_str())).collect(),
    ))
}

/// What the group of a pattern matched, or the whole match if it has none. A pattern with more
/// groups is refused.
fn captures<'t>(
    regex: &Regex,
    text: &'t str,
) -> Result<impl Iterator<Item = Option<&'t str>>, Reason> {
    let group = match regex.captures_len() {
        1 => 0,
        2 => 1,
        _ => return Err(Reason::Argument),
    };
    let found: Vec<_> = regex
        .captures_iter(text)
        .map(|captures| captures.get(group).map(|found| found.as_str()))
        .collect();
    Ok(found.into_iter())
}

fn extract<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::String(text), Value::String(pattern)] = args else {
        return Err(Reason::NoOverload);
    };
    let regex = dynamic(pattern, budget)?;
    charge(pattern, text, budget)?;
    budget.charge_elements(text.len())?;
    let first = captures(&regex, text)?.next().flatten();
    Ok(first.map_or(Value::Optional(None), |found| {
        Value::some(Value::string(found))
    }))
}

fn extract_all<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let [Value::String(text), Value::String(pattern)] = args else {
        return Err(Reason::NoOverload);
    };
    let regex = dynamic(pattern, budget)?;
    charge(pattern, text, budget)?;
    budget.charge_elements(text.len())?;
    let found = captures(&regex, text)?.flatten();
    Ok(Value::list(found.map(Value::string).collect()))
}

fn replace<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let (text, pattern, to, count) = match args {
        [
            Value::String(text),
            Value::String(pattern),
            Value::String(to),
        ] => (text, pattern, to, -1),
        [
            Value::String(text),
            Value::String(pattern),
            Value::String(to),
            Value::Int(count),
        ] => (text, pattern, to, *count),
        _ => return Err(Reason::NoOverload),
    };
    if count == 0 {
        return Ok(Value::String(text.clone()));
    }
    let regex = dynamic(pattern, budget)?;
    charge(pattern, text, budget)?;
    let template = template(to, regex.captures_len())?;
    let most = usize::try_from(count).unwrap_or(0);
    let mut replaced = String::new();
    let mut from = 0;
    for (number, captures) in regex.captures_iter(text).enumerate() {
        let Some(whole) = captures.get(0) else { break };
        if most > 0 && number >= most {
            break;
        }
        replaced.push_str(text.get(from..whole.start()).unwrap_or_default());
        for part in &template {
            let written = match part {
                Part::Text(text) => text.as_str(),
                Part::Group(group) => captures.get(*group).map_or("", |found| found.as_str()),
            };
            budget.charge_bytes(written.len())?;
            replaced.push_str(written);
        }
        from = whole.end();
    }
    replaced.push_str(text.get(from..).unwrap_or_default());
    Ok(Value::string(replaced))
}

enum Part {
    Text(String),
    Group(usize),
}

/// `\1` to `\9` stand for groups, `\\` for a backslash.
fn template(text: &str, groups: usize) -> Result<Vec<Part>, Reason> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some('\\') => plain.push('\\'),
            Some(digit) => {
                let group = digit.to_digit(10).map(|group| group as usize);
                let group = group
                    .filter(|group| *group < groups)
                    .ok_or(Reason::Argument)?;
                parts.push(Part::Text(std::mem::take(&mut plain)));
                parts.push(Part::Group(group));
            }
            None => return Err(Reason::Argument),
        }
    }
    parts.push(Part::Text(plain));
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_re2_means_by_them() {
        for (pattern, text, expected) in [
            (r"^\d+$", "123", true),
            // Digits of other scripts are none to RE2.
            (r"^\d+$", "١٢٣", false),
            (r"^\w+$", "é", false),
            (r"^[\w.]+$", "a.b", true),
            (r"^[^\d]+$", "١", true),
            (r"^\s$", "\u{a0}", false),
            (r"^\s$", "\x0b", false),
            (r"\bab\b", "x ab y", true),
            (r"\bb", "éb", true),
            (r"^[[:alpha:]]+$", "ab", true),
            (r"^[a&&b]$", "&", true),
            (r"^[a--b]$", "a", true),
            (r"^[[a]$", "[", true),
            ("(?i)straße", "STRAßE", true),
            (r"^a{,2}$", "a{,2}", true),
            (r"^{a$", "{a", true),
            (r"^\pL+$", "é", true),
            (r"^.$", "é", true),
            (r"a.c", "a\nc", false),
            (r"(?s)a.c", "a\nc", true),
            (r"\x41\x{1F431}", "A🐱", true),
            (r"\Aab\z", "ab", true),
            (r"^\<a\_$", "<a_", true),
        ] {
            let regex = constant(pattern).unwrap_or_else(|_| panic!("{pattern}"));
            assert_eq!(regex.is_match(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn patterns_that_re2_does_not_know_are_refused() {
        for pattern in [
            r"(a",
            r"(?=a)",
            r"\1",
            r"(?x)a b",
            r"\u0041",
            r"a{1001}",
            r"[[:foo:]]",
            r"\Z",
            r"a\",
            r"(?<!a)b",
            r"[a",
            r"(?u)a",
            "(a{1000}){1000}",
        ] {
            assert!(constant(pattern).is_err(), "{pattern}");
        }
    }
}
