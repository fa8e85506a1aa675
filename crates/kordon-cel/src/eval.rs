//! What a program does.
//!
//! Owns evaluation: one function for values, one for conditions, which need no value to be built.
//! Each instruction has its own function, so that deep programs need little stack. Nothing here
//! allocates unless a value is built.

mod access;
mod arithmetic;
mod build;
mod fold;
mod logic;

use smallvec::SmallVec;

use crate::cost::Budget;
use crate::error::{EvalError, Reason};
use crate::functions::Body;
use crate::functions::regex::charge as charge_match;
use crate::ir::{Bind, Call, Node, Op, OptMap, Pattern, TextTest};
use crate::value::{Object, Value};

/// What an evaluation works on.
pub(crate) struct Frame<'a> {
    root: &'a dyn Object,
    locals: SmallVec<[Local<'a>; 4]>,
    pub(crate) budget: Budget,
}

/// A variable that the expression itself binds.
pub(crate) enum Local<'a> {
    Unset,
    /// Bound by `cel.bind`, and not read yet.
    Pending(&'a Node),
    Value(Value<'a>),
    Failed(EvalError),
}

impl<'a> Frame<'a> {
    pub(crate) fn new(root: &'a dyn Object, locals: usize, budget: Budget) -> Self {
        let mut frame = Self {
            root,
            locals: SmallVec::new(),
            budget,
        };
        frame.locals.resize_with(locals, || Local::Unset);
        frame
    }

    fn set(&mut self, slot: usize, local: Local<'a>) {
        if let Some(place) = self.locals.get_mut(slot) {
            *place = local;
        }
    }
}

impl Node {
    fn fail(&self, reason: Reason) -> EvalError {
        EvalError {
            reason,
            span: self.span,
        }
    }

    /// A result with the place of this node, if it is an error.
    fn at<T>(&self, result: Result<T, Reason>) -> Result<T, EvalError> {
        result.map_err(|reason| self.fail(reason))
    }
}

/// The value of a node.
pub(crate) fn eval<'a>(node: &'a Node, frame: &mut Frame<'a>) -> Result<Value<'a>, EvalError> {
    match &node.op {
        Op::Constant(value) => Ok(value.view()),
        Op::Place { slot, fields } => place(node, *slot, fields, frame),
        Op::Local(slot) => local(node, *slot, frame),
        Op::Select { operand, field } => access::select(node, operand, field, frame),
        Op::SelectOptional { operand, field } => {
            access::select_optional(node, operand, field, frame)
        }
        Op::Index(parts) => access::index(node, parts, frame),
        Op::IndexOptional(parts) => access::index_optional(node, parts, frame),
        Op::List(elements) => build::list(node, elements, frame),
        Op::Map(entries) => build::map(node, entries, frame),
        Op::Conditional(parts) => conditional(parts, frame),
        Op::Arithmetic(operator, operands) => arithmetic::binary(node, *operator, operands, frame),
        Op::Negate(operand) => arithmetic::negate(node, operand, frame),
        Op::Call(call) => self::call(node, call, frame),
        Op::Fold(it) => fold::value(node, it, frame),
        Op::Bind(bind) => self::bind(bind, frame),
        Op::OptMap(map) => opt_map(node, map, frame),
        Op::OptionalOr(operands) => access::optional_or(node, operands, frame),
        Op::OptionalOrValue(operands) => access::optional_or_value(node, operands, frame),
        Op::Fail(reason) => Err(node.fail(*reason)),
        _ => test(node, frame).map(Value::Bool),
    }
}

/// Whether a condition holds. A value that is neither true nor false is an error.
pub(crate) fn test<'a>(node: &'a Node, frame: &mut Frame<'a>) -> Result<bool, EvalError> {
    match &node.op {
        Op::Text {
            test,
            subject,
            constant,
        } => text(node, *test, subject, constant, frame),
        Op::And(operands) => logic::and(operands, frame),
        Op::Or(operands) => logic::or(operands, frame),
        Op::Not(operand) => test(operand, frame).map(|value| !value),
        Op::OneOf { subject, texts } => one_of(subject, texts, frame),
        Op::Holds { container, text } => logic::holds(node, container, text, frame),
        Op::Equal(operands) => logic::equal(node, operands, frame),
        Op::NotEqual(operands) => logic::equal(node, operands, frame).map(|value| !value),
        Op::Compare(relation, operands) => logic::compare(node, *relation, operands, frame),
        Op::In(operands) => logic::contains(node, operands, frame),
        Op::Has { operand, field } => access::has(node, operand, field, frame),
        Op::Matches { subject, pattern } => matches(node, subject, pattern, frame),
        Op::Fold(it) if it.fold.is_condition() => fold::condition(node, it, frame),
        _ => match eval(node, frame)? {
            Value::Bool(value) => Ok(value),
            _ => Err(node.fail(Reason::NoOverload)),
        },
    }
}

fn place<'a>(
    node: &'a Node,
    slot: usize,
    fields: &[usize],
    frame: &mut Frame<'a>,
) -> Result<Value<'a>, EvalError> {
    let Some(mut value) = frame.root.field(slot) else {
        return Err(node.fail(Reason::Unset));
    };
    for field in fields {
        let Value::Object(object) = value else {
            return Err(node.fail(Reason::NoOverload));
        };
        match object.field(*field) {
            Some(inner) => value = inner,
            None => return Err(node.fail(Reason::NoSuchKey)),
        }
    }
    Ok(value)
}

fn local<'a>(node: &'a Node, slot: usize, frame: &mut Frame<'a>) -> Result<Value<'a>, EvalError> {
    match frame.locals.get(slot) {
        Some(Local::Value(value)) => Ok(value.clone()),
        Some(Local::Failed(error)) => Err(*error),
        Some(Local::Pending(value)) => force(slot, value, frame),
        Some(Local::Unset) | None => Err(node.fail(Reason::Undeclared)),
    }
}

/// Evaluates a bound value at its first use, and keeps what came out.
fn force<'a>(slot: usize, value: &'a Node, frame: &mut Frame<'a>) -> Result<Value<'a>, EvalError> {
    let result = eval(value, frame);
    let kept = match &result {
        Ok(value) => Local::Value(value.clone()),
        Err(error) => Local::Failed(*error),
    };
    frame.set(slot, kept);
    result
}

fn conditional<'a>(parts: &'a [Node; 3], frame: &mut Frame<'a>) -> Result<Value<'a>, EvalError> {
    let [condition, then, otherwise] = parts;
    if test(condition, frame)? {
        eval(then, frame)
    } else {
        eval(otherwise, frame)
    }
}

fn call<'a>(node: &'a Node, call: &'a Call, frame: &mut Frame<'a>) -> Result<Value<'a>, EvalError> {
    let mut arguments: SmallVec<[Value<'a>; 3]> = SmallVec::new();
    for argument in &call.arguments {
        arguments.push(eval(argument, frame)?);
    }
    node.at(match &call.body {
        Body::Builtin(function) => function(&arguments, &mut frame.budget),
        Body::Host(function) => function(&arguments),
    })
}

fn bind<'a>(bind: &'a Bind, frame: &mut Frame<'a>) -> Result<Value<'a>, EvalError> {
    frame.set(bind.slot, Local::Pending(&bind.value));
    eval(&bind.body, frame)
}

fn opt_map<'a>(
    node: &'a Node,
    map: &'a OptMap,
    frame: &mut Frame<'a>,
) -> Result<Value<'a>, EvalError> {
    let Value::Optional(operand) = eval(&map.operand, frame)? else {
        return Err(node.fail(Reason::NoOverload));
    };
    let Some(value) = operand else {
        return Ok(Value::Optional(None));
    };
    frame.set(map.slot, Local::Value(access::inner(&value)));
    let body = eval(&map.body, frame)?;
    match body {
        Value::Optional(_) if map.flat => Ok(body),
        _ if map.flat => Err(node.fail(Reason::NoOverload)),
        _ => Ok(Value::some(body)),
    }
}

fn text<'a>(
    node: &'a Node,
    test: TextTest,
    subject: &'a Node,
    constant: &str,
    frame: &mut Frame<'a>,
) -> Result<bool, EvalError> {
    let value = eval(subject, frame)?;
    let Value::String(found) = &value else {
        return match test {
            TextTest::Equal => Ok(false),
            TextTest::NotEqual => Ok(true),
            _ => Err(node.fail(Reason::NoOverload)),
        };
    };
    Ok(match test {
        TextTest::Equal => **found == *constant,
        TextTest::NotEqual => **found != *constant,
        TextTest::StartsWith => found.starts_with(constant),
        TextTest::EndsWith => found.ends_with(constant),
        TextTest::Contains => {
            node.at(frame.budget.charge_bytes(found.len()))?;
            found.contains(constant)
        }
    })
}

fn one_of<'a>(
    subject: &'a Node,
    texts: &[Box<str>],
    frame: &mut Frame<'a>,
) -> Result<bool, EvalError> {
    let value = eval(subject, frame)?;
    let Value::String(text) = &value else {
        return Ok(false);
    };
    Ok(texts.iter().any(|constant| **constant == **text))
}

fn matches<'a>(
    node: &'a Node,
    subject: &'a Node,
    pattern: &Pattern,
    frame: &mut Frame<'a>,
) -> Result<bool, EvalError> {
    let value = eval(subject, frame)?;
    let Value::String(text) = &value else {
        return Err(node.fail(Reason::NoOverload));
    };
    node.at(charge_match(&pattern.text, text, &mut frame.budget))?;
    Ok(pattern.regex.is_match(text))
}
