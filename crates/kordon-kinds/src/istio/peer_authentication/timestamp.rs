//! `metadata.creationTimestamp` as an order: the oldest comes first.

use kordon_core::rule::Order;
use kordon_syntax::{Diagnostic, quoted};

use crate::at::At;
use crate::codes;
use crate::context::Context;

/// When the object was created. One that was not stored yet has no time, which counts as the
/// oldest (Go's zero time).
pub(super) fn creation(ctx: &mut Context<'_>) -> Order {
    let metadata = At::Root.key("metadata");
    let at = metadata.key("creationTimestamp");
    let written: Option<String> = ctx.read(&at);
    let Some(text) = written else {
        return Order(0.0);
    };
    let seconds = seconds(&text);
    if seconds.is_none() {
        let message = format!("{} is not a point in time", quoted(&text));
        let diagnostic = Diagnostic::error(codes::VALUE, message)
            .help("write it as `2026-01-31T23:59:59Z`, or remove the field");
        ctx.report(&at, "not a time", diagnostic);
    }
    Order(seconds.unwrap_or_default())
}

/// Seconds since 1970 of a time as RFC 3339 writes it. Parts of a second do not count.
fn seconds(text: &str) -> Option<f64> {
    let (date, time) = text.split_once(['T', 't'])?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let zone = time.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = time.split_at_checked(zone)?;
    let (clock, _) = clock.split_once('.').unwrap_or((clock, ""));
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let is_time = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let of_day = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    let total = days(year, month, day) * 86_400 + of_day - offset(zone)?;
    // Whole numbers of this size have exact floating-point values.
    let total = i32::try_from(total / 1000).ok().map(f64::from)? * 1000.0
        + f64::from(i32::try_from(total % 1000).ok()?);
    is_time.then_some(total)
}

/// Seconds by which a zone is ahead.
fn offset(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("Z" | "z", "") => return Some(0),
        ("+", rest) => (1, rest),
        (_, rest) => (-1, rest),
    };
    let [hours, minutes] = numbers(rest, ':', [2, 2])?;
    (hours < 24 && minutes < 60).then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

/// Numbers of so many digits each, with a character between them.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = is_number.then(|| part.parse().ok()).flatten()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar.
fn days(year: u32, month: u32, day: u32) -> i64 {
    // Years that begin in March have the leap day at their end.
    let (year, month) = match month {
        1 | 2 => (i64::from(year) - 1, i64::from(month) + 9),
        _ => (i64::from(year), i64::from(month) - 3),
    };
    let before_year = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let before_month = (153 * month + 2) / 5;
    before_year + before_month + i64::from(day) - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_since_1970() {
        let cases = [
            ("1970-01-01T00:00:00Z", Some(0.0)),
            ("2023-11-14T22:13:20Z", Some(1_700_000_000.0)),
            ("2023-11-14T23:13:20+01:00", Some(1_700_000_000.0)),
            ("2023-11-14T22:13:20.5Z", Some(1_700_000_000.0)),
            ("2024-02-29T00:00:00Z", Some(1_709_164_800.0)),
            ("2000-03-01T00:00:00-00:30", Some(951_870_600.0)),
            ("2023-11-14", None),
            ("2023-11-14T22:13Z", None),
            ("2023-13-14T22:13:20Z", None),
            ("2023-11-14T24:13:20Z", None),
            ("2023-11-14T22:13:20", None),
            ("2023-11-14T22:13:20é", None),
            ("yesterday", None),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
