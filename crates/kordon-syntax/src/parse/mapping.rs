//! The keys of a mapping: each stands once.

use crate::Entry;

/// Entries whose key stands earlier in the mapping, each with that earlier entry.
pub(super) fn duplicates(entries: &[Entry]) -> Vec<(&Entry, &Entry)> {
    const FEW: usize = 12;
    if entries.len() <= FEW {
        by_comparing(entries)
    } else {
        by_sorting(entries)
    }
}

fn by_comparing(entries: &[Entry]) -> Vec<(&Entry, &Entry)> {
    let mut found = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let earlier = entries
            .iter()
            .take(at)
            .find(|earlier| earlier.key == entry.key);
        found.extend(earlier.map(|earlier| (earlier, entry)));
    }
    found
}

fn by_sorting(entries: &[Entry]) -> Vec<(&Entry, &Entry)> {
    let mut sorted: Vec<(usize, &Entry)> = entries.iter().enumerate().collect();
    sorted
        .sort_by(|(at, entry), (other_at, other)| entry.key.cmp(&other.key).then(at.cmp(other_at)));
    let mut found = Vec::new();
    for run in sorted.chunk_by(|(_, entry), (_, other)| entry.key == other.key) {
        if let [(_, first), again @ ..] = run {
            found.extend(again.iter().map(|(at, entry)| (*at, *first, *entry)));
        }
    }
    found.sort_by_key(|(at, ..)| *at);
    found
        .into_iter()
        .map(|(_, first, second)| (first, second))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Node, Span, Value};

    fn entries(keys: &[&str]) -> Vec<Entry> {
        let entry = |(at, key): (usize, &&str)| {
            let key_span = Span::new(u32::try_from(at).unwrap(), 0);
            Entry {
                key: (*key).into(),
                key_span,
                value: Node {
                    span: key_span,
                    value: Value::Null,
                },
            }
        };
        keys.iter().enumerate().map(entry).collect()
    }

    #[test]
    fn both_ways_find_the_same() {
        let keys = ["b", "a", "c", "a", "b", "a", "d"];
        let entries = entries(&keys);
        let at = |found: Vec<(&Entry, &Entry)>| -> Vec<(u32, u32)> {
            found
                .iter()
                .map(|(first, second)| (first.key_span.start, second.key_span.start))
                .collect()
        };
        assert_eq!(at(by_comparing(&entries)), [(1, 3), (0, 4), (1, 5)]);
        assert_eq!(at(by_sorting(&entries)), [(1, 3), (0, 4), (1, 5)]);
    }
}
