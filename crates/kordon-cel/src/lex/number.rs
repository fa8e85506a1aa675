//! Numbers as they are written.

use super::{Lexer, TokenKind};
use crate::ast::Literal;
use crate::problem::Problem;

const INT_MIN_MAGNITUDE: u64 = i64::MIN.unsigned_abs();

impl Lexer<'_> {
    /// Whether a number begins with a dot here, such as `.5`.
    pub(super) fn is_fraction(&self) -> bool {
        let mut rest = self.rest().chars();
        rest.next() == Some('.') && rest.next().is_some_and(|c| c.is_ascii_digit())
    }

    /// Decimal or hexadecimal digits, with `u` after them for an unsigned number; or digits with a
    /// fraction, an exponent or both.
    pub(super) fn number(&mut self) -> Result<TokenKind, Problem> {
        let start = self.at;
        let rest = self.rest();
        if rest.starts_with("0x") || rest.starts_with("0X") {
            self.at += 2;
            let digits = self.take_while(|c| c.is_ascii_hexdigit());
            return self.integer(start, digits, 16);
        }
        let digits = self.take_while(|c| c.is_ascii_digit());
        let mut is_double = false;
        if self.is_fraction() {
            is_double = true;
            self.at += 1;
            self.take_while(|c| c.is_ascii_digit());
        }
        if self.skip_exponent() {
            is_double = true;
        }
        if is_double {
            return self.double(start);
        }
        self.integer(start, digits, 10)
    }

    fn skip_exponent(&mut self) -> bool {
        let rest = self.rest();
        let Some(after) = rest.strip_prefix(['e', 'E']) else {
            return false;
        };
        let digits = after.strip_prefix(['+', '-']).unwrap_or(after);
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return false;
        }
        self.at += rest.len() - digits.len();
        self.take_while(|c| c.is_ascii_digit());
        true
    }

    fn double(&mut self, start: usize) -> Result<TokenKind, Problem> {
        let text = self.text.get(start..self.at).unwrap_or_default();
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(TokenKind::Literal(Literal::Double(value))),
            _ => Err(self.problem(start, "number too large for a double")),
        }
    }

    fn integer(&mut self, start: usize, digits: &str, radix: u32) -> Result<TokenKind, Problem> {
        let magnitude = u64::from_str_radix(digits, radix);
        let is_unsigned = self.rest().starts_with(['u', 'U']);
        if is_unsigned {
            self.at += 1;
        }
        let Ok(magnitude) = magnitude else {
            let message = if digits.is_empty() {
                "expected hexadecimal digits after `0x`"
            } else {
                "number too large for 64 bits"
            };
            return Err(self.problem(start, message));
        };
        if is_unsigned {
            return Ok(TokenKind::Literal(Literal::Uint(magnitude)));
        }
        match i64::try_from(magnitude) {
            Ok(value) => Ok(TokenKind::Literal(Literal::Int(value))),
            Err(_) if magnitude == INT_MIN_MAGNITUDE => Ok(TokenKind::IntMinMagnitude),
            Err(_) => Err(self
                .problem(start, "number too large for an int")
                .help("write `u` after it for an unsigned number")),
        }
    }
}
