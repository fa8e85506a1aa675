//! `kordon eval`: many questions, one a line, answered in their order.

mod lines;

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kordon::{Engine, RequestSpec};
use lines::{LONGEST, Line, Lines};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::session::Session;

const AFTER_HELP: &str = "\
A line is a request in its compact form, or a SubjectAccessReview:
  {\"kind\":\"connection\",\"from\":\"shop/a\",\"to\":\"shop/b\",\"port\":80}
  {\"kind\":\"api\",\"user\":\"alice\",\"groups\":[\"dev\"],\"verb\":\"get\",
   \"resource\":\"pods\",\"namespace\":\"shop\"}         (on one line)
Each line gets a decision on a line of its own; empty lines get none.

Exit status: 0 if all were answered, allowed or not; 2 if a line could not be
understood, which is a deny with an `error`, or for another error.";

/// Answer many requests, given as lines of JSON
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The requests, one a line: a file, or - for standard input.
    #[arg(long, value_name = "FILE")]
    requests: PathBuf,
    /// Add all stages, grants and advice to each answer, as explain does.
    #[arg(long)]
    explain: bool,
}

/// The answer to one line, as it is written.
struct Answered {
    line: Vec<u8>,
    is_error: bool,
}

impl Answered {
    fn new(answer: &Value) -> Result<Self> {
        let mut line = serde_json::to_vec(answer)?;
        line.push(b'\n');
        let is_error = answer.get("error").is_some();
        Ok(Self { line, is_error })
    }
}

impl Args {
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        let is_stdin = self.requests == Path::new("-");
        if is_stdin
            && session
                .filenames()
                .iter()
                .any(|path| path == Path::new("-"))
        {
            anyhow::bail!(
                "standard input can be read once: give `-` for manifests or for requests"
            );
        }
        let progress = self.progress(session);
        let requests: Box<dyn Read> = if is_stdin {
            Box::new(io::stdin().lock())
        } else {
            let context = || format!("cannot read `{}`", self.requests.display());
            let file = File::open(&self.requests).with_context(context)?;
            Box::new(progress.wrap_read(file))
        };
        let engine = session.engine(&session.cluster()?);
        let exit = self.answer(requests, &engine, session)?;
        progress.finish_and_clear();
        Ok(exit)
    }

    /// A bar on standard error where there is a terminal and the end is known.
    fn progress(&self, session: &Session) -> ProgressBar {
        let size = std::fs::metadata(&self.requests)
            .ok()
            .filter(std::fs::Metadata::is_file);
        let (Some(size), true, false) = (size, io::stderr().is_terminal(), session.is_quiet())
        else {
            return ProgressBar::hidden();
        };
        let bar = ProgressBar::with_draw_target(Some(size.len()), ProgressDrawTarget::stderr());
        match ProgressStyle::with_template("{wide_bar} {percent:>3} % {eta:>4}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }

    fn answer(&self, requests: impl Read, engine: &Engine, session: &Session) -> Result<Exit> {
        let mut out = session.stdout();
        let mut lines = Lines::new(requests);
        let mut exit = Exit::Success;
        loop {
            let group = lines.group().context("cannot read the requests")?;
            if group.is_empty() {
                return Ok(exit);
            }
            let answers: Result<Vec<Answered>> = group
                .par_iter()
                .filter_map(|line| self.line(engine, line))
                .map(|answer| Answered::new(&answer))
                .collect();
            for answer in answers? {
                if answer.is_error {
                    exit = Exit::Error;
                }
                out.write_all(&answer.line)?;
            }
            out.flush()?;
        }
    }

    /// The answer to one line; none to an empty one.
    fn line(&self, engine: &Engine, Line { number, text }: &Line) -> Option<Value> {
        let Some(text) = text else {
            let message = format!("a line of more than {LONGEST} bytes is no request");
            return Some(refusal(*number, &message));
        };
        let line = text.trim_ascii();
        if line.is_empty() {
            return None;
        }
        let request = std::str::from_utf8(line)
            .map_err(|_| "expected a JSON object in UTF-8".to_owned())
            .and_then(|text| RequestSpec::from_json_text(text).map_err(|error| error.to_string()));
        let request = match request {
            Ok(request) => request,
            Err(message) => return Some(refusal(*number, &message)),
        };
        let answer = engine.answer(&request);
        let mut value = if self.explain {
            answer.to_full_json()
        } else {
            answer.to_json()
        };
        if let Some(error) = value.get_mut("error").and_then(Value::as_object_mut) {
            error.insert("line".to_owned(), json!(number));
        }
        Some(value)
    }
}

/// The answer to a line that is no request.
fn refusal(number: usize, message: &str) -> Value {
    json!({"decision": "deny", "error": {"message": message, "line": number}})
}
