//! Words of the input inside messages.

/// A word of the input in backticks, on one line and of bounded length.
pub fn quoted(word: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = word.chars().take(LONGEST).flat_map(visible).collect();
    if word.chars().nth(LONGEST).is_some() {
        shown.push_str("..");
    }
    format!("`{shown}`")
}

/// The candidate that a misspelt word most likely stands for.
///
/// Upper and lower case do not count; otherwise one letter in three may differ.
pub fn similar<'c>(word: &str, candidates: &[&'c str]) -> Option<&'c str> {
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    let distances = candidates
        .iter()
        .map(|name| (distance(&lower, &name.to_lowercase()), *name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= word.chars().count().max(3) / 3).then_some(name)
}

/// The same text on one line: control characters are written as escapes.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().flat_map(visible).collect()
}

/// A character as it may be shown: a control character, or one that changes the direction of the
/// text around it, becomes an escape.
fn visible(character: char) -> impl Iterator<Item = char> {
    let hidden = character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let escape = hidden
        .then(|| character.escape_default())
        .into_iter()
        .flatten();
    escape.chain((!hidden).then_some(character))
}

/// The number of letters to insert, remove, replace or swap with their neighbour to turn one word
/// into the other (optimal string alignment).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (row, letter) in from.chars().enumerate() {
        let line = next_row(row, letter, previous, &to, &above, &before);
        before = std::mem::replace(&mut above, line);
        previous = Some(letter);
    }
    above.last().copied().unwrap_or_default()
}

fn next_row(
    row: usize,
    letter: char,
    previous: Option<char>,
    to: &[char],
    above: &[usize],
    before: &[usize],
) -> Vec<usize> {
    let cell = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
    let mut line = vec![row + 1];
    for (column, other) in to.iter().enumerate() {
        let replace = cell(above, column) + usize::from(letter != *other);
        let mut best = replace
            .min(cell(above, column + 1) + 1)
            .min(cell(&line, column) + 1);
        let neighbour = column.checked_sub(1);
        let swapped =
            neighbour.filter(|at| to.get(*at) == Some(&letter) && previous == Some(*other));
        if let Some(at) = swapped {
            best = best.min(cell(before, at) + 1);
        }
        line.push(best);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_edits_and_swaps() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "ab", 2),
            ("ab", "", 2),
            ("form", "from", 1),
            ("cat", "cut", 1),
            ("port", "ports", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let names = ["podSelector", "ingress", "egress", "policyTypes"];
        assert_eq!(similar("podselector", &names), Some("podSelector"));
        assert_eq!(similar("ingres", &names), Some("ingress"));
        assert_eq!(similar("policyType", &names), Some("policyTypes"));
        assert_eq!(similar("matchLabels", &names), None);
        assert_eq!(similar("", &names), None);
        assert_eq!(similar(&"x".repeat(1000), &names), None);
    }

    #[test]
    fn quoted_words_stay_on_one_line_and_short() {
        assert_eq!(quoted("a\nb\u{1b}[31m"), r"`a\nb\u{1b}[31m`");
        assert_eq!(quoted("\u{202e}evil"), r"`\u{202e}evil`");
        assert_eq!(quoted(&"é".repeat(100)), format!("`{}..`", "é".repeat(60)));
    }
}
