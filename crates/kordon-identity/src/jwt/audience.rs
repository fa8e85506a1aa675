//! Whether a token is meant for us, as Envoy compares audiences.

use std::collections::BTreeSet;

/// The audiences that are accepted.
#[derive(Clone, Debug, Default)]
pub(super) struct Audiences(BTreeSet<String>);

impl Audiences {
    pub(super) fn add(&mut self, audience: &str) {
        self.0.insert(plain(audience).to_owned());
    }

    /// Envoy's `CheckAudience::areAudiencesAllowed`: where none is asked for, any token will do.
    pub(super) fn accept(&self, of_token: &[String]) -> bool {
        self.0.is_empty() || of_token.iter().any(|it| self.0.contains(plain(it)))
    }
}

/// Envoy's `sanitizeAudience`: a scheme of HTTP and one slash at the end do not count.
fn plain(audience: &str) -> &str {
    let without_scheme = audience
        .strip_prefix("http://")
        .or_else(|| audience.strip_prefix("https://"))
        .unwrap_or(audience);
    without_scheme.strip_suffix('/').unwrap_or(without_scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(asked: &[&str], of_token: &[&str]) -> bool {
        let mut audiences = Audiences::default();
        for audience in asked {
            audiences.add(audience);
        }
        let of_token: Vec<_> = of_token.iter().map(|it| (*it).to_owned()).collect();
        audiences.accept(&of_token)
    }

    #[test]
    fn one_common_audience_is_enough() {
        assert!(accepts(&["a", "b"], &["x", "b"]));
        assert!(!accepts(&["a", "b"], &["x", "y"]));
        assert!(!accepts(&["a"], &[]));
        assert!(!accepts(&["a"], &["A"]));
    }

    #[test]
    fn who_asks_for_none_accepts_any() {
        assert!(accepts(&[], &[]));
        assert!(accepts(&[], &["x"]));
    }

    #[test]
    fn a_scheme_and_one_slash_at_the_end_do_not_count() {
        for other in ["a.b", "http://a.b", "https://a.b/", "a.b/"] {
            assert!(accepts(&["https://a.b"], &[other]), "{other}");
            assert!(accepts(&[other], &["http://a.b/"]), "{other}");
        }
        for other in [
            "a.b//",
            "HTTPS://a.b",
            "ftp://a.b",
            "a.b/c",
            "http://http://a.b",
        ] {
            assert!(!accepts(&["https://a.b"], &[other]), "{other}");
        }
    }
}
