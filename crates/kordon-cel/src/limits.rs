//! How large an expression may be, and how much work it may do.

/// The limits of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The length of the text in bytes.
    pub max_bytes: usize,
    /// How deep expressions may be nested. A chain such as `a + b + c` nests as well, except that
    /// of `&&` and `||`. It counts to [`Limits::DEEPEST`] whatever is set.
    pub max_depth: u32,
    /// The work of one evaluation, in the units of [`Cost`](crate::Cost).
    pub max_cost: u64,
}

impl Limits {
    /// The nesting beyond which a thread with a small stack could overflow.
    pub const DEEPEST: u32 = 100;

    /// The nesting that is allowed.
    pub(crate) fn depth(&self) -> u32 {
        self.max_depth.min(Self::DEEPEST)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 16 * 1024,
            max_depth: Self::DEEPEST,
            max_cost: 1_000_000,
        }
    }
}
