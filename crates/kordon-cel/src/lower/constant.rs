//! Constants that are known before any request.

use crate::cost::Budget;
use crate::eval::{Frame, eval};
use crate::functions::Body;
use crate::ir::{Node, Op};
use crate::value::{Object, Value};

/// What a constant may cost to make; a longer way is left to the evaluation.
const WORK: u64 = 1_000;

/// The node, or its value if it depends on nothing. What fails is left to fail in its place.
pub(super) fn folded(node: Node) -> Node {
    if let Op::Conditional(parts) = node.op {
        return branch(node.span, parts);
    }
    if !depends_on_nothing(&node.op) {
        return node;
    }
    match value(&node) {
        Some(value) => Node {
            span: node.span,
            op: Op::Constant(value),
        },
        None => node,
    }
}

fn value(node: &Node) -> Option<Value<'static>> {
    let mut frame = Frame::new(&Nothing, &mut [], Budget::new(WORK));
    eval(node, &mut frame).ok()?.into_owned()
}

/// The branch that a constant condition chooses.
fn branch(span: kordon_syntax::Span, parts: Box<[Node; 3]>) -> Node {
    let choice = match parts.first().and_then(Node::constant) {
        Some(Value::Bool(choice)) => *choice,
        _ => {
            return Node {
                span,
                op: Op::Conditional(parts),
            };
        }
    };
    let [_, then, otherwise] = *parts;
    if choice { then } else { otherwise }
}

fn depends_on_nothing(op: &Op) -> bool {
    let is_pure = match op {
        Op::Select { .. }
        | Op::SelectOptional { .. }
        | Op::Has { .. }
        | Op::Index(_)
        | Op::Key { .. }
        | Op::Size(_)
        | Op::IndexOptional(_)
        | Op::List(_)
        | Op::Map(_)
        | Op::Not(_)
        | Op::Negate(_)
        | Op::Equal(_)
        | Op::NotEqual(_)
        | Op::Compare(..)
        | Op::In(_)
        | Op::Arithmetic(..)
        | Op::Text { .. }
        | Op::OneOf { .. }
        | Op::Holds { .. }
        | Op::Matches { .. } => true,
        Op::Call(call) => matches!(call.body, Body::Builtin(_)),
        _ => false,
    };
    is_pure
        && op
            .children()
            .into_iter()
            .all(|child| child.constant().is_some())
}

/// A request that holds nothing.
#[derive(Debug)]
struct Nothing;

impl Object for Nothing {
    fn field(&self, _: usize) -> Option<Value<'_>> {
        None
    }

    fn index_of(&self, _: &str) -> Option<usize> {
        None
    }

    fn type_name(&self) -> &'static str {
        "nothing"
    }
}
