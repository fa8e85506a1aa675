//! JSON values as YAML.
//!
//! Text stands plain only where every reader of YAML takes it for text; everywhere else it stands
//! in the double quotes of JSON, which YAML reads alike.

use serde_json::{Map, Value};

/// A value as a YAML document.
pub(crate) fn text(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => mapping(map, 0, &mut out),
        Value::Array(items) if !items.is_empty() => sequence(items, 0, &mut out),
        scalar => {
            out.push_str(&inline(scalar));
            out.push('\n');
        }
    }
    out
}

/// Writes entries; the first one goes on the line that has begun.
fn mapping(map: &Map<String, Value>, indent: usize, out: &mut String) {
    for (at, (key, value)) in map.iter().enumerate() {
        if at > 0 {
            pad(indent, out);
        }
        out.push_str(&plain_or_quoted(key));
        out.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                pad(indent + 2, out);
                mapping(inner, indent + 2, out);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                pad(indent, out);
                sequence(items, indent, out);
            }
            scalar => {
                out.push(' ');
                out.push_str(&inline(scalar));
                out.push('\n');
            }
        }
    }
}

fn sequence(items: &[Value], indent: usize, out: &mut String) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            pad(indent, out);
        }
        out.push_str("- ");
        match item {
            Value::Object(inner) if !inner.is_empty() => mapping(inner, indent + 2, out),
            Value::Array(items) if !items.is_empty() => sequence(items, indent + 2, out),
            scalar => {
                out.push_str(&inline(scalar));
                out.push('\n');
            }
        }
    }
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => plain_or_quoted(text),
        other => other.to_string(),
    }
}

/// Words that some reader of YAML takes for something else than text.
const RESERVED: [&str; 12] = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity",
];

fn plain_or_quoted(text: &str) -> String {
    let starts_well = text.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let is_reserved = RESERVED.contains(&text.to_lowercase().as_str());
    // A blank is harmless between words, and a colon where no blank follows.
    let words = text
        .split([' ', ':'])
        .all(|word| !word.is_empty() && word.chars().all(is_plain));
    let colon = text.contains(": ") || text.ends_with(':');
    if starts_well && words && !colon && !is_reserved {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// The quotes of JSON, and escapes for what YAML takes for line breaks or does not print.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for character in Value::from(text).to_string().chars() {
        match character {
            '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                let escape = format!("\\u{:04x}", u32::from(character));
                out.push_str(&escape);
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use kordon::syntax::{Limits, Sources, parse};
    use serde_json::json;

    use super::*;

    fn check(value: &Value) {
        let text = text(value);
        let mut sources = Sources::default();
        let id = sources.add("test", text.as_str());
        let parsed = parse(id, &text, &Limits::default());
        assert!(
            parsed.diagnostics.is_empty(),
            "{text}\n{:?}",
            parsed.diagnostics
        );
        assert_eq!(parsed.documents[0].root.to_json(), *value, "{text}");
    }

    #[test]
    fn what_is_written_reads_back_as_the_same() {
        check(&json!({"a": 1, "b": [1, [2, [3]], {"c": {"d": [], "e": {}}}], "f": {"g": null}}));
        check(&json!([[{"a": [{"b": "c"}]}], true, -1.5]));
        check(&json!({"yes": "no", "1": "1", "": "", "a: b": "c #d", "e\n": "f\t\"g\""}));
    }

    #[test]
    fn every_text_stays_text() {
        let texts = [
            "plain words",
            "a:b",
            "a:",
            "a: b",
            "a  b",
            " a",
            "a ",
            "-",
            "- a",
            "0x1F",
            "1e3",
            "~",
            "null",
            "Null",
            "on",
            "Off",
            "true",
            "12:30:45",
            "2001-01-01",
            "=",
            "<<",
            "!tag",
            "&a",
            "*a",
            "{a}",
            "[a]",
            "a # b",
            "'",
            "\"",
            "@",
            "`",
            "%",
            "?",
            "|",
            ">",
            "é",
            "\u{1}",
            "\u{85}",
            "\u{2028}",
            "a\u{feff}b",
            "\u{7f}",
            ".inf",
            ".nan",
            "e3",
            "---",
            "...",
        ];
        for text in texts {
            check(&json!([text, {text: text}]));
        }
    }

    #[test]
    fn common_texts_stand_plain() {
        assert_eq!(
            text(&json!({"decision": "deny", "of": "NetworkPolicy shop/cart"})),
            "decision: deny\nof: NetworkPolicy shop/cart\n"
        );
    }
}
