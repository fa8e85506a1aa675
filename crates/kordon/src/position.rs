//! Positions of fields in sources.

use std::fmt;

use kordon_syntax::{FieldPath, Node, Position, Span, Value};

/// A place in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePosition {
    /// The source's name, such as a file's path.
    pub source: String,
    /// Where it begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
}

impl fmt::Display for SourcePosition {
    /// `file:line:column`, as compilers write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.source, self.start.line, self.start.column)
    }
}

/// The place of a field below the node that stands at `object`, or of the deepest node on its
/// path that is there. A field that holds a key is placed at the key.
pub(crate) fn find_node(
    roots: impl Iterator<Item = Node>,
    object: Span,
    path: &FieldPath,
) -> Option<(u32, u32)> {
    if object.is_empty() {
        return None;
    }
    roots.into_iter().find_map(|root| {
        let node = node_at(&root, object)?;
        let span = node.nearest(path).0.span;
        Some((span.start, span.end))
    })
}

fn node_at(node: &Node, object: Span) -> Option<&Node> {
    if node.span == object {
        return Some(node);
    }
    if node.span.start > object.start || node.span.end < object.end {
        return None;
    }
    match &node.value {
        Value::Sequence(items) => items.iter().find_map(|item| node_at(item, object)),
        Value::Mapping(entries) => entries.iter().find_map(|entry| node_at(&entry.value, object)),
        _ => None,
    }
}
