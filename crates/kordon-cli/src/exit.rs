//! How a run ends.

use std::io;
use std::process::ExitCode;

use crate::output::{self, ColorChoice};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Allowed, or nothing found.
    Success,
    /// Denied, or something found.
    Findings,
    /// Part of the work could not be done.
    Error,
}

/// What a shell reports of a program that a closed pipe has ended. An answer that nobody read
/// must not look like an allow.
const BROKEN_PIPE: u8 = 141;

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Success => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Error => Self::from(2),
        }
    }
}

/// Says on standard error why a run failed, unless the output's reader has gone.
pub(crate) fn failed(error: &anyhow::Error, color: ColorChoice) -> ExitCode {
    let is_broken_pipe = |cause: &(dyn std::error::Error + 'static)| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(is_broken_pipe) {
        return ExitCode::from(BROKEN_PIPE);
    }
    output::error(&format!("{error:#}"), color);
    Exit::Error.into()
}
