//! Objects as the YAML text that `kubectl get -o yaml` prints.

use std::fmt::Write as _;

use serde_json::Value;

/// One document an object.
pub fn documents(objects: &[Value]) -> String {
    let mut text = String::new();
    for object in objects {
        text.push_str("---\n");
        write_value(&mut text, object, 0);
    }
    text
}

fn write_value(text: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                pad(text, indent);
                write_field(text, key, field, indent);
            }
        }
        Value::Array(items) => {
            for item in items {
                pad(text, indent);
                write_item(text, item, indent);
            }
        }
        scalar => line(text, &scalar_text(scalar)),
    }
}

fn write_field(text: &mut String, key: &str, value: &Value, indent: usize) {
    let _ = write!(text, "{key}:");
    if is_block(value) {
        text.push('\n');
        // Items of a list stand under the first letter of its key, as `kubectl` writes them.
        let deeper = if value.is_array() { indent } else { indent + 2 };
        write_value(text, value, deeper);
    } else {
        text.push(' ');
        line(text, &scalar_text(value));
    }
}

fn write_item(text: &mut String, item: &Value, indent: usize) {
    text.push_str("- ");
    match item {
        Value::Object(fields) if !fields.is_empty() => {
            for (number, (key, field)) in fields.iter().enumerate() {
                if number > 0 {
                    pad(text, indent + 2);
                }
                write_field(text, key, field, indent + 2);
            }
        }
        other => line(text, &scalar_text(other)),
    }
}

/// Whether a value stands on lines of its own.
fn is_block(value: &Value) -> bool {
    match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

/// Text of letters and a few signs needs no quotes; all else is JSON, which is YAML as well.
fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan", "e",
    ];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-./_".contains(c))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn pad(text: &mut String, indent: usize) {
    text.extend(std::iter::repeat_n(' ', indent));
}

fn line(text: &mut String, value: &str) {
    text.push_str(value);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use kordon::Cluster;
    use kordon_testkit::world::{World, scale_network, scale_rbac};

    use super::*;

    #[test]
    fn the_text_reads_back_as_the_objects_it_was_written_from() {
        for World { objects, .. } in [scale_network(60, 40, 1), scale_rbac(60, 1)] {
            let mut cluster = Cluster::new();
            cluster.read("world.yaml", &documents(&objects));
            let mut same = Cluster::new();
            for object in &objects {
                same.read_value("world.json", object);
            }
            assert_eq!(cluster.kinds(), same.kinds());
            assert_eq!(cluster.len(), objects.len());
            assert_eq!(messages(&cluster), messages(&same));
        }
    }

    fn messages(cluster: &Cluster) -> Vec<String> {
        let mut messages: Vec<String> = cluster
            .diagnostics()
            .into_iter()
            .map(|d| d.message)
            .collect();
        messages.sort();
        messages
    }
}
