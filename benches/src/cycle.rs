//! Requests in turn, so that no two decisions in a row are about the same one.

/// A list that is gone through again and again.
#[derive(Clone, Copy, Debug)]
pub struct Cycle<'a, T> {
    items: &'a [T],
    next: usize,
}

impl<'a, T> Cycle<'a, T> {
    /// Starts at the beginning.
    pub fn new(items: &'a [T]) -> Self {
        Self { items, next: 0 }
    }

    /// Does something with the next item; nothing if there are none.
    #[inline]
    pub fn next<R>(&mut self, work: impl FnOnce(&'a T) -> R) -> Option<R> {
        if self.next >= self.items.len() {
            self.next = 0;
        }
        let item = self.items.get(self.next)?;
        self.next += 1;
        Some(work(item))
    }
}
