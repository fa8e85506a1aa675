//! Loops over lists and maps.
//!
//! Every turn is paid for before it runs, so nested loops end when the budget does.

use super::{Frame, Local, build, eval, read, test};
use crate::ast::Fold;
use crate::error::{EvalError, Reason};
use crate::functions::sorted;
use crate::ir::{FoldLoop, Node};
use crate::value::{List, Map, Value};

/// What a loop goes over.
enum Range<'a> {
    List(List<'a>),
    Map(Map<'a>),
}

impl<'a> Range<'a> {
    fn len(&self) -> usize {
        match self {
            Self::List(list) => list.len(),
            Self::Map(map) => map.len(),
        }
    }

    /// The element of a list, the key of a map.
    #[inline]
    fn single(&self, at: usize) -> Option<Value<'a>> {
        match self {
            Self::List(list) => list.at(at),
            Self::Map(map) => map.key_at(at),
        }
    }

    /// The index and the element of a list, the key and the value of a map.
    fn pair(&self, at: usize) -> Option<(Value<'a>, Value<'a>)> {
        match self {
            Self::List(list) => Some((Value::Int(i64::try_from(at).ok()?), list.at(at)?)),
            Self::Map(map) => map.entry_at(at),
        }
    }
}

fn range<'a>(
    node: &'a Node,
    it: &'a FoldLoop,
    frame: &mut Frame<'_, 'a>,
) -> Result<Range<'a>, EvalError> {
    match read(&it.range, frame)? {
        Value::List(list) => Ok(Range::List(list)),
        Value::Map(map) => Ok(Range::Map(map)),
        _ => Err(node.fail(Reason::NoOverload)),
    }
}

/// Binds the variables of one turn; false if the filter leaves the element out.
#[inline]
fn enter<'a>(
    node: &'a Node,
    it: &'a FoldLoop,
    range: &Range<'a>,
    at: usize,
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    node.at(frame.budget.charge(it.weight))?;
    let value = match it.second {
        None => range.single(at),
        Some(second) => range.pair(at).map(|(first, value)| {
            frame.set(second, Local::Value(value));
            first
        }),
    };
    let Some(value) = value else {
        return Err(node.fail(Reason::OutOfRange));
    };
    frame.set(it.slot, Local::Value(value));
    match &it.filter {
        None => Ok(true),
        Some(filter) => test(filter, frame),
    }
}

/// `all`, `exists` and `exists_one`.
#[inline(never)]
pub(super) fn condition<'a>(
    node: &'a Node,
    it: &'a FoldLoop,
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    let range = range(node, it, frame)?;
    match it.fold {
        Fold::All => all_are(true, node, it, &range, frame),
        Fold::Exists => all_are(false, node, it, &range, frame),
        _ => exactly_one(node, it, &range, frame),
    }
}

/// `value` if all bodies are, its opposite if one is; an error only if none is the opposite.
fn all_are<'a>(
    value: bool,
    node: &'a Node,
    it: &'a FoldLoop,
    range: &Range<'a>,
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    let mut failed = None;
    for at in 0..range.len() {
        enter(node, it, range, at, frame)?;
        match test(&it.body, frame) {
            Ok(found) if found == value => {}
            Ok(found) => return Ok(found),
            Err(error) if error.is_final() => return Err(error),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(value), Err)
}

fn exactly_one<'a>(
    node: &'a Node,
    it: &'a FoldLoop,
    range: &Range<'a>,
    frame: &mut Frame<'_, 'a>,
) -> Result<bool, EvalError> {
    let mut count = 0_u64;
    for at in 0..range.len() {
        enter(node, it, range, at, frame)?;
        count += u64::from(test(&it.body, frame)?);
    }
    Ok(count == 1)
}

/// The loops that build a list or a map.
#[inline(never)]
pub(super) fn value<'a>(
    node: &'a Node,
    it: &'a FoldLoop,
    frame: &mut Frame<'_, 'a>,
) -> Result<Value<'a>, EvalError> {
    if it.fold.is_condition() {
        return condition(node, it, frame).map(Value::Bool);
    }
    let range = range(node, it, frame)?;
    let mut built = Built::default();
    for at in 0..range.len() {
        if enter(node, it, &range, at, frame)? {
            turn(node, it, &range, at, &mut built, frame)?;
        }
    }
    match it.fold {
        Fold::Map | Fold::MapEntry => {
            let map = Map::new(built.entries).map_err(|_| Reason::DuplicateKey);
            node.at(map).map(Value::Map)
        }
        Fold::SortBy => node.at(sorted(built.pairs, &mut frame.budget)),
        _ => Ok(Value::list(built.values)),
    }
}

/// What the turns have made so far.
#[derive(Default)]
struct Built<'a> {
    values: Vec<Value<'a>>,
    entries: Vec<(crate::value::Key<'a>, Value<'a>)>,
    pairs: Vec<(Value<'a>, Value<'a>)>,
}

fn turn<'a>(
    node: &'a Node,
    it: &'a FoldLoop,
    range: &Range<'a>,
    at: usize,
    built: &mut Built<'a>,
    frame: &mut Frame<'_, 'a>,
) -> Result<(), EvalError> {
    match it.fold {
        Fold::Filter => {
            if test(&it.body, frame)? {
                built.values.extend(range.single(at));
            }
        }
        Fold::Map => {
            let body = eval(&it.body, frame)?;
            let (key, _) = range
                .pair(at)
                .ok_or_else(|| node.fail(Reason::OutOfRange))?;
            built.entries.push((node.at(build::as_key(key))?, body));
        }
        Fold::MapEntry => {
            let Value::Map(entries) = eval(&it.body, frame)? else {
                return Err(node.fail(Reason::NoOverload));
            };
            node.at(frame.budget.charge_elements(entries.len()))?;
            for (key, value) in entries.iter() {
                built.entries.push((node.at(build::as_key(key))?, value));
            }
        }
        Fold::SortBy => {
            let key = eval(&it.body, frame)?;
            built
                .pairs
                .extend(range.single(at).map(|value| (key, value)));
        }
        _ => built.values.push(eval(&it.body, frame)?),
    }
    Ok(())
}
