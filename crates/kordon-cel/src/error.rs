//! What goes wrong while an expression is evaluated.

use kordon_syntax::Span;

/// An error of an evaluation, with the place of the expression that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct EvalError {
    /// What went wrong.
    pub reason: Reason,
    /// The place, in bytes from the start of the expression.
    pub span: Span,
}

/// What went wrong in an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The operator or function does not take values of these types.
    #[error("no operation for values of these types")]
    NoOverload,
    /// The map has no such key, or the object no such field.
    #[error("no such key or field")]
    NoSuchKey,
    /// The index is before the start or after the end.
    #[error("index out of range")]
    OutOfRange,
    /// The result does not fit its type.
    #[error("result out of the range of its type")]
    Overflow,
    /// A division by zero, or its remainder.
    #[error("division by zero")]
    DivisionByZero,
    /// The value cannot be converted.
    #[error("value that cannot be converted")]
    Conversion,
    /// An argument has a value that the function does not take.
    #[error("argument with a value that is not allowed")]
    Argument,
    /// A map is given one key twice.
    #[error("two entries of a map have the same key")]
    DuplicateKey,
    /// The value of an optional that has none.
    #[error("optional without a value")]
    NoValue,
    /// The pattern is no regular expression of RE2.
    #[error("invalid regular expression")]
    Pattern,
    /// The variable or function is not known; only unchecked expressions come this far.
    #[error("undeclared name")]
    Undeclared,
    /// The variable has no value in this request.
    #[error("variable without a value")]
    Unset,
    /// A function of the host failed; the number is the host's own.
    #[error("function of the host failed with {0}")]
    Host(u16),
    /// The work of the evaluation is beyond its limit. No operator absorbs this.
    #[error("cost limit exceeded")]
    Cost,
}

impl EvalError {
    /// Whether `&&`, `||` and the like must pass the error on whatever the other side is.
    pub(crate) fn is_final(self) -> bool {
        self.reason == Reason::Cost
    }
}
