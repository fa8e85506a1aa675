//! Choices from a seeded source.

use oorandom::Rand64;

/// A number below a bound; 0 below 0.
pub(crate) fn below(random: &mut Rand64, bound: usize) -> usize {
    let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
    usize::try_from(random.rand_range(0..bound)).unwrap_or(0)
}

/// True in so many of a hundred cases.
pub(crate) fn chance(random: &mut Rand64, percent: usize) -> bool {
    below(random, 100) < percent
}

/// One of several; the default value of none.
pub(crate) fn pick<T: Clone + Default>(random: &mut Rand64, all: &[T]) -> T {
    all.get(below(random, all.len()))
        .cloned()
        .unwrap_or_default()
}
