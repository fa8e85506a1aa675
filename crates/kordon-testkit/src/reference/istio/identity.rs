//! What identities of a client's certificate satisfy.

use super::glob::{self, Piece};
use super::pattern::Pattern;

const SPIFFE: &str = "spiffe://";
const DOT: (&str, Piece) = (".", Piece::Character);

/// Whether an identity is a principal. Source: "a list of peer identities derived from the peer
/// certificate", written without `spiffe://`.
pub(super) fn is_principal(value: &str, identity: &str) -> bool {
    let behind_scheme = identity.strip_prefix(SPIFFE);
    let fits = |pattern: Pattern<'_>| behind_scheme.is_some_and(|name| pattern.matches(name));
    match Pattern::new(value) {
        // Any certificate with a name will do, whatever the form of the name.
        Pattern::Present => !identity.is_empty(),
        pattern => fits(pattern),
    }
}

/// Whether an identity is in a namespace: it has `/ns/NAMESPACE/` anywhere, and every star of the
/// value stands for any text. The value is part of a regular expression, so a dot is any character;
/// no other sign of such expressions can stand in a name.
pub(super) fn is_in_namespace(value: &str, identity: &str) -> bool {
    let mut pieces = vec![Piece::Anything, literal("/ns/")];
    pieces.extend(glob::parse(value, &[("*", Piece::Anything), DOT]));
    pieces.extend([literal("/"), Piece::Anything]);
    glob::matches(&pieces, identity)
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
/// namespace. Other parts of a path may stand between the two and behind them. Dots are any
/// character, as in namespaces.
pub(super) fn is_service_account(value: &str, policy_namespace: &str, identity: &str) -> bool {
    let (namespace, account) = value.split_once('/').unwrap_or((policy_namespace, value));
    let between: [&[Piece]; 2] = [&[], &[Piece::Something, literal("/")]];
    let behind: [&[Piece]; 2] = [&[], &[literal("/"), Piece::Something]];
    let forms = between
        .iter()
        .flat_map(|between| behind.iter().map(move |behind| (*between, *behind)));
    forms.into_iter().any(|(between, behind)| {
        let mut pieces = vec![literal(SPIFFE), Piece::Something];
        pieces.extend(glob::parse(&format!("/ns/{namespace}/"), &[DOT]));
        pieces.extend_from_slice(between);
        pieces.extend(glob::parse(&format!("sa/{account}"), &[DOT]));
        pieces.extend_from_slice(behind);
        glob::matches(&pieces, identity)
    })
}

fn literal(text: &str) -> Piece {
    Piece::Literal(text.to_owned())
}
