//! The math extension.

use std::cmp::Ordering;

use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::{Value, number, order};

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(
        &[
            "math.greatest(int): int",
            "math.greatest(uint): uint",
            "math.greatest(double): double",
            "math.greatest(list(int)): int",
            "math.greatest(list(uint)): uint",
            "math.greatest(list(double)): double",
            "math.greatest(int, int): int",
            "math.greatest(uint, uint): uint",
            "math.greatest(double, double): double",
            "math.greatest(int, uint): dyn",
            "math.greatest(int, double): dyn",
            "math.greatest(uint, int): dyn",
            "math.greatest(uint, double): dyn",
            "math.greatest(double, int): dyn",
            "math.greatest(double, uint): dyn",
        ],
        |args, budget| extreme(args, budget, Ordering::Greater),
    ),
    entry(
        &[
            "math.least(int): int",
            "math.least(uint): uint",
            "math.least(double): double",
            "math.least(list(int)): int",
            "math.least(list(uint)): uint",
            "math.least(list(double)): double",
            "math.least(int, int): int",
            "math.least(uint, uint): uint",
            "math.least(double, double): double",
            "math.least(int, uint): dyn",
            "math.least(int, double): dyn",
            "math.least(uint, int): dyn",
            "math.least(uint, double): dyn",
            "math.least(double, int): dyn",
            "math.least(double, uint): dyn",
        ],
        |args, budget| extreme(args, budget, Ordering::Less),
    ),
    entry(&["math.ceil(double): double"], |args, _| {
        on_double(args, f64::ceil)
    }),
    entry(&["math.floor(double): double"], |args, _| {
        on_double(args, f64::floor)
    }),
    entry(&["math.round(double): double"], |args, _| {
        on_double(args, f64::round)
    }),
    entry(&["math.trunc(double): double"], |args, _| {
        on_double(args, f64::trunc)
    }),
    entry(
        &[
            "math.sqrt(int): double",
            "math.sqrt(uint): double",
            "math.sqrt(double): double",
        ],
        square_root,
    ),
    entry(
        &[
            "math.abs(int): int",
            "math.abs(uint): uint",
            "math.abs(double): double",
        ],
        absolute,
    ),
    entry(
        &[
            "math.sign(int): int",
            "math.sign(uint): uint",
            "math.sign(double): double",
        ],
        sign,
    ),
    entry(&["math.isInf(double): bool"], |args, _| {
        is_double(args, f64::is_infinite)
    }),
    entry(&["math.isNaN(double): bool"], |args, _| {
        is_double(args, f64::is_nan)
    }),
    entry(&["math.isFinite(double): bool"], |args, _| {
        is_double(args, f64::is_finite)
    }),
    entry(
        &[
            "math.bitAnd(int, int): int",
            "math.bitAnd(uint, uint): uint",
        ],
        |args, _| bits(args, |left, right| left & right),
    ),
    entry(
        &["math.bitOr(int, int): int", "math.bitOr(uint, uint): uint"],
        |args, _| bits(args, |left, right| left | right),
    ),
    entry(
        &[
            "math.bitXor(int, int): int",
            "math.bitXor(uint, uint): uint",
        ],
        |args, _| bits(args, |left, right| left ^ right),
    ),
    entry(
        &["math.bitNot(int): int", "math.bitNot(uint): uint"],
        |args, _| match args {
            [Value::Int(value)] => Ok(Value::Int(!value)),
            [Value::Uint(value)] => Ok(Value::Uint(!value)),
            _ => Err(Reason::NoOverload),
        },
    ),
    entry(
        &[
            "math.bitShiftLeft(int, int): int",
            "math.bitShiftLeft(uint, int): uint",
        ],
        |args, _| shift(args, u64::checked_shl),
    ),
    entry(
        &[
            "math.bitShiftRight(int, int): int",
            "math.bitShiftRight(uint, int): uint",
        ],
        |args, _| shift(args, u64::checked_shr),
    ),
];

fn is_number(value: &Value<'_>) -> bool {
    matches!(value, Value::Int(_) | Value::Uint(_) | Value::Double(_))
}

/// The first of the numbers that none other is beyond.
fn extreme<'a>(
    args: &[Value<'a>],
    budget: &mut Budget,
    wanted: Ordering,
) -> Result<Value<'a>, Reason> {
    match args {
        [Value::List(list)] => {
            budget.charge_elements(list.len())?;
            furthest(list.iter(), wanted)
        }
        _ => furthest(args.iter().cloned(), wanted),
    }
}

fn furthest<'a>(
    mut values: impl Iterator<Item = Value<'a>>,
    wanted: Ordering,
) -> Result<Value<'a>, Reason> {
    let mut best = values.next().ok_or(Reason::Argument)?;
    if !is_number(&best) {
        return Err(Reason::NoOverload);
    }
    for value in values {
        if !is_number(&value) {
            return Err(Reason::NoOverload);
        }
        if order::compare(&value, &best) == Ok(Some(wanted)) {
            best = value;
        }
    }
    Ok(best)
}

fn on_double<'a>(args: &[Value<'a>], map: fn(f64) -> f64) -> Result<Value<'a>, Reason> {
    match args {
        [Value::Double(value)] => Ok(Value::Double(map(*value))),
        _ => Err(Reason::NoOverload),
    }
}

fn is_double<'a>(args: &[Value<'a>], test: fn(f64) -> bool) -> Result<Value<'a>, Reason> {
    match args {
        [Value::Double(value)] => Ok(Value::Bool(test(*value))),
        _ => Err(Reason::NoOverload),
    }
}

fn square_root<'a>(args: &[Value<'a>], _: &mut Budget) -> Result<Value<'a>, Reason> {
    let value = match args {
        [Value::Double(value)] => *value,
        [Value::Int(value)] => number::int_to_double(*value),
        [Value::Uint(value)] => number::uint_to_double(*value),
        _ => return Err(Reason::NoOverload),
    };
    Ok(Value::Double(value.sqrt()))
}

fn absolute<'a>(args: &[Value<'a>], _: &mut Budget) -> Result<Value<'a>, Reason> {
    match args {
        [Value::Int(value)] => value.checked_abs().map(Value::Int).ok_or(Reason::Overflow),
        [Value::Uint(value)] => Ok(Value::Uint(*value)),
        [Value::Double(value)] => Ok(Value::Double(value.abs())),
        _ => Err(Reason::NoOverload),
    }
}

fn sign<'a>(args: &[Value<'a>], _: &mut Budget) -> Result<Value<'a>, Reason> {
    match args {
        [Value::Int(value)] => Ok(Value::Int(value.signum())),
        [Value::Uint(value)] => Ok(Value::Uint((*value).min(1))),
        [Value::Double(value)] if value.abs() <= 0.0 => Ok(Value::Double(0.0)),
        [Value::Double(value)] => Ok(Value::Double(value.signum())),
        _ => Err(Reason::NoOverload),
    }
}

fn bits<'a>(args: &[Value<'a>], join: fn(u64, u64) -> u64) -> Result<Value<'a>, Reason> {
    match args {
        [Value::Int(left), Value::Int(right)] => {
            let joined = join(left.cast_unsigned(), right.cast_unsigned());
            Ok(Value::Int(joined.cast_signed()))
        }
        [Value::Uint(left), Value::Uint(right)] => Ok(Value::Uint(join(*left, *right))),
        _ => Err(Reason::NoOverload),
    }
}

/// A shift by 64 and more leaves nothing; to the right, zeros come in whatever the sign.
fn shift<'a>(args: &[Value<'a>], shift: fn(u64, u32) -> Option<u64>) -> Result<Value<'a>, Reason> {
    let [value, Value::Int(count)] = args else {
        return Err(Reason::NoOverload);
    };
    let count = u64::try_from(*count).map_err(|_| Reason::Argument)?;
    let shifted = |value: u64| {
        let count = u32::try_from(count).ok();
        count.and_then(|count| shift(value, count)).unwrap_or(0)
    };
    match value {
        Value::Int(value) => Ok(Value::Int(shifted(value.cast_unsigned()).cast_signed())),
        Value::Uint(value) => Ok(Value::Uint(shifted(*value))),
        _ => Err(Reason::NoOverload),
    }
}
