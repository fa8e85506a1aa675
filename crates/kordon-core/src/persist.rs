//! Copy-on-write containers: cloning shares every chunk, writing copies only the chunk it touches.
//!
//! They are why one changed object costs what it touches (docs/adr/0007) and why a reader never
//! waits: a reader holds a snapshot, a writer clones it and changes the clone. They know nothing
//! of policies.

mod shards;
mod slots;

pub(crate) use shards::{Entry, Shards};
pub(crate) use slots::Slots;
