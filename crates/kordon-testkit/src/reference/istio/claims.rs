//! Claims of verified tokens.

use serde_json::Value;

use super::pattern::{Pattern, fits};

/// Claims that are lists of words unless they are lists already.
const SPACE_DELIMITED: [&str; 2] = ["scope", "permission"];

/// The payload as rules see it: the claims of words as lists.
pub(super) fn with_lists(payload: &Value, more: &[String]) -> Value {
    let mut payload = payload.clone();
    let names = SPACE_DELIMITED
        .into_iter()
        .chain(more.iter().map(String::as_str));
    for name in names {
        if let Some(claim) = payload.get_mut(name)
            && let Some(words) = claim.as_str()
        {
            *claim = words.split(' ').filter(|word| !word.is_empty()).collect();
        }
    }
    payload
}

/// Whether the claim at a path fits a value: it is a string that does, or a list with one. Of
/// other types none ever does. The path leads through objects alone.
pub(super) fn claim_fits(claims: Option<&Value>, path: &[&str], value: &str) -> bool {
    let step = |claims| {
        path.iter()
            .try_fold(claims, |claim: &Value, name| claim.get(*name))
    };
    let found = claims.and_then(step);
    let is_fit = |claim: &Value| claim.as_str().is_some_and(|text| fits(value, text));
    match found {
        Some(Value::Array(items)) => items.iter().any(is_fit),
        Some(claim) => is_fit(claim),
        None => false,
    }
}

/// Whether issuer and subject fit a value of `requestPrincipals`. Source: "a list of request
/// identities derived from the JWT. The request identity is in the format of `<ISS>/<SUB>`".
pub(super) fn is_request_principal(claims: Option<&Value>, value: &str) -> bool {
    let text = |name: &str| claims?.get(name)?.as_str();
    let (Some(issuer), Some(subject)) = (text("iss"), text("sub")) else {
        return false;
    };
    let (wanted_issuer, wanted_subject) = patterns(value);
    wanted_issuer.matches(issuer) && wanted_subject.matches(subject)
}

/// What a value asks of issuer and subject: it is split at its last slash, and a star counts only
/// at one end of the whole.
fn patterns(value: &str) -> (Pattern<'_>, Pattern<'_>) {
    if value == "*" {
        return (Pattern::Present, Pattern::Present);
    }
    let parts = value.rsplit_once('/');
    if let Some(after_star) = value.strip_prefix('*') {
        return match parts {
            Some((issuer, subject)) => (Pattern::new(issuer), Pattern::Exact(subject)),
            None => (Pattern::Present, Pattern::Suffix(after_star)),
        };
    }
    if let Some(before_star) = value.strip_suffix('*') {
        return match parts {
            Some((issuer, subject)) => (Pattern::Exact(issuer), Pattern::new(subject)),
            None => (Pattern::Prefix(before_star), Pattern::Present),
        };
    }
    let (issuer, subject) = parts.unwrap_or((value, ""));
    (Pattern::Exact(issuer), Pattern::Exact(subject))
}
