//! A problem in the input, as plain data.
//!
//! It owns what a problem consists of. It knows neither how problems are found nor how they look
//! on a screen.

use serde::Serialize;

use crate::{Code, FieldPath, SourceId, Span};

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// What was meant cannot be known; decisions must not be taken from it.
    Error,
    /// The input is understood and most likely not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place, and what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    /// The text that holds it.
    pub source: SourceId,
    /// The place in the text.
    pub span: Span,
    /// What is there, in a few words; may be empty.
    pub message: String,
    /// Whether the problem is here, rather than something that explains it.
    pub primary: bool,
}

/// A change of the text that mends a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What the change does.
    pub title: String,
    /// The changes, all of which belong together.
    pub edits: Vec<Edit>,
}

/// One replacement in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// The text to change.
    pub source: SourceId,
    /// What is replaced.
    pub span: Span,
    /// What takes its place.
    pub replacement: String,
}

/// A problem in the input: what, where, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The kind of problem.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// One line: lowercase, without a full stop, the input's own words in backticks.
    pub message: String,
    /// The object concerned, such as `NetworkPolicy shop/cart`.
    pub object: Option<String>,
    /// The field concerned, from the root of the object.
    pub path: Option<FieldPath>,
    /// The places, the most important one first.
    pub labels: Vec<Label>,
    /// What to do, one line each.
    pub help: Vec<String>,
    /// A change that mends it.
    pub fix: Option<Fix>,
}

impl Label {
    /// The place of the problem.
    pub fn primary(source: SourceId, span: Span, message: impl Into<String>) -> Self {
        Self {
            source,
            span,
            message: message.into(),
            primary: true,
        }
    }

    /// A place that explains the problem.
    pub fn secondary(source: SourceId, span: Span, message: impl Into<String>) -> Self {
        Self {
            source,
            span,
            message: message.into(),
            primary: false,
        }
    }
}

impl Fix {
    /// A fix by one replacement.
    pub fn replace(
        title: impl Into<String>,
        source: SourceId,
        span: Span,
        replacement: impl Into<String>,
    ) -> Self {
        let edit = Edit {
            source,
            span,
            replacement: replacement.into(),
        };
        Self {
            title: title.into(),
            edits: vec![edit],
        }
    }
}

impl Diagnostic {
    /// A problem of any severity.
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            object: None,
            path: None,
            labels: Vec::new(),
            help: Vec::new(),
            fix: None,
        }
    }

    /// An error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// A note.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    /// Adds the place of the problem.
    #[must_use]
    pub fn at(self, source: SourceId, span: Span, message: impl Into<String>) -> Self {
        self.label(Label::primary(source, span, message))
    }

    /// Adds a place that explains the problem.
    #[must_use]
    pub fn see(self, source: SourceId, span: Span, message: impl Into<String>) -> Self {
        self.label(Label::secondary(source, span, message))
    }

    /// Adds a place.
    #[must_use]
    pub fn label(mut self, label: Label) -> Self {
        self.labels.push(label);
        self
    }

    /// Adds a line that says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Names the object concerned.
    #[must_use]
    pub fn object(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// Names the field concerned.
    #[must_use]
    pub fn path(mut self, path: FieldPath) -> Self {
        self.path = Some(path);
        self
    }

    /// Offers a change of the text.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// The first place of the problem itself, or any place if there is none.
    pub fn primary_label(&self) -> Option<&Label> {
        self.labels
            .iter()
            .find(|label| label.primary)
            .or(self.labels.first())
    }
}
