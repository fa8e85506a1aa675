//! The signatures of operators, and of what is called like a function but evaluated in parts.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::ast::{Binary, Name};
use crate::types::{Signature, Type};

/// The signatures of an operator.
pub(super) fn signatures(operator: &str) -> &'static [Signature] {
    OPERATORS
        .get(operator)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The name of a binary operator in the table.
pub(super) fn name(operator: Binary) -> &'static str {
    match operator {
        Binary::Add => "+",
        Binary::Subtract => "-",
        Binary::Multiply => "*",
        Binary::Divide => "/",
        Binary::Remainder => "%",
        Binary::Equal => "==",
        Binary::NotEqual => "!=",
        Binary::Less => "<",
        Binary::LessEqual => "<=",
        Binary::Greater => ">",
        Binary::GreaterEqual => ">=",
        Binary::In => "in",
    }
}

pub(super) const NOT: &str = "!";
pub(super) const NEGATE: &str = "-x";
pub(super) const CONDITIONAL: &str = "?:";
pub(super) const INDEX: &str = "[]";
pub(super) const INDEX_OPTIONAL: &str = "[?]";

static OPERATORS: LazyLock<BTreeMap<Name, Vec<Signature>>> = LazyLock::new(|| {
    let mut operators: BTreeMap<Name, Vec<Signature>> = BTreeMap::new();
    let relations = ["<", "<=", ">", ">="].into_iter().flat_map(relation);
    let others = TEXTS.iter().filter_map(|text| Signature::parse(text));
    for signature in others.chain(relations) {
        operators
            .entry(Name::clone(&signature.name))
            .or_default()
            .push(signature);
    }
    operators
});

/// A relation holds between two values of one type that has an order.
fn relation(name: &str) -> impl Iterator<Item = Signature> {
    ORDERED.iter().map(move |of| Signature {
        name: name.into(),
        is_method: false,
        parameters: vec![of.clone(), of.clone()],
        result: Type::Bool,
    })
}

const ORDERED: &[Type] = &[
    Type::Bool,
    Type::Int,
    Type::Uint,
    Type::Double,
    Type::String,
    Type::Bytes,
    Type::Timestamp,
    Type::Duration,
];

const TEXTS: &[&str] = &[
    "!(bool): bool",
    "-x(int): int",
    "-x(double): double",
    "?:(bool, A, A): A",
    "==(A, A): bool",
    "!=(A, A): bool",
    "in(A, list(A)): bool",
    "in(A, map(A, B)): bool",
    "+(int, int): int",
    "+(uint, uint): uint",
    "+(double, double): double",
    "+(string, string): string",
    "+(bytes, bytes): bytes",
    "+(list(A), list(A)): list(A)",
    "+(duration, duration): duration",
    "+(duration, timestamp): timestamp",
    "+(timestamp, duration): timestamp",
    "-(int, int): int",
    "-(uint, uint): uint",
    "-(double, double): double",
    "-(duration, duration): duration",
    "-(timestamp, duration): timestamp",
    "-(timestamp, timestamp): duration",
    "*(int, int): int",
    "*(uint, uint): uint",
    "*(double, double): double",
    "/(int, int): int",
    "/(uint, uint): uint",
    "/(double, double): double",
    "%(int, int): int",
    "%(uint, uint): uint",
    "[](list(A), int): A",
    "[](map(A, B), A): B",
    "[](optional_type(list(A)), int): optional_type(A)",
    "[](optional_type(map(A, B)), A): optional_type(B)",
    "[?](list(A), int): optional_type(A)",
    "[?](map(A, B), A): optional_type(B)",
    "[?](optional_type(list(A)), int): optional_type(A)",
    "[?](optional_type(map(A, B)), A): optional_type(B)",
    "or(optional_type(A), optional_type(A)): optional_type(A)",
    "orValue(optional_type(A), A): A",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_has_signatures() {
        assert!(TEXTS.iter().all(|text| Signature::parse(text).is_some()));
        for name in [
            NOT,
            NEGATE,
            CONDITIONAL,
            INDEX,
            INDEX_OPTIONAL,
            "<=",
            "in",
            "orValue",
        ] {
            assert!(!signatures(name).is_empty(), "{name}");
        }
    }
}
