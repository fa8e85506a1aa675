//! Text to tokens.
//!
//! Owns the characters of the language: names, numbers, strings, operators. Knows no grammar.

mod number;
mod string;

use kordon_syntax::Span;

use crate::ast::{Literal, Name};
use crate::problem::Problem;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) span: Span,
    pub(crate) kind: TokenKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    Ident(Name),
    /// A name in backticks, which may stand after a dot alone.
    Escaped(Name),
    Literal(Literal),
    /// 9223372036854775808, which is an integer with a minus before it alone.
    IntMinMagnitude,
    Sign(&'static str),
    End,
}

/// Signs by length, so that the longest that fits is taken.
const SIGNS: &[&str] = &[
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "(", ")", "[", "]", "{", "}", ".", ",", "?", ":",
    "+", "-", "*", "/", "%", "!",
];

/// All tokens of a text, the last of which is the end.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blank();
        let start = lexer.at;
        let kind = lexer.token()?;
        let is_end = kind == TokenKind::End;
        tokens.push(Token {
            span: span(start, lexer.at),
            kind,
        });
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The problem of what stands from a place to here.
    fn problem(&self, start: usize, message: impl Into<String>) -> Problem {
        Problem::syntax(span(start, self.at), message)
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// WHITESPACE ::= [\t\n\f\r ]+, COMMENT ::= '//' ~NEWLINE* NEWLINE
    fn skip_blank(&mut self) {
        loop {
            self.take_while(|c| matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' '));
            if !self.rest().starts_with("//") {
                return;
            }
            self.take_while(|c| c != '\n');
        }
    }

    fn token(&mut self) -> Result<TokenKind, Problem> {
        let Some(first) = self.peek() else {
            return Ok(TokenKind::End);
        };
        if let Some(opening) = string::opening(self.rest()) {
            return self.string(&opening).map(TokenKind::Literal);
        }
        if first == '`' {
            return self.escaped();
        }
        if first.is_ascii_digit() || self.is_fraction() {
            return self.number();
        }
        if first == '_' || first.is_ascii_alphabetic() {
            let name = self.take_while(|c| c == '_' || c.is_ascii_alphanumeric());
            return Ok(TokenKind::Ident(name.into()));
        }
        self.sign(first)
    }

    fn sign(&mut self, first: char) -> Result<TokenKind, Problem> {
        let start = self.at;
        let rest = self.rest();
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            self.at += sign.len();
            return Ok(TokenKind::Sign(sign));
        }
        self.at += first.len_utf8();
        let problem = self.problem(
            start,
            format!("unexpected character `{}`", first.escape_debug()),
        );
        Err(match first {
            '=' => problem.help("compare with `==`"),
            '&' => problem.help("`and` is written `&&`"),
            '|' => problem.help("`or` is written `||`"),
            _ => problem,
        })
    }

    /// Letters, digits, `_`, `.`, `-`, `/` and spaces between backticks.
    fn escaped(&mut self) -> Result<TokenKind, Problem> {
        let start = self.at;
        self.at += 1;
        let name = self
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | ' '));
        if self.peek() != Some('`') || name.is_empty() {
            return Err(self.problem(
                start,
                "expected letters, digits, `_`, `.`, `-`, `/` or spaces, and a closing backtick",
            ));
        }
        self.at += 1;
        Ok(TokenKind::Escaped(name.into()))
    }
}

fn span(start: usize, end: usize) -> Span {
    let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(byte(start), byte(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        tokens(text).unwrap().into_iter().map(|t| t.kind).collect()
    }

    #[test]
    fn the_longest_sign_is_taken_and_comments_are_skipped() {
        let signs = kinds("<= < // a == b\n==");
        assert_eq!(
            signs,
            [
                TokenKind::Sign("<="),
                TokenKind::Sign("<"),
                TokenKind::Sign("=="),
                TokenKind::End
            ]
        );
    }

    #[test]
    fn a_prefix_is_a_name_unless_a_quote_follows() {
        assert_eq!(kinds("rb")[0], TokenKind::Ident("rb".into()));
        assert_eq!(
            kinds("rb'\\n'")[0],
            TokenKind::Literal(Literal::Bytes(br"\n".as_slice().into()))
        );
    }

    #[test]
    fn what_is_no_token_is_shown_where_it_stands() {
        for (text, start, end) in [
            ("a = b", 2, 3),
            ("'abc", 0, 4),
            ("a # b", 2, 3),
            ("1 + 0x", 4, 6),
            ("'\\ud800'", 1, 7),
            ("b'\\u0041'", 2, 4),
            ("a.`b", 2, 4),
        ] {
            let problem = tokens(text).unwrap_err();
            assert_eq!(
                (problem.span.start, problem.span.end),
                (start, end),
                "{text}: {problem}"
            );
        }
    }
}
