//! `kordon equal`: a proof that two sets of manifests answer every request alike, or a request
//! that they do not.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Result;
use kordon::RequestSpec;
use kordon::equality::{Counterexample, Equality};

use crate::cli::Format;
use crate::exit::Exit;
use crate::output::{BAD, DOUBT, GOOD, Output, visible};
use crate::session::Session;

const AFTER_HELP: &str = "\
Examples:
  kordon equal before/ after/
  kordon equal main:deploy deploy

Exit status: 0 if they are equal, 1 if a request is answered differently, 2 if
that could not be proven, or for an error.";

/// Prove that two sets of manifests answer every request alike
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// One set: a file, a folder, or REVISION:PATH in the git repository.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The other one, likewise.
    #[arg(value_name = "NEW")]
    new: PathBuf,
}

impl Args {
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        let [old, new] = session.old_and_new("equal", [&self.old, &self.new])?;
        let equality = Equality::of(&session.engine(&old), &session.engine(&new));
        let mut out = session.stdout();
        match session.format() {
            Format::Json => out.json(&equality.to_json())?,
            Format::Yaml => out.yaml(&equality.to_json())?,
            _ => self.text(&equality, &mut out)?,
        }
        out.flush()?;
        Ok(match equality {
            Equality::Proven => Exit::Success,
            Equality::Different(_) => Exit::Findings,
            Equality::Unproven(_) => Exit::Error,
        })
    }

    fn text(&self, equality: &Equality, out: &mut Output) -> io::Result<()> {
        match equality {
            Equality::Proven => {
                writeln!(out, "{GOOD}equal{GOOD:#}: every request is answered alike")
            }
            Equality::Different(found) => self.counterexample(found, out),
            Equality::Unproven(reasons) => {
                writeln!(
                    out,
                    "{DOUBT}not proven{DOUBT:#}: no difference was found, and there may be one"
                )?;
                for reason in reasons {
                    paragraph(out, &format!("  {reason}"), 4)?;
                }
                Ok(())
            }
        }
    }

    fn counterexample(&self, found: &Counterexample, out: &mut Output) -> io::Result<()> {
        writeln!(
            out,
            "{BAD}different{BAD:#}: {}",
            visible(&found.request.to_string())
        )?;
        for (name, path, answer) in [
            ("old", &self.old, &found.old),
            ("new", &self.new, &found.new),
        ] {
            let verdict = match answer.problem() {
                Some(problem) => format!("deny: {problem}"),
                None => format!("{}: {}", answer.decision().verdict, answer.reason()),
            };
            paragraph(out, &format!("  {name}: {verdict}"), 4)?;
            let path = path.display().to_string();
            let command = format!(
                "kordon explain -f {} {}",
                quoted(&path),
                words(&found.request)
            );
            writeln!(out, "    {}", visible(&command))?;
        }
        Ok(())
    }
}

/// The request as `kordon explain` takes it.
fn words(request: &RequestSpec) -> String {
    let short = match request {
        RequestSpec::Connection(connection) => connection.to_shorthand(),
        _ => None,
    };
    match short {
        Some(words) => words.split(' ').map(quoted).collect::<Vec<_>>().join(" "),
        None => format!("--request {}", quoted(&request.to_json().to_string())),
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn paragraph(out: &mut Output, text: &str, indent: usize) -> io::Result<()> {
    for line in kordon::wrap(&visible(text), out.width, indent) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_quoted_for_a_shell_where_they_need_it() {
        assert_eq!(quoted("main:deploy/a.yaml"), "main:deploy/a.yaml");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("[::1]:80"), "'[::1]:80'");
        assert_eq!(quoted(""), "''");
    }
}
