//! Tokens of an issuer, verified as Envoy's `jwt_authn` does.

use std::time::Duration;

use super::audience::Audiences;
use super::claims::LastSecond;
use super::error::JwtError;
use super::token::UnverifiedToken;
use super::verified::VerifiedToken;
use crate::jwks::Jwks;
use crate::time::Timestamp;

/// How far clocks may differ. Envoy's `kClockSkewInSecond`.
pub(super) const DEFAULT_CLOCK_SKEW: u64 = 60;

/// Verifies the tokens of one issuer.
///
/// The checks come in the order of Envoy, and the first that fails answers: form and types of
/// claims, issuer, times, audiences, signature. A token without `exp` never expires, and `iat` is
/// not looked at. [`JwtSvidVerifier`](crate::JwtSvidVerifier) is stricter.
#[derive(Clone, Debug)]
pub struct JwtVerifier {
    /// `None` accepts any.
    issuer: Option<String>,
    audiences: Audiences,
    keys: Jwks,
    clock_skew: u64,
}

impl JwtVerifier {
    /// A verifier for tokens that name this issuer and are signed by one of its keys.
    pub fn new(issuer: impl Into<String>, keys: Jwks) -> Self {
        Self {
            issuer: Some(issuer.into()),
            ..Self::for_any_issuer(keys)
        }
    }

    /// A verifier for tokens that one of the keys has signed, whatever issuer they name, and also
    /// if they name none.
    pub fn for_any_issuer(keys: Jwks) -> Self {
        Self {
            issuer: None,
            audiences: Audiences::default(),
            keys,
            clock_skew: DEFAULT_CLOCK_SKEW,
        }
    }

    /// Accepts tokens for this audience, beside those that were accepted before. Without any
    /// audience a token for anyone is accepted.
    ///
    /// As in Envoy, `http://` or `https://` at the beginning and one slash at the end do not count.
    #[must_use]
    pub fn with_audience(mut self, audience: &str) -> Self {
        self.audiences.add(audience);
        self
    }

    /// Lets clocks differ by so many whole seconds, in place of 60.
    #[must_use]
    pub fn with_clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew.as_secs();
        self
    }

    /// The issuer whose tokens are accepted; `None` is any.
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Verifies a token for a moment.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify(&self, token: &str, at: Timestamp) -> Result<VerifiedToken, JwtError> {
        let token = UnverifiedToken::read(token)?;
        if self.issuer.is_some() && token.claims.issuer != self.issuer {
            return Err(JwtError::Issuer);
        }
        token
            .claims
            .check_time(at, self.clock_skew, LastSecond::Valid)?;
        if !self.audiences.accept(&token.claims.audiences) {
            return Err(JwtError::Audience);
        }
        token.verify(&self.keys)
    }
}
