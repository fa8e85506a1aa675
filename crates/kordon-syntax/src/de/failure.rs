//! The error that serde carries while a node is decoded.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use super::place::At;
use crate::text::{one_line, quoted, similar};
use crate::{FieldPath, Node, Span};

/// Why a part could not be decoded. It gets its place from the innermost value that it passes.
#[derive(Debug)]
pub(super) struct Failure<'de> {
    pub(super) node: Option<&'de Node>,
    pub(super) path: FieldPath,
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// The field that is missing, if that is the reason.
    pub(super) missing: Option<&'static str>,
    /// Whether this merely follows from a part that was left out.
    pub(super) follows: bool,
}

impl<'de> Failure<'de> {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            node: None,
            path: FieldPath::root(),
            span: Span::default(),
            message: message.into(),
            help: None,
            missing: None,
            follows: false,
        }
    }

    /// The failure of a value that means nothing without the part that was left out.
    pub(super) fn follows() -> Self {
        Self {
            follows: true,
            ..Self::new("without its content")
        }
    }

    /// A value of the wrong kind. `expected` comes with its article.
    pub(super) fn kind(expected: impl fmt::Display, node: &Node) -> Self {
        let article = match node.kind() {
            "null" => "",
            _ => "a ",
        };
        Self::new(format!(
            "expected {expected}, found {article}{}",
            node.kind()
        ))
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The failure at a node, unless it has a place already.
    pub(super) fn at(self, node: &'de Node, at: &At<'_, 'de>) -> Self {
        self.at_span(node, node.span, at)
    }

    /// The failure at a part of a node.
    pub(super) fn at_span(mut self, node: &'de Node, span: Span, at: &At<'_, 'de>) -> Self {
        if self.node.is_none() {
            self.node = Some(node);
            self.span = span;
            self.path = at.path();
        }
        self
    }
}

impl fmt::Display for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure<'_> {}

impl Error for Failure<'_> {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(one_line(&message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, found {}", describe(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, found {}", describe(found)))
    }

    fn invalid_length(length: usize, _: &dyn Expected) -> Self {
        Self::new(format!(
            "a sequence of {length} values has the wrong length"
        ))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let failure = Self::new(format!("{} is not {}", quoted(variant), one_of(expected)));
        match similar(variant, expected) {
            Some(name) => failure.help(format!("did you mean `{name}`?")),
            None => failure,
        }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let failure = Self::new(format!("unknown field {}", quoted(field)));
        match similar(field, expected) {
            Some(name) => failure.help(format!("did you mean `{name}`?")),
            None => failure,
        }
    }

    fn missing_field(field: &'static str) -> Self {
        let mut failure =
            Self::new(format!("missing field `{field}`")).help(format!("add `{field}`"));
        failure.missing = Some(field);
        failure
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(format!(
            "the field `{field}` is written twice, under two names"
        ))
    }
}

fn one_of(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "allowed".to_owned(),
        [only] => only.clone(),
        _ => format!("one of {}", names.join(", ")),
    }
}

fn describe(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("the boolean `{value}`"),
        Unexpected::Unsigned(value) => format!("the number `{value}`"),
        Unexpected::Signed(value) => format!("the number `{value}`"),
        Unexpected::Float(value) => format!("the number `{value}`"),
        Unexpected::Char(value) => format!("the string {}", quoted(&value.to_string())),
        Unexpected::Str(value) => format!("the string {}", quoted(value)),
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Seq => "a sequence".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        _ => "another kind of value".to_owned(),
    }
}
