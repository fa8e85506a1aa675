//! What identities of a client's certificate satisfy.

use super::glob::{self, Piece};
use super::pattern::Pattern;

const SPIFFE: &str = "spiffe://";

/// Whether an identity is a principal. Source: "a list of peer identities derived from the peer
/// certificate", written without `spiffe://`.
pub(super) fn is_principal(value: &str, identity: &str) -> bool {
    let behind_scheme = identity.strip_prefix(SPIFFE);
    match Pattern::new(value) {
        // Any certificate with a name will do, whatever the form of the name.
        Pattern::Present => !identity.is_empty(),
        // A suffix is part of a regular expression, so a dot in it is any character.
        Pattern::Suffix(suffix) => is_regex(&format!("{SPIFFE}.*{suffix}"), identity),
        pattern => behind_scheme.is_some_and(|name| pattern.matches(name)),
    }
}

/// Whether an identity is in a namespace: it has `/ns/NAMESPACE/` anywhere, and every star of the
/// value stands for any text. The value is part of a regular expression.
pub(super) fn is_in_namespace(value: &str, identity: &str) -> bool {
    let namespace = value.replace('*', ".*");
    is_regex(&format!(".*/ns/{namespace}/.*"), identity)
}

/// Whether an identity is of a trust domain. The first star of the value stands for any text
/// without a slash.
pub(super) fn is_of_trust_domain(value: &str, identity: &str) -> bool {
    let mut pieces = vec![literal(SPIFFE)];
    match value.split_once('*') {
        Some((before, after)) => {
            pieces.extend([literal(before), Piece::Within, literal(after)]);
        }
        None => pieces.push(literal(value)),
    }
    pieces.extend([literal("/"), Piece::Anything]);
    glob::matches(&pieces, identity)
}

/// Whether an identity is a service account, `NAMESPACE/NAME` or the name in the policy's
/// namespace. Other parts of a path may stand between the two and behind them. The value is part of
/// a regular expression.
pub(super) fn is_service_account(value: &str, policy_namespace: &str, identity: &str) -> bool {
    let (namespace, account) = value.split_once('/').unwrap_or((policy_namespace, value));
    let more = "..*";
    let forms = [
        format!("/ns/{namespace}/sa/{account}"),
        format!("/ns/{namespace}/sa/{account}/{more}"),
        format!("/ns/{namespace}/{more}/sa/{account}"),
        format!("/ns/{namespace}/{more}/sa/{account}/{more}"),
    ];
    forms
        .iter()
        .any(|form| is_regex(&format!("{SPIFFE}{more}{form}"), identity))
}

fn is_regex(pattern: &str, identity: &str) -> bool {
    glob::matches(&glob::regex(pattern), identity)
}

fn literal(text: &str) -> Piece {
    Piece::Literal(text.to_owned())
}
