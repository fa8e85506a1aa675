//! Go's `%q`, which upstream's reasons are written with.

use std::fmt::Write as _;

/// A text in Go syntax: double quotes, and escapes for what does not print.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        push(&mut quoted, c);
    }
    quoted.push('"');
    quoted
}

fn push(quoted: &mut String, c: char) {
    let short = match c {
        '"' => Some(r#"\""#),
        '\\' => Some(r"\\"),
        '\u{7}' => Some(r"\a"),
        '\u{8}' => Some(r"\b"),
        '\u{c}' => Some(r"\f"),
        '\n' => Some(r"\n"),
        '\r' => Some(r"\r"),
        '\t' => Some(r"\t"),
        '\u{b}' => Some(r"\v"),
        _ => None,
    };
    let code = u32::from(c);
    let written = match (short, code) {
        (Some(short), _) => write!(quoted, "{short}"),
        _ if prints(c) => write!(quoted, "{c}"),
        (None, ..0x80) => write!(quoted, r"\x{code:02x}"),
        (None, ..0x1_0000) => write!(quoted, r"\u{code:04x}"),
        (None, _) => write!(quoted, r"\U{code:08x}"),
    };
    debug_assert!(written.is_ok(), "writing to a string does not fail");
}

/// Go's `IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space. The same
/// characters are left alone by `str::escape_debug` anywhere but at the start of a text.
fn prints(c: char) -> bool {
    format!("a{c}").escape_debug().nth(1) == Some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_print_is_escaped_as_go_does() {
        for (text, quoted) in [
            ("web", r#""web""#),
            ("a\"b\\c", r#""a\"b\\c""#),
            ("a b\n\u{1b}\u{7f}", r#""a b\n\x1b\x7f""#),
            ("Zoë e\u{301} команда", "\"Zoë e\u{301} команда\""),
            ("\u{301}x", "\"\u{301}x\""),
            ("a\u{200d}\u{a0}", r#""a\u200d\u00a0""#),
            ("\u{e0001}🦀", r#""\U000e0001🦀""#),
        ] {
            assert_eq!(quote(text), quoted);
        }
    }
}
