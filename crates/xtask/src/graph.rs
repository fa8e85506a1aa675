//! The part `graph`: what must hold between the crates and for each as a whole.
//!
//! The rules on dependencies are in [`arrows`] and [`reach`], those on files in [`files`].

mod arrows;
mod files;
mod reach;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// Checks all rules and lists every break at once.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let mut problems = arrows::problems(&workspace.packages);
    problems.extend(reach::problems(&workspace.packages, &workspace.graph()?));
    problems.extend(files::problems(workspace)?);
    if !problems.is_empty() {
        bail!(
            "the crates break {} rules:\n  {}",
            problems.len(),
            problems.join("\n  ")
        );
    }
    Ok(())
}
