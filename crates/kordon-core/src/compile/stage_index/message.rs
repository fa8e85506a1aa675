//! The keys by which rules about messages are found: the method, the host, the first segment of
//! the path, and the source's identity.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::{CompiledTest, tagged};
use crate::compile::{CompiledClause, Dimension, TextTest};
use crate::rule::{Fact, Sense};

/// The dimensions of messages.
pub(super) const DIMENSIONS: [Dimension; 4] = [
    Dimension::Path,
    Dimension::Method,
    Dimension::Host,
    Dimension::Identity,
];

/// Keys of which every message that satisfies all clauses has one.
pub(super) fn keys(clauses: &[CompiledClause], dimension: Dimension) -> Option<Vec<u64>> {
    clauses.iter().find_map(|clause| match &clause.test {
        CompiledTest::Text(test) if test.sense == Sense::OneOf => text_keys(test, dimension),
        CompiledTest::Any(lists) => {
            let each: Option<Vec<Vec<u64>>> =
                lists.iter().map(|list| keys(list, dimension)).collect();
            each.map(|each| each.concat())
        }
        _ => None,
    })
}

fn text_keys(test: &TextTest, dimension: Dimension) -> Option<Vec<u64>> {
    let exact = |key: fn(&str) -> u64| {
        let texts = test.texts.exact_texts()?;
        Some(texts.iter().map(|text| key(text)).collect())
    };
    match (&test.of, dimension) {
        (Fact::Method, Dimension::Method) => exact(method_key),
        (Fact::Host, Dimension::Host) => exact(host_key),
        (Fact::Identity, Dimension::Identity) => exact(identity_key),
        (Fact::Path, Dimension::Path) => test
            .texts
            .beginnings()?
            .into_iter()
            .map(|(beginning, is_whole)| {
                let segment = first_segment(beginning);
                // A beginning that ends within the segment leaves open which one it is.
                let is_known = is_whole || segment.len() + 1 < beginning.len();
                is_known.then(|| segment_key(segment))
            })
            .collect(),
        _ => None,
    }
}

/// What stands between the first slash and the second.
fn first_segment(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split_once('/').map_or(path, |(first, _)| first)
}

fn segment_key(segment: &str) -> u64 {
    key(21, segment)
}

/// The key of a path.
pub(crate) fn path_key(path: &str) -> u64 {
    segment_key(first_segment(path))
}

/// The key of a method.
pub(crate) fn method_key(method: &str) -> u64 {
    key(22, method)
}

/// The key of a host in lower case.
pub(crate) fn host_key(host: &str) -> u64 {
    key(23, host)
}

/// The key of a name in a certificate.
pub(crate) fn identity_key(name: &str) -> u64 {
    key(24, name)
}

/// Texts are hashed without a seed: whoever finds two texts with one key makes a decision look
/// at a rule that does not match.
fn key(tag: u64, text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    tagged(tag, hasher.finish())
}
