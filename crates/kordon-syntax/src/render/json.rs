//! JSON for other programs.

use serde_json::{Value, json};

use super::{name, severity, sorted};
use crate::{Diagnostic, Edit, Fix, Label, SourceId, Sources, Span};

/// The diagnostics as an array of objects.
///
/// Places carry the name of the text, the offsets in bytes, and lines and columns from 1, columns
/// in characters.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    sorted(diagnostics)
        .into_iter()
        .map(|diagnostic| object(diagnostic, sources))
        .collect()
}

fn object(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let labels: Vec<Value> = diagnostic
        .labels
        .iter()
        .map(|it| label(it, sources))
        .collect();
    json!({
        "code": diagnostic.code,
        "severity": severity(diagnostic.severity),
        "message": diagnostic.message,
        "object": diagnostic.object,
        "path": diagnostic.path,
        "labels": labels,
        "help": diagnostic.help,
        "fix": diagnostic.fix.as_ref().map(|it| fix(it, sources)),
    })
}

fn label(label: &Label, sources: &Sources) -> Value {
    let (start, end) = place(label.source, label.span, sources);
    json!({
        "source": name(label.source, sources),
        "start": start,
        "end": end,
        "message": label.message,
        "primary": label.primary,
    })
}

fn fix(fix: &Fix, sources: &Sources) -> Value {
    let edits: Vec<Value> = fix.edits.iter().map(|it| edit(it, sources)).collect();
    json!({"title": fix.title, "edits": edits})
}

fn edit(edit: &Edit, sources: &Sources) -> Value {
    let (start, end) = place(edit.source, edit.span, sources);
    json!({
        "source": name(edit.source, sources),
        "start": start,
        "end": end,
        "replacement": edit.replacement,
    })
}

fn place(id: SourceId, span: Span, sources: &Sources) -> (Value, Value) {
    let at = |offset| {
        let position = sources.source(id).map(|source| source.position(offset));
        json!({
            "offset": offset,
            "line": position.map(|position| position.line),
            "column": position.map(|position| position.column),
        })
    };
    (at(span.start), at(span.end))
}
