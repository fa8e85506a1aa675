//! One object while it is lowered: its tree, its identity and the problems found in it.
//!
//! It knows how to read parts of the tree and how to report, and no kind.

use kordon_core::model::ObjectRef;
use kordon_syntax::{
    Diagnostic, FieldPath, Fix, Label, Node, Segment, Severity, SourceId, Span, Value, decode,
    quoted, similar,
};
use serde::de::DeserializeOwned;

use crate::at::At;
use crate::codes;
use crate::metadata::Metadata;
use crate::settings::Settings;

/// The object at hand.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) root: &'a Node,
    pub(crate) source: SourceId,
    pub(crate) settings: &'a Settings,
    pub(crate) id: ObjectRef,
    pub(crate) metadata: Metadata,
    /// Why nothing in the object means for certain what it seems to mean, if so.
    pub(crate) doubt: Option<String>,
    /// Whether [`Context::namespace`] is what was written.
    pub(crate) namespace_is_known: bool,
    /// How much an unknown field matters: an error in a policy, a warning elsewhere.
    pub(crate) unknown_fields: Severity,
    pub(crate) diagnostics: Vec<Diagnostic>,
    errors: usize,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        root: &'a Node,
        source: SourceId,
        settings: &'a Settings,
        id: ObjectRef,
        unknown_fields: Severity,
    ) -> Self {
        Self {
            root,
            source,
            settings,
            id,
            metadata: Metadata::default(),
            doubt: None,
            namespace_is_known: true,
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

    /// Whether the field is there with a value other than null and an empty list.
    pub(crate) fn has_items(&self, at: &At<'_>) -> bool {
        let is_empty = |value: &Value| matches!(value, Value::Sequence(items) if items.is_empty());
        self.has(at) && !self.node(at).is_some_and(|node| is_empty(&node.value))
    }

    /// Reads one part of the object, reports every problem in it, and gives what could be read.
    /// An absent or null part is the default, as Go's decoder has it.
    pub(crate) fn read<T: DeserializeOwned + Default>(&mut self, at: &At<'_>) -> T {
        let Some(node) = self.node(at).filter(|node| node.value != Value::Null) else {
            return T::default();
        };
        let decoded = decode::<T>(node);
        for error in decoded.errors {
            let path = join(at, &error.path);
            let mut diagnostic = error.diagnostic(codes::WRONG_TYPE, self.source, None);
            if diagnostic.help.is_empty() {
                diagnostic
                    .help
                    .push(how_to_write(&diagnostic.message).to_owned());
            }
            diagnostic.message = format!("`{path}`: {}", diagnostic.message);
            diagnostic.path = Some(path);
            self.adopt(diagnostic);
        }
        for field in decoded.unknown {
            let path = join(at, &field.path);
            let mut diagnostic =
                field.diagnostic(codes::UNKNOWN_FIELD, self.unknown_fields, self.source, None);
            diagnostic.message = format!(
                "{} is not a field of {}",
                quoted(&field.key),
                self.parent_of(&path)
            );
            if field.suggestion.is_none() && stands_in_selector(&path) {
                let labels =
                    "labels stand under `matchLabels`: write `matchLabels: {..}` around them";
                diagnostic.help = vec![labels.to_owned()];
            }
            diagnostic.path = Some(path);
            self.adopt(diagnostic);
        }
        decoded.value.unwrap_or_default()
    }

    /// Reports a problem at a field.
    pub(crate) fn report(&mut self, at: &At<'_>, label: &str, diagnostic: Diagnostic) {
        let label = Label::primary(self.source, at.span(self.root), label);
        self.push(diagnostic, at.path(), label);
    }

    /// Reports a problem in a part of a text, given by offsets into it. A text that is written
    /// with escapes or over several lines is pointed at as a whole.
    pub(crate) fn report_part(
        &mut self,
        at: &At<'_>,
        text: &str,
        part: std::ops::Range<usize>,
        label: &str,
        diagnostic: Diagnostic,
    ) {
        let whole = at.span(self.root);
        let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let written = whole.end.saturating_sub(whole.start);
        let quotes = written.saturating_sub(length(text.len()));
        let span = match quotes {
            0 | 2 => Span {
                start: whole.start + quotes / 2 + length(part.start),
                end: whole.start + quotes / 2 + length(part.end.max(part.start)),
            },
            _ => whole,
        };
        self.push(
            diagnostic,
            at.path(),
            Label::primary(self.source, span, label),
        );
    }

    /// Reports a problem of a field's key.
    pub(crate) fn report_key(&mut self, at: &At<'_>, label: &str, diagnostic: Diagnostic) {
        let label = Label::primary(self.source, at.head(self.root), label);
        self.push(diagnostic, at.path(), label);
    }

    /// Every problem reported, each with the object's name.
    pub(crate) fn finish(self) -> Vec<Diagnostic> {
        let object = self.id.to_string();
        let named = |diagnostic: Diagnostic| diagnostic.object(object.clone());
        self.diagnostics.into_iter().map(named).collect()
    }

    /// Reports a word that is none of those expected, with the one that was probably meant.
    pub(crate) fn report_word(
        &mut self,
        at: &At<'_>,
        label: &str,
        mut diagnostic: Diagnostic,
        known: &[&str],
    ) {
        let node = self.node(at);
        if let Some(word) = node
            .and_then(Node::as_str)
            .and_then(|text| similar(text, known))
        {
            diagnostic.help.push(format!("did you mean `{word}`?"));
            let span = at.span(self.root);
            diagnostic.fix = Some(Fix::replace(
                format!("write `{word}`"),
                self.source,
                span,
                word,
            ));
        }
        self.report(at, label, diagnostic);
    }

    fn push(&mut self, mut diagnostic: Diagnostic, path: FieldPath, label: Label) {
        diagnostic.path = Some(path);
        diagnostic.labels.insert(0, label);
        self.adopt(diagnostic);
    }

    /// Takes over a problem of the object that already has its place.
    pub(crate) fn adopt(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.severity == Severity::Error);
        self.diagnostics.push(diagnostic);
    }

    /// What a field belongs to, for messages.
    fn parent_of(&self, path: &FieldPath) -> String {
        let mut parent = path.clone();
        parent.pop();
        if parent.is_root() {
            self.id.kind.to_string()
        } else {
            format!("`{parent}`")
        }
    }
}

/// Whether the field stands where a label selector is expected.
fn stands_in_selector(path: &FieldPath) -> bool {
    const SELECTORS: [&str; 5] = [
        "podSelector",
        "namespaceSelector",
        "selector",
        "namespaces",
        "nodes",
    ];
    let [.., Segment::Key(parent), Segment::Key(_)] = path.segments() else {
        return false;
    };
    SELECTORS.contains(&&**parent)
}

/// How the type that a message asks for is written.
fn how_to_write(message: &str) -> &'static str {
    const FORMS: [(&str, &str); 3] = [
        (
            "expected a sequence",
            "write a list: `[a, b]`, or each item on its own line after `- `",
        ),
        (
            "expected a mapping",
            "write fields here, each as `name: value`",
        ),
        (
            "expected a string",
            "write one text here, without brackets or fields of its own",
        ),
    ];
    let form = FORMS
        .iter()
        .find(|(expected, _)| message.starts_with(expected));
    form.map_or(
        "write a value of the type that is expected here",
        |(_, form)| form,
    )
}

fn join(at: &At<'_>, below: &FieldPath) -> FieldPath {
    let mut path = at.path();
    for segment in below.segments() {
        path.push(segment.clone());
    }
    path
}
