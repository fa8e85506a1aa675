//! Order among values of the libraries of Kubernetes: quantities and versions.

use std::cmp::Ordering;

use super::{Entry, entry};
use crate::error::Reason;
use crate::value::{Opaque, Value};

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(
        &[
            "<kubernetes.Quantity>.compareTo(kubernetes.Quantity): int",
            "<kubernetes.Semver>.compareTo(kubernetes.Semver): int",
        ],
        |args, _| {
            Ok(Value::Int(match order(args)? {
                Ordering::Less => -1,
                Ordering::Equal => 0,
                Ordering::Greater => 1,
            }))
        },
    ),
    entry(
        &[
            "<kubernetes.Quantity>.isGreaterThan(kubernetes.Quantity): bool",
            "<kubernetes.Semver>.isGreaterThan(kubernetes.Semver): bool",
        ],
        |args, _| Ok(Value::Bool(order(args)?.is_gt())),
    ),
    entry(
        &[
            "<kubernetes.Quantity>.isLessThan(kubernetes.Quantity): bool",
            "<kubernetes.Semver>.isLessThan(kubernetes.Semver): bool",
        ],
        |args, _| Ok(Value::Bool(order(args)?.is_lt())),
    ),
];

/// Versions are ordered by precedence, for which metadata of the build does not count.
fn order(args: &[Value<'_>]) -> Result<Ordering, Reason> {
    let [Value::Opaque(left), Value::Opaque(right)] = args else {
        return Err(Reason::NoOverload);
    };
    match (&**left, &**right) {
        (Opaque::Quantity(left), Opaque::Quantity(right)) => Ok(left.cmp(right)),
        (Opaque::Semver(left), Opaque::Semver(right)) => Ok(left.cmp_precedence(right)),
        _ => Err(Reason::NoOverload),
    }
}
