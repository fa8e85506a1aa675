//! What is wrong with an expression before it runs.
//!
//! Owns the codes and the form of such a problem. Knows neither where the expression stands in a
//! document nor how problems are shown.

use kordon_syntax::{Code, CodeDoc, Diagnostic, SourceId, Span};

/// A problem of an expression: it cannot run until this is mended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// The kind of problem.
    pub code: Code,
    /// The place, in bytes from the start of the expression.
    pub span: Span,
    /// One line: what is wrong, and what was expected.
    pub message: String,
    /// What to do, one line each.
    pub help: Vec<String>,
}

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal, $why:literal, $mend:literal;)*) => {
        $(pub(crate) const $name: Code = Code($code);)*
        /// Every code of a problem of an expression, in order.
        pub static CODES: &[CodeDoc] = &[
            $(CodeDoc { code: $name, title: $title, why: $why, mend: $mend },)*
        ];
    };
}

codes! {
    SYNTAX = "KD0801", "expression that cannot be read",
        "what it means cannot be known, so what depends on it is unknown",
        "mend the place shown";
    LIMIT = "KD0802", "expression beyond a limit",
        "a long or deep expression could exhaust the memory or the time of a decision",
        "split the expression, or say it shorter";
    NAME = "KD0803", "name that is not declared",
        "the expression could only fail when it is evaluated",
        "write a name that is declared; the help names similar ones";
    TYPE = "KD0804", "type that does not fit",
        "the expression could only fail when it is evaluated",
        "convert one side, such as by `string(..)`, or compare values of one type";
}

impl Problem {
    pub(crate) fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            span,
            message: message.into(),
            help: Vec::new(),
        }
    }

    pub(crate) fn syntax(span: Span, message: impl Into<String>) -> Self {
        Self::new(SYNTAX, span, message)
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// The problem in a document in which the expression begins at a byte.
    pub fn diagnostic(&self, source: SourceId, start: u32) -> Diagnostic {
        let span = Span::new(
            start.saturating_add(self.span.start),
            start.saturating_add(self.span.end),
        );
        let at = Diagnostic::error(self.code, self.message.clone()).at(source, span, "");
        self.help.iter().fold(at, Diagnostic::help)
    }
}
