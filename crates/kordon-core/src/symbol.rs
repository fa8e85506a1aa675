//! Interned text: every name in a snapshot becomes a number once, so that deciding compares
//! numbers. Symbols mean something only beside the table that made them, and no output may
//! depend on their order.

use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::persist::{Entry, Shards, Slots};

/// An interned text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Symbol(u32);

impl Symbol {
    /// Stands for text that the table does not hold, hence equal to nothing in any policy.
    /// The table never hands it out.
    pub(crate) const ABSENT: Self = Self(0);

    /// Stands for a part that is not there, such as no subresource: equal to itself, unlike a
    /// text that the table does not hold.
    pub(crate) const NONE: Self = Self(1);

    /// The empty text.
    pub(crate) const EMPTY: Self = Self(2);

    /// The number, for packing into keys.
    #[inline]
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A label `key=value`, packed so that sorting groups by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Pair(u64);

impl Pair {
    #[inline]
    pub(crate) fn new(key: Symbol, value: Symbol) -> Self {
        Self(u64::from(key.0) << 32 | u64::from(value.0))
    }

    #[inline]
    pub(crate) fn key(self) -> Symbol {
        Symbol(u32::try_from(self.0 >> 32).unwrap_or(0))
    }

    #[inline]
    pub(crate) fn value(self) -> Symbol {
        Symbol(u32::try_from(self.0 & 0xFFFF_FFFF).unwrap_or(0))
    }

    #[inline]
    pub(crate) fn number(self) -> u64 {
        self.0
    }
}

#[derive(Clone)]
struct Interned {
    hash: u64,
    text: Arc<str>,
    symbol: Symbol,
}

impl Entry for Interned {
    fn hash(&self) -> u64 {
        self.hash
    }
}

/// The table of texts. The hash is seeded: tenants choose names, and must not choose collisions.
#[derive(Clone)]
pub(crate) struct Symbols {
    hasher: RandomState,
    table: Shards<Interned>,
    texts: Slots<Option<Arc<str>>>,
}

impl Symbols {
    /// The hash that this table's [`Symbols::find_hashed`] expects.
    #[inline]
    pub(crate) fn hash(&self, text: &str) -> u64 {
        self.hasher.hash_one(text)
    }

    /// One hash over two texts, for indexes keyed by namespace and name.
    #[inline]
    pub(crate) fn hash_two(&self, first: &str, second: &str) -> u64 {
        // The rotation keeps ("a", "b") and ("b", "a") apart.
        self.hasher.hash_one(first).rotate_left(23) ^ self.hasher.hash_one(second)
    }

    /// The symbol of `text`, or [`Symbol::ABSENT`].
    #[inline]
    pub(crate) fn find(&self, text: &str) -> Symbol {
        if text.is_empty() {
            return Symbol::EMPTY;
        }
        self.table
            .find(self.hash(text), |entry| &*entry.text == text)
            .map_or(Symbol::ABSENT, |entry| entry.symbol)
    }

    /// The symbol of `text`, made if need be.
    pub(crate) fn intern(&mut self, text: &str) -> Symbol {
        let known = self.find(text);
        if known != Symbol::ABSENT {
            return known;
        }
        let text: Arc<str> = text.into();
        let index = self.texts.push(Some(Arc::clone(&text)));
        // Beyond four billion texts every one of them is ABSENT, which matches nothing.
        let symbol = Symbol(u32::try_from(index).unwrap_or(0));
        self.table.insert(Interned {
            hash: self.hash(&text),
            text,
            symbol,
        });
        symbol
    }

    /// The table's own copy of `text`, made if need be, so that a text is kept once.
    pub(crate) fn share(&mut self, text: &str) -> Arc<str> {
        let symbol = self.intern(text);
        let known = self.texts.get(symbol.index()).cloned().flatten();
        known.unwrap_or_else(|| text.into())
    }

    /// The hash of an address, seeded as that of texts.
    #[inline]
    pub(crate) fn hash_address(&self, address: std::net::IpAddr) -> u64 {
        self.hasher.hash_one(address)
    }

    /// The text of `symbol`; empty for [`Symbol::ABSENT`].
    pub(crate) fn text(&self, symbol: Symbol) -> &str {
        self.texts
            .get(symbol.index())
            .and_then(Option::as_deref)
            .unwrap_or("")
    }
}

impl Default for Symbols {
    fn default() -> Self {
        let mut texts = Slots::default();
        texts.push(None); // ABSENT
        texts.push(None); // NONE
        texts.push(None); // EMPTY, whose text is found without the table
        Self {
            hasher: RandomState::default(),
            table: Shards::default(),
            texts,
        }
    }
}

impl fmt::Debug for Symbols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Symbols")
            .field("len", &self.texts.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_symbol_and_gives_itself_back() {
        let mut symbols = Symbols::default();
        let words: Vec<String> = (0..5_000).map(|n| format!("word-{n}")).collect();
        let first: Vec<Symbol> = words.iter().map(|word| symbols.intern(word)).collect();
        let again: Vec<Symbol> = words.iter().map(|word| symbols.intern(word)).collect();
        assert_eq!(first, again);
        assert!(
            words
                .iter()
                .zip(&first)
                .all(|(word, &symbol)| symbols.text(symbol) == word)
        );
        assert_eq!(symbols.find("unheard"), Symbol::ABSENT);
        assert_eq!(
            (symbols.intern(""), symbols.text(Symbol::EMPTY)),
            (Symbol::EMPTY, "")
        );
    }

    #[test]
    fn a_pair_unpacks_to_its_key_and_value() {
        let mut symbols = Symbols::default();
        let (key, value) = (symbols.intern("app"), symbols.intern("web"));
        let pair = Pair::new(key, value);
        assert_eq!((pair.key(), pair.value()), (key, value));
    }
}
