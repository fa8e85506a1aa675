//! Shorter instructions for common forms.
//!
//! Each says exactly what the longer one says, errors included.

use crate::ast::{Fold, Name};
use crate::error::Reason;
use crate::functions::Body;
use crate::ir::{Call, FoldLoop, Node, Op, TextTest};
use crate::value::{List, Value};

pub(super) fn shorten(node: Node) -> Node {
    let op = match node.op {
        Op::Equal(pair) => text_or(TextTest::Equal, *pair, Op::Equal),
        Op::NotEqual(pair) => text_or(TextTest::NotEqual, *pair, Op::NotEqual),
        Op::Index(pair) => index(*pair),
        Op::In(pair) => membership(*pair),
        Op::Call(call) => method(*call),
        Op::Fold(it) => existence(*it),
        other => other,
    };
    Node {
        span: node.span,
        op,
    }
}

/// A comparison in which one side is a constant text.
fn text_or(test: TextTest, pair: [Node; 2], long: fn(Box<[Node; 2]>) -> Op) -> Op {
    let [left, right] = pair;
    match (left.text().map(Box::from), right.text().map(Box::from)) {
        (None, Some(constant)) => Op::Text {
            test,
            subject: Box::new(left),
            constant,
        },
        (Some(constant), None) => Op::Text {
            test,
            subject: Box::new(right),
            constant,
        },
        _ => long(Box::new([left, right])),
    }
}

fn index(pair: [Node; 2]) -> Op {
    let [operand, at] = pair;
    match at.text().map(Name::from) {
        Some(key) => Op::Key {
            operand: Box::new(operand),
            key,
        },
        None => Op::Index(Box::new([operand, at])),
    }
}

fn membership(pair: [Node; 2]) -> Op {
    let [value, container] = pair;
    if let (None, Some(texts)) = (value.constant(), container.constant().and_then(texts)) {
        return Op::OneOf {
            subject: Box::new(value),
            texts,
        };
    }
    match value.text().map(Box::from) {
        Some(text) => Op::Holds {
            container: Box::new(container),
            text,
        },
        None => Op::In(Box::new([value, container])),
    }
}

/// The elements of a list, if all of them are texts.
fn texts(value: &Value<'static>) -> Option<Box<[Box<str>]>> {
    let Value::List(List::Values(values)) = value else {
        return None;
    };
    values
        .iter()
        .map(|value| value.as_str().map(Box::from))
        .collect()
}

/// `size`, and methods of texts with a constant argument. A function of the host may have the same
/// name.
fn method(call: Call) -> Op {
    if &*call.function == "size" && matches!(call.body, Body::Builtin(_)) {
        return match call.arguments.into_iter().next() {
            Some(operand) => Op::Size(Box::new(operand)),
            None => Op::Fail(Reason::NoOverload),
        };
    }
    let test = match (&*call.function, &call.body) {
        ("startsWith", Body::Builtin(_)) => TextTest::StartsWith,
        ("endsWith", Body::Builtin(_)) => TextTest::EndsWith,
        ("contains", Body::Builtin(_)) => TextTest::Contains,
        _ => return Op::Call(Box::new(call)),
    };
    let constant = match &*call.arguments {
        [_, argument] => argument.text().map(Box::from),
        _ => None,
    };
    let Some(constant) = constant else {
        return Op::Call(Box::new(call));
    };
    match call.arguments.into_iter().next() {
        Some(subject) => Op::Text {
            test,
            subject: Box::new(subject),
            constant,
        },
        None => Op::Fail(Reason::NoOverload),
    }
}

/// `list.exists(x, x == 'text')` is `'text' in list`.
fn existence(it: FoldLoop) -> Op {
    let is_plain = it.fold == Fold::Exists && it.second.is_none();
    let text = match &it.body.op {
        Op::Text {
            test: TextTest::Equal,
            subject,
            constant,
        } if is_plain => {
            matches!(subject.op, Op::Local(slot) if slot == it.slot).then(|| constant.clone())
        }
        _ => None,
    };
    match text {
        Some(text) => Op::Holds {
            container: Box::new(it.range),
            text,
        },
        None => Op::Fold(Box::new(it)),
    }
}
