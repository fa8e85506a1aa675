//! An explained decision in the forms that people and programs read.

mod advice;
mod deciding;
mod json;
mod problem;
mod walk;

use kordon_core::{Decision, Explanation};

use crate::engine::Engine;
use crate::request::RequestSpec;

pub(crate) use deciding::of_plane;
pub use walk::{Line, Mark, Row};

/// A decision with its reasons, the positions of what decided, and what would change it.
///
/// [`Answer::to_json`] is the line that `kordon eval` writes; its `Display` is what
/// `kordon explain` shows.
#[derive(Clone, Debug)]
pub struct Answer {
    request: String,
    explanation: Explanation,
    engine: Engine,
    notes: Vec<String>,
    problem: Option<String>,
}

impl Answer {
    pub(crate) fn new(engine: &Engine, request: &RequestSpec, explanation: Explanation) -> Self {
        Self {
            request: request.to_string(),
            notes: advice::notes(request, &explanation),
            problem: explanation
                .decision
                .problem
                .map(|problem| problem::text(engine, request, problem)),
            explanation,
            engine: engine.clone(),
        }
    }

    /// The decision.
    pub fn decision(&self) -> Decision {
        self.explanation.decision
    }

    /// The reasons.
    pub fn explanation(&self) -> &Explanation {
        &self.explanation
    }

    /// The request in words.
    pub fn request(&self) -> &str {
        &self.request
    }

    /// Why the request could not be understood, in one line, with the name that is to blame. The
    /// decision is a denial then.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// What to know beside the decision: facts that it rests on and that may surprise.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What would have to change for the decision to be another.
    pub fn advice(&self) -> Vec<String> {
        advice::advice(&self.explanation)
    }
}
