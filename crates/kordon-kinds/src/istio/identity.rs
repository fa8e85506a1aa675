//! Conditions on the identity in the source's certificate.
//!
//! Istio writes some of them as regular expressions in which the user's text stands as it is
//! (`pilot/pkg/security/authz/model`), so a dot in it is any character. What of that has no form
//! here gives `None`, and what depends on it is unknown.

use kordon_core::model::{GlobPart, TextMatch};

use super::text::{any, glob, push_text, segment};
use crate::settings::MeshSettings;

const SPIFFE: &str = "spiffe://";

/// The forms that match a value, if there are such.
pub(super) type Forms = Option<Vec<TextMatch>>;

/// `principals`: "optionally with a wildcard at either end"; the value stands without `spiffe://`.
/// A star alone is any identity, also one that is no URI.
pub(super) fn principal(value: &str) -> Option<TextMatch> {
    let form = if value == "*" {
        TextMatch::Present
    } else if let Some(end) = value.strip_prefix('*') {
        let mut parts = vec![GlobPart::Text(SPIFFE.to_owned()), any(0)];
        append(&mut parts, end, Star::Repeats)?;
        glob(parts, value)
    } else if let Some(start) = value.strip_suffix('*') {
        TextMatch::Prefix(format!("{SPIFFE}{start}"))
    } else {
        TextMatch::Exact(format!("{SPIFFE}{value}"))
    };
    Some(form)
}

/// `namespaces`: `.*/ns/V/.*`, in which each star of the value is any text.
pub(super) fn namespace(value: &str) -> Forms {
    let mut parts = vec![any(0)];
    push_text(&mut parts, "/ns/");
    append(&mut parts, value, Star::AnyText)?;
    push_text(&mut parts, "/");
    parts.push(any(0));
    Some(vec![glob(parts, value)])
}

/// `serviceAccounts`: `spiffe://.+/ns/NAMESPACE/(.+/|)sa/ACCOUNT(/.+)?`; a value without a
/// namespace is an account of the policy's.
pub(super) fn service_account(value: &str, own_namespace: &str) -> Forms {
    let (namespace, account) = value.split_once('/').unwrap_or((own_namespace, value));
    let mut start = vec![GlobPart::Text(SPIFFE.to_owned()), any(1)];
    push_text(&mut start, "/ns/");
    append(&mut start, namespace, Star::Repeats)?;
    push_text(&mut start, "/");
    let mut forms = Vec::new();
    for between in [None, Some(any(1))] {
        let mut parts = start.clone();
        if let Some(between) = between {
            parts.push(between);
            push_text(&mut parts, "/");
        }
        push_text(&mut parts, "sa/");
        append(&mut parts, account, Star::Repeats)?;
        forms.push(glob(parts.clone(), value));
        push_text(&mut parts, "/");
        parts.push(any(1));
        forms.push(glob(parts, value));
    }
    Some(forms)
}

/// `trustDomains`: `spiffe://V/` and anything; the first star is any text without `/`.
pub(super) fn trust_domain(value: &str) -> TextMatch {
    match value.split_once('*') {
        None => TextMatch::Prefix(format!("{SPIFFE}{value}/")),
        Some((before, after)) => {
            let mut parts = Vec::new();
            push_text(&mut parts, &format!("{SPIFFE}{before}"));
            parts.push(segment(0));
            push_text(&mut parts, &format!("{after}/"));
            parts.push(any(0));
            glob(parts, value)
        }
    }
}

/// What a star of the user's text means in the expression that it becomes part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Star {
    /// Any text.
    AnyText,
    /// The character before it any number of times, which has no form here.
    Repeats,
}

/// Adds what the user's text means as a part of a regular expression.
fn append(parts: &mut Vec<GlobPart>, text: &str, star: Star) -> Option<()> {
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '.' => parts.push(GlobPart::One),
            '*' if star == Star::AnyText => parts.push(any(0)),
            '[' => push_text(parts, only_member(&mut rest)?),
            '*' | '\\' | '^' | '$' | '|' | '?' | '+' | '(' | ')' | '{' | '}' => return None,
            _ => push_text(parts, character.encode_utf8(&mut [0; 4])),
        }
    }
    Some(())
}

/// The one character of a class that has no more, such as `0]`.
fn only_member<'t>(rest: &mut std::str::Chars<'t>) -> Option<&'t str> {
    let class = rest.as_str();
    let (member, _) = class.split_once(']')?;
    let is_plain = member.chars().count() == 1 && !member.contains(['^', '\\', '[', '*']);
    rest.nth(1)?;
    is_plain.then_some(member)
}

/// The values of `principals` with the trust domain's aliases in place of it.
///
/// "Any service with the identity of a trust domain alias is treated the same": a value of five
/// parts whose trust domain is the mesh's, an alias or `cluster.local` counts for each of them
/// (Istio's `ReplaceTrustDomainAliases`).
pub(super) fn with_aliases(value: &str, mesh: &MeshSettings) -> Vec<String> {
    let domains = trust_domains(mesh);
    let Some((domain, rest)) = value.split_once('/').filter(|(domain, rest)| {
        !domains.is_empty() && *domain != "*" && rest.matches('/').count() == 3
    }) else {
        return vec![value.to_owned()];
    };
    if domain != "cluster.local" && !domains.iter().any(|known| resemble(domain, known)) {
        return vec![value.to_owned()];
    }
    let mut values = Vec::new();
    for known in domains {
        let covered = ends_as(known, domain);
        let replaced = if covered {
            value.to_owned()
        } else {
            format!("{known}/{rest}")
        };
        if !values.contains(&replaced) {
            values.push(replaced);
        }
    }
    values
}

/// The values of `trustDomains` with all trust domains in place of any of them.
pub(super) fn with_alias_domains(value: &str, mesh: &MeshSettings) -> Vec<String> {
    let domains = trust_domains(mesh);
    if domains.contains(&value) {
        domains.into_iter().map(str::to_owned).collect()
    } else {
        vec![value.to_owned()]
    }
}

/// The mesh's trust domains, none while it has no name.
fn trust_domains(mesh: &MeshSettings) -> Vec<&str> {
    if mesh.trust_domain.is_empty() {
        return Vec::new();
    }
    let aliases = mesh.trust_domain_aliases.iter().map(String::as_str);
    std::iter::once(mesh.trust_domain.as_str())
        .chain(aliases)
        .collect()
}

/// Whether two trust domains are equal, or one is a pattern of the other.
fn resemble(a: &str, b: &str) -> bool {
    a == b || b == "*" || begins_as(a, b) || begins_as(b, a) || ends_as(a, b) || ends_as(b, a)
}

fn begins_as(text: &str, pattern: &str) -> bool {
    let start = pattern.strip_suffix('*');
    start.is_some_and(|start| text.starts_with(start))
}

fn ends_as(text: &str, pattern: &str) -> bool {
    let end = pattern.strip_prefix('*');
    end.is_some_and(|end| text.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mesh(domain: &str, aliases: &[&str]) -> MeshSettings {
        MeshSettings {
            trust_domain: domain.to_owned(),
            trust_domain_aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            ..MeshSettings::default()
        }
    }

    #[test]
    fn principals_count_for_all_aliases_of_their_trust_domain() {
        let cases: [(&str, MeshSettings, &[&str]); 7] = [
            ("td1/ns/a/sa/b", mesh("td1", &[]), &["td1/ns/a/sa/b"]),
            (
                "cluster.local/ns/a/sa/b",
                mesh("td1", &["old"]),
                &["td1/ns/a/sa/b", "old/ns/a/sa/b"],
            ),
            (
                "*-td/ns/a/sa/b",
                mesh("new-td", &["old-td", "other"]),
                &["*-td/ns/a/sa/b", "other/ns/a/sa/b"],
            ),
            ("*/ns/a/sa/b", mesh("td1", &["old"]), &["*/ns/a/sa/b"]),
            ("td9/ns/a/sa/b", mesh("td1", &["old"]), &["td9/ns/a/sa/b"]),
            ("td1/sa/b", mesh("td1", &["old"]), &["td1/sa/b"]),
            (
                "cluster.local/ns/a/sa/b",
                mesh("", &["old"]),
                &["cluster.local/ns/a/sa/b"],
            ),
        ];
        for (value, mesh, expected) in cases {
            assert_eq!(with_aliases(value, &mesh), expected, "{value} {mesh:?}");
        }
    }

    #[test]
    fn a_trust_domain_of_the_mesh_stands_for_all_of_them() {
        let mesh = mesh("td1", &["old"]);
        assert_eq!(with_alias_domains("old", &mesh), ["td1", "old"]);
        assert_eq!(with_alias_domains("ol*", &mesh), ["ol*"]);
    }

    #[test]
    fn a_dot_in_an_expression_is_any_character_and_a_class_of_one_is_that_one() {
        let text = |text: &str| GlobPart::Text(text.into());
        let expected = vec![
            text(SPIFFE),
            any(0),
            text("/sa/a"),
            GlobPart::One,
            text("b0"),
        ];
        assert_eq!(
            principal("*/sa/a.b[0]"),
            Some(glob(expected, "*/sa/a.b[0]"))
        );
        for unclear in ["*mid*", "*a+", "*(a)", "*[ab]", "*[", "*[]", "*[^]"] {
            assert_eq!(principal(unclear), None, "{unclear}");
        }
    }
}
