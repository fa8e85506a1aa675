//! A hash table in shared shards.
//!
//! A lookup in a large table waits for memory, so a shard is one flat array probed in place:
//! the pointer in the list of shards, the entry, and the entry's key are all it touches.

use std::fmt;
use std::sync::Arc;

/// A table is split once its shards hold more entries than this on average, so that a write
/// copies few entries.
const ENTRIES_PER_SHARD: usize = 128;

/// Shards are not split beyond this number.
const MOST_SHARDS: usize = 1 << 16;

/// The places of a new shard; a power of two, as all numbers of places.
const PLACES: usize = 8;

/// An entry that knows the hash of its key, so that tables can grow without the key's hasher.
pub(crate) trait Entry: Clone {
    /// The hash under which the entry was inserted.
    fn hash(&self) -> u64;
}

/// A hash table whose clones share shards until one is written. Entries are found by a hash and
/// a predicate, so borrowed keys need no conversion. What walks all entries sorts them: their order
/// means nothing.
pub(crate) struct Shards<E> {
    shards: Vec<Shard<E>>,
    len: usize,
}

/// An open-addressing table: an entry stands at the place that its hash names, or at the next
/// free one. The number of places is a power of two, and at least one is free.
struct Shard<E> {
    places: Arc<[Option<E>]>,
    len: usize,
}

impl<E> Shards<E> {
    /// The shard of a hash: its upper half chooses the shard, its lower half the place.
    #[inline]
    fn shard(&self, hash: u64) -> usize {
        usize::try_from(hash >> 32).unwrap_or(0) & (self.shards.len() - 1)
    }

    /// Whether it holds no entry.
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All entries, in no order: the caller sorts what it makes of them.
    pub(crate) fn unordered(&self) -> impl Iterator<Item = &E> {
        let places = self.shards.iter().flat_map(|shard| &*shard.places);
        places.flatten()
    }
}

impl<E: Entry> Shards<E> {
    /// The entry with this hash that satisfies `is_it`.
    #[inline]
    pub(crate) fn find(&self, hash: u64, is_it: impl Fn(&E) -> bool) -> Option<&E> {
        let shard = self.shards.get(self.shard(hash))?;
        shard.places.get(shard.place(hash, is_it)?)?.as_ref()
    }

    /// The entry for writing; copies its shard if a clone shares it.
    pub(crate) fn find_mut(&mut self, hash: u64, is_it: impl Fn(&E) -> bool) -> Option<&mut E> {
        let shard = self.shard(hash);
        let shard = self.shards.get_mut(shard)?;
        let place = shard.place(hash, is_it)?;
        Arc::make_mut(&mut shard.places).get_mut(place)?.as_mut()
    }

    /// Adds an entry; the caller has made sure that its key is not there.
    pub(crate) fn insert(&mut self, entry: E) {
        let count = self.shards.len();
        if self.len >= count * ENTRIES_PER_SHARD && count < MOST_SHARDS {
            self.split();
        }
        let shard = self.shard(entry.hash());
        if let Some(shard) = self.shards.get_mut(shard) {
            shard.insert(entry);
            self.len += 1;
        }
    }

    /// Removes and returns an entry.
    pub(crate) fn remove(&mut self, hash: u64, is_it: impl Fn(&E) -> bool) -> Option<E> {
        let shard = self.shard(hash);
        let removed = self.shards.get_mut(shard)?.remove(hash, is_it)?;
        self.len -= 1;
        Some(removed)
    }

    /// Quadruples the number of shards.
    fn split(&mut self) {
        let count = self.shards.len() * 4;
        let mut split = Self {
            shards: std::iter::repeat_with(Shard::default).take(count).collect(),
            len: self.len,
        };
        for entry in self
            .shards
            .iter()
            .flat_map(|shard| shard.places.iter().flatten())
        {
            let shard = split.shard(entry.hash());
            if let Some(shard) = split.shards.get_mut(shard) {
                shard.insert(entry.clone());
            }
        }
        *self = split;
    }
}

impl<E: Entry> Shard<E> {
    /// The places from the one that a hash names, all of them once.
    #[inline]
    fn places_from(&self, hash: u64) -> impl Iterator<Item = usize> + use<E> {
        let mask = self.places.len() - 1;
        let first = usize::try_from(hash & 0xFFFF_FFFF).unwrap_or(0);
        (0..=mask).map(move |step| first.wrapping_add(step) & mask)
    }

    #[inline]
    fn place(&self, hash: u64, is_it: impl Fn(&E) -> bool) -> Option<usize> {
        for place in self.places_from(hash) {
            match self.places.get(place)? {
                Some(entry) if entry.hash() == hash && is_it(entry) => return Some(place),
                Some(_) => {}
                None => return None,
            }
        }
        None
    }

    fn insert(&mut self, entry: E) {
        // At most three quarters of the places are taken, so that probing stays short.
        if (self.len + 1) * 4 > self.places.len() * 3 {
            self.grow();
        }
        self.put(entry);
        self.len += 1;
    }

    fn put(&mut self, entry: E) {
        let mut free = self.places_from(entry.hash());
        let free = free.find(|place| matches!(self.places.get(*place), Some(None)));
        let places = Arc::make_mut(&mut self.places);
        if let Some(place) = free.and_then(|free| places.get_mut(free)) {
            *place = Some(entry);
        }
    }

    fn grow(&mut self) {
        let count = (self.places.len() * 2).max(PLACES);
        let old = std::mem::replace(&mut self.places, empty(count));
        for entry in old.iter().flatten() {
            self.put(entry.clone());
        }
    }

    fn remove(&mut self, hash: u64, is_it: impl Fn(&E) -> bool) -> Option<E> {
        let place = self.place(hash, is_it)?;
        let places = Arc::make_mut(&mut self.places);
        let removed = places.get_mut(place)?.take()?;
        self.len -= 1;
        self.close_gap(place);
        Some(removed)
    }

    /// Puts the entries behind a gap anew, up to the next free place: each of them may stand
    /// where it does only because the gap was taken.
    fn close_gap(&mut self, gap: usize) {
        let mask = self.places.len() - 1;
        let mut place = (gap + 1) & mask;
        while place != gap {
            let places = Arc::make_mut(&mut self.places);
            let Some(entry) = places.get_mut(place).and_then(Option::take) else {
                return;
            };
            self.put(entry);
            place = (place + 1) & mask;
        }
    }
}

fn empty<E>(count: usize) -> Arc<[Option<E>]> {
    std::iter::repeat_with(|| None).take(count).collect()
}

impl<E> Clone for Shard<E> {
    fn clone(&self) -> Self {
        Self {
            places: Arc::clone(&self.places),
            len: self.len,
        }
    }
}

impl<E> Default for Shard<E> {
    fn default() -> Self {
        Self {
            places: empty(1),
            len: 0,
        }
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
            shards: vec![Shard::default()],
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
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Pair(u64, u32);

    impl Entry for Pair {
        fn hash(&self) -> u64 {
            hash(self.0)
        }
    }

    /// Poor on purpose, so that entries meet.
    fn hash(key: u64) -> u64 {
        (key % 97) << 32 | (key % 13)
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

    #[test]
    fn it_answers_as_an_ordered_map_does_through_any_mix_of_writes() {
        let (mut map, mut model) = (Shards::<Pair>::default(), BTreeMap::new());
        let mut state = 7_u64;
        for step in 0..20_000_u32 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let key = (state >> 33) % 700;
            if model.remove(&key).is_some() {
                assert!(map.remove(hash(key), |pair| pair.0 == key).is_some());
            } else {
                map.insert(Pair(key, step));
                model.insert(key, step);
            }
            let asked = (state >> 20) % 700;
            assert_eq!(look(&map, asked), model.get(&asked).copied(), "step {step}");
        }
        assert_eq!(map.is_empty(), model.is_empty());
    }
}
