//! Texts of manifests, made harmless for every language of pictures alike.

/// A text on one line, without characters that are not seen or turn the text around them.
pub(super) fn plain(text: &str) -> String {
    let is_hidden = |character: char| {
        character.is_control()
            || matches!(
                character,
                '\u{200b}'..='\u{200f}'
                    | '\u{2028}'..='\u{202e}'
                    | '\u{2066}'..='\u{2069}'
                    | '\u{feff}'
                    | '\u{fffe}'
                    | '\u{ffff}'
            )
    };
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

/// Ports broken after `;` and `,` into lines of about so many columns.
pub(super) fn lines(ports: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in ports.split_inclusive([';', ',']) {
        let fits = lines
            .last()
            .is_some_and(|line| line.is_empty() || line.len() + piece.len() <= columns);
        match lines.last_mut().filter(|_| fits) {
            Some(line) => line.push_str(piece),
            None => lines.push(piece.trim_start().to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_becomes_an_escape() {
        assert_eq!(
            plain("a\nb\u{202e}c\u{feff} é"),
            "a\\nb\\u{202e}c\\u{feff} é"
        );
    }

    #[test]
    fn ports_are_broken_where_one_ends() {
        assert_eq!(lines("TCP 80", 10), ["TCP 80"]);
        assert_eq!(
            lines("TCP 80,443,8080; UDP 53", 12),
            ["TCP 80,443,", "8080; UDP 53"]
        );
    }
}
