//! One page: all of its cases, and the page as it should be.

use std::path::Path;

use kordon_testkit::spec::{SpecChanges, SpecFile};

use crate::case;

/// What was checked, and what does not hold.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) cases: usize,
    pub(crate) requests: usize,
    /// Requests that a reference judged as well.
    pub(crate) compared: usize,
    pub(crate) diagnostics: usize,
    /// Lines about what comes in by entry points.
    pub(crate) entries: usize,
    /// Each with page and line.
    pub(crate) failures: Vec<String>,
}

impl Outcome {
    pub(crate) fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.requests += other.requests;
        self.compared += other.compared;
        self.diagnostics += other.diagnostics;
        self.entries += other.entries;
        self.failures.extend(other.failures);
    }
}

/// Checks a page. With `bless`, writes what the engine says into it.
pub(crate) fn check(path: &Path, bless: bool) -> Outcome {
    let text = std::fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let file = match SpecFile::parse(&format!("docs/spec/{name}"), &text) {
        Ok(file) => file,
        Err(errors) => {
            return Outcome {
                failures: errors.iter().map(ToString::to_string).collect(),
                ..Outcome::default()
            };
        }
    };
    let mut outcome = Outcome::default();
    let mut changes = SpecChanges::default();
    for case in &file.cases {
        outcome.add(case::check(&file.name, case, &mut changes));
    }
    if bless {
        std::fs::write(path, file.with(&changes)).unwrap();
    }
    outcome
}
