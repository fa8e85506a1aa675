//! Maps.

use super::{Key, Mapping, Ref, Value};

/// A map, with its entries in the order of their keys.
#[derive(Clone, Debug)]
pub struct Map<'a>(Entries<'a>);

#[derive(Clone, Debug)]
enum Entries<'a> {
    /// INVARIANT: sorted by key, each key once.
    Sorted(Ref<'a, [(Key<'a>, Value<'a>)]>),
    Host(&'a dyn Mapping),
}

/// Two entries of a map have one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two entries of a map have the same key")]
pub struct DuplicateKey;

impl<'a> Map<'a> {
    /// A map of entries in any order.
    pub fn new(mut entries: Vec<(Key<'a>, Value<'a>)>) -> Result<Self, DuplicateKey> {
        entries.sort_by(|left, right| left.0.cmp(&right.0));
        let mut pairs = entries.iter().zip(entries.iter().skip(1));
        if pairs.any(|(left, right)| left.0 == right.0) {
            return Err(DuplicateKey);
        }
        Ok(Self(Entries::Sorted(Ref::Shared(entries.into()))))
    }

    /// A map of the host.
    #[inline]
    pub fn host(mapping: &'a dyn Mapping) -> Self {
        Self(Entries::Host(mapping))
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        match &self.0 {
            Entries::Sorted(entries) => entries.len(),
            Entries::Host(mapping) => mapping.len(),
        }
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key.
    pub fn value(&self, key: &Key<'_>) -> Option<Value<'a>> {
        match &self.0 {
            Entries::Sorted(Ref::Borrowed(entries)) => {
                let at = entries.binary_search_by(|entry| entry.0.cmp(key)).ok()?;
                entries.get(at).map(|entry| entry.1.view())
            }
            Entries::Sorted(Ref::Shared(entries)) => {
                let at = entries.binary_search_by(|entry| entry.0.cmp(key)).ok()?;
                entries.get(at).map(|entry| entry.1.clone())
            }
            Entries::Host(mapping) => match key {
                Key::String(text) => mapping.value(text),
                _ => None,
            },
        }
    }

    /// The value of a key that is text.
    #[inline]
    pub(crate) fn named(&self, name: &str) -> Option<Value<'a>> {
        match &self.0 {
            Entries::Host(mapping) => mapping.value(name),
            Entries::Sorted(_) => self.value(&Key::String(Ref::Borrowed(name))),
        }
    }

    /// The key at an index, in order.
    pub fn key_at(&self, index: usize) -> Option<Value<'a>> {
        match &self.0 {
            Entries::Sorted(Ref::Borrowed(entries)) => {
                entries.get(index).map(|entry| entry.0.view())
            }
            Entries::Sorted(Ref::Shared(entries)) => {
                entries.get(index).map(|entry| entry.0.to_value())
            }
            Entries::Host(mapping) => mapping.key_at(index).map(Value::str),
        }
    }

    /// The key and the value at an index, in order.
    pub fn entry_at(&self, index: usize) -> Option<(Value<'a>, Value<'a>)> {
        match &self.0 {
            Entries::Sorted(Ref::Borrowed(entries)) => entries
                .get(index)
                .map(|entry| (entry.0.view(), entry.1.view())),
            Entries::Sorted(Ref::Shared(entries)) => entries
                .get(index)
                .map(|entry| (entry.0.to_value(), entry.1.clone())),
            Entries::Host(mapping) => {
                let key = mapping.key_at(index)?;
                Some((Value::str(key), mapping.value(key)?))
            }
        }
    }

    /// All entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Value<'a>, Value<'a>)> + '_ {
        (0..self.len()).map_while(|index| self.entry_at(index))
    }

    pub(crate) fn view(&'a self) -> Map<'a> {
        Map(match &self.0 {
            Entries::Sorted(entries) => Entries::Sorted(Ref::Borrowed(entries)),
            Entries::Host(mapping) => Entries::Host(*mapping),
        })
    }
}
