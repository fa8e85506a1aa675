//! The list of all diagnostic codes.

use kordon_syntax::CodeDoc;

use crate::{diff, lint, policy_test};

/// Every diagnostic code with its documentation, in order.
///
/// ```
/// assert!(kordon::codes().is_sorted_by_key(|doc| doc.code));
/// ```
pub fn codes() -> impl Iterator<Item = &'static CodeDoc> {
    kordon_syntax::codes::CODES
        .iter()
        .chain(kordon_kinds::CODES)
        .chain(diff::CODES)
        .chain(lint::CODES)
        .chain([&policy_test::CODE])
}
