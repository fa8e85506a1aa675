//! `kordon test`: runs policy tests.

mod junit;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use kordon::Engine;
use kordon::policy_test::{self, CaseOutcome, PolicyTest};
use kordon::syntax::render::{self, Color, TerminalOptions};
use kordon::syntax::{Diagnostic, Limits, Sources};
use serde_json::{Value, json};

use crate::cli::Format;
use crate::exit::Exit;
use crate::input;
use crate::output::{BAD, FAINT, GOOD, Output, visible, write_walk};
use crate::session::Session;

const AFTER_HELP: &str = "\
A file of tests:
  apiVersion: kordon.dev/v1
  kind: PolicyTest
  metadata: {name: shop}
  spec:
    manifests: [manifests]     # relative to this file, beside those of -f
    tests:
    - name: the frontend reaches the cart
      request: shop/frontend -> shop/cart:7070
      expect: allow            # allow, deny or unknown
      because: NetworkPolicy shop/cart spec.ingress[0]
    - name: developers read logs
      request: alice (dev) get pods/log -n shop
      expect: allow
A request is a line as above, with groups as they are given, or an object as
`kordon eval` takes it. `because` is optional: an object that must be among
those that decide, and perhaps the field.

Exit status: 0 if all tests pass, 1 if one fails, 2 if tests or manifests cannot
be read.";

/// Run policy tests
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Files with policy tests, or folders that hold some.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write the results as JUnit XML as well.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// A set of tests after its run.
struct Finished {
    test: PolicyTest,
    outcomes: Vec<CaseOutcome>,
}

impl Args {
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        let mut sources = Sources::default();
        let mut diagnostics = Vec::new();
        let mut tests = Vec::new();
        for path in input::files(&self.paths)? {
            let id = sources.add(path.display().to_string(), input::text(&path)?);
            let text = sources
                .source(id)
                .map(|source| source.text.clone())
                .unwrap_or_default();
            let (found, problems) = policy_test::read(id, &text, &Limits::default());
            tests.extend(found.into_iter().map(|test| (path.clone(), test)));
            diagnostics.extend(problems);
        }
        let mut out = session.stdout();
        if !diagnostics.is_empty() {
            refuse(&diagnostics, &sources, &mut out)?;
            bail!("the policy tests cannot be read as they are");
        }
        if tests.is_empty() {
            bail!("no policy test: expected documents with `kind: PolicyTest`");
        }
        let finished: Result<Vec<Finished>> = tests
            .into_iter()
            .map(|(path, test)| run(&path, test, session))
            .collect();
        let finished = finished?;
        report(&finished, session, &mut out)?;
        if let Some(path) = &self.junit {
            let context = || format!("cannot write `{}`", path.display());
            std::fs::write(path, junit::text(&finished)).with_context(context)?;
        }
        Ok(if count(&finished, true) == 0 {
            Exit::Success
        } else {
            Exit::Findings
        })
    }
}

fn refuse(diagnostics: &[Diagnostic], sources: &Sources, out: &mut Output) -> Result<()> {
    let color = if out.is_colored {
        Color::Always
    } else {
        Color::Never
    };
    let options = TerminalOptions {
        color,
        width: out.width,
    };
    out.write_all(render::terminal(diagnostics, sources, &options).as_bytes())?;
    out.flush()?;
    Ok(())
}

fn run(path: &Path, test: PolicyTest, session: &Session) -> Result<Finished> {
    let engine = engine(path, &test, session)?;
    let outcomes = test.cases.iter().map(|case| case.run(&engine)).collect();
    Ok(Finished { test, outcomes })
}

/// An engine over the manifests of a test and those of `-f`.
fn engine(path: &Path, test: &PolicyTest, session: &Session) -> Result<Engine> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut paths: Vec<PathBuf> = session.filenames().to_vec();
    paths.extend(test.manifests.iter().map(|manifest| folder.join(manifest)));
    if paths.is_empty() {
        bail!(
            "`{}` has no manifests: add `spec.manifests`, or name them by `-f`",
            path.display()
        );
    }
    let cluster = input::read_cluster(&paths)?;
    session.sum_up(&cluster);
    Ok(session.engine(&cluster))
}

/// How many tests failed, or passed.
fn count(finished: &[Finished], failed: bool) -> usize {
    let outcomes = finished.iter().flat_map(|finished| &finished.outcomes);
    outcomes
        .filter(|outcome| outcome.failure.is_some() == failed)
        .count()
}

fn report(finished: &[Finished], session: &Session, out: &mut Output) -> Result<()> {
    match session.format() {
        Format::Json => out.json(&value(finished))?,
        Format::Yaml => out.yaml(&value(finished))?,
        _ => {
            lines(finished, out)?;
            failures(finished, out)?;
            let (passed, failed) = (count(finished, false), count(finished, true));
            let style = if failed == 0 { GOOD } else { BAD };
            writeln!(out, "{style}{passed} passed, {failed} failed{style:#}")?;
        }
    }
    out.flush()?;
    Ok(())
}

/// Each test with its outcome.
fn cases(finished: &[Finished]) -> impl Iterator<Item = (&Finished, &str, &CaseOutcome)> {
    finished.iter().flat_map(|finished| {
        let names = finished.test.cases.iter().map(|case| case.name.as_str());
        names
            .zip(&finished.outcomes)
            .map(move |(name, outcome)| (finished, name, outcome))
    })
}

fn lines(finished: &[Finished], out: &mut Output) -> Result<()> {
    for (finished, name, outcome) in cases(finished) {
        let (style, word) = match outcome.failure {
            None => (GOOD, "ok"),
            Some(_) => (BAD, "FAILED"),
        };
        let title = title(finished, name);
        writeln!(out, "{title} ... {style}{word}{style:#}")?;
    }
    writeln!(out)?;
    Ok(())
}

fn title(finished: &Finished, name: &str) -> String {
    visible(&format!("{}: {name}", finished.test.name))
}

fn failures(finished: &[Finished], out: &mut Output) -> Result<()> {
    for (finished, name, outcome) in cases(finished) {
        let Some(failure) = &outcome.failure else {
            continue;
        };
        writeln!(out, "{BAD}{}{BAD:#}", title(finished, name))?;
        for line in kordon::wrap(&visible(failure), out.width.saturating_sub(2), 2) {
            writeln!(out, "  {line}")?;
        }
        writeln!(out, "{FAINT}  --{FAINT:#}")?;
        write_walk(&outcome.answer, 2, out)?;
        writeln!(out)?;
    }
    Ok(())
}

fn value(finished: &[Finished]) -> Value {
    let tests = cases(finished).map(|(finished, name, outcome)| {
        json!({
            "suite": finished.test.name,
            "name": name,
            "passed": outcome.failure.is_none(),
            "failure": outcome.failure,
            "answer": outcome.answer.to_json(),
        })
    });
    json!({
        "passed": count(finished, false),
        "failed": count(finished, true),
        "tests": tests.collect::<Vec<Value>>(),
    })
}
