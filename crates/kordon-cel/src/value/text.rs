//! Comparison of short texts, such as names of groups and methods.
//!
//! The comparison of the standard library is a call that costs more than the work on a few bytes.

/// Whether two texts are the same.
#[inline]
pub(crate) fn same(left: &str, right: &str) -> bool {
    left.len() == right.len() && same_bytes(left.as_bytes(), right.as_bytes())
}

/// Whether a text begins with another.
#[inline]
pub(crate) fn starts_with(text: &str, prefix: &str) -> bool {
    let start = text.as_bytes().get(..prefix.len());
    start.is_some_and(|start| same_bytes(start, prefix.as_bytes()))
}

/// Whether bytes of one length are the same. The first and the last bytes of a short text overlap,
/// and are all of it.
#[inline]
fn same_bytes(left: &[u8], right: &[u8]) -> bool {
    match left.len() {
        0..4 => left.iter().zip(right).all(|(left, right)| left == right),
        4..8 => ends_agree::<4>(left, right),
        8..=16 => ends_agree::<8>(left, right),
        _ => left == right,
    }
}

#[inline]
fn ends_agree<const SIZE: usize>(left: &[u8], right: &[u8]) -> bool {
    left.first_chunk::<SIZE>() == right.first_chunk()
        && left.last_chunk::<SIZE>() == right.last_chunk()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_are_compared_in_every_byte() {
        for length in 0..40 {
            let text = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrst"[..length].to_owned();
            assert!(same(&text, &text.clone()));
            assert!(starts_with(&format!("{text}x"), &text));
            assert!(starts_with(&text, &text));
            assert!(!same(&text, &format!("{text}x")));
            assert!(!starts_with(&text, &format!("{text}x")));
            for at in 0..length {
                let mut other = text.clone();
                other.replace_range(at..=at, "#");
                assert!(!same(&text, &other), "{text} {other}");
                assert!(!starts_with(&text, &other), "{text} {other}");
            }
        }
    }
}
