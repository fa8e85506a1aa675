//! Statements about entry points in a snapshot.

use std::sync::Arc;

use super::Snapshot;
use crate::model::{Entries, Entry, ObjectRef};

/// A statement, and the object that makes it.
#[derive(Clone, Debug)]
pub(crate) struct StatedEntry {
    object: Arc<ObjectRef>,
    entry: Entry,
}

impl Snapshot {
    /// Adds a statement; returns its place.
    pub(super) fn put_entry(&mut self, object: &Arc<ObjectRef>, entry: &Entry) -> usize {
        let stated = StatedEntry {
            object: Arc::clone(object),
            entry: entry.clone(),
        };
        self.entries.insert(Some(Arc::new(stated)))
    }

    /// Removes a statement.
    pub(super) fn remove_entry(&mut self, place: usize) {
        self.entries.remove(place);
    }

    /// All statements, in an order that does not depend on the snapshot's history.
    pub(crate) fn all_entries(&self) -> Entries<'_> {
        let mut stated: Vec<(&ObjectRef, &Entry)> = self
            .entries
            .iter()
            .flatten()
            .map(|stated| (&*stated.object, &stated.entry))
            .collect();
        // Statements of one object stand in its order: they were put in together, but perhaps
        // into places that others had left.
        let path = |entry: &Entry| match entry {
            Entry::Point(point) => point.path.to_string(),
            Entry::Listener(listener) => listener.name.clone(),
            Entry::Permit(_) => String::new(),
        };
        stated.sort_by_cached_key(|(object, entry)| (*object, path(entry)));
        stated.into_iter().collect()
    }
}
