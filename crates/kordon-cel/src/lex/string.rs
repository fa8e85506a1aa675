//! Strings and bytes as they are written.

use super::Lexer;
use crate::ast::Literal;
use crate::problem::Problem;

/// How a string begins: its prefix and its quote.
pub(super) struct Opening {
    length: usize,
    is_raw: bool,
    is_bytes: bool,
    quote: &'static str,
}

/// The beginning of a string, if there is one: [rR]? [bB]? in any order, then a quote.
pub(super) fn opening(text: &str) -> Option<Opening> {
    let (mut is_raw, mut is_bytes) = (false, false);
    let mut rest = text;
    for _ in 0..2 {
        if let Some(after) = rest.strip_prefix(['r', 'R']).filter(|_| !is_raw) {
            (is_raw, rest) = (true, after);
        } else if let Some(after) = rest.strip_prefix(['b', 'B']).filter(|_| !is_bytes) {
            (is_bytes, rest) = (true, after);
        }
    }
    let quote = ["'''", "\"\"\"", "'", "\""]
        .into_iter()
        .find(|quote| rest.starts_with(quote))?;
    Some(Opening {
        length: text.len() - rest.len() + quote.len(),
        is_raw,
        is_bytes,
        quote,
    })
}

impl Lexer<'_> {
    pub(super) fn string(&mut self, opening: &Opening) -> Result<Literal, Problem> {
        let start = self.at;
        self.at += opening.length;
        let mut content = Content::default();
        loop {
            if self.rest().starts_with(opening.quote) {
                self.at += opening.quote.len();
                break;
            }
            let Some(next) = self.peek() else {
                return Err(self.problem(
                    start,
                    format!("expected {} to end the string", opening.quote),
                ));
            };
            if next == '\\' && !opening.is_raw {
                self.escape(opening, &mut content)?;
                continue;
            }
            if matches!(next, '\n' | '\r') && opening.quote.len() == 1 {
                return Err(self
                    .problem(start, "a line ends inside of a string")
                    .help("write `\\n`, or put the string into three quotes"));
            }
            self.at += next.len_utf8();
            content.push(next);
        }
        if opening.is_bytes {
            return Ok(Literal::Bytes(content.bytes.into()));
        }
        match String::from_utf8(content.bytes) {
            Ok(text) => Ok(Literal::String(text.into())),
            Err(_) => Err(self.problem(start, "the string is not text")),
        }
    }

    /// One escape: a letter, octal digits, `x`, `u` or `U` with hexadecimal digits.
    fn escape(&mut self, opening: &Opening, content: &mut Content) -> Result<(), Problem> {
        let start = self.at;
        self.at += 1;
        let Some(letter) = self.peek() else {
            return Err(self.problem(start, "a string ends after `\\`"));
        };
        self.at += letter.len_utf8();
        let plain = match letter {
            'a' => '\x07',
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            '\\' | '?' | '"' | '\'' | '`' => letter,
            'x' | 'X' => return self.code(start, 2, 16, opening, content),
            'u' if !opening.is_bytes => return self.code(start, 4, 16, opening, content),
            'U' if !opening.is_bytes => return self.code(start, 8, 16, opening, content),
            '0'..='3' => {
                self.at -= 1;
                return self.code(start, 3, 8, opening, content);
            }
            _ => {
                return Err(self
                    .problem(
                        start,
                        format!("unknown escape `\\{}`", letter.escape_debug()),
                    )
                    .help("write `\\\\` for a backslash"));
            }
        };
        content.push(plain);
        Ok(())
    }

    fn code(
        &mut self,
        start: usize,
        length: usize,
        radix: u32,
        opening: &Opening,
        content: &mut Content,
    ) -> Result<(), Problem> {
        let digits = self.rest().get(..length).unwrap_or_default();
        let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        let code = u32::from_str_radix(digits, radix)
            .ok()
            .filter(|_| is_number);
        if is_number {
            self.at += length;
        }
        let Some(code) = code else {
            return Err(self.problem(start, format!("expected {length} digits in an escape")));
        };
        if opening.is_bytes {
            content.bytes.push(u8::try_from(code).unwrap_or_default());
            return Ok(());
        }
        let Some(character) = char::from_u32(code) else {
            return Err(self.problem(start, "the escape names no character"));
        };
        content.push(character);
        Ok(())
    }
}

#[derive(Default)]
struct Content {
    bytes: Vec<u8>,
}

impl Content {
    fn push(&mut self, character: char) {
        self.bytes
            .extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}
