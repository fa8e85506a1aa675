//! The tree of a document.
//!
//! It owns values and their places. It knows neither the syntax they came from nor any type that
//! they are decoded into.

mod json;

use crate::{FieldPath, Segment, SourceId, Span};

/// One document of a source.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The text that holds it.
    pub source: SourceId,
    /// Its number among the documents of the text that are not empty, from 0.
    pub index: u32,
    /// Where it stands.
    pub span: Span,
    /// Its value.
    pub root: Node,
}

/// A value and its place in the text. A value that came from no text has an empty place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The place; for a text in quotes it includes the quotes.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// A value as JSON knows it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number above the range of `Int`.
    UInt(u64),
    /// Any other number; always finite.
    Float(f64),
    /// A text.
    String(Box<str>),
    /// Values in order.
    Sequence(Vec<Node>),
    /// Values by key, in the order of the text; every key stands once.
    Mapping(Vec<Entry>),
}

/// A key of a mapping with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Box<str>,
    /// Its place.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Value::Mapping(entries) = &self.value else {
            return None;
        };
        entries
            .iter()
            .find(|entry| &*entry.key == key)
            .map(|entry| &entry.value)
    }

    /// The value at a path below this one.
    pub fn at(&self, path: &FieldPath) -> Option<&Self> {
        path.segments().iter().try_fold(self, Self::step)
    }

    /// The deepest value that exists on a path, and how many steps of the path lead to it.
    pub fn nearest(&self, path: &FieldPath) -> (&Self, usize) {
        let mut node = self;
        for (depth, segment) in path.segments().iter().enumerate() {
            match node.step(segment) {
                Some(next) => node = next,
                None => return (node, depth),
            }
        }
        (node, path.segments().len())
    }

    /// The text, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// What the value is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) | Value::UInt(_) | Value::Float(_) => "number",
            Value::String(_) => "string",
            Value::Sequence(_) => "sequence",
            Value::Mapping(_) => "mapping",
        }
    }

    /// The items of a list of objects: a mapping whose `kind` ends in `List` and whose `items` is
    /// a sequence. Anything else is given back as it is.
    pub fn into_items(self) -> Result<Vec<Self>, Self> {
        let kind = self.get("kind").and_then(Self::as_str).unwrap_or_default();
        if !kind.ends_with("List") {
            return Err(self);
        }
        let Value::Mapping(mut entries) = self.value else {
            return Err(self);
        };
        let items = entries.iter().position(|entry| {
            &*entry.key == "items" && matches!(entry.value.value, Value::Sequence(_))
        });
        match items.map(|at| entries.swap_remove(at).value.value) {
            Some(Value::Sequence(items)) => Ok(items),
            _ => Err(Self {
                span: self.span,
                value: Value::Mapping(entries),
            }),
        }
    }

    fn step(&self, segment: &Segment) -> Option<&Self> {
        match (segment, &self.value) {
            (Segment::Key(key), Value::Mapping(_)) => self.get(key),
            (Segment::Index(index), Value::Sequence(nodes)) => nodes.get(*index as usize),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_to_a_value_or_to_the_nearest_one() {
        let root = Node::from_json(&json!({"a": [{"b": 1}, 2]}));
        let at = |path: &str| root.at(&path.parse().unwrap()).map(Node::to_json);
        assert_eq!(at("a[0].b"), Some(json!(1)));
        assert_eq!(at("a[2]"), None);
        assert_eq!(at("a.b"), None);
        assert_eq!(at(""), Some(root.to_json()));
        let (node, depth) = root.nearest(&"a[1].x.y".parse().unwrap());
        assert_eq!((node.to_json(), depth), (json!(2), 2));
    }

    #[test]
    fn a_list_gives_its_items_and_anything_else_itself() {
        let items = |value| Node::from_json(&value).into_items();
        let json = |nodes: Vec<Node>| nodes.iter().map(Node::to_json).collect::<Vec<_>>();
        assert_eq!(
            items(json!({"kind": "List", "items": [1, 2]})).map(json),
            Ok(vec![json!(1), json!(2)])
        );
        assert_eq!(
            items(json!({"kind": "RoleList", "items": []})).map(json),
            Ok(vec![])
        );
        for other in [
            json!({"kind": "Role", "items": [1]}),
            json!({"kind": "List", "items": {}}),
            json!({"kind": "List"}),
            json!([1]),
            json!({"kind": 1}),
        ] {
            assert_eq!(
                items(other.clone()).map_err(|node| node.to_json()),
                Err(other)
            );
        }
    }
}
