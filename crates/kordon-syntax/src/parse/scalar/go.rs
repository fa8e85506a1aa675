//! Numbers and timestamps as Go's `strconv` and `time` packages read and write them.

/// What `ParseInt` and then `ParseUint` with base 0 make of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Integer {
    Int(i64),
    UInt(u64),
    /// An unsigned number of more than 64 bits, as near as a float comes to it.
    Beyond(f64),
    Invalid,
}

// strconv.ParseInt: "If the base argument is 0, the true base is implied by the string's prefix
// following the sign (if present): 2 for "0b", 8 for "0" or "0o", 16 for "0x", and 10 otherwise."
pub(super) fn parse_integer(text: &str) -> Integer {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let signed = unsigned.len() < text.len();
    let (radix, digits) = split_prefix(unsigned);
    // `from_str_radix` would accept one more sign.
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Integer::Invalid;
    }
    let Ok(magnitude) = u64::from_str_radix(digits, radix) else {
        return if signed {
            Integer::Invalid
        } else {
            beyond(digits, radix)
        };
    };
    if text.starts_with('-') {
        return 0_i64
            .checked_sub_unsigned(magnitude)
            .map_or(Integer::Invalid, Integer::Int);
    }
    match i64::try_from(magnitude) {
        Ok(value) => Integer::Int(value),
        // `ParseUint` takes no sign.
        Err(_) if signed => Integer::Invalid,
        Err(_) => Integer::UInt(magnitude),
    }
}

fn split_prefix(text: &str) -> (u32, &str) {
    let rest = text.get(2..).filter(|rest| !rest.is_empty());
    match (text.as_bytes(), rest) {
        ([b'0', b'x' | b'X', ..], Some(rest)) => (16, rest),
        ([b'0', b'o' | b'O', ..], Some(rest)) => (8, rest),
        ([b'0', b'b' | b'B', ..], Some(rest)) => (2, rest),
        ([b'0', _, ..], _) => (8, text.get(1..).unwrap_or_default()),
        _ => (10, text),
    }
}

fn beyond(digits: &str, radix: u32) -> Integer {
    let digits = digits.chars().filter_map(|digit| digit.to_digit(radix));
    Integer::Beyond(digits.fold(0.0, |value, digit| {
        value * f64::from(radix) + f64::from(digit)
    }))
}

/// resolve.go, `yamlStyleFloat`:
/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`.
pub(super) fn is_yaml_float(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && are_digits(digits)
    });
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && are_digits(fraction),
        Some((whole, fraction)) => are_digits(whole) && are_digits(fraction),
        None => !mantissa.is_empty() && are_digits(mantissa),
    };
    mantissa_fits && exponent_fits
}

/// `ParseFloat` for a decimal: underscores may stand between digits, and what is beyond the range
/// is an error.
pub(super) fn parse_float(text: &str) -> Option<f64> {
    let plain;
    let text = if text.contains('_') {
        if !underscores_separate_digits(text) {
            return None;
        }
        plain = text.replace('_', "");
        &plain
    } else {
        text
    };
    if !is_yaml_float(text) {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

fn underscores_separate_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let underscores = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_');
    underscores
        .into_iter()
        .all(|(at, _)| digit(at.checked_sub(1)) && digit(at.checked_add(1)))
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// resolve.go, `parseTimestamp`: a date, or a date and a time. Such a scalar stays a text, so all
/// that matters is that it is no number: a year of four digits followed by `-` is enough for that,
/// and the rest decides only under the tag `!!timestamp`.
pub(super) fn is_timestamp(text: &str) -> bool {
    let Some((year, rest)) = text.split_once('-') else {
        return false;
    };
    let Some((month, rest)) = rest.split_once('-') else {
        return false;
    };
    if year.len() != 4 || !are_digits(year) {
        return false;
    }
    let day_length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (day, time) = rest.split_at_checked(day_length).unwrap_or((rest, ""));
    is_date(year, month, day) && (time.is_empty() || is_time(time))
}

fn is_date(year: &str, month: &str, day: &str) -> bool {
    let (Some(year), Some(month), Some(day)) =
        (year.parse::<u32>().ok(), one_or_two(month), one_or_two(day))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// `T15:4:5.999Z07:00`, `t15:4:5.999Z07:00` or ` 15:4:5.999`.
fn is_time(text: &str) -> bool {
    if let Some(clock) = text.strip_prefix(' ') {
        return is_clock(clock);
    }
    let Some(text) = text.strip_prefix(['T', 't']) else {
        return false;
    };
    match text
        .find(['Z', '+', '-'])
        .and_then(|at| text.split_at_checked(at))
    {
        Some((clock, zone)) => is_clock(clock) && (zone == "Z" || is_zone(zone)),
        None => false,
    }
}

fn is_clock(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = whole.split(':').map(one_or_two);
    let in_range = |part: Option<Option<u32>>, most: u32| part.flatten().is_some_and(|n| n <= most);
    let clock =
        in_range(parts.next(), 23) && in_range(parts.next(), 59) && in_range(parts.next(), 59);
    clock && parts.next().is_none() && !fraction.is_empty() && are_digits(fraction)
}

fn is_zone(text: &str) -> bool {
    let (_, zone) = text.split_at_checked(1).unwrap_or_default();
    let two = |part: &str| part.len() == 2 && are_digits(part);
    zone.split_once(':')
        .is_some_and(|(hours, minutes)| two(hours) && two(minutes))
}

fn one_or_two(text: &str) -> Option<u32> {
    let fits = (1..=2).contains(&text.len()) && are_digits(text);
    fits.then(|| text.parse().ok()).flatten()
}

/// `FormatFloat(value, 'g', -1, 32)`, by which sigs.k8s.io/yaml writes a key that is a float, with
/// YAML's words for what is not finite.
pub(super) fn format_float_32(value: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the format rounds to 32 bits"
    )]
    let value = value as f32;
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    // strconv/ftoa.go: "%e is used if the exponent from the conversion is less than -4 or greater
    // than or equal to the precision. if precision was the shortest possible, use precision 6".
    match exponent.parse::<i32>() {
        Ok(power) if !(-4..6).contains(&power) => {
            let sign = if power < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", power.abs())
        }
        _ => format!("{value}"),
    }
}
