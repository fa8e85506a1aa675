//! Patterns of strings: `*`, `*suffix`, `prefix*` and exact.

/// A pattern of strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern<'a> {
    /// Any string but the empty one.
    Present,
    Suffix(&'a str),
    Prefix(&'a str),
    Exact(&'a str),
}

impl<'a> Pattern<'a> {
    /// Rule: "Presence match: `*` will match when value is not empty". A star in front counts before
    /// one at the end, and any other stands for itself.
    pub(super) fn new(text: &'a str) -> Self {
        if text == "*" {
            return Self::Present;
        }
        match (text.strip_prefix('*'), text.strip_suffix('*')) {
            (Some(suffix), _) => Self::Suffix(suffix),
            (None, Some(prefix)) => Self::Prefix(prefix),
            (None, None) => Self::Exact(text),
        }
    }

    pub(super) fn matches(self, text: &str) -> bool {
        match self {
            Self::Present => !text.is_empty(),
            Self::Suffix(suffix) => text.ends_with(suffix),
            Self::Prefix(prefix) => text.starts_with(prefix),
            Self::Exact(exact) => text == exact,
        }
    }
}

/// Whether a pattern fits a string.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    Pattern::new(pattern).matches(text)
}
