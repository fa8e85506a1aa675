//! Workflow commands of GitHub Actions, which show as annotations in a pull request.

use std::fmt::Write;

use super::{primary, sorted};
use crate::text::one_line;
use crate::{Diagnostic, Severity, Sources};

/// The diagnostics as workflow commands, one a line.
pub fn github(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    sorted(diagnostics)
        .into_iter()
        .map(|diagnostic| command(diagnostic, sources))
        .collect()
}

fn command(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let name = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut command = format!("::{name} ");
    if let Some((label, source)) = primary(diagnostic, sources) {
        let (start, end) = (
            source.position(label.span.start),
            source.position(label.span.end),
        );
        let file = property(&source.name);
        let lines = format!("line={},endLine={}", start.line, end.line);
        let _ = write!(command, "file={file},{lines},");
        // GitHub takes columns only where both lie on one line.
        if start.line == end.line {
            let _ = write!(command, "col={},endColumn={},", start.column, end.column);
        }
    }
    let title = property(&format!("{}: {}", diagnostic.code, diagnostic.message));
    let _ = writeln!(command, "title={title}::{}", data(&body(diagnostic)));
    command
}

fn body(diagnostic: &Diagnostic) -> String {
    let mut body = one_line(&diagnostic.message);
    if let Some(object) = &diagnostic.object {
        let _ = write!(body, "\nin {}", one_line(object));
    }
    if let Some(path) = diagnostic.path.as_ref().filter(|path| !path.is_root()) {
        let _ = write!(body, "\nat {path}");
    }
    for help in &diagnostic.help {
        let _ = write!(body, "\nhelp: {}", one_line(help));
    }
    body
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
