//! Any text is read or refused: no panic, every place inside the text, every renderer at work.

#![no_main]

use std::collections::BTreeMap;

use kordon_syntax::render::{Color, TerminalOptions, github, json, sarif, terminal};
use kordon_syntax::{
    Code, Diagnostic, Document, IntOrString, Limits, Node, Severity, SourceId, Sources, Span,
    Value, codes, decode, parse,
};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only decoding matters")]
struct Object {
    kind: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    spec: Option<Box<Object>>,
    #[serde(default)]
    items: Vec<Object>,
    port: Option<IntOrString>,
    count: Option<u16>,
    action: Option<Action>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only decoding matters")]
enum Action {
    Allow,
    Limit(u8),
    Rate { per: f64, burst: Option<bool> },
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut sources = Sources::default();
    let id = sources.add("a b,%.yaml", &*text);
    let parsed = parse(id, &text, &Limits::default());
    let mut diagnostics = parsed.diagnostics;
    for document in &parsed.documents {
        check_node(&document.root, &text);
        diagnostics.extend(decode_object(document, id));
    }
    for label in diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels) {
        check_span(label.span, &text);
    }
    render(&diagnostics, &sources);
});

fn decode_object(document: &Document, id: SourceId) -> Vec<Diagnostic> {
    let decoded = decode::<Object>(&document.root);
    assert!(decoded.value.is_some() || !decoded.errors.is_empty());
    for path in decoded.errors.iter().map(|error| &error.path) {
        assert!(document.root.at(path).is_some(), "{path}");
        assert_eq!(path.to_string().parse().as_ref(), Ok(path));
    }
    let unknown = decoded.unknown.iter();
    let unknown = unknown.map(|it| it.diagnostic(Code("KD0211"), Severity::Warning, id, Some("x")));
    let errors = decoded.errors.clone().into_iter();
    errors
        .map(|it| it.diagnostic(Code("KD0210"), id, None))
        .chain(unknown)
        .collect()
}

fn render(diagnostics: &[Diagnostic], sources: &Sources) {
    for (color, width) in [(Color::Never, 80), (Color::Always, 20)] {
        let shown = terminal(diagnostics, sources, &TerminalOptions { color, width });
        assert_eq!(shown.is_empty(), diagnostics.is_empty());
        assert!(color == Color::Always || !shown.contains('\u{1b}'));
    }
    let rules: Vec<_> = codes::CODES.iter().collect();
    assert!(json(diagnostics, sources).is_array());
    assert!(sarif(diagnostics, sources, &rules, "1").is_object());
    assert_eq!(
        github(diagnostics, sources).lines().count(),
        diagnostics.len()
    );
}

fn check_node(node: &Node, text: &str) {
    check_span(node.span, text);
    match &node.value {
        Value::Sequence(nodes) => nodes.iter().for_each(|node| check_node(node, text)),
        Value::Mapping(entries) => entries.iter().for_each(|entry| {
            check_span(entry.key_span, text);
            check_node(&entry.value, text);
        }),
        _ => {}
    }
}

fn check_span(span: Span, text: &str) {
    assert!(
        text.get(span.start as usize..span.end as usize).is_some(),
        "{span:?}"
    );
}
