//! The cargo tools that chores call, at pinned versions.
//!
//! A tool is taken from the target folder or the `PATH` if its version is the pinned one, else
//! installed into the target folder. Nothing outside the target folder is changed.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::step::Step;
use crate::workspace::Workspace;

/// A tool, its version and how it is built.
pub(crate) struct Tool {
    /// The package, which is also the name of the program.
    name: &'static str,
    version: &'static str,
    /// Features in place of the default ones; `None` keeps those.
    features: Option<&'static str>,
    /// The folder below `tools`: two builds of one package differ in it.
    folder: &'static str,
    /// Arguments that make it print its version.
    asked: &'static str,
    /// Arguments that succeed only if a program found has what is needed of it.
    probe: &'static str,
}

/// Builds the book. The features left out serve pages and need many more crates.
pub(crate) const MDBOOK: Tool = Tool {
    features: Some(""),
    ..Tool::pinned("mdbook", "0.5.4")
};
/// Builds the book and shows it.
pub(crate) const MDBOOK_SERVE: Tool = Tool {
    features: Some("serve,watch"),
    folder: "mdbook-serve",
    probe: "serve --help",
    ..Tool::pinned("mdbook", "0.5.4")
};
/// Checks licences, sources and advisories.
pub(crate) const CARGO_DENY: Tool = Tool::pinned("cargo-deny", "0.20.2");
/// Runs fuzz targets.
pub(crate) const CARGO_FUZZ: Tool = Tool::pinned("cargo-fuzz", "0.13.2");
/// Changes the code to test the tests.
/// Without the name of its command it prints nothing but an error.
pub(crate) const CARGO_MUTANTS: Tool = Tool {
    asked: "mutants --version",
    probe: "mutants --version",
    ..Tool::pinned("cargo-mutants", "27.1.0")
};

/// A tool that is there.
pub(crate) struct Installed {
    program: PathBuf,
}

impl Installed {
    /// A call of the tool in the root of the workspace.
    pub(crate) fn step(&self, workspace: &Workspace) -> Step {
        Step::new(workspace, &self.program)
    }
}

impl Tool {
    const fn pinned(name: &'static str, version: &'static str) -> Self {
        Self {
            name,
            version,
            features: None,
            folder: name,
            asked: "--version",
            probe: "--version",
        }
    }

    /// Finds the tool, or installs it.
    pub(crate) fn ensure(&self, workspace: &Workspace) -> Result<Installed> {
        let own = workspace
            .target
            .join("tools")
            .join(self.folder)
            .join("bin")
            .join(self.name);
        let found = [own.clone(), PathBuf::from(self.name)]
            .into_iter()
            .find(|program| self.fits(workspace, program));
        if let Some(program) = found {
            return Ok(Installed { program });
        }
        self.install(workspace)?;
        if !self.fits(workspace, &own) {
            bail!(
                "`{}` is installed but is not version {}",
                self.name,
                self.version
            );
        }
        Ok(Installed { program: own })
    }

    fn fits(&self, workspace: &Workspace, program: &Path) -> bool {
        let printed = Step::new(workspace, program).words(self.asked).output();
        printed.as_deref().and_then(version_in) == Some(self.version)
            && Step::new(workspace, program)
                .words(self.probe)
                .output()
                .is_some()
    }

    /// Without optimisation: the build takes a third of the time, and no tool here has more than
    /// a second of work to do.
    fn install(&self, workspace: &Workspace) -> Result<()> {
        let tools = workspace.target.join("tools");
        let build = tools.join("build");
        let step = Step::cargo(workspace)
            .words("install --locked --debug --force --version")
            .arg(self.version)
            .arg("--root")
            .arg(tools.join(self.folder))
            .arg("--target-dir")
            .arg(&build)
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        let step = match self.features {
            Some(features) => step
                .arg("--no-default-features")
                .arg(format!("--features={features}")),
            None => step,
        };
        step.arg(self.name).run()?;
        std::fs::remove_dir_all(&build)
            .with_context(|| format!("cannot remove `{}`", build.display()))
    }
}

/// The version in what a program prints for `--version`: `mdbook v0.5.4`, `cargo-deny 0.20.2`.
fn version_in(printed: &str) -> Option<&str> {
    printed
        .lines()
        .next()?
        .split_whitespace()
        .map(|word| word.strip_prefix('v').unwrap_or(word))
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_each_form_that_tools_print() {
        for (printed, version) in [
            ("mdbook v0.5.4\n", Some("0.5.4")),
            ("cargo-deny 0.20.2\n", Some("0.20.2")),
            (
                "cargo-mutants 27.1.0 (abcdef 2026-01-02)\nmore 1.2.3",
                Some("27.1.0"),
            ),
            ("tool v1.0.0-rc.1", Some("1.0.0-rc.1")),
            ("tool 7", None),
            ("a tool without one\n1.2.3", None),
            ("", None),
        ] {
            assert_eq!(version_in(printed), version, "{printed:?}");
        }
    }
}
