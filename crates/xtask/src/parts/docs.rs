//! The part that checks the documentation in the code.

use anyhow::Result;

use super::rust::cargo_test;
use crate::step::Step;
use crate::workspace::Workspace;

/// Runs the examples, then builds the pages with every warning as an error.
pub(super) fn rustdoc(workspace: &Workspace) -> Result<()> {
    cargo_test(workspace).words("--workspace --doc").run()?;
    Step::cargo(workspace)
        .env("RUSTDOCFLAGS", "-D warnings")
        .words("doc --no-deps --workspace")
        .run()
}
