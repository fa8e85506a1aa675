use std::collections::BTreeMap;

use serde_json::Value;

use super::{Expression, Test, parse};

/// What an expression means for labels, said once more.
fn holds(expression: &Expression, labels: &BTreeMap<String, String>) -> bool {
    match expression {
        Expression::All => true,
        Expression::Global => !labels.contains_key(super::lower::NAMESPACE),
        Expression::And(parts) => parts.iter().all(|part| holds(part, labels)),
        Expression::Or(parts) => parts.iter().any(|part| holds(part, labels)),
        Expression::Not(inner) => !holds(inner, labels),
        Expression::Label(key, test) => {
            let value = labels.get(key).map(String::as_str);
            match test {
                Test::Has => value.is_some(),
                Test::In(values) => value.is_some_and(|v| values.iter().any(|known| known == v)),
                Test::NotIn(values) => value.is_none_or(|v| !values.iter().any(|known| known == v)),
                Test::Contains(part) => value.is_some_and(|v| v.contains(part)),
                Test::StartsWith(part) => value.is_some_and(|v| v.starts_with(part)),
                Test::EndsWith(part) => value.is_some_and(|v| v.ends_with(part)),
            }
        }
    }
}

/// The cases of Calico's own tests, kept beside the repository.
#[expect(
    clippy::disallowed_methods,
    reason = "the cases of a test are in a file"
)]
fn cases() -> Option<Value> {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/conformance/calico/selectors.json"
    );
    let text = std::fs::read_to_string(file).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn the_selectors_of_upstream_match_as_there() {
    let Some(cases) = cases() else { return };
    let matches = cases["match"].as_array().unwrap();
    assert!(matches.len() > 40);
    for case in matches {
        let text = case["selector"].as_str().unwrap();
        let labels = serde_json::from_value(case["labels"].clone()).unwrap();
        let expected = case["match"].as_bool().unwrap();
        let expression = parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(holds(&expression, &labels), expected, "{text} {labels:?}");
    }
}

#[test]
fn what_upstream_refuses_is_refused() {
    let Some(cases) = cases() else { return };
    for case in cases["invalid"].as_array().unwrap() {
        let text = case["selector"].as_str().unwrap();
        let error = parse(text).expect_err(text);
        assert!(
            error.start <= error.end && error.end <= text.len(),
            "{text}"
        );
    }
}

#[test]
fn a_selector_and_its_canonical_text_are_one() {
    let Some(cases) = cases() else { return };
    for case in cases["canonical"].as_array().unwrap() {
        let input = parse(case["input"].as_str().unwrap()).unwrap();
        let canonical = parse(case["canonical"].as_str().unwrap()).unwrap();
        assert_eq!(input, canonical);
    }
}

#[test]
fn operators_are_labels_where_a_label_is_expected() {
    for text in [
        "contains contains 'x'",
        "has(in)",
        "not not in {'a'}",
        "starts starts  with 'x'",
        "in in {}",
        "a startswith 'x'",
        "a notin {'x',}",
        "all == 'x'",
    ] {
        assert!(parse(text).is_ok(), "{text}");
    }
}

#[test]
fn blanks_stand_inside_parentheses_and_not_before_them() {
    assert!(parse("has( a )").is_ok() && parse("all( )").is_ok());
    assert!(parse("has (a)").is_err() && parse("a == 'b'\n").is_err());
}

#[test]
fn an_error_points_at_what_cannot_stand_there() {
    let error = parse("app == web").unwrap_err();
    assert_eq!((error.start, error.end), (7, 10));
    let error = parse("app = 'web'").unwrap_err();
    assert_eq!((error.start, error.end), (4, 5));
}

#[test]
fn nesting_and_length_have_limits() {
    let deep = format!("{}a == 'b'{}", "(".repeat(65), ")".repeat(65));
    assert!(parse(&deep).is_err());
    let good = format!("{}a == 'b'{}", "(".repeat(64), ")".repeat(64));
    assert!(parse(&good).is_ok());
    assert!(parse(&format!("a == '{}'", "x".repeat(1024))).is_err());
    assert_eq!(
        parse(&format!("{}has(a)", "!".repeat(1000))),
        parse("has(a)")
    );
}
