//! One object while it is lowered: its tree, its identity and the problems found in it.
//!
//! It knows how to read parts of the tree and how to report, and no kind.

use kordon_core::model::ObjectRef;
use kordon_syntax::{Diagnostic, FieldPath, Label, Node, Severity, SourceId, Value, decode};
use serde::de::DeserializeOwned;

use crate::at::At;
use crate::codes;
use crate::metadata::Metadata;

/// The object at hand.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) root: &'a Node,
    pub(crate) source: SourceId,
    pub(crate) id: ObjectRef,
    pub(crate) metadata: Metadata,
    /// Why nothing in the object means for certain what it seems to mean, if so.
    pub(crate) doubt: Option<String>,
    /// How much an unknown field matters: an error in a policy, a warning elsewhere.
    pub(crate) unknown_fields: Severity,
    pub(crate) diagnostics: Vec<Diagnostic>,
    errors: usize,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        root: &'a Node,
        source: SourceId,
        id: ObjectRef,
        unknown_fields: Severity,
    ) -> Self {
        Self {
            root,
            source,
            id,
            metadata: Metadata::default(),
            doubt: None,
            unknown_fields,
            diagnostics: Vec::new(),
            errors: 0,
        }
    }

    /// How many errors were reported. A part is exact if reading it did not raise the number.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// The object's namespace; empty for a cluster-scoped object.
    pub(crate) fn namespace(&self) -> &str {
        self.id.namespace.as_deref().unwrap_or_default()
    }

    pub(crate) fn node(&self, at: &At<'_>) -> Option<&'a Node> {
        at.node(self.root)
    }

    /// Whether the field is there with a value other than null.
    pub(crate) fn has(&self, at: &At<'_>) -> bool {
        self.node(at).is_some_and(|node| node.value != Value::Null)
    }

    /// Reads one part of the object, reports every problem in it, and gives what could be read.
    /// An absent or null part is the default, as Go's decoder has it.
    pub(crate) fn read<T: DeserializeOwned + Default>(&mut self, at: &At<'_>) -> T {
        let Some(node) = self.node(at).filter(|node| node.value != Value::Null) else {
            return T::default();
        };
        let decoded = decode::<T>(node);
        for error in decoded.errors {
            let mut diagnostic = Diagnostic::error(codes::WRONG_TYPE, error.message.clone());
            diagnostic.help.extend(error.help);
            let path = join(at, &error.path);
            let label = Label::primary(self.source, error.span, error.message);
            self.push(diagnostic, path, label);
        }
        for field in decoded.unknown {
            let mut diagnostic = Diagnostic::error(
                codes::UNKNOWN_FIELD,
                format!("`{}` is not a field of {}", field.key, self.describe(at)),
            );
            diagnostic.severity = self.unknown_fields;
            diagnostic.fix = field.fix(self.source);
            diagnostic.help.push(match field.suggestion {
                Some(known) => format!("did you mean `{known}`?"),
                None => "remove it, or indent it under the field that it belongs to".to_owned(),
            });
            let path = join(at, &field.path);
            let label = Label::primary(self.source, field.key_span, "unknown field");
            self.push(diagnostic, path, label);
        }
        decoded.value.unwrap_or_default()
    }

    /// Reports a problem at a field.
    pub(crate) fn report(&mut self, at: &At<'_>, label: &str, diagnostic: Diagnostic) {
        let label = Label::primary(self.source, at.span(self.root), label);
        self.push(diagnostic, at.path(), label);
    }

    fn push(&mut self, mut diagnostic: Diagnostic, path: FieldPath, label: Label) {
        diagnostic.path = Some(path);
        diagnostic.labels.insert(0, label);
        self.adopt(diagnostic);
    }

    /// Takes over a problem of the object that already has its place.
    pub(crate) fn adopt(&mut self, mut diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.severity == Severity::Error);
        diagnostic.object = Some(self.id.to_string());
        self.diagnostics.push(diagnostic);
    }

    fn describe(&self, at: &At<'_>) -> String {
        match at {
            At::Root => self.id.kind.to_string(),
            _ => format!("`{}`", at.path()),
        }
    }
}

fn join(at: &At<'_>, below: &FieldPath) -> FieldPath {
    let mut path = at.path();
    for segment in below.segments() {
        path.push(segment.clone());
    }
    path
}
