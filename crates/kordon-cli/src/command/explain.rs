//! `kordon explain`: one question, and all that led to its answer.

use anyhow::Result;

use super::check;
use crate::cli::Format;
use crate::exit::Exit;
use crate::output::write_walk;
use crate::question::{FORMS, Question};
use crate::session::Session;

/// Answer a question and say exactly why
#[derive(Debug, clap::Args)]
#[command(after_help = FORMS)]
pub(crate) struct Args {
    #[command(flatten)]
    question: Question,
}

impl Args {
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        check::answer(&self.question, session, |answer, format, out| {
            match format {
                Format::Json => out.json(&answer.to_full_json())?,
                Format::Yaml => out.yaml(&answer.to_full_json())?,
                _ => write_walk(answer, 0, out)?,
            }
            Ok(())
        })
    }
}
