//! Patterns of texts as Istio writes them.

use kordon_core::model::{Glob, GlobPart, TextMatch};

const ONE_SEGMENT: &str = "{*}";
const ANY_SEGMENTS: &str = "{**}";

/// "Exact match, prefix match (`abc*`), suffix match (`*abc`) and presence match (`*`)". Any other
/// star stands for itself (Istio's `StringMatcher`).
pub(super) fn pattern(value: &str) -> TextMatch {
    if value == "*" {
        TextMatch::Present
    } else if let Some(end) = value.strip_prefix('*') {
        TextMatch::Suffix(end.to_owned())
    } else if let Some(start) = value.strip_suffix('*') {
        TextMatch::Prefix(start.to_owned())
    } else {
        TextMatch::Exact(value.to_owned())
    }
}

/// Whether a path is a template.
pub(super) fn is_template(value: &str) -> bool {
    value.contains(ONE_SEGMENT) || value.contains(ANY_SEGMENTS)
}

/// A template of paths: `{*}` is one or more characters but no `/`, `{**}` any characters or none.
pub(super) fn template(value: &str) -> TextMatch {
    let mut parts = Vec::new();
    let mut rest = value;
    while let Some(at) = rest.find('{') {
        let (before, operator) = rest.split_at(at);
        let (part, after) = match operator.strip_prefix(ANY_SEGMENTS) {
            Some(after) => (any(0), after),
            None => match operator.strip_prefix(ONE_SEGMENT) {
                Some(after) => (segment(1), after),
                None => break,
            },
        };
        push_text(&mut parts, before);
        parts.push(part);
        rest = after;
    }
    push_text(&mut parts, rest);
    glob(parts, value)
}

/// A form, and what was written.
pub(super) fn glob(parts: Vec<GlobPart>, written: &str) -> TextMatch {
    TextMatch::Glob(Glob {
        parts,
        written: written.to_owned(),
    })
}

/// At least so many characters.
pub(super) fn any(least: usize) -> GlobPart {
    GlobPart::Any { least, until: None }
}

/// At least so many characters, but no `/`.
pub(super) fn segment(least: usize) -> GlobPart {
    GlobPart::Any {
        least,
        until: Some(b'/'),
    }
}

/// Adds a text to the parts of a form.
pub(super) fn push_text(parts: &mut Vec<GlobPart>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(GlobPart::Text(last)) => last.push_str(text),
        _ => parts.push(GlobPart::Text(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_star_at_an_end_is_a_wildcard() {
        let cases = [
            ("*", TextMatch::Present),
            ("*mid*", TextMatch::Suffix("mid*".into())),
            ("abc*", TextMatch::Prefix("abc".into())),
            ("a*b", TextMatch::Exact("a*b".into())),
            ("**", TextMatch::Suffix("*".into())),
            ("", TextMatch::Exact(String::new())),
        ];
        for (value, expected) in cases {
            assert_eq!(pattern(value), expected, "{value}");
        }
    }

    #[test]
    fn a_template_has_parts_for_one_segment_and_for_any() {
        let text = |text: &str| GlobPart::Text(text.into());
        let cases = [
            ("/a/{*}/b", vec![text("/a/"), segment(1), text("/b")]),
            ("/{**}/x", vec![text("/"), any(0), text("/x")]),
            ("/{*}{**}", vec![text("/"), segment(1), any(0)]),
        ];
        for (value, parts) in cases {
            assert!(is_template(value), "{value}");
            assert_eq!(template(value), glob(parts, value), "{value}");
        }
        assert!(!is_template("/a/{b}"));
    }
}
