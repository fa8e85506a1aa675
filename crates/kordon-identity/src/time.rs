//! The moment for which something is verified, as an argument.

use std::fmt;

/// Seconds since the beginning of 1970, without leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The moment so many seconds after the beginning of 1970.
    pub const fn from_unix(seconds: u64) -> Self {
        Self(seconds)
    }

    /// How many seconds after the beginning of 1970 it is.
    pub const fn as_unix(self) -> u64 {
        self.0
    }

    /// The moment so much later, or the end of time.
    pub(crate) const fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
