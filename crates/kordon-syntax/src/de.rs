//! Typed values out of the tree.
//!
//! It owns the rules by which a [`Node`] becomes a Rust value through serde, and how problems are
//! found: all of them in one go, each with its path and place. It knows no particular type.

mod access;
mod deserializer;
mod failure;
mod int_or_string;
mod place;

use std::cell::RefCell;

use serde::de::DeserializeOwned;

use self::deserializer::NodeDeserializer;
use self::failure::Failure;
pub use self::int_or_string::IntOrString;
use self::place::At;
use crate::text::quoted;
use crate::{Code, Diagnostic, Entry, FieldPath, Fix, Node, Severity, SourceId, Span, Value};

/// What decoding gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded<T> {
    /// The value; none if it is wrong as a whole. Where there are errors, the parts with errors
    /// are missing from it, and the object must be treated as broken.
    pub value: Option<T>,
    /// What could not be decoded.
    pub errors: Vec<DecodeError>,
    /// Fields that the type does not have, in the order of the text.
    pub unknown: Vec<UnknownField>,
}

/// A part that could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The path from the node that was decoded.
    pub path: FieldPath,
    /// The place.
    pub span: Span,
    /// What was expected and what is there.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// A field that the type does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// The path from the node that was decoded, the field itself included.
    pub path: FieldPath,
    /// The place of the key.
    pub key_span: Span,
    /// The key.
    pub key: Box<str>,
    /// The field that was most likely meant.
    pub suggestion: Option<&'static str>,
}

/// The number of errors after which decoding gives up.
const MAX_ERRORS: usize = 50;

/// Decodes a node.
///
/// The rules are those of the Kubernetes API server's JSON decoder (sigs.k8s.io/json):
///
/// - Field names count upper and lower case.
/// - Null counts as an absent field, and as an empty sequence, mapping or structure.
/// - Nothing is converted: a number is no text, and `80.0` in JSON is no whole number.
///
/// After an error the wrong part is left out and decoding starts again, so that all problems are
/// found. Unknown fields are never errors here; they are collected. Fields that serde gets through
/// `flatten`, and those of internally tagged or untagged enums, are the exception: serde copies
/// them first, so that their unknown fields are not seen and their errors point at the whole.
///
/// ```
/// use kordon_syntax::{Node, decode};
///
/// #[derive(Debug, PartialEq, serde::Deserialize)]
/// struct Port {
///     port: u16,
///     #[serde(default)]
///     protocol: Option<String>,
/// }
///
/// let node = Node::from_json(&serde_json::json!({"port": 80, "protocol": 6, "prot": "TCP"}));
/// let decoded = decode::<Port>(&node);
/// assert_eq!(decoded.value, Some(Port { port: 80, protocol: None }));
/// assert_eq!(decoded.errors[0].path.to_string(), "protocol");
/// assert_eq!(decoded.errors[0].message, "expected a string, found a number");
/// assert_eq!(decoded.unknown[0].suggestion, Some("port"));
/// ```
pub fn decode<T: DeserializeOwned>(node: &Node) -> Decoded<T> {
    let mut context = Context {
        skipped: Vec::new(),
        unknown: RefCell::default(),
    };
    let mut errors = Vec::new();
    let value = loop {
        let failure = match attempt(node, &context) {
            Ok(value) => break Some(value),
            Err(failure) => failure.at(node, &At::Root),
        };
        let Some((broken, error)) = context.judge(failure, &errors) else {
            break None;
        };
        errors.extend(error);
        if std::ptr::eq(broken, node) {
            break None;
        }
        if errors.len() >= MAX_ERRORS {
            errors.push(DecodeError::too_many(node));
            break None;
        }
        context.skipped.push(broken);
    };
    let unknown = context
        .unknown
        .into_inner()
        .into_iter()
        .map(|(_, field)| field)
        .collect();
    Decoded {
        value,
        errors,
        unknown,
    }
}

fn attempt<'de, T: DeserializeOwned>(
    node: &'de Node,
    context: &Context<'de>,
) -> Result<T, Failure<'de>> {
    T::deserialize(NodeDeserializer {
        node,
        at: &At::Root,
        context,
    })
}

/// What is known of a document while it is decoded.
struct Context<'de> {
    /// Parts with an error, which are left out.
    skipped: Vec<&'de Node>,
    unknown: RefCell<Vec<(&'de Entry, UnknownField)>>,
}

impl<'de> Context<'de> {
    fn skips(&self, node: &Node) -> bool {
        self.skipped
            .iter()
            .any(|skipped| std::ptr::eq(*skipped, node))
    }

    fn note_unknown(&self, entry: &'de Entry, at: &At<'_, 'de>, fields: &[&'static str]) {
        let mut unknown = self.unknown.borrow_mut();
        if unknown.iter().any(|(known, _)| std::ptr::eq(*known, entry)) {
            return;
        }
        let field = UnknownField {
            path: at.path(),
            key_span: entry.key_span,
            key: entry.key.clone(),
            suggestion: crate::similar(&entry.key, fields),
        };
        unknown.push((entry, field));
    }

    /// The part to leave out after a failure, and the error unless it merely follows from parts
    /// that were left out before.
    fn judge(
        &self,
        failure: Failure<'de>,
        earlier: &[DecodeError],
    ) -> Option<(&'de Node, Option<DecodeError>)> {
        let Failure {
            node,
            path,
            span,
            message,
            help,
            missing,
            follows,
        } = failure;
        let node = node?;
        let error = DecodeError {
            path,
            span,
            message,
            help,
        };
        let Some(field) = missing else {
            let follows = follows
                || earlier
                    .iter()
                    .any(|known| known.path.starts_with(&error.path));
            return Some((node, (!follows).then_some(error)));
        };
        let error = match node.get(field) {
            Some(value) if self.skips(value) => None,
            Some(value) if value.value == Value::Null => Some(DecodeError {
                path: error.path.key(field),
                span: value.span,
                message: format!("`{field}` is required and has no value"),
                help: error.help,
            }),
            _ => Some(error),
        };
        Some((node, error))
    }
}

impl DecodeError {
    /// The diagnostic for it.
    pub fn diagnostic(self, code: Code, source: SourceId, object: Option<&str>) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(code, self.message)
            .at(source, self.span, "")
            .path(self.path);
        diagnostic.help.extend(self.help);
        diagnostic.object = object.map(str::to_owned);
        diagnostic
    }

    fn too_many(node: &Node) -> Self {
        Self {
            path: FieldPath::root(),
            span: node.span,
            message: format!("more than {MAX_ERRORS} errors, the rest is not shown"),
            help: Some("mend those above first".to_owned()),
        }
    }
}

impl UnknownField {
    /// The change that writes the field that was most likely meant.
    pub fn fix(&self, source: SourceId) -> Option<Fix> {
        let name = self.suggestion?;
        Some(Fix::replace(
            format!("write `{name}`"),
            source,
            self.key_span,
            name,
        ))
    }

    /// The diagnostic for it.
    pub fn diagnostic(
        &self,
        code: Code,
        severity: Severity,
        source: SourceId,
        object: Option<&str>,
    ) -> Diagnostic {
        let message = format!("unknown field {}", quoted(&self.key));
        let mut diagnostic = Diagnostic::new(code, severity, message)
            .at(source, self.key_span, "unknown field")
            .path(self.path.clone());
        diagnostic.help.push(match self.suggestion {
            Some(name) => format!("did you mean `{name}`?"),
            None => "remove it, or indent it under the field that it belongs to".to_owned(),
        });
        diagnostic.fix = self.fix(source);
        diagnostic.object = object.map(str::to_owned);
        diagnostic
    }
}

#[cfg(test)]
mod tests;
