//! The quantity library of Kubernetes: numbers such as `1.5Gi` and `200m`.

use std::cmp::Ordering;

use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::{Opaque, Value};

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(
        &["quantity(string): kubernetes.Quantity"],
        |args, budget| {
            let quantity = parsed(args, budget)?.ok_or(Reason::Conversion)?;
            Ok(Value::opaque(Opaque::Quantity(quantity)))
        },
    ),
    entry(&["isQuantity(string): bool"], |args, budget| {
        Ok(Value::Bool(parsed(args, budget)?.is_some()))
    }),
    entry(&["<kubernetes.Quantity>.sign(): int"], |args, _| {
        Ok(Value::Int(match read(args.first())?.nanos.cmp(&0) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }))
    }),
    entry(&["<kubernetes.Quantity>.isInteger(): bool"], |args, _| {
        Ok(Value::Bool(read(args.first())?.integer().is_some()))
    }),
    entry(&["<kubernetes.Quantity>.asInteger(): int"], |args, _| {
        read(args.first())?
            .integer()
            .map(Value::Int)
            .ok_or(Reason::Conversion)
    }),
    entry(
        &["<kubernetes.Quantity>.asApproximateFloat(): double"],
        |args, _| {
            let quantity = read(args.first())?;
            #[expect(
                clippy::cast_precision_loss,
                reason = "the function is called approximate"
            )]
            let nanos = quantity.nanos as f64;
            Ok(Value::Double(nanos / 1e9))
        },
    ),
    entry(
        &[
            "<kubernetes.Quantity>.add(kubernetes.Quantity): kubernetes.Quantity",
            "<kubernetes.Quantity>.add(int): kubernetes.Quantity",
        ],
        |args, _| combined(args, i128::checked_add),
    ),
    entry(
        &[
            "<kubernetes.Quantity>.sub(kubernetes.Quantity): kubernetes.Quantity",
            "<kubernetes.Quantity>.sub(int): kubernetes.Quantity",
        ],
        |args, _| combined(args, i128::checked_sub),
    ),
];

const NANOS: i128 = 1_000_000_000;

/// A number to the billionth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity {
    nanos: i128,
}

fn parsed(args: &[Value<'_>], budget: &mut Budget) -> Result<Option<Quantity>, Reason> {
    let [Value::String(text)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_bytes(text.len())?;
    Ok(Quantity::parse(text))
}

fn read(value: Option<&Value<'_>>) -> Result<Quantity, Reason> {
    match value {
        Some(Value::Opaque(value)) => match &**value {
            Opaque::Quantity(quantity) => Ok(*quantity),
            _ => Err(Reason::NoOverload),
        },
        _ => Err(Reason::NoOverload),
    }
}

fn combined<'a>(
    args: &[Value<'a>],
    combine: fn(i128, i128) -> Option<i128>,
) -> Result<Value<'a>, Reason> {
    let right = match args.get(1) {
        Some(Value::Int(value)) => i128::from(*value) * NANOS,
        other => read(other)?.nanos,
    };
    let nanos = combine(read(args.first())?.nanos, right).ok_or(Reason::Overflow)?;
    Ok(Value::opaque(Opaque::Quantity(Quantity { nanos })))
}

impl Quantity {
    /// `<sign>? <digits> <suffix>?`, where a suffix is one of binary (`Ki` to `Ei`) or decimal
    /// multiples (`n` to `E`), or an exponent. Digits beyond the billionth round away from zero.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let end = unsigned
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits: String = [whole, fraction].concat();
        if digits.is_empty() || digits.contains('.') {
            return None;
        }
        let mantissa: i128 = digits.parse().ok()?;
        let places = i32::try_from(fraction.len()).ok()?;
        let magnitude = match binary_power(suffix) {
            Some(power) => scaled(mantissa.checked_mul(1 << power)?, 9 - places)?,
            None => scaled(
                mantissa,
                decimal_power(suffix)?.checked_add(9)?.checked_sub(places)?,
            )?,
        };
        let nanos = if text.starts_with('-') {
            -magnitude
        } else {
            magnitude
        };
        Some(Self { nanos })
    }

    fn integer(self) -> Option<i64> {
        let is_whole = self.nanos % NANOS == 0;
        is_whole
            .then(|| i64::try_from(self.nanos / NANOS).ok())
            .flatten()
    }
}

fn binary_power(suffix: &str) -> Option<u32> {
    let place = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
        .iter()
        .position(|name| *name == suffix)?;
    u32::try_from(place + 1).ok().map(|place| place * 10)
}

fn decimal_power(suffix: &str) -> Option<i32> {
    let power = match suffix {
        "n" => -9,
        "u" => -6,
        "m" => -3,
        "" => 0,
        "k" => 3,
        "M" => 6,
        "G" => 9,
        "T" => 12,
        "P" => 15,
        "E" => 18,
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            return is_number.then(|| exponent.parse().ok()).flatten();
        }
    };
    Some(power)
}

/// A number times a power of ten; what is cut off rounds up.
fn scaled(value: i128, power: i32) -> Option<i128> {
    let factor = 10_i128.checked_pow(power.unsigned_abs());
    if power >= 0 {
        return if value == 0 {
            Some(0)
        } else {
            value.checked_mul(factor?)
        };
    }
    match factor {
        Some(factor) => Some(value / factor + i128::from(value % factor != 0)),
        None => Some(i128::from(value != 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_in_every_notation() {
        for (text, nanos) in [
            ("0", 0),
            ("1", NANOS),
            ("-1.5", -1_500_000_000),
            ("200m", 200_000_000),
            ("1Ki", 1024 * NANOS),
            ("1.5Gi", 1_610_612_736 * NANOS),
            ("1e3", 1000 * NANOS),
            ("1E3", 1000 * NANOS),
            ("1E", NANOS * 1_000_000_000_000_000_000),
            (".5k", 500 * NANOS),
            ("5.", 5 * NANOS),
            ("0.0000000001", 1),
            ("1e-30", 1),
        ] {
            assert_eq!(Quantity::parse(text), Some(Quantity { nanos }), "{text}");
        }
        for text in [
            "",
            "x",
            "1ki",
            "1.2.3",
            "1e",
            "Ki",
            "1 Ki",
            "1KiB",
            "--1",
            "1e99999999999",
        ] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }
}
