//! SARIF 2.1.0, which code scanning services read.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::{name, severity, sorted};
use crate::{Code, CodeDoc, Diagnostic, Edit, Fix, Label, SourceId, Sources, Span};

/// The diagnostics as a SARIF log of one run of Kordon in some version. `rules` says what the
/// codes mean; only rules with a result are part of the log.
pub fn sarif(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    rules: &[&CodeDoc],
    version: &str,
) -> Value {
    let codes: BTreeSet<Code> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect();
    let used: Vec<Value> = codes.iter().map(|code| rule(*code, rules)).collect();
    let results = sorted(diagnostics)
        .into_iter()
        .map(|it| result(it, &codes, sources));
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "Kordon", "version": version, "rules": used}},
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn rule(code: Code, rules: &[&CodeDoc]) -> Value {
    let mut rule = object(json!({"id": code}));
    if let Some(doc) = rules.iter().find(|doc| doc.code == code) {
        rule.insert("shortDescription".into(), text(doc.title));
        rule.insert("fullDescription".into(), text(doc.why));
        rule.insert("help".into(), text(doc.mend));
    }
    Value::Object(rule)
}

fn result(diagnostic: &Diagnostic, codes: &BTreeSet<Code>, sources: &Sources) -> Value {
    let labels = |primary: bool| {
        let labels = diagnostic
            .labels
            .iter()
            .filter(move |label| label.primary == primary);
        labels
            .map(|label| location(label, diagnostic, sources))
            .collect::<Vec<_>>()
    };
    let mut result = object(json!({
        "ruleId": diagnostic.code,
        "ruleIndex": codes.iter().position(|code| *code == diagnostic.code),
        "level": severity(diagnostic.severity),
        "message": text(&message(diagnostic)),
        "locations": labels(true),
    }));
    let related = labels(false);
    if !related.is_empty() {
        result.insert("relatedLocations".into(), related.into());
    }
    if let Some(it) = &diagnostic.fix {
        result.insert("fixes".into(), json!([fix(it, sources)]));
    }
    Value::Object(result)
}

fn message(diagnostic: &Diagnostic) -> String {
    let mut message = match &diagnostic.object {
        Some(object) => format!("{object}: {}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    for help in &diagnostic.help {
        let _ = write!(message, "\nhelp: {help}");
    }
    message
}

fn location(label: &Label, diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let mut location = object(json!({
        "physicalLocation": {
            "artifactLocation": artifact(label.source, sources),
            "region": region(label.source, label.span, sources),
        },
    }));
    if !label.message.is_empty() {
        location.insert("message".into(), text(&label.message));
    }
    if let Some(path) = diagnostic
        .path
        .as_ref()
        .filter(|path| label.primary && !path.is_root())
    {
        location.insert(
            "logicalLocations".into(),
            json!([{"fullyQualifiedName": path}]),
        );
    }
    Value::Object(location)
}

fn fix(fix: &Fix, sources: &Sources) -> Value {
    let ids: BTreeSet<SourceId> = fix.edits.iter().map(|edit| edit.source).collect();
    let changes = ids.into_iter().map(|id| {
        let edits = fix.edits.iter().filter(|edit| edit.source == id);
        json!({
            "artifactLocation": artifact(id, sources),
            "replacements": edits.map(|edit| replacement(edit, sources)).collect::<Vec<_>>(),
        })
    });
    let changes: Vec<Value> = changes.collect();
    json!({"description": text(&fix.title), "artifactChanges": changes})
}

fn replacement(edit: &Edit, sources: &Sources) -> Value {
    json!({
        "deletedRegion": region(edit.source, edit.span, sources),
        "insertedContent": text(&edit.replacement),
    })
}

fn artifact(id: SourceId, sources: &Sources) -> Value {
    json!({"uri": uri(name(id, sources))})
}

fn region(id: SourceId, span: Span, sources: &Sources) -> Value {
    let Some(source) = sources.source(id) else {
        return json!({"byteOffset": span.start, "byteLength": span.len()});
    };
    let (start, end) = (source.position(span.start), source.position(span.end));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// A path as a relative reference of RFC 3986.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'\\' => uri.push('/'),
            b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

fn text(text: &str) -> Value {
    json!({"text": text})
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
