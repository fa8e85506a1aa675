//! An index over many rules: a tree that splits by the most telling dimension.
//!
//! A rule offers keys in some dimensions, a request asks with few keys, and only rules that
//! share a key, or that offer none in a dimension, are visited. Every visited rule is then
//! evaluated whole, so a key may say too much (two values may share one) but never too little.

use std::ops::ControlFlow;

use hashbrown::HashTable;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// A list of so few rules is walked, not split.
const LEAF: usize = 4;

/// A property that rules are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dimension {
    /// A label, namespace or address of a connection's other end.
    Peer,
    /// A protocol and port.
    Port,
    Resource,
    Verb,
    ApiGroup,
    Name,
    Path,
    Method,
    Host,
    Identity,
}

const DIMENSIONS: [Dimension; 10] = [
    Dimension::Peer,
    Dimension::Port,
    Dimension::Resource,
    Dimension::Verb,
    Dimension::ApiGroup,
    Dimension::Name,
    Dimension::Path,
    Dimension::Method,
    Dimension::Host,
    Dimension::Identity,
];

/// The keys of one rule: in each dimension a list, or none when the rule may match whatever the
/// request has there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys([Option<Vec<u64>>; DIMENSIONS.len()]);

impl Keys {
    pub(crate) fn set(&mut self, dimension: Dimension, keys: Option<Vec<u64>>) {
        if let Some(slot) = self.0.get_mut(dimension as usize) {
            *slot = keys;
        }
    }

    fn of(&self, dimension: Dimension) -> Option<&[u64]> {
        self.0.get(dimension as usize)?.as_deref()
    }
}

/// A compiled index over rules numbered from zero.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    root: Tree,
}

#[derive(Clone, Debug)]
enum Tree {
    Leaf(Box<[u32]>),
    Split(Box<Split>),
}

#[derive(Clone, Debug)]
struct Split {
    dimension: Dimension,
    by_key: HashTable<(u64, Tree)>,
    /// Rules without keys in this dimension.
    rest: Tree,
}

/// Spreads a key over the hash's high and low bits, both of which hashbrown reads.
#[inline]
fn spread(key: u64) -> u64 {
    let product = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    product ^ (product >> 29)
}

impl Index {
    /// Visits every rule that may match a request, each at least once. The sequence depends on
    /// the numbers of symbols, so nothing that is shown may depend on it. Within a list rules
    /// ascend, and the visitor may break off the list at hand.
    #[inline]
    pub(crate) fn visit<Q: Query>(
        &self,
        query: &Q,
        visitor: &mut impl FnMut(u32) -> ControlFlow<()>,
    ) {
        self.root.visit(query, visitor);
    }
}

/// A request, as far as an index asks.
pub(crate) trait Query {
    /// Calls `each` with every key of the request in a dimension.
    fn each_key(&self, dimension: Dimension, each: &mut dyn FnMut(u64));
}

impl Tree {
    fn visit<Q: Query>(&self, query: &Q, visitor: &mut impl FnMut(u32) -> ControlFlow<()>) {
        match self {
            Self::Leaf(rules) => {
                let _rest = rules.iter().try_for_each(|&rule| visitor(rule));
            }
            Self::Split(split) => split.visit(query, visitor),
        }
    }
}

impl Split {
    fn visit<Q: Query>(&self, query: &Q, visitor: &mut impl FnMut(u32) -> ControlFlow<()>) {
        query.each_key(self.dimension, &mut |key| {
            let known = self.by_key.find(spread(key), |(known, _)| *known == key);
            if let Some((_, tree)) = known {
                tree.visit(query, visitor);
            }
        });
        self.rest.visit(query, visitor);
    }
}

/// Builds an [`Index`].
#[derive(Debug, Default)]
pub(crate) struct IndexBuilder {
    rules: Vec<Keys>,
}

impl IndexBuilder {
    /// Adds the next rule.
    pub(crate) fn push(&mut self, keys: Keys) {
        self.rules.push(keys);
    }

    /// The index over all rules pushed.
    pub(crate) fn build(&self) -> Index {
        let all = (0..self.rules.len())
            .filter_map(|rule| u32::try_from(rule).ok())
            .collect();
        Index {
            root: self.grow(all, &DIMENSIONS),
        }
    }

    fn keys(&self, rule: u32, dimension: Dimension) -> Option<&[u64]> {
        self.rules.get(usize::try_from(rule).ok()?)?.of(dimension)
    }

    fn grow(&self, rules: Vec<u32>, dimensions: &[Dimension]) -> Tree {
        let best = (rules.len() > LEAF)
            .then(|| {
                let cost = |&&dimension: &&Dimension| self.cost(&rules, dimension);
                dimensions.iter().min_by_key(cost).copied()
            })
            .flatten()
            .filter(|&dimension| self.cost(&rules, dimension) * 4 <= rules.len() * 3);
        let Some(dimension) = best else {
            return Tree::Leaf(rules.into());
        };
        let left: Vec<Dimension> = dimensions
            .iter()
            .copied()
            .filter(|&other| other != dimension)
            .collect();
        self.split(&rules, dimension, &left)
    }

    /// The most rules that a request with one key has to look at after a split.
    fn cost(&self, rules: &[u32], dimension: Dimension) -> usize {
        let mut sizes: FxHashMap<u64, usize> = FxHashMap::default();
        let mut rest = 0;
        for &rule in rules {
            match self.keys(rule, dimension) {
                Some(keys) => keys
                    .iter()
                    .for_each(|&key| *sizes.entry(key).or_default() += 1),
                None => rest += 1,
            }
        }
        rest + sizes.into_values().max().unwrap_or(0)
    }

    fn split(&self, rules: &[u32], dimension: Dimension, left: &[Dimension]) -> Tree {
        let mut groups: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
        let mut rest = Vec::new();
        for &rule in rules {
            match self.keys(rule, dimension) {
                Some(keys) => {
                    // A key that a rule repeats counts once.
                    for key in keys.iter().collect::<BTreeSet<_>>() {
                        groups.entry(*key).or_default().push(rule);
                    }
                }
                None => rest.push(rule),
            }
        }
        let mut by_key = HashTable::with_capacity(groups.len());
        // INVARIANT: the order of insertion into a hash table is not observable.
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_unstable_by_key(|(key, _)| *key);
        for (key, rules) in groups {
            let tree = self.grow(rules, left);
            by_key.insert_unique(spread(key), (key, tree), |(key, _)| spread(*key));
        }
        Tree::Split(Box::new(Split {
            dimension,
            by_key,
            rest: self.grow(rest, left),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ask(Vec<(Dimension, u64)>);

    impl Query for Ask {
        fn each_key(&self, dimension: Dimension, each: &mut dyn FnMut(u64)) {
            let keys = self.0.iter().filter(|(of, _)| *of == dimension);
            keys.for_each(|(_, key)| each(*key));
        }
    }

    fn visited(index: &Index, ask: &Ask) -> Vec<u32> {
        let mut seen = Vec::new();
        index.visit(ask, &mut |rule| {
            seen.push(rule);
            ControlFlow::Continue(())
        });
        seen
    }

    #[test]
    fn a_request_meets_the_rules_of_its_keys_and_those_without_keys() {
        let mut builder = IndexBuilder::default();
        for rule in 0..1_000_u64 {
            let mut keys = Keys::default();
            if rule % 100 != 0 {
                keys.set(Dimension::Peer, Some(vec![rule, rule + 1]));
            }
            keys.set(Dimension::Verb, Some(vec![rule % 3]));
            builder.push(keys);
        }
        let index = builder.build();
        let seen = visited(
            &index,
            &Ask(vec![(Dimension::Peer, 500), (Dimension::Verb, 499 % 3)]),
        );
        assert!(seen.contains(&499), "{seen:?}");
        assert!(seen.len() <= 12, "a request touches few rules: {seen:?}");
    }

    #[test]
    fn rules_that_no_key_tells_apart_are_all_visited() {
        let mut builder = IndexBuilder::default();
        (0..50).for_each(|_| builder.push(Keys::default()));
        assert_eq!(visited(&builder.build(), &Ask(Vec::new())).len(), 50);
    }
}
