//! Sets of values of one property, of which there may be infinitely many.

use std::collections::BTreeSet;

/// A value; `None` is that there is none.
type Value = Option<String>;

/// Some values, or all but some.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Set {
    OneOf(BTreeSet<Value>),
    NoneOf(BTreeSet<Value>),
}

impl Set {
    pub(super) fn one_of(values: impl IntoIterator<Item = Value>) -> Self {
        Self::OneOf(values.into_iter().collect())
    }

    /// Every value, and that there is none.
    pub(super) fn any() -> Self {
        Self::NoneOf(BTreeSet::new())
    }

    /// Every value.
    pub(super) fn present() -> Self {
        Self::NoneOf(BTreeSet::from([None]))
    }

    /// Whether it holds nothing. What leaves out a few of infinitely many is never empty.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::OneOf(values) if values.is_empty())
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::OneOf(a), Self::OneOf(b)) => Self::OneOf(a & b),
            (Self::OneOf(a), Self::NoneOf(b)) | (Self::NoneOf(b), Self::OneOf(a)) => {
                Self::OneOf(a - b)
            }
            (Self::NoneOf(a), Self::NoneOf(b)) => Self::NoneOf(a | b),
        }
    }

    pub(super) fn difference(&self, other: &Self) -> Self {
        self.intersection(&match other {
            Self::OneOf(values) => Self::NoneOf(values.clone()),
            Self::NoneOf(values) => Self::OneOf(values.clone()),
        })
    }

    /// Whether a value is in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::OneOf(a), Self::OneOf(b)) => !a.is_disjoint(b),
            (Self::OneOf(a), Self::NoneOf(b)) | (Self::NoneOf(b), Self::OneOf(a)) => {
                !a.is_subset(b)
            }
            // Both leave out a few of infinitely many.
            (Self::NoneOf(_), Self::NoneOf(_)) => true,
        }
    }

    /// Whether every value is in the other one.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::OneOf(a), Self::OneOf(b)) => a.is_subset(b),
            (Self::OneOf(a), Self::NoneOf(b)) => a.is_disjoint(b),
            (Self::NoneOf(_), Self::OneOf(_)) => false,
            (Self::NoneOf(a), Self::NoneOf(b)) => b.is_subset(a),
        }
    }

    /// The plainest member: none, else the first, else one that begins with `fresh`.
    pub(super) fn plainest(&self, fresh: &str) -> Value {
        match self {
            Self::OneOf(values) => values.first().cloned().flatten(),
            Self::NoneOf(values) if !values.contains(&None) => None,
            Self::NoneOf(values) => {
                let numbered = (2..).map(|number| format!("{fresh}-{number}"));
                let mut names = std::iter::once(fresh.to_owned()).chain(numbered);
                names.find(|name| !values.contains(&Some(name.clone())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_algebra_is_that_of_the_members() {
        let value = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let lists: [&[&str]; 5] = [&[], &[""], &["a"], &["a", "b"], &["", "b"]];
        let sets = lists.iter().flat_map(|list| {
            let values: BTreeSet<Value> = list.iter().map(|text| value(text)).collect();
            [Set::OneOf(values.clone()), Set::NoneOf(values)]
        });
        let sets: Vec<Set> = sets.collect();
        let holds = |set: &Set, member: &Value| match set {
            Set::OneOf(values) => values.contains(member),
            Set::NoneOf(values) => !values.contains(member),
        };
        for (a, b) in sets.iter().flat_map(|a| sets.iter().map(move |b| (a, b))) {
            for member in ["", "a", "b", "c"].map(value) {
                let (x, y) = (holds(a, &member), holds(b, &member));
                assert_eq!(holds(&a.intersection(b), &member), x && y, "{a:?} {b:?}");
                assert_eq!(holds(&a.difference(b), &member), x && !y, "{a:?} {b:?}");
            }
            assert_eq!(a.meets(b), !a.intersection(b).is_empty(), "{a:?} {b:?}");
            assert_eq!(a.is_within(b), a.difference(b).is_empty(), "{a:?} {b:?}");
            if !a.is_empty() {
                assert!(holds(a, &a.plainest("a")), "{a:?}");
            }
        }
    }
}
