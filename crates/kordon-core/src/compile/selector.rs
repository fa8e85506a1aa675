//! Selectors over packed label pairs.

use std::collections::BTreeMap;

use crate::decide::Holds;
use crate::model::{NamespaceMatch, Selector};
use crate::symbol::{Pair, Symbol, Symbols};

/// Labels to test: pairs in ascending order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LabelView<'a>(pub(crate) &'a [Pair]);

impl LabelView<'_> {
    /// The pairs, in ascending order.
    #[inline]
    fn contains(self, pair: Pair) -> bool {
        self.0.contains(&pair)
    }

    /// The value of a key.
    #[inline]
    pub(crate) fn value(self, key: Symbol) -> Option<Symbol> {
        self.0
            .iter()
            .find(|pair| pair.key() == key)
            .map(|pair| pair.value())
    }
}

/// Labels as ascending pairs of interned symbols.
pub(crate) fn pack_labels(symbols: &mut Symbols, labels: &BTreeMap<String, String>) -> Box<[Pair]> {
    let mut pairs: Vec<Pair> = labels
        .iter()
        .map(|(key, value)| Pair::new(symbols.intern(key), symbols.intern(value)))
        .collect();
    pairs.sort_unstable();
    pairs.into()
}

/// A compiled [`Selector`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CompiledSelector {
    Everything,
    Has(Symbol),
    Lacks(Symbol),
    Pair(Pair),
    In(Symbol, Box<[Symbol]>),
    NotIn(Symbol, Box<[Symbol]>),
    All(Box<[CompiledSelector]>),
    Any(Box<[CompiledSelector]>),
    Not(Box<CompiledSelector>),
}

impl CompiledSelector {
    /// Compiles a selector.
    pub(crate) fn new(symbols: &mut Symbols, selector: &Selector) -> Self {
        match selector {
            Selector::Everything => Self::Everything,
            Selector::Has(key) => Self::Has(symbols.intern(key)),
            Selector::Lacks(key) => Self::Lacks(symbols.intern(key)),
            Selector::In(key, values) => {
                let key = symbols.intern(key);
                match values.as_slice() {
                    [value] => Self::Pair(Pair::new(key, symbols.intern(value))),
                    values => Self::In(key, intern_all(symbols, values)),
                }
            }
            Selector::NotIn(key, values) => {
                Self::NotIn(symbols.intern(key), intern_all(symbols, values))
            }
            Selector::All(parts) => match parts.as_slice() {
                [] => Self::Everything,
                [part] => Self::new(symbols, part),
                parts => Self::All(parts.iter().map(|part| Self::new(symbols, part)).collect()),
            },
            Selector::Any(parts) => {
                Self::Any(parts.iter().map(|part| Self::new(symbols, part)).collect())
            }
            Selector::Not(inner) => Self::Not(Box::new(Self::new(symbols, inner))),
        }
    }

    /// Whether labels satisfy the selector.
    #[inline]
    pub(crate) fn selects(&self, labels: LabelView<'_>) -> bool {
        match self {
            Self::Everything => true,
            Self::Pair(pair) => labels.contains(*pair),
            _ => self.selects_slow(labels),
        }
    }

    fn selects_slow(&self, labels: LabelView<'_>) -> bool {
        match self {
            Self::Everything => true,
            Self::Has(key) => labels.value(*key).is_some(),
            Self::Lacks(key) => labels.value(*key).is_none(),
            Self::Pair(pair) => labels.contains(*pair),
            Self::In(key, values) => labels
                .value(*key)
                .is_some_and(|value| values.contains(&value)),
            Self::NotIn(key, values) => labels
                .value(*key)
                .is_none_or(|value| !values.contains(&value)),
            Self::All(parts) => parts.iter().all(|part| part.selects(labels)),
            Self::Any(parts) => parts.iter().any(|part| part.selects(labels)),
            Self::Not(inner) => !inner.selects(labels),
        }
    }

    /// Whether labels of which nothing is known satisfy the selector.
    pub(crate) fn selects_any(&self) -> Holds {
        match self {
            Self::Everything => Holds::Yes,
            Self::Has(_) | Self::Lacks(_) | Self::Pair(_) | Self::In(..) | Self::NotIn(..) => {
                Holds::Unknown
            }
            Self::All(parts) => all(parts.iter().map(Self::selects_any)),
            Self::Any(parts) => any(parts.iter().map(Self::selects_any)),
            Self::Not(inner) => inner.selects_any().negated(),
        }
    }

    /// Sets of pairs, each of which holds a pair that satisfying labels must carry. Empty when
    /// the selector demands no particular pair.
    pub(crate) fn required_pairs(&self) -> Vec<Vec<Pair>> {
        match self {
            Self::Pair(pair) => vec![vec![*pair]],
            Self::In(key, values) => {
                vec![values.iter().map(|value| Pair::new(*key, *value)).collect()]
            }
            Self::All(parts) => parts.iter().flat_map(Self::required_pairs).collect(),
            _ => Vec::new(),
        }
    }
}

/// The worst of several answers, all of which are wanted.
pub(super) fn all(answers: impl Iterator<Item = Holds>) -> Holds {
    answers.min().unwrap_or(Holds::Yes)
}

/// The best of several answers, any of which will do.
pub(super) fn any(answers: impl Iterator<Item = Holds>) -> Holds {
    answers.max().unwrap_or(Holds::No)
}

fn intern_all(symbols: &mut Symbols, values: &[String]) -> Box<[Symbol]> {
    values.iter().map(|value| symbols.intern(value)).collect()
}

/// A compiled [`NamespaceMatch`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NamespaceTest {
    Any,
    Named(Symbol),
    Matching(CompiledSelector),
}

impl NamespaceTest {
    /// Compiles a match.
    pub(crate) fn new(symbols: &mut Symbols, namespaces: &NamespaceMatch) -> Self {
        match namespaces {
            NamespaceMatch::Named(name) => Self::Named(symbols.intern(name)),
            NamespaceMatch::Matching(selector) => match CompiledSelector::new(symbols, selector) {
                CompiledSelector::Everything => Self::Any,
                selector => Self::Matching(selector),
            },
        }
    }

    /// Whether a namespace of this name with these labels matches. The labels are asked for only
    /// where they matter.
    #[inline]
    pub(crate) fn selects<'a>(&self, name: Symbol, labels: impl FnOnce() -> LabelView<'a>) -> bool {
        match self {
            Self::Any => true,
            Self::Named(named) => *named == name,
            Self::Matching(selector) => selector.selects(labels()),
        }
    }

    /// Whether a namespace of which nothing is known matches.
    pub(crate) fn selects_any(&self) -> Holds {
        match self {
            Self::Any => Holds::Yes,
            Self::Named(_) => Holds::Unknown,
            Self::Matching(selector) => selector.selects_any(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(selector: &Selector, labels: &[(&str, &str)]) -> bool {
        let mut symbols = Symbols::default();
        let labels = labels
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let compiled = CompiledSelector::new(&mut symbols, selector);
        compiled.selects(LabelView(&pack_labels(&mut symbols, &labels)))
    }

    fn values(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn an_absent_key_satisfies_not_in_and_lacks_only() {
        let absent = [("other", "x")];
        assert!(check(
            &Selector::NotIn("app".into(), values(&["web"])),
            &absent
        ));
        assert!(check(&Selector::Lacks("app".into()), &absent));
        assert!(!check(
            &Selector::In("app".into(), values(&["web", "api"])),
            &absent
        ));
        assert!(!check(
            &Selector::In("app".into(), values(&["web"])),
            &absent
        ));
        assert!(!check(&Selector::Has("app".into()), &absent));
    }

    #[test]
    fn lists_combine_as_all_and_any() {
        let web = Selector::In("app".into(), values(&["web"]));
        let gold = Selector::In("tier".into(), values(&["gold"]));
        let both = Selector::All(vec![web.clone(), gold.clone()]);
        let either = Selector::Any(vec![web, gold]);
        assert!(!check(&both, &[("app", "web")]) && check(&either, &[("app", "web")]));
        assert!(check(&both, &[("app", "web"), ("tier", "gold")]));
        assert!(check(&Selector::All(vec![]), &[]) && !check(&Selector::Any(vec![]), &[]));
        assert!(check(&Selector::Not(Box::new(either)), &[]));
    }

    /// Some selectors, of which each of the three answers is the right one for at least one.
    fn samples() -> Vec<(Selector, Holds)> {
        let has = || Selector::Has("app".into());
        let web = || Selector::In("app".into(), values(&["web"]));
        let not = |inner| Selector::Not(Box::new(inner));
        let nothing = || Selector::Any(vec![]);
        vec![
            (Selector::Everything, Holds::Yes),
            (has(), Holds::Unknown),
            (Selector::Lacks("app".into()), Holds::Unknown),
            (web(), Holds::Unknown),
            (
                Selector::In("app".into(), values(&["web", "api"])),
                Holds::Unknown,
            ),
            (
                Selector::NotIn("app".into(), values(&["web"])),
                Holds::Unknown,
            ),
            (nothing(), Holds::No),
            (not(nothing()), Holds::Yes),
            (not(Selector::Everything), Holds::No),
            (not(web()), Holds::Unknown),
            (Selector::All(vec![web(), nothing()]), Holds::No),
            (
                Selector::All(vec![web(), Selector::Everything]),
                Holds::Unknown,
            ),
            (Selector::Any(vec![web(), Selector::Everything]), Holds::Yes),
            (Selector::Any(vec![web(), nothing()]), Holds::Unknown),
        ]
    }

    #[test]
    fn what_a_selector_says_of_unknown_labels_holds_for_all_labels() {
        let labels: [&[(&str, &str)]; 4] =
            [&[], &[("app", "web")], &[("app", "db")], &[("a", "b")]];
        for (selector, expected) in samples() {
            let compiled = CompiledSelector::new(&mut Symbols::default(), &selector);
            assert_eq!(compiled.selects_any(), expected, "{selector:?}");
            let answers: Vec<bool> = labels
                .iter()
                .map(|labels| check(&selector, labels))
                .collect();
            let of_all = match expected {
                Holds::Yes => answers.iter().all(|selects| *selects),
                Holds::No => answers.iter().all(|selects| !selects),
                Holds::Unknown => answers.contains(&true) && answers.contains(&false),
            };
            assert!(of_all, "{selector:?}: {answers:?}");
        }
    }

    #[test]
    fn an_unknown_namespace_may_be_the_named_one() {
        let test = |namespaces| NamespaceTest::new(&mut Symbols::default(), &namespaces);
        let named = test(NamespaceMatch::Named("shop".into()));
        assert_eq!(named.selects_any(), Holds::Unknown);
        for (selector, expected) in samples() {
            let matching = test(NamespaceMatch::Matching(selector));
            assert_eq!(matching.selects_any(), expected);
        }
    }
}
