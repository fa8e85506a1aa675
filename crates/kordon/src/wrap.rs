//! Text in lines that fit.

/// Breaks a text at blanks into lines of at most `width` characters. Lines after the first begin
/// with `hang` blanks. A word that is longer than a line stands on one of its own.
///
/// ```
/// let lines = kordon::wrap("one two three", 9, 2);
/// assert_eq!(lines, ["one two", "  three"]);
/// ```
pub fn wrap(text: &str, width: usize, hang: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut is_fresh = true;
    for word in text.split(' ') {
        let length = line.chars().count() + 1 + word.chars().count();
        if !is_fresh && length > width {
            lines.push(std::mem::replace(&mut line, " ".repeat(hang)));
            is_fresh = true;
        }
        if !is_fresh {
            line.push(' ');
        }
        line.push_str(word);
        is_fresh = false;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_one_line() {
        assert_eq!(wrap("", 10, 2), [""]);
        assert_eq!(wrap("a b", 3, 2), ["a b"]);
        assert_eq!(wrap("  a  b", 80, 2), ["  a  b"]);
    }

    #[test]
    fn a_long_word_stands_alone() {
        assert_eq!(wrap("a bbbbbbbb c", 4, 1), ["a", " bbbbbbbb", " c"]);
    }
}
