//! `kordon check`: one question, one line.

use std::io::Write;

use anyhow::Result;
use kordon::{Answer, Verdict};

use crate::cli::Format;
use crate::exit::Exit;
use crate::output::{self, BAD, DOUBT, GOOD, Output, visible};
use crate::question::{FORMS, Question};
use crate::session::Session;

/// Answer a question in one line
#[derive(Debug, clap::Args)]
#[command(after_help = FORMS)]
pub(crate) struct Args {
    #[command(flatten)]
    question: Question,
}

impl Args {
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        answer(&self.question, session, |answer, format, out| {
            match format {
                Format::Json => out.json(&answer.to_json())?,
                Format::Yaml => out.yaml(&answer.to_json())?,
                _ => line(answer, out)?,
            }
            Ok(())
        })
    }
}

/// Answers a question, shows the answer and turns it into the exit status.
pub(crate) fn answer(
    question: &Question,
    session: &Session,
    show: impl FnOnce(&Answer, Format, &mut Output) -> Result<()>,
) -> Result<Exit> {
    let request = question.request(session)?;
    let cluster = session.cluster()?;
    let answer = session.engine(&cluster).answer(&request);
    let mut out = session.stdout();
    match answer.problem() {
        Some(problem) if session.format() == Format::Table => {
            output::error(problem, session.color());
        }
        _ => show(&answer, session.format(), &mut out)?,
    }
    out.flush()?;
    Ok(match answer.decision() {
        decision if decision.problem.is_some() => Exit::Error,
        decision if decision.is_allowed() => Exit::Success,
        _ => Exit::Findings,
    })
}

fn line(answer: &Answer, out: &mut Output) -> Result<()> {
    let (style, word) = match answer.decision().verdict {
        Verdict::Allow => (GOOD, "allow"),
        Verdict::Unknown => (DOUBT, "deny"),
        Verdict::Deny | Verdict::NotApplicable => (BAD, "deny"),
    };
    writeln!(
        out,
        "{style}{word}{style:#}: {}: {}",
        visible(answer.request()),
        visible(&answer.reason())
    )?;
    Ok(())
}
