//! Conditions on texts: exact, at the beginning, at the end, or by a pattern with wildcards.

use std::fmt;

/// A condition on a text.
///
/// ```
/// use kordon_core::model::TextMatch;
/// assert_eq!(TextMatch::Prefix("/v1/".into()).to_string(), "/v1/*");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextMatch {
    /// Any text; the empty one counts where the fact says so.
    Present,
    /// This text.
    Exact(String),
    /// A text that begins so; the rest may be empty.
    Prefix(String),
    /// A text that ends so; the rest may be empty.
    Suffix(String),
    /// A text of this form.
    Glob(Glob),
}

/// Parts that a text consists of, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob {
    /// The parts.
    pub parts: Vec<GlobPart>,
    /// What was written, which messages show.
    pub written: String,
}

/// A part of a [`Glob`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GlobPart {
    /// This text.
    Text(String),
    /// Any one character, but no line break and none at which a wildcard of the glob ends.
    One,
    /// Any text without line breaks, of at least so many bytes, which does not hold the byte.
    Any {
        /// The least length, in bytes.
        least: usize,
        /// The byte at which it ends.
        until: Option<u8>,
    },
}

/// Whether upper and lower case differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Case {
    /// They do.
    #[default]
    Sensitive,
    /// ASCII letters do not.
    Ignored,
}

impl fmt::Display for TextMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present => f.write_str("*"),
            Self::Exact(text) => f.write_str(text),
            Self::Prefix(text) => write!(f, "{text}*"),
            Self::Suffix(text) => write!(f, "*{text}"),
            Self::Glob(glob) => f.write_str(&glob.written),
        }
    }
}
