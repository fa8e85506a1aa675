//! The grammar: one pass over the bytes, which stops at the first that does not fit.

use super::{MAX_SPIFFE_ID_BYTES, MAX_TRUST_DOMAIN_BYTES, SCHEME, SpiffeError, SpiffeProblem};

/// Checks a whole ID; gives the byte at which its trust domain ends.
pub(super) fn id(text: &str) -> Result<usize, SpiffeError> {
    let Some(rest) = text.strip_prefix(SCHEME) else {
        return Err(problem(SpiffeProblem::Scheme, common(text, SCHEME)));
    };
    if text.len() > MAX_SPIFFE_ID_BYTES {
        return Err(problem(SpiffeProblem::IdLength, MAX_SPIFFE_ID_BYTES));
    }
    let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (domain, path) = rest.split_at(length);
    trust_domain(domain, SCHEME.len())?;
    let domain_end = SCHEME.len() + length;
    check_path(path, domain_end)?;
    Ok(domain_end)
}

/// Checks the name of a trust domain that begins at a byte of some text.
///
/// SPIFFE-ID 2.1: the name is the host of the authority; "the `userinfo` and `port` parts of the
/// authority component MUST NOT be set, and the `:` delimiter MUST NOT be present". It holds lower
/// case letters, digits, dots, dashes and underscores.
pub(super) fn trust_domain(name: &str, start: usize) -> Result<(), SpiffeError> {
    if name.is_empty() {
        return Err(problem(SpiffeProblem::EmptyTrustDomain, start));
    }
    if let Some(at) = name.find('@') {
        return Err(problem(SpiffeProblem::UserInfo, start + at));
    }
    for (at, character) in name.char_indices() {
        let found = match character {
            'a'..='z' | '0'..='9' | '.' | '-' | '_' => continue,
            'A'..='Z' => SpiffeProblem::UpperCase(character),
            ':' => SpiffeProblem::Port,
            '%' => SpiffeProblem::PercentEncoding,
            _ => SpiffeProblem::TrustDomainCharacter(character),
        };
        return Err(problem(found, start + at));
    }
    if name.len() > MAX_TRUST_DOMAIN_BYTES {
        let at = start + MAX_TRUST_DOMAIN_BYTES;
        return Err(problem(SpiffeProblem::TrustDomainLength, at));
    }
    Ok(())
}

/// Checks the path with what follows it.
///
/// SPIFFE-ID 2.2: segments hold letters, digits, dots, dashes and underscores, are neither empty
/// nor `.` nor `..`, and no slash ends the path. SPIFFE-ID 2: an ID "MUST NOT include a query or
/// fragment component".
fn check_path(path: &str, start: usize) -> Result<(), SpiffeError> {
    for (at, character) in path.char_indices() {
        let found = match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' | '/' => continue,
            '%' => SpiffeProblem::PercentEncoding,
            '?' => SpiffeProblem::Query,
            '#' => SpiffeProblem::Fragment,
            _ => SpiffeProblem::PathCharacter(character),
        };
        return Err(problem(found, start + at));
    }
    if let Some(rest) = path.strip_suffix('/') {
        return Err(problem(SpiffeProblem::TrailingSlash, start + rest.len()));
    }
    let mut at = start + 1;
    for segment in path.split('/').skip(1) {
        match segment {
            "" => return Err(problem(SpiffeProblem::EmptySegment, at)),
            "." | ".." => return Err(problem(SpiffeProblem::DotSegment, at)),
            _ => at += segment.len() + 1,
        }
    }
    Ok(())
}

/// How many bytes two texts have in common at their beginning.
fn common(left: &str, right: &str) -> usize {
    let pairs = left.bytes().zip(right.bytes());
    pairs.take_while(|(left, right)| left == right).count()
}

fn problem(problem: SpiffeProblem, offset: usize) -> SpiffeError {
    SpiffeError { problem, offset }
}
