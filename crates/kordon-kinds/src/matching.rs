//! Whether a selector selects given labels or attributes: for the checks of manifests alone. Decisions are made
//! from compiled selectors.

use std::collections::BTreeMap;

use kordon_core::model::{Attribute, EndpointMatch, Selector, ValueMatch};

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

/// Whether something with these attributes satisfies the condition.
pub(crate) fn satisfies<'a>(
    condition: &EndpointMatch,
    value: &impl Fn(&Attribute) -> Option<&'a str>,
) -> bool {
    match condition {
        EndpointMatch::Everything => true,
        EndpointMatch::Is(attribute, wanted) => {
            value(attribute).is_some_and(|found| admits(wanted, found))
        }
        EndpointMatch::All(parts) => parts.iter().all(|part| satisfies(part, value)),
        EndpointMatch::Any(parts) => parts.iter().any(|part| satisfies(part, value)),
        EndpointMatch::Not(inner) => !satisfies(inner, value),
    }
}

fn admits(wanted: &ValueMatch, found: &str) -> bool {
    match wanted {
        ValueMatch::Present => true,
        ValueMatch::In(values) => values.iter().any(|value| value == found),
        ValueMatch::Contains(part) => found.contains(part.as_str()),
        ValueMatch::StartsWith(part) => found.starts_with(part.as_str()),
        ValueMatch::EndsWith(part) => found.ends_with(part.as_str()),
    }
}

/// Whether the condition looks at labels of service accounts.
pub(crate) fn asks_account_labels(condition: &EndpointMatch) -> bool {
    match condition {
        EndpointMatch::Is(attribute, _) => matches!(attribute, Attribute::AccountLabel(_)),
        EndpointMatch::All(parts) | EndpointMatch::Any(parts) => {
            parts.iter().any(asks_account_labels)
        }
        EndpointMatch::Not(inner) => asks_account_labels(inner),
        EndpointMatch::Everything => false,
    }
}
