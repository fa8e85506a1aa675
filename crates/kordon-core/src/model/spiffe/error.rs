//! What may be wrong with the text of a SPIFFE ID, and how to mend it.

use std::fmt;

use super::{MAX_SPIFFE_ID_BYTES, MAX_TRUST_DOMAIN_BYTES};

/// Text that is not a SPIFFE ID, or not the name of a trust domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpiffeError {
    /// What is wrong.
    pub problem: SpiffeProblem,
    /// The byte of the text at which it is wrong.
    pub offset: usize,
}

/// What is wrong with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpiffeProblem {
    /// It does not begin with `spiffe://`.
    Scheme,
    /// The ID is too long.
    IdLength,
    /// The trust domain is too long.
    TrustDomainLength,
    /// There is no trust domain.
    EmptyTrustDomain,
    /// The trust domain comes with a user.
    UserInfo,
    /// The trust domain comes with a port, or at least with its colon.
    Port,
    /// The trust domain has a letter in upper case.
    UpperCase(char),
    /// The trust domain has a character that is not allowed there.
    TrustDomainCharacter(char),
    /// The path has a character that is not allowed there.
    PathCharacter(char),
    /// A character is written with a percent sign.
    PercentEncoding,
    /// There is a query.
    Query,
    /// There is a fragment.
    Fragment,
    /// The path has a segment without a character.
    EmptySegment,
    /// The path has a segment `.` or `..`.
    DotSegment,
    /// The path ends with a slash.
    TrailingSlash,
}

impl fmt::Display for SpiffeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.offset;
        match self.problem {
            SpiffeProblem::Scheme => write!(
                f,
                "a SPIFFE ID begins with `spiffe://`, in lower case, which breaks off at byte {at}: \
                 write it as `spiffe://example.org/path`"
            ),
            SpiffeProblem::IdLength => write!(
                f,
                "the SPIFFE ID is longer than {MAX_SPIFFE_ID_BYTES} bytes: shorten its path"
            ),
            SpiffeProblem::TrustDomainLength => write!(
                f,
                "the trust domain is longer than {MAX_TRUST_DOMAIN_BYTES} bytes: shorten it"
            ),
            SpiffeProblem::EmptyTrustDomain => write!(
                f,
                "the trust domain is empty at byte {at}: write its name, such as `example.org`"
            ),
            SpiffeProblem::UserInfo => {
                write!(
                    f,
                    "the trust domain has a user at byte {at}: remove all up to `@`"
                )
            }
            SpiffeProblem::Port => {
                write!(
                    f,
                    "the trust domain has a port at byte {at}: remove it with its colon"
                )
            }
            SpiffeProblem::UpperCase(letter) => write!(
                f,
                "the trust domain has the letter `{letter}` in upper case at byte {at}: write `{}`",
                letter.to_ascii_lowercase()
            ),
            SpiffeProblem::TrustDomainCharacter(character) => write!(
                f,
                "the trust domain has `{}` at byte {at}: use lower case letters, digits, `.`, `-` \
                 and `_`",
                character.escape_debug()
            ),
            SpiffeProblem::PathCharacter(character) => write!(
                f,
                "the path has `{}` at byte {at}: use letters, digits, `.`, `-` and `_`",
                character.escape_debug()
            ),
            SpiffeProblem::PercentEncoding => write!(
                f,
                "a character is percent-encoded at byte {at}: use only characters that need no \
                 encoding"
            ),
            SpiffeProblem::Query => {
                write!(
                    f,
                    "a query begins at byte {at}: remove it, a SPIFFE ID has none"
                )
            }
            SpiffeProblem::Fragment => {
                write!(
                    f,
                    "a fragment begins at byte {at}: remove it, a SPIFFE ID has none"
                )
            }
            SpiffeProblem::EmptySegment => write!(
                f,
                "the path has an empty segment at byte {at}: remove one of the slashes"
            ),
            SpiffeProblem::DotSegment => write!(
                f,
                "the path has a relative segment at byte {at}: write the path without `.` and `..`"
            ),
            SpiffeProblem::TrailingSlash => {
                write!(f, "the path ends with a slash at byte {at}: remove it")
            }
        }
    }
}

impl std::error::Error for SpiffeError {}
