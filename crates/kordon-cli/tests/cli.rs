//! Runs of the command as users see them: output, errors and exit status, as reviewed.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a run that cannot be made, or a page that cannot be read, fails the test"
)]

#[path = "cli/api.rs"]
mod api;
#[path = "cli/ci.rs"]
mod ci;
#[path = "cli/connections.rs"]
mod connections;
#[path = "cli/console.rs"]
mod console;
#[path = "cli/diff.rs"]
mod diff;
#[path = "cli/entry.rs"]
mod entry;
#[path = "cli/equal.rs"]
mod equal;
#[path = "cli/errors.rs"]
mod errors;
#[path = "cli/eval.rs"]
mod eval;
#[path = "cli/generated.rs"]
mod generated;
#[path = "cli/git.rs"]
mod git;
#[path = "cli/graph.rs"]
mod graph;
#[path = "cli/help.rs"]
mod help;
#[path = "cli/lint.rs"]
mod lint;
#[path = "cli/map.rs"]
mod map;
#[path = "cli/pages.rs"]
mod pages;
#[path = "cli/run.rs"]
mod run;
#[path = "cli/tests.rs"]
mod tests;
#[path = "cli/validate.rs"]
mod validate;
