//! One command of a chore: shown as it could be typed, started in the root of the workspace.
//!
//! It knows no particular program except cargo, which every chore calls.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;

/// A command that is ready to run.
pub(crate) struct Step {
    command: Command,
    shown: String,
}

impl Step {
    /// Calls `program` in the root of the workspace.
    pub(crate) fn new(workspace: &Workspace, program: impl AsRef<OsStr>) -> Self {
        Self::in_folder(&workspace.root, program)
    }

    /// Calls cargo in the root of the workspace.
    pub(crate) fn cargo(workspace: &Workspace) -> Self {
        let mut step = Self::new(workspace, cargo_program());
        "cargo".clone_into(&mut step.shown);
        step
    }

    /// Calls `program` in `folder`.
    pub(crate) fn in_folder(folder: &Path, program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program.as_ref());
        command.current_dir(folder);
        Self {
            command,
            shown: program.as_ref().to_string_lossy().into_owned(),
        }
    }

    /// Adds arguments that are separated by white space.
    pub(crate) fn words(self, words: &str) -> Self {
        words.split_whitespace().fold(self, Self::arg)
    }

    /// Adds one argument.
    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.shown.push(' ');
        self.shown.push_str(&arg.as_ref().to_string_lossy());
        self.command.arg(arg);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.shown = format!("{name}={} {}", value.as_ref().to_string_lossy(), self.shown);
        self.command.env(name, value);
        self
    }

    /// Shows the command, runs it, and fails unless it succeeds.
    pub(crate) fn run(mut self) -> Result<()> {
        println!("$ {}", self.shown);
        let status = self
            .command
            .status()
            .with_context(|| format!("cannot start `{}`", self.shown))?;
        if !status.success() {
            bail!("`{}` failed: {status}", self.shown);
        }
        Ok(())
    }

    /// What the command prints, without showing it; nothing if it cannot start or fails.
    pub(crate) fn output(mut self) -> Option<String> {
        let output = self
            .command
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .output()
            .ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// The cargo that started this process, so that every step uses one toolchain.
pub(crate) fn cargo_program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
