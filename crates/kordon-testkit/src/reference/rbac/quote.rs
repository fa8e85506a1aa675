//! Go's `%q`, which upstream's reasons are written with.

/// A text in Go syntax: double quotes, and escapes for what does not print.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        quoted.push_str(&escaped(c));
    }
    quoted.push('"');
    quoted
}

fn escaped(c: char) -> String {
    let code = u32::from(c);
    match c {
        '"' => r#"\""#.to_owned(),
        '\\' => r"\\".to_owned(),
        '\u{7}' => r"\a".to_owned(),
        '\u{8}' => r"\b".to_owned(),
        '\u{b}' => r"\v".to_owned(),
        '\u{c}' => r"\f".to_owned(),
        '\n' => r"\n".to_owned(),
        '\r' => r"\r".to_owned(),
        '\t' => r"\t".to_owned(),
        _ if prints(c) => c.to_string(),
        _ if code < 0x80 => format!(r"\x{code:02x}"),
        _ if code < 0x1_0000 => format!(r"\u{code:04x}"),
        _ => format!(r"\U{code:08x}"),
    }
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
