//! Lines of a `diagnostics` block.

use super::{SpecDiagnostic, SpecSeverity};

/// Reads `error CODE FILE:LINE:COLUMN MESSAGE`.
pub(super) fn read(text: &str, line: usize) -> Result<SpecDiagnostic, String> {
    let expected = || {
        format!("expected `error CODE FILE:LINE:COLUMN MESSAGE` or `warning ..`, found `{text}`")
    };
    let mut words = text.splitn(4, char::is_whitespace);
    let mut word = || words.next().map(str::trim).filter(|word| !word.is_empty());
    let (Some(severity), Some(code), Some(place), Some(message)) = (word(), word(), word(), word())
    else {
        return Err(expected());
    };
    let severity = match severity {
        "error" => SpecSeverity::Error,
        "warning" => SpecSeverity::Warning,
        _ => return Err(expected()),
    };
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next().and_then(|number| number.parse().ok());
    let at_line = parts.next().and_then(|number| number.parse().ok());
    let (Some(at_column), Some(at_line), Some(file)) = (column, at_line, parts.next()) else {
        return Err(expected());
    };
    Ok(SpecDiagnostic {
        severity,
        code: code.to_owned(),
        file: file.to_owned(),
        at_line,
        at_column,
        message: message.to_owned(),
        line,
    })
}
