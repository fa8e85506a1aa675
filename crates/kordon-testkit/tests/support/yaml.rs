//! Objects as YAML, to be read by people.

use serde_json::Value;

/// Objects as documents of one text.
pub(crate) fn to_yaml(objects: &[Value]) -> String {
    let documents: Vec<String> = objects.iter().map(|object| block(object, 0)).collect();
    documents.join("---\n")
}

fn block(value: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let lines: Vec<String> = match value {
        Value::Object(fields) if !fields.is_empty() => fields
            .iter()
            .map(|(name, value)| format!("{indent}{}:{}", scalar(name), below(value, depth)))
            .collect(),
        Value::Array(items) if !items.is_empty() => items
            .iter()
            .map(|item| format!("{indent}-{}", below(item, depth)))
            .collect(),
        flat => vec![format!("{indent}{flat}\n")],
    };
    lines.concat()
}

/// What stands behind a colon or a dash.
fn below(value: &Value, depth: usize) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => format!("\n{}", block(value, depth + 1)),
        Value::Array(items) if !items.is_empty() => format!("\n{}", block(value, depth + 1)),
        Value::String(text) => format!(" {}\n", scalar(text)),
        flat => format!(" {flat}\n"),
    }
}

/// Words stand for themselves; everything else is quoted, as JSON is YAML.
fn scalar(text: &str) -> String {
    let is_word = text.len() > 3
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/'));
    if is_word && !matches!(text, "true" | "false" | "null") {
        text.to_owned()
    } else {
        Value::from(text).to_string()
    }
}
