//! Where in an object the lowering stands: a path that costs nothing until it is shown.
//!
//! It knows the tree of a document and no kind.

use kordon_syntax::{Entry, FieldPath, Node, Segment, Span, Value};

/// A collection that is longer than this in the text is pointed at by its key.
const SHORT: u32 = 48;

/// A field of an object, as a chain through its parents on the stack.
#[derive(Clone, Copy, Debug)]
pub(crate) enum At<'p> {
    Root,
    Key(&'p At<'p>, &'p str),
    Index(&'p At<'p>, usize),
}

impl<'p> At<'p> {
    pub(crate) fn key<'q>(&'q self, key: &'q str) -> At<'q> {
        At::Key(self, key)
    }

    pub(crate) fn index(&'p self, index: usize) -> At<'p> {
        At::Index(self, index)
    }

    /// The path in the form in which it is kept and shown.
    pub(crate) fn path(&self) -> FieldPath {
        let mut path = FieldPath::default();
        self.append_to(&mut path);
        path
    }

    fn append_to(&self, path: &mut FieldPath) {
        match self {
            At::Root => {}
            At::Key(parent, key) => {
                parent.append_to(path);
                path.push(Segment::Key((*key).into()));
            }
            At::Index(parent, index) => {
                parent.append_to(path);
                path.push(Segment::Index(u32::try_from(*index).unwrap_or(u32::MAX)));
            }
        }
    }

    /// The node there, if the object has one.
    pub(crate) fn node<'n>(&self, root: &'n Node) -> Option<&'n Node> {
        match self {
            At::Root => Some(root),
            At::Key(parent, key) => parent.node(root)?.get(key),
            At::Index(parent, index) => element(parent.node(root)?, *index),
        }
    }

    /// The place to point at: the value if it is a scalar or short, otherwise its key; for an
    /// absent field the nearest parent that exists.
    pub(crate) fn span(&self, root: &Node) -> Span {
        let Some(node) = self.node(root) else {
            return self.parent().map_or(root.span, |parent| parent.head(root));
        };
        if is_collection(node) && node.span.end.saturating_sub(node.span.start) > SHORT {
            return self.head(root);
        }
        node.span
    }

    fn parent(&self) -> Option<&'p At<'p>> {
        match self {
            At::Root => None,
            At::Key(parent, _) | At::Index(parent, _) => Some(parent),
        }
    }

    /// The place of the field's key.
    pub(crate) fn head(&self, root: &Node) -> Span {
        match self {
            At::Root => first_key(root).unwrap_or(root.span),
            At::Key(parent, key) => match parent.node(root).and_then(|node| entry(node, key)) {
                Some(entry) => entry.key_span,
                None => parent.head(root),
            },
            At::Index(parent, _) => match self.node(root) {
                Some(node) => first_key(node).unwrap_or(node.span),
                None => parent.head(root),
            },
        }
    }
}

/// The entries of a mapping, none for anything else.
pub(crate) fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Mapping(entries) => entries,
        _ => &[],
    }
}

/// The elements of a sequence, none for anything else.
pub(crate) fn elements(node: &Node) -> &[Node] {
    match &node.value {
        Value::Sequence(nodes) => nodes,
        _ => &[],
    }
}

fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    entries(node).iter().find(|entry| &*entry.key == key)
}

fn element(node: &Node, index: usize) -> Option<&Node> {
    elements(node).get(index)
}

fn first_key(node: &Node) -> Option<Span> {
    entries(node).first().map(|entry| entry.key_span)
}

fn is_collection(node: &Node) -> bool {
    matches!(node.value, Value::Mapping(_) | Value::Sequence(_))
}
