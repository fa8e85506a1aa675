//! `kordon version`.

use std::io::Write;

use anyhow::Result;
use serde_json::json;

use crate::cli::Format;
use crate::exit::Exit;
use crate::session::Session;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Print the version
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Args {
    #[expect(clippy::unused_self, reason = "the commands have one shape")]
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        let mut out = session.stdout();
        let value = json!({"version": VERSION});
        match session.format() {
            Format::Json => out.json(&value)?,
            Format::Yaml => out.yaml(&value)?,
            _ => writeln!(out, "kordon {VERSION}")?,
        }
        out.flush()?;
        Ok(Exit::Success)
    }
}
