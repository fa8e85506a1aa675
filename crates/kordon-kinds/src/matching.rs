//! Whether a selector selects given labels: for the checks of manifests alone. Decisions are made
//! from compiled selectors.

use std::collections::BTreeMap;

use kordon_core::model::Selector;

/// Whether the labels satisfy the selector.
pub(crate) fn selects(selector: &Selector, labels: &BTreeMap<String, String>) -> bool {
    match selector {
        Selector::Everything => true,
        Selector::Has(key) => labels.contains_key(key),
        Selector::Lacks(key) => !labels.contains_key(key),
        Selector::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
        Selector::NotIn(key, values) => {
            !labels.get(key).is_some_and(|value| values.contains(value))
        }
        Selector::All(parts) => parts.iter().all(|part| selects(part, labels)),
        Selector::Any(parts) => parts.iter().any(|part| selects(part, labels)),
        Selector::Not(inner) => !selects(inner, labels),
    }
}
