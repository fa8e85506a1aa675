//! The program: what is left of an expression once names are places and macros are loops.
//!
//! Owns the instructions. Common forms, such as the comparison with a constant text, have their
//! own. How they are made is in `lower`, what they do is in `eval`.

use std::sync::Arc;

use kordon_syntax::Span;
use regex::Regex;

use crate::ast::{Fold, Name};
use crate::error::Reason;
use crate::functions::Body;
use crate::value::Value;

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) op: Op,
}

#[derive(Debug)]
pub(crate) enum Op {
    Constant(Value<'static>),
    /// A field of a declared object.
    Place(Place),
    Local(usize),
    Select {
        operand: Box<Node>,
        field: Name,
    },
    /// `operand.?field`
    SelectOptional {
        operand: Box<Node>,
        field: Name,
    },
    Has {
        operand: Box<Node>,
        field: Name,
    },
    Index(Box<[Node; 2]>),
    /// An index that is a constant text.
    Key {
        operand: Box<Node>,
        key: Name,
    },
    /// The number of elements or characters.
    Size(Box<Node>),
    /// `operand[?index]`
    IndexOptional(Box<[Node; 2]>),
    List(Box<[Element]>),
    Map(Box<[Entry]>),
    And(Box<[Node]>),
    Or(Box<[Node]>),
    Not(Box<Node>),
    Negate(Box<Node>),
    Conditional(Box<[Node; 3]>),
    Equal(Box<[Node; 2]>),
    NotEqual(Box<[Node; 2]>),
    Compare(Relation, Box<[Node; 2]>),
    In(Box<[Node; 2]>),
    Arithmetic(Arithmetic, Box<[Node; 2]>),
    /// A text against a constant.
    Text {
        test: TextTest,
        subject: Box<Node>,
        constant: Box<str>,
    },
    /// Whether a text is one of many constants.
    OneOf {
        subject: Box<Node>,
        texts: Box<[Box<str>]>,
    },
    /// Whether a list holds a constant text, or a map has it as a key.
    Holds {
        container: Box<Node>,
        text: Box<str>,
    },
    /// A text against a constant pattern.
    Matches {
        subject: Box<Node>,
        pattern: Box<Pattern>,
    },
    Call(Box<Call>),
    Fold(Box<FoldLoop>),
    Bind(Box<Bind>),
    OptMap(Box<OptMap>),
    /// `optional.or(optional)`
    OptionalOr(Box<[Node; 2]>),
    /// `optional.orValue(value)`
    OptionalOrValue(Box<[Node; 2]>),
    /// What could not be resolved in an unchecked expression.
    Fail(Reason),
}

/// The indices of the fields that lead from the request to a value, the last of them apart.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) objects: Box<[usize]>,
    pub(crate) field: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextTest {
    Equal,
    NotEqual,
    StartsWith,
    EndsWith,
    Contains,
}

#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) value: Node,
    pub(crate) optional: bool,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: Node,
    pub(crate) value: Node,
    pub(crate) optional: bool,
}

#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) text: Box<str>,
    pub(crate) regex: Regex,
}

pub(crate) struct Call {
    pub(crate) function: Name,
    pub(crate) body: Body,
    pub(crate) arguments: Box<[Node]>,
}

#[derive(Debug)]
pub(crate) struct FoldLoop {
    pub(crate) fold: Fold,
    pub(crate) range: Node,
    pub(crate) slot: usize,
    pub(crate) second: Option<usize>,
    pub(crate) filter: Option<Node>,
    pub(crate) body: Node,
    /// The nodes that one turn may evaluate.
    pub(crate) weight: u64,
}

#[derive(Debug)]
pub(crate) struct Bind {
    pub(crate) slot: usize,
    /// Evaluated when the variable is first read.
    pub(crate) value: Node,
    pub(crate) body: Node,
}

#[derive(Debug)]
pub(crate) struct OptMap {
    pub(crate) operand: Node,
    pub(crate) slot: usize,
    pub(crate) body: Node,
    pub(crate) flat: bool,
}

impl Op {
    /// The nodes directly inside.
    pub(crate) fn children(&self) -> Vec<&Node> {
        match self {
            Self::Constant(_) | Self::Place(_) | Self::Local(_) | Self::Fail(_) => Vec::new(),
            Self::Select { operand, .. }
            | Self::SelectOptional { operand, .. }
            | Self::Key { operand, .. }
            | Self::Size(operand)
            | Self::Has { operand, .. }
            | Self::Not(operand)
            | Self::Negate(operand) => vec![operand],
            Self::Text { subject, .. }
            | Self::OneOf { subject, .. }
            | Self::Matches { subject, .. } => vec![subject],
            Self::Holds { container, .. } => vec![container],
            Self::Index(pair)
            | Self::IndexOptional(pair)
            | Self::Equal(pair)
            | Self::NotEqual(pair)
            | Self::Compare(_, pair)
            | Self::In(pair)
            | Self::Arithmetic(_, pair)
            | Self::OptionalOr(pair)
            | Self::OptionalOrValue(pair) => pair.iter().collect(),
            Self::List(elements) => elements.iter().map(|element| &element.value).collect(),
            Self::Map(entries) => entries
                .iter()
                .flat_map(|entry| [&entry.key, &entry.value])
                .collect(),
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().collect(),
            Self::Conditional(parts) => parts.iter().collect(),
            Self::Call(call) => call.arguments.iter().collect(),
            Self::Fold(it) => [&it.range, &it.body]
                .into_iter()
                .chain(&it.filter)
                .collect(),
            Self::Bind(bind) => vec![&bind.value, &bind.body],
            Self::OptMap(map) => vec![&map.operand, &map.body],
        }
    }
}

impl Node {
    /// The number of nodes, this one included.
    pub(crate) fn count(&self) -> u64 {
        let below = self.op.children().into_iter().map(Node::count);
        below.fold(1, u64::saturating_add)
    }

    /// The number of variables that it binds, beyond the last slot.
    pub(crate) fn locals(&self) -> usize {
        let own = match &self.op {
            Op::Fold(it) => it.second.unwrap_or(it.slot).max(it.slot) + 1,
            Op::Bind(bind) => bind.slot + 1,
            Op::OptMap(map) => map.slot + 1,
            _ => 0,
        };
        let below = self.op.children().into_iter().map(Self::locals);
        below.fold(own, usize::max)
    }

    /// The constant, if it is one.
    pub(crate) fn constant(&self) -> Option<&Value<'static>> {
        match &self.op {
            Op::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// The constant text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        self.constant().and_then(Value::as_str)
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("function", &Arc::clone(&self.function))
            .field("arguments", &self.arguments)
            .finish_non_exhaustive()
    }
}
