//! What holds for every text and every value.

use proptest::prelude::*;

use super::*;
use crate::Sources;

fn any_json() -> impl Strategy<Value = Json> {
    let text = prop_oneof![
        any::<String>(),
        "[ -~\\n]{0,12}",
        prop::sample::select(vec![
            "yes", "~", "0777", "<<", "1e3", "null", "- a", "a: b", "#", "'", "*x"
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        (-1e15_f64..1e15).prop_map(Json::from),
        text.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map(text.clone(), inner, 0..6)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// YAML in block style, with every text in double quotes.
fn to_yaml(value: &Json, indent: usize) -> String {
    let pad = "  ".repeat(indent);
    let inner = |value: &Json| match value {
        Json::Array(values) if !values.is_empty() => format!("\n{}", to_yaml(value, indent + 1)),
        Json::Object(map) if !map.is_empty() => format!("\n{}", to_yaml(value, indent + 1)),
        _ => format!(" {}", to_yaml(value, 0).trim_start()),
    };
    match value {
        Json::Array(values) if !values.is_empty() => values
            .iter()
            .map(|value| format!("{pad}-{}", inner(value)))
            .collect::<Vec<_>>()
            .join("\n"),
        Json::Object(map) if !map.is_empty() => {
            let entry = |(key, value): (&String, &Json)| {
                format!("{pad}? {}\n{pad}:{}", in_quotes(key), inner(value))
            };
            map.iter().map(entry).collect::<Vec<_>>().join("\n")
        }
        Json::String(text) => in_quotes(text),
        other => other.to_string(),
    }
}

/// A text in double quotes, in ASCII.
fn in_quotes(text: &str) -> String {
    let escape = |c: char| match c {
        ' '..='~' if c != '"' && c != '\\' => c.to_string(),
        _ => format!("\\U{:08x}", u32::from(c)),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}

/// Whole numbers with a fraction are whole numbers in YAML, as JSON written by Go has them.
fn with_whole_numbers(value: Json) -> Json {
    match value {
        Json::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 => {
                serde_json::from_str(&format!("{:.0}", float + 0.0)).unwrap()
            }
            _ => Json::Number(number),
        },
        Json::Array(values) => values.into_iter().map(with_whole_numbers).collect(),
        Json::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, with_whole_numbers(value)))
            .collect(),
        other => other,
    }
}

fn check_spans(node: &Node, text: &str) {
    let fits = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
    assert!(fits(node.span), "{:?}", node.span);
    match &node.value {
        Value::Sequence(nodes) => nodes.iter().for_each(|node| check_spans(node, text)),
        Value::Mapping(entries) => entries.iter().for_each(|entry| {
            assert!(fits(entry.key_span), "{:?}", entry.key_span);
            check_spans(&entry.value, text);
        }),
        _ => {}
    }
}

fn check_any_text(text: &str) {
    let mut sources = Sources::default();
    let id = sources.add("a", text);
    let parsed = parse(id, text, &Limits::default());
    parsed
        .documents
        .iter()
        .for_each(|document| check_spans(&document.root, text));
    for label in parsed
        .diagnostics
        .iter()
        .flat_map(|diagnostic| &diagnostic.labels)
    {
        assert!(
            text.get(label.span.start as usize..label.span.end as usize)
                .is_some(),
            "{label:?}"
        );
    }
    let options = crate::render::TerminalOptions::default();
    let shown = crate::render::terminal(&parsed.diagnostics, &sources, &options);
    assert_eq!(shown.is_empty(), parsed.diagnostics.is_empty());
}

proptest! {
    #[test]
    fn json_is_read_back(value in any_json()) {
        for text in [format!("[{value}]"), serde_json::to_string_pretty(&json!([value])).unwrap()] {
            prop_assert_eq!(values(&text), vec![json!([value])]);
        }
    }

    #[test]
    fn yaml_is_read_back(value in any_json()) {
        let expected = with_whole_numbers(json!({"v": value}));
        prop_assert_eq!(values(&to_yaml(&json!({"v": value}), 0)), vec![expected]);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        check_any_text(&text);
    }

    #[test]
    fn any_text_of_yaml_characters_is_read_or_refused(text in "[-a:é'\"{}\\[\\],&*#?|>%@!~<0.1\\\\ \\t\\n\\r]{0,40}") {
        check_any_text(&text);
        check_any_text(&format!("[{text}"));
    }
}
