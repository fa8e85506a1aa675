//! Verdicts as the specification writes them.

use std::fmt;

/// What is expected of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecVerdict {
    /// It passes.
    Allow,
    /// It is stopped.
    Deny,
    /// A fact is missing; it is stopped as well.
    Unknown,
}

impl SpecVerdict {
    /// The verdict that a word stands for.
    pub(super) fn read(word: &str) -> Option<Self> {
        [Self::Allow, Self::Deny, Self::Unknown]
            .into_iter()
            .find(|known| known.word() == word)
    }

    /// Puts this verdict in the place of another at the start of a line.
    pub(super) fn replace(self, old: Self, line: &str) -> String {
        let start = line.len() - line.trim_start().len();
        let (indent, stated) = line.split_at_checked(start).unwrap_or(("", line));
        let Some(rest) = stated.strip_prefix(old.word()) else {
            return line.to_owned();
        };
        let request = rest.trim_start();
        let room = old.word().len() + rest.len() - request.len();
        let width = room.max(self.word().len() + 1);
        format!("{indent}{:width$}{request}", self.word())
    }

    fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for SpecVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
