//! What Kordon costs.
//!
//! Owns the clusters that are measured, the clock and how a decision is timed. The benchmarks
//! and programs beside it say what is measured. It must not know how a decision is made: it sees
//! Kordon as any user does.

use kordon::model::{Change, Object};
use kordon::{Options, Snapshot};

mod choice;
pub mod clock;
pub mod company;
pub mod cycle;
pub mod decide;
pub mod fleet;
pub mod manifest;

/// The snapshot of some objects.
pub fn snapshot(objects: impl IntoIterator<Item = Object>) -> Snapshot {
    Snapshot::new(Options::default()).apply(objects.into_iter().map(Change::Put))
}
