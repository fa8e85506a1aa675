//! Holds the engine against the reference evaluators, and against laws that need no reference, on
//! random worlds.
//!
//! `KORDON_CASES` is the number of pairs of a world and a request, `KORDON_SEED` the first seed.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]
#![expect(
    clippy::print_stdout,
    reason = "how many cases were checked is what a reader looks for"
)]

mod connectivity;
#[path = "../support/engine.rs"]
mod engine;
mod entry;
mod equality;
mod law;
mod laws;
mod lint;
mod mesh;
mod network;
mod rbac;
mod unknown_pod;
#[path = "../support/yaml.rs"]
mod yaml;
