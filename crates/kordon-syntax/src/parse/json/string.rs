//! Strings of JSON.

use super::Reader;
use crate::Span;
use crate::parse::Halt;
use crate::source::offset;

impl Reader<'_, '_, '_> {
    /// Reads a string; the reader stands at its opening quote.
    pub(super) fn string(&mut self) -> Result<Box<str>, Halt> {
        let open = self.at;
        self.at += 1;
        let plain = self.plain_length();
        if self.text.as_bytes().get(self.at + plain) == Some(&b'"') {
            let text = self.rest().get(..plain).unwrap_or_default().into();
            self.at += plain + 1;
            return Ok(text);
        }
        let mut text = String::new();
        loop {
            let plain = self.plain_length();
            text.push_str(self.rest().get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => text.push(self.escape()?),
                Some(b'\n' | b'\r') | None => {
                    let span = Span::new(offset(open), offset(self.at));
                    return self.fail_at(span, "a quote that is never closed", "close the quote");
                }
                Some(_) => {
                    return self.fail(
                        "a control character in a text",
                        "write it as an escape such as `\\t`",
                    );
                }
            }
        }
        self.at += 1;
        Ok(text.into())
    }

    /// The number of bytes up to the next one that does not stand for itself.
    fn plain_length(&self) -> usize {
        let is_plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | 0..=0x1F);
        self.rest().bytes().take_while(is_plain).count()
    }

    fn escape(&mut self) -> Result<char, Halt> {
        let start = self.at;
        let letter = self.rest().chars().nth(1);
        self.at += 1 + letter.map_or(0, char::len_utf8);
        let character = match letter {
            Some(character @ ('"' | '\\' | '/')) => Some(character),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => self.unicode(),
            _ => None,
        };
        if let Some(character) = character {
            return Ok(character);
        }
        let span = Span::new(offset(start), offset(self.at));
        let help = "write `\\\\` for a backslash, and a character beyond `\\uffff` as a pair of surrogates";
        self.fail_at(span, "an escape that names no character", help)
    }

    /// The digits after `\u`, and the second half of a pair of surrogates.
    fn unicode(&mut self) -> Option<char> {
        let first = self.hex()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first);
        }
        if !self.rest().starts_with("\\u") {
            return None;
        }
        self.at += 2;
        let second = self.hex()?;
        let low = (0xDC00..0xE000)
            .contains(&second)
            .then(|| second - 0xDC00)?;
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + low)
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}
