//! What is valid in a rule and seldom meant.

use kordon_syntax::{Code, Diagnostic, Severity, quoted};

use super::Action;
use super::attribute::Attribute;
use super::reader::Reader;
use crate::at::{At, elements};
use crate::codes;
use crate::istio::text::is_template;

/// Looks at the values of a list.
pub(super) fn check_values(
    reader: &mut Reader<'_, '_>,
    attribute: &Attribute,
    list: &At<'_>,
    values: &[String],
) {
    let problem = match attribute {
        Attribute::Path => path_problem,
        Attribute::RequestPrincipal => token_principal_problem,
        _ => return,
    };
    let code = match attribute {
        Attribute::Path => codes::PATH,
        _ => codes::REQUEST_PRINCIPAL,
    };
    for (index, value) in values.iter().enumerate() {
        if let Some((message, help)) = problem(value) {
            let message = format!("{} {message}", quoted(value));
            warn(reader, &list.index(index), code, message, help);
        }
    }
}

fn warn(reader: &mut Reader<'_, '_>, at: &At<'_>, code: Code, message: String, help: &str) {
    let diagnostic = Diagnostic::warning(code, message).help(help);
    reader
        .ctx
        .report(at, "probably not what is meant", diagnostic);
}

/// Why no path matches a value. Policies see paths as Envoy normalizes them, without their query.
fn path_problem(value: &str) -> Option<(&'static str, &'static str)> {
    const ESCAPED: [char; 9] = ['{', '}', '|', '"', '<', '>', '^', '`', '\\'];
    if value.contains(['?', '#']) {
        return Some((
            "matches no path, as paths are compared without their query",
            "remove what follows the path; `request.headers[:path]` in `when` sees the query",
        ));
    }
    if !is_template(value) && value.contains(ESCAPED) {
        return Some((
            "matches no path, as paths are compared with such characters escaped",
            "write `%7B` for `{`, `%7C` for `|` and so on; `{*}` and `{**}` are wildcards",
        ));
    }
    if escapes(value).any(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)) {
        return Some((
            "matches no path, as letters, digits and `-._~` are compared unescaped",
            "write the character itself",
        ));
    }
    if value
        .split('/')
        .any(|segment| matches!(segment, "." | ".."))
    {
        return Some((
            "matches no path, as `.` and `..` are resolved before paths are compared",
            "write the path that it leads to",
        ));
    }
    None
}

/// The bytes that `%` and two digits stand for.
fn escapes(value: &str) -> impl Iterator<Item = u8> {
    value
        .split('%')
        .skip(1)
        .filter_map(|rest| u8::from_str_radix(rest.get(..2)?, 16).ok())
}

/// Why a value matches other tokens than it seems to: it is split at its last `/`.
fn token_principal_problem(value: &str) -> Option<(&'static str, &'static str)> {
    let split = value.rsplit_once('/');
    match (value.strip_suffix('*'), split) {
        (Some(_), Some((issuer, _))) if issuer.ends_with(":/") => Some((
            "is split at its last `/`, so it speaks of an issuer that ends in `:/`",
            "write `ISSUER/*` for all subjects of an issuer",
        )),
        (None, None) if !value.starts_with('*') && !value.is_empty() => Some((
            "names an issuer alone, so it matches only tokens with an empty subject",
            "write `ISSUER/SUBJECT`, or `ISSUER/*` for all subjects",
        )),
        _ => None,
    }
}

/// Looks at a list of what must not be, where nothing says that there must be something.
pub(super) fn check_negation(
    reader: &mut Reader<'_, '_>,
    attribute: &Attribute,
    negative: &At<'_>,
) {
    let may_be_missing = matches!(
        attribute,
        Attribute::RequestPrincipal | Attribute::Header(_) | Attribute::Claim(_)
    ) || attribute.is_of_certificate();
    if !may_be_missing || !reader.ctx.has_items(negative) {
        return;
    }
    // To ask for the absence of a value is a way to require one.
    let values = reader.ctx.node(negative).map_or(&[][..], elements);
    if values.iter().all(|value| value.as_str() == Some("*")) {
        return;
    }
    let (severity, effect) = match reader.action {
        Action::Allow => (Severity::Warning, "allows"),
        Action::Deny => (Severity::Note, "denies"),
        Action::Audit | Action::Custom(_) => return,
    };
    let what = missing(attribute);
    let message = format!("a request without {what} satisfies this too, so the rule {effect} it");
    let mut diagnostic = Diagnostic::warning(codes::NEGATION, message).help(
        "add the list of what is meant, which may be `[\"*\"]`, to speak of requests that have one",
    );
    diagnostic.severity = severity;
    reader
        .ctx
        .report_key(negative, "satisfied by what is missing", diagnostic);
}

/// What a request lacks that has no value of an attribute.
fn missing(attribute: &Attribute) -> &'static str {
    match attribute {
        Attribute::RequestPrincipal => "a token",
        Attribute::Header(_) => "the header",
        Attribute::Claim(_) => "the claim",
        _ => "an identity",
    }
}

/// A denial whose conditions only HTTP has denies all that is not HTTP.
pub(super) fn check_bytes(reader: &mut Reader<'_, '_>, rule: &At<'_>) {
    if *reader.action != Action::Deny {
        return;
    }
    let diagnostic = Diagnostic::warning(
        codes::DENIES_BYTES,
        "this rule denies every connection that is not HTTP, as only HTTP has what it compares",
    )
    .help("add `ports: [..]` with the HTTP ports to `operation`");
    reader
        .ctx
        .report_key(rule, "has conditions of HTTP alone", diagnostic);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_normalization_never_gives_are_noticed() {
        for path in [
            "/a?b", "/a#b", "/a|b", "/{id}", "/%41", "/a/%7e", "/a/../b", "/./a",
        ] {
            assert!(path_problem(path).is_some(), "{path}");
        }
        for path in [
            "/a", "/a//b", "/%2F", "/{*}/b", "*", "/a*", "/%", "/a..b", "/é%é",
        ] {
            assert_eq!(path_problem(path), None, "{path}");
        }
    }

    #[test]
    fn principals_of_tokens_that_are_split_elsewhere_are_noticed() {
        for value in ["https://idp*", "issuer"] {
            assert!(token_principal_problem(value).is_some(), "{value}");
        }
        for value in [
            "*",
            "https://idp/*",
            "https://idp/sub",
            "*sub",
            "iss*",
            "iss/sub",
        ] {
            assert_eq!(token_principal_problem(value), None, "{value}");
        }
    }
}
