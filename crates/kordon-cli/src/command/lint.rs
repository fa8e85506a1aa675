//! `kordon lint`: what in a set of policies has no effect, or depends on chance.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use kordon::lint::Lint;
use kordon::syntax::{Severity, render};
use serde_json::json;

use crate::cli::Format;
use crate::exit::Exit;
use crate::input;
use crate::output;
use crate::session::{Session, tally};

/// Find rules and policies that have no effect, or contradict each other
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every rule is judged for all workloads that could be, not only for those in the
manifests. What selects nothing there, `kordon validate` says.

Exit status: 0 if there is no warning, 1 if there is one, 2 for an error.")]
pub(crate) struct Args {
    /// Manifests, as -f takes them.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

impl Args {
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        let paths = [session.filenames(), self.paths.as_slice()].concat();
        if paths.is_empty() {
            bail!("no manifests: name a file or a folder, or `-` for standard input");
        }
        let cluster = input::read_cluster(&paths)?;
        session.sum_up(&cluster);
        let lint = Lint::of(&session.engine_of_network(&cluster));
        let Lint {
            diagnostics,
            sources,
            is_incomplete,
        } = &lint;
        let mut out = session.stdout();
        let value = || {
            json!({
                "diagnostics": render::json(diagnostics, sources),
                "incomplete": is_incomplete,
            })
        };
        match session.format() {
            Format::Json => out.json(&value())?,
            Format::Yaml => out.yaml(&value())?,
            Format::Sarif => out.sarif(diagnostics, sources)?,
            Format::Github => out.github(diagnostics, sources)?,
            // The formats that are left are refused before a command runs.
            _ => {
                out.diagnostics(diagnostics, sources)?;
                writeln!(out, "{}", tally(diagnostics))?;
            }
        }
        out.flush()?;
        if *is_incomplete && !session.is_quiet() {
            let text = "rules about connections were not judged: they tell more kinds of \
                        connections apart than are looked at, or a policy selects by parts of texts";
            output::warning(text, session.color());
        }
        let mut found = diagnostics.iter();
        Ok(
            if found.any(|finding| finding.severity <= Severity::Warning) {
                Exit::Findings
            } else {
                Exit::Success
            },
        )
    }
}
