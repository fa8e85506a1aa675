//! A vector in shared chunks.

use std::fmt;
use std::sync::Arc;

/// Elements in one chunk. A write copies at most so many elements; a clone copies one pointer
/// for each chunk.
const CHUNK: usize = 64;

/// A growable vector whose clones share chunks of [`CHUNK`] elements until one is written.
///
/// Indexes of removed elements are given out again, so that a long life of changes does not grow.
pub(crate) struct Slots<T> {
    chunks: Vec<Arc<[T]>>,
    len: usize,
    free: Arc<Vec<usize>>,
}

impl<T> Slots<T> {
    /// The number of elements.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The element at `index`, or `None` beyond the end.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.chunks.get(index / CHUNK)?.get(index % CHUNK)
    }
}

impl<T: Clone + Default> Slots<T> {
    /// Puts `value` into a free place and returns its index.
    pub(crate) fn insert(&mut self, value: T) -> usize {
        if self.free.is_empty() {
            return self.push(value);
        }
        let index = Arc::make_mut(&mut self.free).pop().unwrap_or(self.len);
        if let Some(slot) = self.get_mut(index) {
            *slot = value;
        }
        index
    }

    /// Takes the element at `index` out, leaving the default in a place that is free.
    pub(crate) fn remove(&mut self, index: usize) -> T {
        let taken = self.take(index);
        self.release(index);
        taken
    }

    /// Takes the element at `index` out, leaving the default in a place that is still taken:
    /// until [`Slots::release`] its index means nothing else.
    pub(crate) fn take(&mut self, index: usize) -> T {
        self.get_mut(index).map(std::mem::take).unwrap_or_default()
    }

    /// Frees the place of an element that was taken out.
    pub(crate) fn release(&mut self, index: usize) {
        if index < self.len {
            Arc::make_mut(&mut self.free).push(index);
        }
    }

    /// Appends `value` and returns its index.
    pub(crate) fn push(&mut self, value: T) -> usize {
        let index = self.len;
        if index.is_multiple_of(CHUNK) {
            self.chunks
                .push(std::iter::repeat_with(T::default).take(CHUNK).collect());
        }
        self.len += 1;
        if let Some(slot) = self.get_mut(index) {
            *slot = value;
        }
        index
    }

    /// The element at `index`, for writing; copies its chunk if a clone shares it.
    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        Arc::make_mut(self.chunks.get_mut(index / CHUNK)?).get_mut(index % CHUNK)
    }

    /// All elements in index order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks
            .iter()
            .flat_map(|chunk| chunk.iter())
            .take(self.len)
    }
}

impl<T> Clone for Slots<T> {
    fn clone(&self) -> Self {
        Self {
            chunks: self.chunks.clone(),
            len: self.len,
            free: Arc::clone(&self.free),
        }
    }
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            len: 0,
            free: Arc::default(),
        }
    }
}

impl<T> fmt::Debug for Slots<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots")
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_to_a_clone_leaves_the_original_as_it_was() {
        let mut first = Slots::default();
        for value in 0..200_u32 {
            first.push(value);
        }
        let mut second = first.clone();
        *second.get_mut(70).unwrap() = 7;
        second.push(200);
        assert_eq!(first.get(70), Some(&70));
        assert_eq!(second.get(70), Some(&7));
        assert_eq!((first.len(), second.len()), (200, 201));
        assert!(Arc::ptr_eq(&first.chunks[0], &second.chunks[0]));
        assert_eq!(second.remove(0), 0);
        assert_eq!((second.insert(0), second.len()), (0, 201));
        assert!(second.iter().copied().eq((0..70).chain([7]).chain(71..201)));
    }
}
