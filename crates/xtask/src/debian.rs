//! Debian packages that a part needs.
//!
//! It owns the asking and the installing; which packages, the part knows.

use anyhow::{Result, bail};

use crate::step::Step;
use crate::workspace::Workspace;

/// Installs the packages that are missing when it may, else says which to install.
///
/// `otherwise` tells what a user can do instead, to end the sentence.
pub(crate) fn ensure(workspace: &Workspace, packages: &[&str], otherwise: &str) -> Result<()> {
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|package| !is_installed(workspace, package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let install = format!(
        "apt-get install --yes --no-install-recommends {}",
        missing.join(" ")
    );
    if !has_apt(workspace) || !is_root(workspace) {
        bail!("packages are missing: on Debian run `sudo {install}`, {otherwise}");
    }
    Step::new(workspace, "apt-get").arg("update").run()?;
    Step::new(workspace, "env")
        .arg("DEBIAN_FRONTEND=noninteractive")
        .words(&install)
        .run()
}

fn is_installed(workspace: &Workspace, package: &str) -> bool {
    Step::new(workspace, "dpkg-query")
        .words("--show --showformat=${db:Status-Status}")
        .arg(package)
        .output()
        .is_some_and(|status| status == "installed")
}

fn has_apt(workspace: &Workspace) -> bool {
    Step::new(workspace, "apt-get")
        .arg("--version")
        .output()
        .is_some()
}

fn is_root(workspace: &Workspace) -> bool {
    Step::new(workspace, "id")
        .arg("-u")
        .output()
        .is_some_and(|id| id.trim() == "0")
}
