//! Numbers of different types against each other.
//!
//! The specification: int, uint and double are compared as if on one number line.

use std::cmp::Ordering;

/// 2^63 and 2^64, which doubles hold exactly.
const TWO_63: f64 = 9_223_372_036_854_775_808.0;
const TWO_64: f64 = 18_446_744_073_709_551_616.0;

pub(crate) fn compare_int_uint(left: i64, right: u64) -> Ordering {
    match u64::try_from(left) {
        Ok(left) => left.cmp(&right),
        Err(_) => Ordering::Less,
    }
}

/// `None` if the double is not a number. Within the range of ints, the int is compared as the
/// double nearest to it, as the tests of the specification have it.
pub(crate) fn compare_int_double(left: i64, right: f64) -> Option<Ordering> {
    if right > TWO_63 {
        return Some(Ordering::Less);
    }
    if right < -TWO_63 {
        return Some(Ordering::Greater);
    }
    int_to_double(left).partial_cmp(&right)
}

/// `None` if the double is not a number. Within the range of uints, the uint is compared as the
/// double nearest to it.
pub(crate) fn compare_uint_double(left: u64, right: f64) -> Option<Ordering> {
    if right > TWO_64 {
        return Some(Ordering::Less);
    }
    if right < 0.0 {
        return Some(Ordering::Greater);
    }
    uint_to_double(left).partial_cmp(&right)
}

/// The integer that a double is, if it is one.
pub(crate) fn exact_int(value: f64) -> Option<i64> {
    truncated_int(value).filter(|_| is_whole(value))
}

/// The unsigned integer that a double is, if it is one.
pub(crate) fn exact_uint(value: f64) -> Option<u64> {
    truncated_uint(value).filter(|_| is_whole(value))
}

fn is_whole(value: f64) -> bool {
    value.fract().abs() <= 0.0
}

/// A double without its fraction, if an integer can hold it.
pub(crate) fn truncated_int(value: f64) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range has been checked"
    )]
    (-TWO_63..TWO_63).contains(&value).then_some(value as i64)
}

/// A double without its fraction, if an unsigned integer can hold it.
pub(crate) fn truncated_uint(value: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range has been checked"
    )]
    (0.0..TWO_64).contains(&value).then_some(value as u64)
}

/// The double nearest to an integer.
pub(crate) fn int_to_double(value: i64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "the conversion is meant to round"
    )]
    {
        value as f64
    }
}

/// The double nearest to an unsigned integer.
pub(crate) fn uint_to_double(value: u64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "the conversion is meant to round"
    )]
    {
        value as f64
    }
}

/// A length as a value.
pub(crate) fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_on_one_line() {
        assert_eq!(compare_int_double(i64::MAX, TWO_63), Some(Ordering::Equal));
        assert_eq!(
            compare_int_double(i64::MAX, TWO_63 * 1.1),
            Some(Ordering::Less)
        );
        assert_eq!(compare_int_double(i64::MIN, -TWO_63), Some(Ordering::Equal));
        assert_eq!(
            compare_int_double(i64::MIN, -TWO_63 * 1.1),
            Some(Ordering::Greater)
        );
        assert_eq!(compare_int_double(-1, -1.5), Some(Ordering::Greater));
        assert_eq!(compare_int_double(1, 1.5), Some(Ordering::Less));
        assert_eq!(compare_int_double(1, f64::NAN), None);
        assert_eq!(
            compare_uint_double(u64::MAX, TWO_64 * 1.1),
            Some(Ordering::Less)
        );
        assert_eq!(compare_uint_double(0, -0.5), Some(Ordering::Greater));
        assert_eq!(compare_uint_double(0, 0.5), Some(Ordering::Less));
        assert_eq!(compare_uint_double(0, f64::NAN), None);
        assert_eq!(compare_int_uint(-1, 0), Ordering::Less);
        assert_eq!(compare_int_uint(1, 1), Ordering::Equal);
    }
}
