//! Trust domains and their aliases.

use super::pattern::fits;

/// The trust domain for which the local one may be written.
const LOCAL: &str = "cluster.local";

/// The principals that one written principal stands for under a trust domain with aliases.
pub(super) fn expand_principal(principal: &str, domains: &[String]) -> Vec<String> {
    let unchanged = || vec![principal.to_owned()];
    let parts: Vec<&str> = principal.split('/').collect();
    let [written, rest @ ..] = parts.as_slice() else {
        return unchanged();
    };
    // Only TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT speaks of a trust domain, and `*` means any.
    if rest.len() != 4 || *written == "*" || !is_ours(written, domains) {
        return unchanged();
    }
    let mut expanded = Vec::new();
    for domain in domains {
        // What the pattern `*suffix` covers already stays as it is.
        let covers = written.starts_with('*') && fits(written, domain);
        let principal = if covers {
            principal.to_owned()
        } else {
            format!("{domain}/{}", rest.join("/"))
        };
        if !expanded.contains(&principal) {
            expanded.push(principal);
        }
    }
    expanded
}

/// The trust domains that one written trust domain stands for.
pub(super) fn expand_domain(written: &str, domains: &[String]) -> Vec<String> {
    if domains.iter().any(|domain| domain == written) {
        domains.to_vec()
    } else {
        vec![written.to_owned()]
    }
}

/// Whether a written trust domain is the local one or an alias; either side may be a pattern.
fn is_ours(written: &str, domains: &[String]) -> bool {
    let same = |domain: &String| {
        written == domain || domain == "*" || covers(written, domain) || covers(domain, written)
    };
    !domains.is_empty() && (written == LOCAL || domains.iter().any(same))
}

fn covers(pattern: &str, text: &str) -> bool {
    let prefix = pattern.strip_suffix('*');
    let suffix = pattern.strip_prefix('*');
    prefix.is_some_and(|prefix| text.starts_with(prefix))
        || suffix.is_some_and(|suffix| text.ends_with(suffix))
}
