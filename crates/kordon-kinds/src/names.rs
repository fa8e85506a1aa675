//! The grammars of names and labels, from Kubernetes' apimachinery (`util/validation`).

/// Which grammar the names of a kind follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameRule {
    /// RFC 1123 subdomain: labels joined by dots.
    Subdomain,
    /// RFC 1123 label.
    Label,
    /// RFC 1035 label: begins with a letter.
    ServiceLabel,
    /// Calico's policies: a label, after the name of a tier and a dot or not. Those that stand for
    /// a policy of Kubernetes begin with `knp.default.`.
    Tiered,
    /// Calico's policies of the cluster: a label, after the name of a tier and a dot or not.
    TieredGlobal,
    /// Anything that can stand in a path: RBAC's names.
    PathSegment,
}

impl NameRule {
    /// What is wrong with the name, said as what was expected.
    pub(crate) fn problem(self, name: &str) -> Option<&'static str> {
        match self {
            Self::Subdomain if !is_subdomain(name) => Some(
                "expected at most 253 lowercase letters, digits, `-` and `.`, with a letter or digit at both ends",
            ),
            Self::Label if !is_label(name) => Some(
                "expected at most 63 lowercase letters, digits and `-`, with a letter or digit at both ends",
            ),
            Self::ServiceLabel if !is_service_label(name) => Some(
                "expected at most 63 lowercase letters, digits and `-`, beginning with a letter and not ending in `-`",
            ),
            Self::Tiered if !is_tiered(name.strip_prefix("knp.default.").unwrap_or(name)) => {
                Some(TIERED)
            }
            Self::TieredGlobal if !is_tiered(name) => Some(TIERED),
            Self::PathSegment if !is_path_segment(name) => {
                Some("expected a name without `/` and `%` that is not `.` or `..`")
            }
            _ => None,
        }
    }
}

const TIERED: &str = "expected at most 253 lowercase letters, digits and `-`, after the name of a tier and a `.` or not";

/// At most one dot, between a tier and the rest.
fn is_tiered(name: &str) -> bool {
    is_subdomain(name) && name.matches('.').count() <= 1
}

/// An RFC 1123 label.
pub(crate) fn is_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    text.len() <= 63
        && bytes.iter().all(inner)
        && ends(bytes, |byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit()
        })
}

/// An RFC 1123 subdomain. Kubernetes bounds the whole and not each part.
pub(crate) fn is_subdomain(text: &str) -> bool {
    let part = |part: &str| {
        let bytes = part.as_bytes();
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        ends(bytes, letter) && bytes.iter().all(|byte| letter(*byte) || *byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(part)
}

fn is_service_label(text: &str) -> bool {
    is_label(text) && text.starts_with(|first: char| first.is_ascii_lowercase())
}

fn is_path_segment(text: &str) -> bool {
    !text.is_empty() && text != "." && text != ".." && !text.contains(['/', '%'])
}

/// What is wrong with a label's key.
pub(crate) fn label_key_problem(key: &str) -> Option<&'static str> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if prefix.is_some_and(|prefix| !is_subdomain(prefix)) {
        return Some("expected a DNS name such as `example.com` before the `/`");
    }
    if name.is_empty() || !is_qualified(name) {
        return Some(
            "expected 1 to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, after an optional `prefix/`",
        );
    }
    None
}

/// What is wrong with a label's value.
pub(crate) fn label_value_problem(value: &str) -> Option<&'static str> {
    (!value.is_empty() && !is_qualified(value)).then_some(
        "expected at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends",
    )
}

fn is_qualified(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.len() <= 63
        && ends(bytes, |byte| byte.is_ascii_alphanumeric())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// What is wrong with the name of a port (`IsValidPortName`).
pub(crate) fn port_name_problem(name: &str) -> Option<&'static str> {
    let bytes = name.as_bytes();
    let letter = |byte: &u8| byte.is_ascii_lowercase();
    let inner = |byte: &u8| letter(byte) || byte.is_ascii_digit() || *byte == b'-';
    let good = (1..=15).contains(&bytes.len())
        && bytes.iter().all(inner)
        && bytes.iter().any(letter)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--");
    (!good).then_some(
        "expected 1 to 15 lowercase letters, digits and single `-`, with at least one letter and no `-` at the ends",
    )
}

fn ends(bytes: &[u8], good: impl Fn(u8) -> bool) -> bool {
    match (bytes.first(), bytes.last()) {
        (Some(first), Some(last)) => good(*first) && good(*last),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_keys_follow_the_qualified_name_grammar() {
        for good in ["a", "app.kubernetes.io/name", "A_b-c.d", &"x".repeat(63)] {
            assert_eq!(label_key_problem(good), None, "{good}");
        }
        for bad in [
            "",
            "/a",
            "a/",
            "a/b/c",
            "-a",
            "a b",
            "Ex_ample/x",
            &"x".repeat(64),
        ] {
            assert!(label_key_problem(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn label_values_may_be_empty() {
        for good in ["", "v1", "A.b_c"] {
            assert_eq!(label_value_problem(good), None, "{good}");
        }
        for bad in ["-", "a,b", " ", "é", &"x".repeat(64)] {
            assert!(label_value_problem(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn names_follow_the_grammar_of_their_kind() {
        let cases = [
            (NameRule::Subdomain, "a.b-c", true),
            (NameRule::Subdomain, "a..b", false),
            (NameRule::Subdomain, "A", false),
            (NameRule::Label, "a-1", true),
            (NameRule::Label, "a.b", false),
            (NameRule::ServiceLabel, "1a", false),
            (NameRule::ServiceLabel, "a1", true),
            (NameRule::PathSegment, "system:node:A", true),
            (NameRule::PathSegment, "a/b", false),
            (NameRule::PathSegment, "..", false),
        ];
        for (rule, name, good) in cases {
            assert_eq!(rule.problem(name).is_none(), good, "{rule:?} {name}");
        }
    }

    #[test]
    fn port_names_have_a_letter_and_no_double_dash() {
        for good in ["http", "a", "h2c-1"] {
            assert_eq!(port_name_problem(good), None, "{good}");
        }
        for bad in ["", "80", "HTTP", "a--b", "-a", "a-", "sixteen-letters-"] {
            assert!(port_name_problem(bad).is_some(), "{bad}");
        }
    }
}
