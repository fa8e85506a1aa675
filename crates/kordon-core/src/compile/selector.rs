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
}
