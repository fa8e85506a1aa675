//! Moments and lengths of time, within the range of the specification.
//!
//! Owns the calendar and the written forms. Reads no clock.

use std::fmt;

const NANOS: i64 = 1_000_000_000;
const DAY: i64 = 86_400;
/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z in seconds since 1970.
const FIRST_SECOND: i64 = -62_135_596_800;
const LAST_SECOND: i64 = 253_402_300_799;

/// A moment between the years 1 and 9999, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

/// A length of time in nanoseconds, up to 292 years either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    nanos: i64,
}

/// A moment as a calendar and a clock show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// From 1.
    pub(crate) month: i64,
    /// From 1.
    pub(crate) day: i64,
    /// From 0.
    pub(crate) day_of_year: i64,
    /// Sunday is 0.
    pub(crate) weekday: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

impl Timestamp {
    /// The moment at a number of seconds since 1970, and nanoseconds after it.
    pub fn new(seconds: i64, nanos: u32) -> Option<Self> {
        let is_in_range =
            (FIRST_SECOND..=LAST_SECOND).contains(&seconds) && i64::from(nanos) < NANOS;
        is_in_range.then_some(Self { seconds, nanos })
    }

    /// The whole seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// The nanoseconds after the whole second.
    pub fn nanos(self) -> u32 {
        self.nanos
    }

    /// A moment as RFC 3339 writes it.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
        let are_there = separators
            .iter()
            .all(|(at, sign)| bytes.get(*at) == Some(sign));
        if !are_there || !matches!(bytes.get(10), Some(b'T' | b't')) {
            return None;
        }
        let number = |from: usize, to: usize| digits(text.get(from..to)?);
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let is_valid = (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        if !is_valid {
            return None;
        }
        let (nanos, zone) = fraction(text.get(19..)?)?;
        let offset = match zone {
            "Z" | "z" => 0,
            _ => offset_of(zone).filter(|_| zone.starts_with(['+', '-']))?,
        };
        let seconds = days_from_civil(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
        Self::new(seconds - offset, nanos)
    }

    pub(crate) fn plus(self, duration: Duration) -> Option<Self> {
        self.plus_nanos(i128::from(duration.nanos))
    }

    pub(crate) fn minus(self, duration: Duration) -> Option<Self> {
        self.plus_nanos(-i128::from(duration.nanos))
    }

    fn plus_nanos(self, nanos: i128) -> Option<Self> {
        let total = self.total().checked_add(nanos)?;
        let nanos = total.rem_euclid(i128::from(NANOS));
        let seconds = total.div_euclid(i128::from(NANOS));
        Self::new(i64::try_from(seconds).ok()?, u32::try_from(nanos).ok()?)
    }

    pub(crate) fn since(self, earlier: Self) -> Option<Duration> {
        let nanos = self.total().checked_sub(earlier.total())?;
        i64::try_from(nanos).ok().map(Duration::from_nanos)
    }

    fn total(self) -> i128 {
        i128::from(self.seconds) * i128::from(NANOS) + i128::from(self.nanos)
    }

    /// What a calendar shows that is ahead of UTC by an offset in seconds.
    pub(crate) fn civil(self, offset: i64) -> Civil {
        let local = self.seconds.saturating_add(offset);
        let days = local.div_euclid(DAY);
        let (year, month, day) = civil_from_days(days);
        let in_day = local.rem_euclid(DAY);
        Civil {
            year,
            month,
            day,
            day_of_year: days - days_from_civil(year, 1, 1),
            weekday: (days + 4).rem_euclid(7),
            hour: in_day / 3600,
            minute: in_day / 60 % 60,
            second: in_day % 60,
        }
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self { nanos: 0 };

    /// A number of nanoseconds.
    pub fn from_nanos(nanos: i64) -> Self {
        Self { nanos }
    }

    /// The length in nanoseconds.
    pub fn nanos(self) -> i64 {
        self.nanos
    }

    /// A length as Go writes it: `1h30m`, `-1.5s`, `300ms`.
    pub fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        if unsigned == "0" {
            return Some(Self::ZERO);
        }
        let mut total: i128 = 0;
        let mut rest = unsigned;
        while !rest.is_empty() {
            let (part, after) = duration_part(rest)?;
            total = total.checked_add(part)?;
            rest = after;
        }
        if unsigned.is_empty() {
            return None;
        }
        let signed = if text.starts_with('-') { -total } else { total };
        i64::try_from(signed).ok().map(Self::from_nanos)
    }
}

/// A decimal number with a unit, in nanoseconds, and what follows it.
fn duration_part(text: &str) -> Option<(i128, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, after) = text.split_at(end);
    let (unit, rest) = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"]
        .into_iter()
        .find_map(|unit| Some((unit, after.strip_prefix(unit)?)))?;
    let scale: i128 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        _ => 3_600_000_000_000,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let mut nanos = match whole {
        "" => 0,
        _ => whole.parse::<i128>().ok()?.checked_mul(scale)?,
    };
    let mut step = scale;
    for digit in fraction.bytes() {
        step /= 10;
        nanos = nanos.checked_add(i128::from(digit - b'0') * step)?;
    }
    Some((nanos, rest))
}

/// The seconds that a fixed offset is ahead of UTC: `+01:00`, `-02:30`, `05:45`.
pub(crate) fn offset_of(text: &str) -> Option<i64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (hours, minutes) = unsigned.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let offset = hours * 3600 + minutes * 60;
    Some(if text.starts_with('-') {
        -offset
    } else {
        offset
    })
}

fn digits(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// The nanoseconds after a dot, if there is one, and what follows them.
fn fraction(text: &str) -> Option<(u32, &str)> {
    let Some(after) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let end = after
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(after.len());
    let (number, rest) = after.split_at(end);
    if number.is_empty() {
        return None;
    }
    let padded: String = number.chars().chain("000000000".chars()).take(9).collect();
    Some((padded.parse().ok()?, rest))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01. Years begin in March, so that the leap day is the last of a year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// A fraction of a second: a dot and as few digits as say it, or nothing.
fn write_fraction(f: &mut fmt::Formatter<'_>, nanos: u64) -> fmt::Result {
    if nanos == 0 {
        return Ok(());
    }
    let digits = format!("{nanos:09}");
    write!(f, ".{}", digits.trim_end_matches('0'))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil(0);
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
        )?;
        write_fraction(f, self.nanos.into())?;
        f.write_str("Z")
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.nanos < 0 { "-" } else { "" };
        let nanos = self.nanos.unsigned_abs();
        write!(f, "{sign}{}", nanos / NANOS.unsigned_abs())?;
        write_fraction(f, nanos % NANOS.unsigned_abs())?;
        f.write_str("s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_and_written() {
        for (text, seconds, written) in [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            (
                "2024-02-29T12:00:00.5+02:00",
                1_709_200_800,
                "2024-02-29T10:00:00.5Z",
            ),
            ("0001-01-01T00:00:00Z", FIRST_SECOND, "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", LAST_SECOND, "9999-12-31T23:59:59Z"),
        ] {
            let moment = Timestamp::parse(text).unwrap();
            assert_eq!(
                (moment.seconds(), moment.to_string().as_str()),
                (seconds, written)
            );
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "2023-02-29T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00",
            "2024-1-01T00:00:00Z",
            "2024-01-01 00:00:00Z",
            "+024-01-01T00:00:00Z",
            "2024-01-01T00:00:00.Z",
            "0000-12-31T23:59:59Z",
            "2024-01-01T00:00:00+1:00",
            "2024-01-01T00:00:0éZ",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn lengths_are_read_and_written() {
        for (text, written) in [
            ("0", "0s"),
            ("1h30m", "5400s"),
            ("-1.5s", "-1.5s"),
            ("300ms", "0.3s"),
            ("1.h", "3600s"),
            (".5m", "30s"),
            ("2us", "0.000002s"),
            ("1m1s1ms", "61.001s"),
        ] {
            assert_eq!(Duration::parse(text).unwrap().to_string(), written);
        }
        for text in [
            "",
            "-",
            "1",
            "s",
            "1x",
            "1.2.3s",
            ".s",
            "10000000h",
            "1h-1m",
        ] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_calendar_runs_from_the_first_to_the_last_day() {
        for days in (FIRST_SECOND / DAY..=LAST_SECOND / DAY).step_by(97) {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }
}
