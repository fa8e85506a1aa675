//! `kordon validate`: every problem in manifests, with its place and how to mend it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use kordon::Cluster;
use kordon::syntax::render;
use kordon::syntax::{Diagnostic, Severity};
use serde_json::{Value, json};

use crate::cli::Format;
use crate::exit::Exit;
use crate::input;
use crate::output::{Output, visible};
use crate::session::{Session, counted, tally, unknown_kinds};

/// Stands between a number and its noun until lines have been broken.
const NO_BREAK: &str = "\u{a0}";

/// Find problems in manifests, and show where and how to mend them
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status: 0 if there is no error, 1 if there is one, 2 if a file cannot be
read.")]
pub(crate) struct Args {
    /// Manifests, as -f takes them.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Exit with 1 for warnings as well.
    #[arg(long)]
    deny_warnings: bool,
}

impl Args {
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        let paths = [session.filenames(), self.paths.as_slice()].concat();
        if paths.is_empty() {
            bail!("no manifests: name a file or a folder, or `-` for standard input");
        }
        let cluster = input::read_cluster(&paths)?;
        let diagnostics = cluster.diagnostics();
        let mut out = session.stdout();
        write(&cluster, &diagnostics, session.format(), &mut out)?;
        out.flush()?;
        let limit = if self.deny_warnings {
            Severity::Warning
        } else {
            Severity::Error
        };
        let is_found = diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity <= limit);
        Ok(if is_found {
            Exit::Findings
        } else {
            Exit::Success
        })
    }
}

fn write(
    cluster: &Cluster,
    diagnostics: &[Diagnostic],
    format: Format,
    out: &mut Output,
) -> Result<()> {
    let sources = cluster.sources();
    match format {
        Format::Json => out.json(&value(cluster, diagnostics))?,
        Format::Yaml => out.yaml(&value(cluster, diagnostics))?,
        Format::Sarif => out.sarif(diagnostics, sources)?,
        Format::Github => out.github(diagnostics, sources)?,
        // The formats that are left are refused before a command runs.
        _ => {
            out.diagnostics(diagnostics, sources)?;
            summary(cluster, diagnostics, out)?;
        }
    }
    Ok(())
}

fn value(cluster: &Cluster, diagnostics: &[Diagnostic]) -> Value {
    let unknown: Vec<Value> = unknown_kinds(cluster)
        .into_iter()
        .map(
            |((version, kind), count)| json!({"apiVersion": version, "kind": kind, "count": count}),
        )
        .collect();
    json!({
        "diagnostics": render::json(diagnostics, cluster.sources()),
        "objects": cluster.kinds(),
        "unknown": unknown,
    })
}

fn summary(cluster: &Cluster, diagnostics: &[Diagnostic], out: &mut Output) -> Result<()> {
    let counts = |kinds: BTreeMap<String, usize>| {
        let kinds: Vec<String> = kinds
            .into_iter()
            .map(|(kind, count)| format!("{count}{NO_BREAK}{kind}"))
            .collect();
        kinds.join(", ")
    };
    let known: BTreeMap<String, usize> = cluster
        .kinds()
        .into_iter()
        .map(|(kind, count)| (kind.to_owned(), count))
        .collect();
    let unknown: BTreeMap<String, usize> = unknown_kinds(cluster)
        .into_iter()
        .map(|((version, kind), count)| (format!("{kind} ({version})"), count))
        .collect();
    let objects =
        counted(cluster.len(), "object", "objects").unwrap_or_else(|| "no objects".into());
    let separator = if known.is_empty() { "" } else { ": " };
    paragraph(out, &format!("{objects}{separator}{}", counts(known)))?;
    if !unknown.is_empty() {
        paragraph(out, &format!("not known to kordon: {}", counts(unknown)))?;
    }
    writeln!(out, "{}", tally(diagnostics))?;
    Ok(())
}

/// Writes a text in lines that fit.
fn paragraph(out: &mut Output, text: &str) -> Result<()> {
    let width = out.width;
    for line in kordon::wrap(&visible(text), width, 2) {
        writeln!(out, "{}", line.replace(NO_BREAK, " "))?;
    }
    Ok(())
}
