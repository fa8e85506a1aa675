//! Text of literal parts and gaps, as the regular expressions of Istio have them.

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// This text.
    Literal(String),
    /// Any text, also none: `.*`.
    Anything,
    /// Any one character: `.`.
    Character,
    /// Any number of one character, also none: `c*`.
    Run(char),
    /// Any text without a slash, also none: `[^/]*`.
    Within,
    /// Any text without a slash of a character or more: `[^/]+`.
    Segment,
}

/// Whether pieces in a row make up all of a text.
pub(super) fn matches(pieces: &[Piece], text: &str) -> bool {
    let Some((first, rest)) = pieces.split_first() else {
        return text.is_empty();
    };
    match first {
        Piece::Literal(literal) => text
            .strip_prefix(literal.as_str())
            .is_some_and(|text| matches(rest, text)),
        gap => remainders(gap, text).any(|text| matches(rest, text)),
    }
}

/// What may be left of a text behind a gap.
fn remainders<'a>(gap: &Piece, text: &'a str) -> impl Iterator<Item = &'a str> {
    let least = usize::from(matches!(gap, Piece::Segment | Piece::Character));
    let end = match gap {
        Piece::Within | Piece::Segment => text.find('/').unwrap_or(text.len()),
        Piece::Run(of) => text.find(|found| found != *of).unwrap_or(text.len()),
        Piece::Character => text.chars().next().map_or(0, char::len_utf8),
        _ => text.len(),
    };
    let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    starts
        .skip(least)
        .take_while(move |at| *at <= end)
        .filter_map(|at| text.get(at..))
}

/// The regular expression that a text is, of which only `.` and `*` are more than themselves: other
/// signs of such expressions cannot stand in the names that Istio puts there.
pub(super) fn regex(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_repeated = characters.next_if_eq(&'*').is_some();
        match (character, is_repeated) {
            ('.', true) => pieces.push(Piece::Anything),
            ('.', false) => pieces.push(Piece::Character),
            (other, true) => pieces.push(Piece::Run(other)),
            (other, false) => push_literal(&mut pieces, other),
        }
    }
    pieces
}

/// A pattern in which each of some gaps is written in its own way; the first that fits is
/// taken.
pub(super) fn parse(mut text: &str, gaps: &[(&str, Piece)]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    while let Some(first) = text.chars().next() {
        let found = gaps.iter().find(|(written, _)| text.starts_with(written));
        let length = if let Some((written, gap)) = found {
            pieces.push(gap.clone());
            written.len()
        } else {
            push_literal(&mut pieces, first);
            first.len_utf8()
        };
        text = text.get(length..).unwrap_or_default();
    }
    pieces
}

fn push_literal(pieces: &mut Vec<Piece>, character: char) {
    if let Some(Piece::Literal(literal)) = pieces.last_mut() {
        literal.push(character);
    } else {
        pieces.push(Piece::Literal(character.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_and_stars_of_a_regular_expression_are_gaps() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(matches(&regex(pattern), text), expected, "{pattern} {text}");
        };
        check("a.c", "abc", true);
        check("a.c", "ac", false);
        check("a.*c", "ac", true);
        check("ab*", "a", true);
        check("ab*", "abbb", true);
        check("ab*", "abc", false);
        check("a(b)", "a(b)", true);
    }

    #[test]
    fn gaps_take_as_much_as_the_rest_leaves_them() {
        let check = |pattern: &str, gap: Piece, text: &str, expected: bool| {
            let pieces = parse(pattern, &[("*", gap)]);
            assert_eq!(matches(&pieces, text), expected, "{pattern} {text}");
        };
        check("a*b", Piece::Anything, "ab", true);
        check("a*b", Piece::Anything, "a/b/b", true);
        check("a*b", Piece::Within, "ab", true);
        check("a*b", Piece::Within, "a/b", false);
        check("a*b", Piece::Segment, "ab", false);
        check("a*b", Piece::Segment, "aéb", true);
        check("a*b", Piece::Character, "aéb", true);
        check("a*b", Piece::Character, "ab", false);
        check("a*b", Piece::Character, "axxb", false);
        check("a*", Piece::Character, "a", false);
        check("*", Piece::Segment, "", false);
        check("*b", Piece::Anything, "bc", false);
    }
}
