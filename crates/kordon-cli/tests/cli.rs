//! Runs of the command as users see them: output, errors and exit status, as reviewed.

#![expect(
    clippy::unwrap_used,
    reason = "a run that cannot be made fails the test"
)]

#[path = "cli/api.rs"]
mod api;
#[path = "cli/connections.rs"]
mod connections;
#[path = "cli/errors.rs"]
mod errors;
#[path = "cli/eval.rs"]
mod eval;
#[path = "cli/help.rs"]
mod help;
#[path = "cli/run.rs"]
mod run;
#[path = "cli/tests.rs"]
mod tests;
#[path = "cli/validate.rs"]
mod validate;
