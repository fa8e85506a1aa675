//! The tree under construction.
//!
//! A stack holds the open collections, so that depth costs no stack of the machine. It knows
//! anchors, keys and their limits; `merge` knows what a merge key takes in.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::merge::Merge;
use crate::parse::scalar::{self, TagError};
use crate::parse::{Halt, Output, Step};
use crate::text::quoted;
use crate::{Code, Diagnostic, Entry, Node, Span, Value, codes};

/// A scalar as the parser found it.
pub(super) struct Scalar<'t> {
    pub(super) text: Cow<'t, str>,
    /// Whether it stands without quotes and is no block.
    pub(super) plain: bool,
    /// Its tag: the name of one of YAML's own, empty for any other.
    pub(super) tag: Option<String>,
    /// The number of its anchor; 0 is none.
    pub(super) anchor: usize,
    pub(super) span: Span,
}

/// The document under construction.
#[derive(Default)]
pub(super) struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    /// Whether an error was found that leaves the document without meaning.
    broken: bool,
    /// Values with an anchor that are complete.
    anchors: BTreeMap<usize, (Node, Size)>,
    /// How many values anchors and aliases have copied.
    copied: usize,
}

/// How much a value holds.
#[derive(Clone, Copy)]
struct Size {
    nodes: usize,
    /// How deep the deepest value stands in it.
    height: usize,
}

/// A collection that has not ended.
struct Open {
    span: Span,
    anchor: usize,
    size: Size,
    items: Items,
}

enum Items {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        key: Option<Key>,
        merge: Option<Box<Merge>>,
    },
}

/// A key that waits for its value.
enum Key {
    Text(Box<str>, Span),
    Merge(Span),
}

const LEAF: Size = Size {
    nodes: 1,
    height: 0,
};

impl Builder {
    /// The root; none if the document is broken.
    pub(super) fn finish(self) -> Option<Node> {
        self.root.filter(|_| !self.broken)
    }

    pub(super) fn scalar(&mut self, scalar: Scalar<'_>, output: &mut Output<'_>) -> Step {
        output.count(1, scalar.span)?;
        output.check_depth(self.open.len(), scalar.span)?;
        let key = self.expects_key();
        if key && is_merge(&scalar) {
            return self.merge_key(scalar.span, output);
        }
        match (resolve(&scalar), key) {
            (Ok(resolved), true) => self.scalar_key(scalar, resolved, output),
            (Ok(resolved), false) => self.scalar_value(scalar, resolved, output),
            (Err(error), _) => self.tag_error(error, &scalar, output),
        }
    }

    pub(super) fn start_sequence(
        &mut self,
        anchor: usize,
        span: Span,
        output: &mut Output<'_>,
    ) -> Step {
        self.start(anchor, span, Items::Sequence(Vec::new()), output)
    }

    pub(super) fn start_mapping(
        &mut self,
        anchor: usize,
        span: Span,
        output: &mut Output<'_>,
    ) -> Step {
        let items = Items::Mapping {
            entries: Vec::new(),
            key: None,
            merge: None,
        };
        self.start(anchor, span, items, output)
    }

    /// Ends the innermost collection. `end` is the closing bracket or, for a block, empty.
    pub(super) fn end(&mut self, end: Span, output: &mut Output<'_>) -> Step {
        let Some(Open {
            mut span,
            anchor,
            mut size,
            items,
        }) = self.open.pop()
        else {
            return Ok(());
        };
        let value = match items {
            Items::Sequence(nodes) => {
                span.end = last(end, nodes.last().map(|node| node.span), span);
                Value::Sequence(nodes)
            }
            Items::Mapping {
                mut entries, merge, ..
            } => {
                let inner = entries
                    .last()
                    .map(|entry| entry.key_span.to(entry.value.span));
                span.end = last(end, inner, span);
                self.broken |= !output.check_keys(&entries)?;
                if let Some(merge) = merge {
                    self.broken |= !merge.apply(&mut entries, output)?;
                }
                Value::Mapping(entries)
            }
        };
        size.nodes += 1;
        self.anchored(Node { span, value }, size, anchor, output)
    }

    pub(super) fn alias(&mut self, anchor: usize, span: Span, output: &mut Output<'_>) -> Step {
        let Some((node, size)) = self.anchors.get(&anchor) else {
            let message = "an alias inside of its own anchor";
            let diagnostic = Diagnostic::error(codes::ALIAS, message).at(
                output.id,
                span,
                "the value would contain itself",
            );
            output.report(diagnostic.help("write the value out"))?;
            return Err(Halt::Document);
        };
        let size = *size;
        self.copied = self.copied.saturating_add(size.nodes);
        check_copied(self.copied, span, output)?;
        output.count(size.nodes, span)?;
        output.check_depth(self.open.len() + size.height, span)?;
        // The alias is what the reader sees; the values within keep the place of the anchor.
        let node = Node {
            span,
            value: node.value.clone(),
        };
        if !self.expects_key() {
            return self.attach(node, size, output);
        }
        match node.value {
            Value::String(text) => {
                self.key(Key::Text(text, span));
                Ok(())
            }
            _ => key_error("a key", span, output),
        }
    }

    fn start(&mut self, anchor: usize, span: Span, items: Items, output: &mut Output<'_>) -> Step {
        output.count(1, span)?;
        output.check_depth(self.open.len(), span)?;
        if self.expects_key() {
            return key_error("a key", span, output);
        }
        let size = Size {
            nodes: 0,
            height: 0,
        };
        self.open.push(Open {
            span,
            anchor,
            size,
            items,
        });
        Ok(())
    }

    fn scalar_value(
        &mut self,
        scalar: Scalar<'_>,
        resolved: scalar::Scalar,
        output: &mut Output<'_>,
    ) -> Step {
        let span = scalar.span;
        let value = resolved.into_value(|| scalar.text.into());
        if value.is_none() {
            let message = "JSON, and so the API server, knows no such number";
            self.report(codes::SCALAR, message, "not a finite number", span, output)?;
        }
        let value = value.unwrap_or(Value::Null);
        self.anchored(Node { span, value }, LEAF, scalar.anchor, output)
    }

    fn scalar_key(
        &mut self,
        scalar: Scalar<'_>,
        resolved: scalar::Scalar,
        output: &mut Output<'_>,
    ) -> Step {
        let Scalar {
            text, anchor, span, ..
        } = scalar;
        let shown = if text.is_empty() || span.is_empty() {
            "an empty key"
        } else {
            "this key"
        };
        let Some(key) = resolved.into_key(|| text.into()) else {
            return key_error(shown, span, output);
        };
        if anchor != 0 {
            if resolved != scalar::Scalar::String {
                return key_error("a key with an anchor", span, output);
            }
            let value = Value::String(key.clone());
            self.keep(&Node { span, value }, LEAF, anchor, output)?;
        }
        self.key(Key::Text(key, span));
        Ok(())
    }

    fn merge_key(&mut self, span: Span, output: &mut Output<'_>) -> Step {
        if let Some(Open {
            items: Items::Mapping { merge: Some(_), .. },
            ..
        }) = self.open.last()
        {
            self.report(
                codes::MERGE,
                "a second `<<` in one mapping",
                "one is allowed",
                span,
                output,
            )?;
        }
        self.key(Key::Merge(span));
        Ok(())
    }

    fn expects_key(&self) -> bool {
        let last = self.open.last().map(|open| &open.items);
        matches!(last, Some(Items::Mapping { key: None, .. }))
    }

    fn key(&mut self, new: Key) {
        if let Some(Open {
            items: Items::Mapping { key, .. },
            ..
        }) = self.open.last_mut()
        {
            *key = Some(new);
        }
    }

    /// Adds a value that may have an anchor.
    fn anchored(&mut self, node: Node, size: Size, anchor: usize, output: &mut Output<'_>) -> Step {
        if anchor != 0 {
            self.keep(&node, size, anchor, output)?;
        }
        self.attach(node, size, output)
    }

    fn keep(&mut self, node: &Node, size: Size, anchor: usize, output: &mut Output<'_>) -> Step {
        self.copied = self.copied.saturating_add(size.nodes);
        check_copied(self.copied, node.span, output)?;
        self.anchors.insert(anchor, (node.clone(), size));
        Ok(())
    }

    fn attach(&mut self, node: Node, size: Size, output: &mut Output<'_>) -> Step {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.size.nodes = open.size.nodes.saturating_add(size.nodes);
        open.size.height = open.size.height.max(size.height + 1);
        match &mut open.items {
            Items::Sequence(nodes) => nodes.push(node),
            Items::Mapping {
                entries,
                key,
                merge,
            } => match key.take() {
                Some(Key::Text(key, key_span)) => entries.push(Entry {
                    key,
                    key_span,
                    value: node,
                }),
                Some(Key::Merge(span)) => {
                    *merge = Some(Box::new(Merge::new(span, entries.len(), node)));
                }
                None => return key_error("a key", node.span, output),
            },
        }
        Ok(())
    }

    fn tag_error(&mut self, error: TagError, scalar: &Scalar<'_>, output: &mut Output<'_>) -> Step {
        let (message, label) = match error {
            TagError::Mismatch(kind) => (
                format!("{} is not a {kind}", quoted(&scalar.text)),
                "as its tag says",
            ),
            TagError::Binary => (
                "`!!binary` cannot reach the API server".to_owned(),
                "not text",
            ),
        };
        self.report(codes::SCALAR, &message, label, scalar.span, output)?;
        if self.expects_key() {
            return Err(Halt::Document);
        }
        self.attach(
            Node {
                span: scalar.span,
                value: Value::Null,
            },
            LEAF,
            output,
        )
    }

    /// Reports an error after which the document can be read on, though it means nothing.
    fn report(
        &mut self,
        code: Code,
        message: &str,
        label: &str,
        span: Span,
        output: &mut Output<'_>,
    ) -> Step {
        self.broken = true;
        output.report(Diagnostic::error(code, message).at(output.id, span, label))
    }
}

fn resolve(scalar: &Scalar<'_>) -> Result<scalar::Scalar, TagError> {
    match &scalar.tag {
        Some(tag) => scalar::resolve_tagged(tag, &scalar.text),
        None if scalar.plain => Ok(scalar::resolve(&scalar.text)),
        None => Ok(scalar::Scalar::String),
    }
}

// goyaml.v2/decode.go, `isMerge`: the text is `<<`, and it is plain or has the tag of merge keys.
fn is_merge(scalar: &Scalar<'_>) -> bool {
    scalar.text == "<<"
        && match &scalar.tag {
            None => scalar.plain,
            Some(tag) => tag == "merge",
        }
}

fn key_error(what: &str, span: Span, output: &mut Output<'_>) -> Step {
    let diagnostic = Diagnostic::error(codes::KEY, format!("{what} that is not text"))
        .at(output.id, span, "expected a text")
        .help("write a text; put it in quotes if it looks like something else");
    output.report(diagnostic)?;
    Err(Halt::Document)
}

fn check_copied(copied: usize, span: Span, output: &mut Output<'_>) -> Step {
    let most = output.limits.max_alias_nodes;
    if copied <= most {
        return Ok(());
    }
    let diagnostic = Diagnostic::error(
        codes::LIMIT,
        format!("aliases stand for more than {most} values"),
    )
    .at(output.id, span, "the limit is reached here")
    .help("write the values out instead of repeating aliases");
    output.report(diagnostic)?;
    Err(Halt::Document)
}

/// Where a collection ends: at its bracket, or for a block with its last value.
fn last(end: Span, inner: Option<Span>, start: Span) -> u32 {
    if end.is_empty() {
        inner.map_or(start.end, |inner| inner.end.max(start.end))
    } else {
        end.end
    }
}
