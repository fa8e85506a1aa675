//! Templates of paths.

use super::glob::{self, Piece};
use super::pattern::fits;

/// Whether a value of `paths` fits a normalized path without its query.
pub(super) fn fits_path(value: &str, path: &str) -> bool {
    let is_template = value.contains("{*}") || value.contains("{**}");
    if is_template {
        glob::matches(&pieces(value), path)
    } else {
        fits(value, path)
    }
}

/// `{*}` is one segment and `{**}` any text. The slashes beside them belong to the literal parts.
fn pieces(template: &str) -> Vec<Piece> {
    glob::parse(
        template,
        &[("{**}", Piece::Anything), ("{*}", Piece::Segment)],
    )
}
