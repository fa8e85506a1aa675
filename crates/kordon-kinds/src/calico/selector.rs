//! Calico's selectors: an expression over labels, as written.
//!
//! It owns the grammar (libcalico-go, `lib/selector`) and what an expression means as a condition
//! on endpoints. It must not know the objects that hold selectors.
//!
//! - `has(k)`, `k == "v"`, `k != "v"`, `k in {..}`, `k not in {..}`, `k contains "v"`,
//!   `k starts with "v"`, `k ends with "v"`, `all()`, `global()`, `!`, `&&`, `||`, parentheses.
//! - `!=` and `not in` hold where the label is absent; the other comparisons do not.
//! - Strings stand in either quotes, without escapes. Blanks are spaces and tabs alone.

mod lexer;
mod lower;
mod parser;
#[cfg(test)]
mod tests;

pub(super) use lower::{Space, attribute};

/// An expression over labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    /// `all()`, and the empty text.
    All,
    /// `global()`: outside every namespace.
    Global,
    /// A test of one label.
    Label(String, Test),
    /// All parts hold.
    And(Vec<Expression>),
    /// A part holds.
    Or(Vec<Expression>),
    /// The inner expression does not hold.
    Not(Box<Expression>),
}

/// A test of a label's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Has,
    /// One of these, in order and each once; `==` has one.
    In(Vec<String>),
    /// The label is absent, or none of these.
    NotIn(Vec<String>),
    Contains(String),
    StartsWith(String),
    EndsWith(String),
}

/// Why a text is not a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SelectorError {
    /// The offset of the first byte that cannot stand where it stands.
    pub(super) start: usize,
    /// The offset after the last one.
    pub(super) end: usize,
    /// What is wrong.
    pub(super) message: String,
    /// What is expected instead.
    pub(super) expected: &'static str,
}

/// The longest selector that Calico's schema admits.
const LONGEST: usize = 1024;

/// Reads a selector.
///
/// # Errors
/// The first place where the text leaves the grammar.
pub(super) fn parse(text: &str) -> Result<Expression, SelectorError> {
    if text.len() > LONGEST {
        return Err(SelectorError {
            start: 0,
            end: text.len(),
            message: format!("the selector has {} bytes", text.len()),
            expected: "selectors have at most 1024 bytes",
        });
    }
    let tokens = lexer::tokens(text)?;
    parser::parse(&tokens)
}
