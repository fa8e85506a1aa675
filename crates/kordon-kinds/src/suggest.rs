//! The known word that was probably meant.

/// The known word that differs from the written one in case alone, or in at most a third of its
/// letters; the first such word.
pub(crate) fn closest<'k>(written: &str, known: &[&'k str]) -> Option<&'k str> {
    let same_letters = known.iter().find(|word| word.eq_ignore_ascii_case(written));
    if let Some(word) = same_letters {
        return Some(word);
    }
    known
        .iter()
        .map(|word| (distance(written, word), *word))
        .filter(|(distance, word)| *distance * 3 <= word.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// The Levenshtein distance, or a large number for texts that are far longer than any known word.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    const LONGEST: usize = 128;
    if left.len() > LONGEST || right.len() > LONGEST {
        return usize::MAX / 4;
    }
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, letter) in left.chars().enumerate() {
        let mut next = vec![line + 1];
        let mut previous = line + 1;
        for (other, pair) in right.iter().zip(row.windows(2)) {
            let &[diagonal, above] = pair else { continue };
            let changed = diagonal + usize::from(letter != *other);
            previous = changed.min(above + 1).min(previous + 1);
            next.push(previous);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_suggested_when_it_is_near() {
        let known = ["In", "NotIn", "Exists", "DoesNotExist"];
        assert_eq!(closest("exists", &known), Some("Exists"));
        assert_eq!(closest("Exist", &known), Some("Exists"));
        assert_eq!(closest("Equals", &known), None);
        assert_eq!(closest("", &known), None);
    }

    #[test]
    fn the_distance_counts_insertions_deletions_and_changes() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "same"), 0);
    }
}
