//! Label selectors of the Kubernetes API (`metav1.LabelSelector`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::truth::Truth;
use super::value::{text, texts};

/// Whether a selector selects an object with these labels. A selector that the API server would
/// refuse selects nobody knows what.
pub(crate) fn selects(selector: &Value, labels: &BTreeMap<String, String>) -> Truth {
    let Some(fields) = selector.as_object() else {
        return Truth::Unknown;
    };
    // LabelSelector: "The result of matchLabels and matchExpressions are ANDed. An empty label
    // selector matches all objects."
    Truth::all(fields.iter().map(|(field, value)| {
        match (field.as_str(), value) {
            (_, Value::Null) => Truth::Yes,
            ("matchLabels", Value::Object(pairs)) => {
                Truth::all(pairs.iter().map(|(key, value)| {
                    value.as_str().map_or(Truth::Unknown, |value| {
                        Truth::from(labels.get(key).is_some_and(|found| found == value))
                    })
                }))
            }
            ("matchExpressions", Value::Array(requirements)) => Truth::all(
                requirements
                    .iter()
                    .map(|requirement| meets(requirement, labels)),
            ),
            _ => Truth::Unknown,
        }
    }))
}

/// Whether labels meet one requirement of `matchExpressions`.
fn meets(requirement: &Value, labels: &BTreeMap<String, String>) -> Truth {
    let value = labels.get(text(requirement, "/key"));
    let values = texts(requirement, "/values");
    // LabelSelectorRequirement: "If the operator is In or NotIn, the values array must be
    // non-empty. If the operator is Exists or DoesNotExist, the values array must be empty."
    match (text(requirement, "/operator"), values.is_empty()) {
        ("In", false) => value.is_some_and(|value| values.contains(value)).into(),
        // labels.Requirement: "The operator is NotIn and Labels does not have the Requirement's
        // key", or has it with another value.
        ("NotIn", false) => value.is_none_or(|value| !values.contains(value)).into(),
        ("Exists", true) => value.is_some().into(),
        ("DoesNotExist", true) => value.is_none().into(),
        _ => Truth::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_operators_differ_when_the_key_is_missing() {
        let labels = BTreeMap::from([("app".to_owned(), "web".to_owned())]);
        let check = |key: &str, operator: &str, values: &[&str], expected: Truth| {
            let selector = json!({"matchExpressions":
                [{"key": key, "operator": operator, "values": values}]});
            assert_eq!(selects(&selector, &labels), expected, "{selector}");
        };
        check("app", "In", &["web", "api"], Truth::Yes);
        check("app", "In", &["api"], Truth::No);
        check("tier", "In", &["web"], Truth::No);
        check("app", "NotIn", &["web"], Truth::No);
        check("tier", "NotIn", &["web"], Truth::Yes);
        check("app", "Exists", &[], Truth::Yes);
        check("tier", "Exists", &[], Truth::No);
        check("app", "DoesNotExist", &[], Truth::No);
        check("tier", "DoesNotExist", &[], Truth::Yes);
        check("app", "In", &[], Truth::Unknown);
        check("app", "Exists", &["web"], Truth::Unknown);
        check("app", "Matches", &["web"], Truth::Unknown);
    }

    #[test]
    fn an_empty_selector_selects_everything_and_a_foreign_field_is_not_guessed() {
        let labels = BTreeMap::new();
        assert_eq!(selects(&json!({}), &labels), Truth::Yes);
        assert_eq!(selects(&json!({"matchLabels": null}), &labels), Truth::Yes);
        assert_eq!(
            selects(&json!({"namespaceSelector": {}}), &labels),
            Truth::Unknown
        );
        assert_eq!(selects(&json!(null), &labels), Truth::Unknown);
    }
}
