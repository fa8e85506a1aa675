//! Why a token is refused. Nothing of the token is quoted.

use kordon_core::model::SpiffeError;

use crate::json::JsonError;
use crate::limits::MAX_TOKEN_BYTES;
use crate::time::Timestamp;

/// Why a token does not verify.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwtError {
    /// It is too long.
    #[error("the token has {bytes} bytes: expected {MAX_TOKEN_BYTES} at most")]
    TooLarge {
        /// How long it is.
        bytes: usize,
    },
    /// It is no signed token, or a registered claim has the wrong type.
    #[error("the token is malformed: {0}")]
    Malformed(#[from] MalformedToken),
    /// It is signed by an algorithm that is never taken, or not at all.
    #[error(
        "the token's algorithm is not used: expected RS256, RS384, RS512, PS256, PS384, PS512, \
         ES256, ES384 or EdDSA"
    )]
    Algorithm,
    /// Its header has a member that changes what the token means.
    #[error("the token's header has `{0}`, which is not understood: issue the token without it")]
    Header(&'static str),
    /// Its header has a member that a JWT-SVID must not have.
    #[error("the token's header has more than `alg`, `kid` and `typ`, which a JWT-SVID must not")]
    ForeignHeader,
    /// Its header has a type that a JWT-SVID must not have.
    #[error("the token's `typ` is neither `JWT` nor `JOSE`")]
    Type,
    /// It comes from another issuer, or names none.
    #[error("the token's issuer is not the one that is trusted here")]
    Issuer,
    /// It is not valid yet.
    #[error("the token is not valid before {not_before}, and it is {at}: check both clocks")]
    NotYetValid {
        /// From when on it is valid.
        not_before: Timestamp,
        /// The moment for which it was verified.
        at: Timestamp,
    },
    /// It is not valid any longer.
    #[error("the token expired at {expired}, and it is {at}: get another token")]
    Expired {
        /// Until when it was valid.
        expired: Timestamp,
        /// The moment for which it was verified.
        at: Timestamp,
    },
    /// A claim is missing without which it is not taken.
    #[error("the token has no claim `{0}`, which is required")]
    MissingClaim(&'static str),
    /// It is meant for someone else.
    #[error(
        "the token's audiences hold none that is accepted here: ask the issuer for one that is"
    )]
    Audience,
    /// Its subject is no SPIFFE ID.
    #[error("the token's subject is no SPIFFE ID: {0}")]
    Subject(SpiffeError),
    /// Its subject is a trust domain, which is no workload.
    #[error("the token's subject has no path: expected the SPIFFE ID of a workload")]
    NoPath,
    /// Its subject lies in a trust domain of which there is no bundle.
    #[error("no bundle is known for the trust domain of the token's subject: federate with it")]
    UnknownTrustDomain,
    /// No known key could have signed it.
    #[error(
        "no known key fits the token's key ID and algorithm: check that the issuer's key set is \
         current"
    )]
    UnknownKey,
    /// No known key has signed what it says.
    #[error("the token's signature is not that of its issuer")]
    Signature,
}

/// What is wrong with the form of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedToken {
    /// It does not have three parts.
    #[error("expected three parts divided by two dots, as `header.payload.signature`")]
    Form,
    /// A part is not base64url.
    #[error("the {0} is not base64url without padding")]
    Base64(&'static str),
    /// A part is not a JSON object.
    #[error("the {part} cannot be read: {error}")]
    Json {
        /// Which part.
        part: &'static str,
        /// Why not.
        error: JsonError,
    },
    /// A member of the header is missing or has the wrong type.
    #[error("expected text in `{0}` of the header")]
    HeaderMember(&'static str),
    /// A registered claim has the wrong type.
    #[error("expected {expected} in the claim `{claim}`")]
    Claim {
        /// Which.
        claim: &'static str,
        /// What it must be.
        expected: &'static str,
    },
}

impl JwtError {
    /// The status of HTTP with which Envoy refuses a request with such a token.
    ///
    /// It is 403 for a token that is good and meant for someone else, and 401 for any other.
    pub const fn http_status(&self) -> u16 {
        match self {
            Self::Audience => 403,
            _ => 401,
        }
    }
}
