//! A hash map in shared shards.

use std::fmt;
use std::sync::Arc;

use hashbrown::HashTable;

/// A shard is split once the average holds more entries than this, so a write copies few entries.
const ENTRIES_PER_SHARD: usize = 48;

/// An entry that knows the hash of its key, so that tables can grow without the key's hasher.
pub(crate) trait Entry: Clone {
    /// The hash under which the entry was inserted.
    fn hash(&self) -> u64;
}

/// A hash table whose clones share shards until one is written. Entries are found by a hash and
/// a predicate, so borrowed keys need no conversion. It offers no iteration in hash order.
pub(crate) struct Shards<E> {
    shards: Vec<Arc<HashTable<E>>>,
    len: usize,
}

impl<E> Shards<E> {
    /// Bits 40 to 56 choose the shard: hashbrown takes the low bits for the bucket and the top
    /// seven for the tag.
    #[inline]
    fn shard(&self, hash: u64) -> usize {
        let index = (hash >> 40) & (self.shards.len() as u64 - 1);
        usize::try_from(index).unwrap_or(0)
    }

    /// The entry with this hash that satisfies `is_it`.
    #[inline]
    pub(crate) fn find(&self, hash: u64, is_it: impl FnMut(&E) -> bool) -> Option<&E> {
        self.shards.get(self.shard(hash))?.find(hash, is_it)
    }

    /// Whether it holds no entry.
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<E: Entry> Shards<E> {
    /// The entry for writing; copies its shard if a clone shares it.
    pub(crate) fn find_mut(&mut self, hash: u64, is_it: impl FnMut(&E) -> bool) -> Option<&mut E> {
        let shard = self.shard(hash);
        Arc::make_mut(self.shards.get_mut(shard)?).find_mut(hash, is_it)
    }

    /// Adds an entry; the caller has made sure that its key is not there.
    pub(crate) fn insert(&mut self, entry: E) {
        if self.len >= self.shards.len() * ENTRIES_PER_SHARD && self.shards.len() < 1 << 16 {
            self.split();
        }
        let hash = entry.hash();
        let shard = self.shard(hash);
        if let Some(table) = self.shards.get_mut(shard) {
            Arc::make_mut(table).insert_unique(hash, entry, E::hash);
            self.len += 1;
        }
    }

    /// Removes and returns an entry.
    pub(crate) fn remove(&mut self, hash: u64, is_it: impl FnMut(&E) -> bool) -> Option<E> {
        let shard = self.shard(hash);
        let table = Arc::make_mut(self.shards.get_mut(shard)?);
        let (entry, _) = table.find_entry(hash, is_it).ok()?.remove();
        self.len -= 1;
        Some(entry)
    }

    /// Quadruples the number of shards.
    fn split(&mut self) {
        let count = self.shards.len() * 4;
        let mut split = Self {
            shards: std::iter::repeat_with(Arc::default).take(count).collect(),
            len: self.len,
        };
        for table in std::mem::take(&mut self.shards) {
            for entry in Arc::unwrap_or_clone(table) {
                let hash = entry.hash();
                let shard = split.shard(hash);
                if let Some(table) = split.shards.get_mut(shard) {
                    Arc::make_mut(table).insert_unique(hash, entry, E::hash);
                }
            }
        }
        *self = split;
    }
}

impl<E> Clone for Shards<E> {
    fn clone(&self) -> Self {
        Self {
            shards: self.shards.clone(),
            len: self.len,
        }
    }
}

impl<E> Default for Shards<E> {
    fn default() -> Self {
        Self {
            shards: vec![Arc::default()],
            len: 0,
        }
    }
}

impl<E> fmt::Debug for Shards<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shards")
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Pair(u64, u32);

    impl Entry for Pair {
        fn hash(&self) -> u64 {
            hash(self.0)
        }
    }

    fn hash(key: u64) -> u64 {
        key.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    fn look(map: &Shards<Pair>, key: u64) -> Option<u32> {
        map.find(hash(key), |pair| pair.0 == key).map(|pair| pair.1)
    }

    #[test]
    fn entries_survive_splits_and_clones_do_not_see_later_writes() {
        let mut map = Shards::default();
        for key in 0..10_000 {
            map.insert(Pair(key, u32::try_from(key).unwrap()));
        }
        let old = map.clone();
        map.find_mut(hash(77), |pair| pair.0 == 77).unwrap().1 = 1;
        assert!(map.remove(hash(78), |pair| pair.0 == 78).is_some());
        assert!((0..10_000).all(|key| look(&old, key) == u32::try_from(key).ok()));
        assert_eq!((look(&map, 77), look(&map, 78)), (Some(1), None));
        assert_eq!((old.len, map.len), (10_000, 9_999));
    }
}
