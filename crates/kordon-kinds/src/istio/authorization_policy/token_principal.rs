//! Patterns of the issuer and the subject of a token, as `requestPrincipals` writes them.

use kordon_core::model::TextMatch;

/// "`iss/sub`, with the wildcard at an end": the value is split at its last `/`.
///
/// Without a `/`, `X*` is an issuer that begins so, `*X` a subject that ends so, and any other
/// value an issuer whose subject is empty (`requestPrincipalGenerator`).
pub(super) fn token_principal(value: &str) -> (TextMatch, TextMatch) {
    let exact = |text: &str| TextMatch::Exact(text.to_owned());
    let split = value.rsplit_once('/');
    let (issuer, subject) = split.unwrap_or((value, ""));
    if value == "*" {
        return (TextMatch::Present, TextMatch::Present);
    }
    match (value.strip_prefix('*'), value.strip_suffix('*'), split) {
        (Some(_), _, Some(_)) => (pattern_at_start(issuer), exact(subject)),
        (Some(end), _, None) => (TextMatch::Present, TextMatch::Suffix(end.to_owned())),
        (None, Some(_), Some(_)) => (exact(issuer), pattern_at_end(subject)),
        (None, Some(start), None) => (TextMatch::Prefix(start.to_owned()), TextMatch::Present),
        (None, None, _) => (exact(issuer), exact(subject)),
    }
}

/// `*X`, or the presence of the text.
fn pattern_at_start(text: &str) -> TextMatch {
    match text.strip_prefix('*') {
        Some("") => TextMatch::Present,
        end => TextMatch::Suffix(end.unwrap_or(text).to_owned()),
    }
}

/// `X*`, or the presence of the text.
fn pattern_at_end(text: &str) -> TextMatch {
    match text.strip_suffix('*') {
        Some("") => TextMatch::Present,
        start => TextMatch::Prefix(start.unwrap_or(text).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_principals_are_split_at_the_last_slash() {
        use TextMatch::{Exact, Prefix, Present, Suffix};
        let text = str::to_owned;
        let cases = [
            ("*", (Present, Present)),
            ("iss/sub", (Exact(text("iss")), Exact(text("sub")))),
            ("iss/*", (Exact(text("iss")), Present)),
            ("iss/s*", (Exact(text("iss")), Prefix(text("s")))),
            ("iss*", (Prefix(text("iss")), Present)),
            ("*/sub", (Present, Exact(text("sub")))),
            ("*.x/sub", (Suffix(text(".x")), Exact(text("sub")))),
            ("*sub", (Present, Suffix(text("sub")))),
            ("iss", (Exact(text("iss")), Exact(String::new()))),
            (
                "https://idp*",
                (Exact(text("https:/")), Prefix(text("idp"))),
            ),
            (
                "https://idp/a",
                (Exact(text("https://idp")), Exact(text("a"))),
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(token_principal(value), expected, "{value}");
        }
    }
}
