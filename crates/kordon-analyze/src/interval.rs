//! Sets of numbers as intervals.
//!
//! Owns the algebra. Must not know what the numbers stand for: places in a list of ends, or
//! protocols with ports.

/// A set of numbers: intervals with both ends included, ascending, with gaps between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct IntervalSet(Vec<(u32, u32)>);

impl IntervalSet {
    /// No number.
    pub(crate) const EMPTY: Self = Self(Vec::new());

    /// The numbers from `first` to `last`; none if `last` is the smaller one.
    pub(crate) fn range(first: u32, last: u32) -> Self {
        Self::from_unsorted(vec![(first, last)])
    }

    /// The numbers of any intervals.
    pub(crate) fn from_unsorted(mut intervals: Vec<(u32, u32)>) -> Self {
        intervals.retain(|(first, last)| first <= last);
        intervals.sort_unstable();
        let mut set = Self::EMPTY;
        for (first, last) in intervals {
            set.append(first, last);
        }
        set
    }

    /// Adds an interval that begins nowhere before the last one.
    fn append(&mut self, first: u32, last: u32) {
        match self.0.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => self.0.push((first, last)),
        }
    }

    /// Adds a number that no number of the set exceeds.
    pub(crate) fn push(&mut self, number: u32) {
        self.append(number, number);
    }

    /// Whether it has no number.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The intervals, ascending.
    pub(crate) fn intervals(&self) -> &[(u32, u32)] {
        &self.0
    }

    /// Whether a number is in the set.
    pub(crate) fn contains(&self, number: u32) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= number);
        let before = after.checked_sub(1).and_then(|index| self.0.get(index));
        before.is_some_and(|(_, last)| number <= *last)
    }

    /// The numbers of either set.
    #[must_use]
    pub(crate) fn union(&self, other: &Self) -> Self {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other.clone(),
            (_, true) => self.clone(),
            _ => Self::from_unsorted([&*self.0, &*other.0].concat()),
        }
    }

    /// The numbers of both sets.
    #[must_use]
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut set = Self::EMPTY;
        while let (Some(&&a), Some(&&b)) = (left.peek(), right.peek()) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                set.append(first, last);
            }
            if a.1 <= b.1 {
                left.next();
            } else {
                right.next();
            }
        }
        set
    }

    /// The numbers of this set that are not in the other.
    #[must_use]
    pub(crate) fn difference(&self, other: &Self) -> Self {
        if self.is_empty() || other.is_empty() {
            return self.clone();
        }
        self.intersection(&other.complement())
    }

    fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut next = Some(0);
        for &(first, last) in &self.0 {
            if let (Some(from), Some(to)) = (next, first.checked_sub(1))
                && from <= to
            {
                gaps.push((from, to));
            }
            next = last.checked_add(1);
        }
        gaps.extend(next.map(|from| (from, u32::MAX)));
        Self(gaps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every set over the numbers 0 to 6, and the largest number.
    fn sets() -> Vec<(Vec<u32>, IntervalSet)> {
        let numbers = [0, 1, 2, 3, 4, 5, u32::MAX];
        let chosen = |mask: u32| {
            let bits = (0..7).filter(|bit| mask & (1 << bit) != 0);
            let members: Vec<u32> = bits.map(|bit| numbers[bit]).collect();
            let set = IntervalSet::from_unsorted(members.iter().map(|n| (*n, *n)).collect());
            (members, set)
        };
        (0..128).map(chosen).collect()
    }

    #[test]
    fn the_algebra_is_that_of_the_members() {
        for (left, a) in sets() {
            for (right, b) in sets() {
                for number in [0, 1, 2, 3, 4, 5, 6, u32::MAX - 1, u32::MAX] {
                    let (x, y) = (left.contains(&number), right.contains(&number));
                    assert_eq!(a.contains(number), x);
                    assert_eq!(a.union(&b).contains(number), x || y, "{a:?} {b:?}");
                    assert_eq!(a.intersection(&b).contains(number), x && y, "{a:?} {b:?}");
                    assert_eq!(a.difference(&b).contains(number), x && !y, "{a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn equal_sets_have_one_form() {
        let pieces = IntervalSet::from_unsorted(vec![(4, 9), (0, 3), (9, 9), (20, 11)]);
        assert_eq!(pieces, IntervalSet::range(0, 9));
        assert_eq!(pieces.intervals(), [(0, 9)]);
        assert!(IntervalSet::range(1, 0).is_empty());
    }
}
