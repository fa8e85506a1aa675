//! `kordon diff`: what a change of manifests opens and closes.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::ValueEnum;
use kordon::analyze::connectivity::ChangeKind;
use kordon::diff::{Diff, DiffLine};

use crate::cli::Format;
use crate::exit::Exit;
use crate::input;
use crate::output::{BAD, DOUBT, FAINT, GOOD, Output, visible};
use crate::session::Session;

const AFTER_HELP: &str = "\
Examples:
  kordon diff before/ after/
  kordon diff before/ after/ --fail-on added
  kordon diff before/ after/ -o markdown

Exit status: 0, or 1 if something differs as --fail-on says; 2 for an error.";

/// Show which connections and permissions differ between manifests
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The manifests before: a file or a folder.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The manifests after.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// End with status 1 if there are such differences. Repeatable.
    #[arg(long, value_enum, value_name = "CHANGE")]
    fail_on: Vec<FailOn>,
}

/// Differences on which a run fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A connection or permission where none was before.
    Added,
    /// A connection or permission that is gone.
    Removed,
    /// A connection on other ports.
    Changed,
    /// Any difference.
    Any,
}

impl FailOn {
    fn is_met(self, diff: &Diff) -> bool {
        match self {
            Self::Added => diff.count(ChangeKind::Added) > 0,
            Self::Removed => diff.count(ChangeKind::Removed) > 0,
            Self::Changed => diff.count(ChangeKind::Changed) > 0,
            Self::Any => !diff.is_empty(),
        }
    }
}

impl Args {
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        if !session.filenames().is_empty() {
            bail!("`kordon diff` takes its manifests as `OLD NEW`, without `-f`");
        }
        let engine = |path: &PathBuf| -> Result<kordon::Engine> {
            let cluster = input::read_cluster(std::slice::from_ref(path))?;
            session.sum_up(&cluster);
            Ok(session.engine(&cluster))
        };
        let diff = Diff::between(&engine(&self.old)?, &engine(&self.new)?);
        let mut out = session.stdout();
        match session.format() {
            Format::Json => out.json(&diff.to_json())?,
            Format::Yaml => out.yaml(&diff.to_json())?,
            Format::Markdown => markdown(&diff, &mut out)?,
            _ => text(&diff, &mut out)?,
        }
        out.flush()?;
        let fails = self.fail_on.iter().any(|fail_on| fail_on.is_met(&diff));
        Ok(if fails { Exit::Findings } else { Exit::Success })
    }
}

/// A line for each difference, connections before permissions, and their numbers.
fn text(diff: &Diff, out: &mut Output) -> io::Result<()> {
    for line in diff.lines() {
        let style = match line.kind {
            ChangeKind::Added => GOOD,
            ChangeKind::Removed => BAD,
            ChangeKind::Changed => DOUBT,
        };
        let text = visible(&line.to_string());
        for piece in kordon::wrap(&text, out.width, 4) {
            writeln!(out, "{style}{piece}{style:#}")?;
        }
    }
    let counts = [ChangeKind::Added, ChangeKind::Removed, ChangeKind::Changed]
        .map(|kind| format!("{} {}", diff.count(kind), kind.name()));
    writeln!(out, "{FAINT}{}{FAINT:#}", counts.join(", "))
}

fn markdown(diff: &Diff, out: &mut Output) -> io::Result<()> {
    if diff.is_empty() {
        return writeln!(out, "No connection and no permission differs.");
    }
    writeln!(out, "| Change | What | Who | Before | After |")?;
    writeln!(out, "| --- | --- | --- | --- | --- |")?;
    for line in diff.lines() {
        let DiffLine {
            kind,
            about,
            what,
            old,
            new,
        } = line;
        let cell = |text: Option<String>| visible(&text.unwrap_or_default()).replace('|', "\\|");
        writeln!(
            out,
            "| {} | {about} | {} | {} | {} |",
            kind.name(),
            cell(Some(what)),
            cell(old),
            cell(new),
        )?;
    }
    Ok(())
}
