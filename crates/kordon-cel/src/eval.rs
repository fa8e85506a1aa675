//! What a program does.
//!
//! Owns evaluation: one function for values, one for conditions, which need no value to be built.
//! Each instruction has its own function, which is never inlined, so that the two that choose stay
//! small: deep programs need little stack, and a step costs little. Nothing here allocates unless a
//! value is built.

mod access;
mod arithmetic;
mod build;
mod fold;
mod logic;

use smallvec::SmallVec;

use crate::cost::Budget;
use crate::error::{EvalError, Reason};
use crate::functions::regex::charge as charge_match;
use crate::functions::{self, Body};
use crate::ir::{Bind, Call, Node, Op, OptMap, Pattern, Place, TextTest};
use crate::value::text::{same, starts_with};
use crate::value::{Object, Ref, Value};

/// What an evaluation works on.
pub(crate) struct Frame<'f, 'a> {
    root: &'a dyn Object,
    locals: &'f mut [Local<'a>],
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

/// Variables for which there is room without an allocation.
const FEW: usize = 4;

/// Runs something with so many variables.
#[inline]
pub(crate) fn with_locals<'a, T>(count: usize, run: impl FnOnce(&mut [Local<'a>]) -> T) -> T {
    let mut few = [const { Local::Unset }; FEW];
    if let Some(few) = few.get_mut(..count) {
        return run(few);
    }
    let mut many: Vec<Local<'a>> = Vec::new();
    many.resize_with(count, || Local::Unset);
    run(&mut many)
}

impl<'f, 'a> Frame<'f, 'a> {
    #[inline]
    pub(crate) fn new(root: &'a dyn Object, locals: &'f mut [Local<'a>], budget: Budget) -> Self {
        Self {
            root,
            locals,
            budget,
        }
    }

    #[inline]
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
pub(crate) fn eval<'a>(node: &'a Node, frame: &mut Frame<'_, 'a>) -> Result<Value<'a>, EvalError> {
    match &node.op {
        Op::Constant(value) => Ok(value.view()),
        Op::Place(place) => self::place(node, place, frame),
        Op::Local(slot) => local(node, *slot, frame),
        Op::Select { operand, field } => access::select(node, operand, field, frame),
        Op::SelectOptional { operand, field } => {
            access::select_optional(node, operand, field, frame)
        }
        Op::Index(parts) => access::index(node, parts, frame),
        Op::Key { operand, key } => access::key(node, operand, key, frame),
        Op::Size(operand) => size(node, operand, frame),
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
pub(crate) fn test<'a>(node: &'a Node, frame: &mut Frame<'_, 'a>) -> Result<bool, EvalError> {
    match &node.op {
        Op::Text {
            test,
            subject,
            constant,
        } => text(node, *test, subject, constant, frame),
        Op::And(operands) => logic::and(operands, frame),
        Op::Or(operands) => logic::or(operands, frame),
        Op::Not(operand) => logic::not(operand, frame),
        Op::OneOf { subject, texts } => one_of(subject, texts, frame),
        Op::Holds { container, text } => logic::holds(node, container, text, frame),
        Op::Equal(operands) => logic::equal(node, operands, frame),
        Op::NotEqual(operands) => logic::not_equal(node, operands, frame),
        Op::Compare(relation, operands) => logic::compare(node, *relation, operands, frame),
        Op::In(operands) => logic::contains(node, operands, frame),
        Op::Has { operand, field } => access::has(node, operand, field, frame),
        Op::Matches { subject, pattern } => matches(node, subject, pattern, frame),
        Op::Fold(it) if it.fold.is_condition() => fold::condition(node, it, frame),
        _ => value_as_condition(node, frame),
    }
}

#[inline(never)]
fn value_as_condition<'a>(node: &'a Node, frame: &mut Frame<'_, 'a>) -> Result<bool, EvalError> {
    match eval(node, frame)? {
        Value::Bool(value) => Ok(value),
        _ => Err(node.fail(Reason::NoOverload)),
    }
}

impl Place {
    /// The object that has the field; `None` if one on the way is not there.
    #[inline]
    fn holder<'a>(&self, root: &'a dyn Object) -> Option<&'a dyn Object> {
        let mut object = root;
        for field in &self.objects {
            object = object.object(*field)?;
        }
        Some(object)
    }
}

#[inline]
fn place<'a>(node: &'a Node, place: &Place, frame: &Frame<'_, 'a>) -> Result<Value<'a>, EvalError> {
    place
        .holder(frame.root)
        .and_then(|object| object.field(place.field))
        .ok_or_else(|| node.fail(Reason::Unset))
}

/// The value of a node that most likely is a place.
#[inline]
fn read<'a>(node: &'a Node, frame: &mut Frame<'_, 'a>) -> Result<Value<'a>, EvalError> {
    match &node.op {
        Op::Place(place) => self::place(node, place, frame),
        _ => eval(node, frame),
    }
}

#[inline(never)]
fn size<'a>(
    node: &'a Node,
    operand: &'a Node,
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    let operand = read(operand, frame)?;
    node.at(functions::size(&[operand], &mut frame.budget))
}

/// What a text says about itself; `None` if the value is no text.
///
/// The most common places of texts are read without a value in between.
#[inline]
fn on_text<'a, T>(
    subject: &'a Node,
    frame: &mut Frame<'_, 'a>,
    say: impl FnOnce(&str, &mut Budget) -> T,
) -> Result<Option<T>, EvalError> {
    let short = match &subject.op {
        Op::Place(place) => place
            .holder(frame.root)
            .and_then(|object| object.text(place.field)),
        Op::Local(slot) => match frame.locals.get(*slot) {
            Some(Local::Value(Value::String(text))) => Some(&**text),
            _ => None,
        },
        _ => None,
    };
    if let Some(text) = short {
        return Ok(Some(say(text, &mut frame.budget)));
    }
    Ok(match read(subject, frame)? {
        Value::String(Ref::Borrowed(text)) => Some(say(text, &mut frame.budget)),
        Value::String(text) => Some(say(&text, &mut frame.budget)),
        _ => None,
    })
}

#[inline(never)]
fn local<'a>(
    node: &'a Node,
    slot: usize,
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    match frame.locals.get(slot) {
        Some(Local::Value(value)) => Ok(value.clone()),
        Some(Local::Failed(error)) => Err(*error),
        Some(Local::Pending(value)) => force(slot, value, frame),
        Some(Local::Unset) | None => Err(node.fail(Reason::Undeclared)),
    }
}

/// Evaluates a bound value at its first use, and keeps what came out.
fn force<'a>(
    slot: usize,
    value: &'a Node,
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    let result = eval(value, frame);
    let kept = match &result {
        Ok(value) => Local::Value(value.clone()),
        Err(error) => Local::Failed(*error),
    };
    frame.set(slot, kept);
    result
}

#[inline(never)]
fn conditional<'a>(
    parts: &'a [Node; 3],
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    let [condition, then, otherwise] = parts;
    if test(condition, frame)? {
        eval(then, frame)
    } else {
        eval(otherwise, frame)
    }
}

#[inline(never)]
fn call<'a>(
    node: &'a Node,
    call: &'a Call,
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    let mut arguments: SmallVec<[Value<'a>; 3]> = SmallVec::new();
    for argument in &call.arguments {
        arguments.push(eval(argument, frame)?);
    }
    node.at(match &call.body {
        Body::Builtin(function) => function(&arguments, &mut frame.budget),
        Body::Host(function) => function(&arguments),
    })
}

#[inline(never)]
fn bind<'a>(bind: &'a Bind, frame: &mut Frame<'_, 'a>) -> Result<Value<'a>, EvalError> {
    frame.set(bind.slot, Local::Pending(&bind.value));
    eval(&bind.body, frame)
}

#[inline(never)]
fn opt_map<'a>(
    node: &'a Node,
    map: &'a OptMap,
    frame: &mut Frame<'_, 'a>,
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

#[inline(never)]
fn text<'a>(
    node: &'a Node,
    test: TextTest,
    subject: &'a Node,
    constant: &str,
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    match test {
        TextTest::Equal => {
            on_text(subject, frame, |text, _| same(text, constant)).map(Option::unwrap_or_default)
        }
        TextTest::NotEqual => on_text(subject, frame, |text, _| !same(text, constant))
            .map(|found| found.unwrap_or(true)),
        TextTest::StartsWith => {
            let found = on_text(subject, frame, |text, _| starts_with(text, constant))?;
            found.ok_or_else(|| node.fail(Reason::NoOverload))
        }
        TextTest::EndsWith => {
            let found = on_text(subject, frame, |text, _| text.ends_with(constant))?;
            found.ok_or_else(|| node.fail(Reason::NoOverload))
        }
        TextTest::Contains => {
            let found = on_text(subject, frame, |text, budget| {
                budget.charge_bytes(text.len())?;
                Ok(text.contains(constant))
            })?;
            node.at(found.unwrap_or(Err(Reason::NoOverload)))
        }
    }
}

#[inline(never)]
fn one_of<'a>(
    subject: &'a Node,
    texts: &[Box<str>],
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    let found = on_text(subject, frame, |text, _| {
        texts.iter().any(|constant| same(constant, text))
    })?;
    Ok(found.unwrap_or(false))
}

#[inline(never)]
fn matches<'a>(
    node: &'a Node,
    subject: &'a Node,
    pattern: &Pattern,
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    let found = on_text(subject, frame, |text, budget| {
        charge_match(&pattern.text, text, budget)?;
        Ok(pattern.regex.is_match(text))
    })?;
    node.at(found.unwrap_or(Err(Reason::NoOverload)))
}
