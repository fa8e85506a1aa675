//! Diagnostics as people and tools want them.
//!
//! Each renderer turns the same data into one format. They own formats and know nothing of what
//! went wrong. All of them put diagnostics in the order of texts and places, so that the output
//! does not depend on the order in which problems were found.

mod github;
mod json;
mod sarif;
mod terminal;

use crate::{Diagnostic, Label, Severity, Source, SourceId, Sources};

pub use self::github::github;
pub use self::json::json;
pub use self::sarif::sarif;
pub use self::terminal::{Color, TerminalOptions, terminal};

/// The diagnostics in the order in which they are shown: by text, place, code and message; those
/// without a place come last.
pub fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by(|one, other| order(one).cmp(&order(other)));
    sorted
}

fn order(diagnostic: &Diagnostic) -> impl Ord + '_ {
    let label = diagnostic.primary_label();
    let place = label.map(|label| (label.source, label.span.start, label.span.end));
    (
        place.is_none(),
        place,
        diagnostic.severity,
        diagnostic.code,
        &diagnostic.message,
        &diagnostic.object,
        &diagnostic.path,
    )
}

/// Where the problem is, with its text.
fn primary<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a Sources,
) -> Option<(&'a Label, &'a Source)> {
    let label = diagnostic.primary_label()?;
    Some((label, sources.source(label.source)?))
}

fn name(id: SourceId, sources: &Sources) -> &str {
    sources.source(id).map_or("", |source| &source.name)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests;
