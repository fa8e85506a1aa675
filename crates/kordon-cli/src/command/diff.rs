//! `kordon diff`: what a change of manifests opens and closes.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use kordon::analyze::connectivity::ChangeKind;
use kordon::diff::{Diff, DiffLine};

use crate::cli::Format;
use crate::exit::Exit;
use crate::output::{BAD, DOUBT, FAINT, GOOD, Output, visible};
use crate::session::Session;

const AFTER_HELP: &str = "\
Examples:
  kordon diff before/ after/
  kordon diff main:deploy deploy --fail-on added
  kordon diff main:deploy HEAD:deploy -o markdown

Exit status: 0, or 1 if something differs as --fail-on says; 2 for an error.";

/// Show which connections and permissions differ between manifests
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The manifests before: a file, a folder, or REVISION:PATH in the git repository.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The manifests after, likewise.
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
        let [old, new] = session.old_and_new("diff", [&self.old, &self.new])?;
        let diff = Diff::between(
            &session.engine_of_network(&old),
            &session.engine_of_network(&new),
        );
        let mut out = session.stdout();
        match session.format() {
            Format::Json => out.json(&diff.to_json())?,
            Format::Yaml => out.yaml(&diff.to_json())?,
            Format::Markdown => markdown(&diff, &mut out)?,
            Format::Sarif => {
                let (diagnostics, sources) = diff.diagnostics();
                out.sarif(&diagnostics, &sources)?;
            }
            Format::Github => {
                let (diagnostics, sources) = diff.diagnostics();
                out.github(&diagnostics, &sources)?;
            }
            _ => text(&diff, &mut out)?,
        }
        out.flush()?;
        let fails = self.fail_on.iter().any(|fail_on| fail_on.is_met(&diff));
        Ok(if fails { Exit::Findings } else { Exit::Success })
    }
}

/// Why a line was so before, and why it is so after.
fn reasons(line: &DiffLine) -> impl Iterator<Item = String> {
    let before = line.before.iter().map(|reason| format!("before: {reason}"));
    let after = line.after.iter().map(|reason| format!("after: {reason}"));
    before.chain(after)
}

/// The lines of each difference, connections before permissions, and their numbers.
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
        for reason in reasons(&line) {
            for piece in kordon::wrap(&format!("    {}", visible(&reason)), out.width, 8) {
                writeln!(out, "{FAINT}{piece}{FAINT:#}")?;
            }
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
    writeln!(out, "| Change | What | Who | Before | After | Why |")?;
    writeln!(out, "| --- | --- | --- | --- | --- | --- |")?;
    for line in diff.lines() {
        let why: Vec<String> = reasons(&line).map(|reason| cell(&reason)).collect();
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            line.kind.name(),
            line.about,
            cell(&line.what),
            cell(line.old.as_deref().unwrap_or_default()),
            cell(line.new.as_deref().unwrap_or_default()),
            why.join("<br>"),
        )?;
    }
    Ok(())
}

/// A text as the cell of a table: names are the input's, so nothing of them may be markup.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '<' => cell.push_str("&lt;"),
            '&' => cell.push_str("&amp;"),
            '|' | '`' | '\\' | '*' | '_' | '[' | ']' | '@' | '#' | '!' => {
                cell.push('\\');
                cell.push(character);
            }
            _ => cell.push(character),
        }
    }
    cell
}
