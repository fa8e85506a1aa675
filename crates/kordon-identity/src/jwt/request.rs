//! Tokens in HTTP requests, as Istio's `RequestAuthentication` asks for them.
//!
//! Owns where tokens stand in a request and how several rules combine. Must not know which rules
//! a workload has.

mod locations;
mod rule;

use self::locations::tokens;
pub use self::locations::{HeaderLocation, TokenLocations};
use super::error::JwtError;
use super::verified::VerifiedToken;
use super::verifier::JwtVerifier;
use crate::time::Timestamp;

/// Verifies the tokens that a request carries by all rules that a workload has.
///
/// A request without a token passes and has no principal; a token that does not verify refuses the
/// request, as Istio's `buildJwtAuthn` and Envoy's `requires_any` have it:
///
/// - a rule is met if tokens stand where it looks and all of them verify;
/// - one rule that is met is enough, and gives the principal;
/// - if none is met, the request passes only if no rule finds a token.
#[derive(Clone, Debug, Default)]
pub struct RequestAuthenticator {
    rules: Vec<JwtRule>,
}

/// Whose tokens are looked for, and where.
#[derive(Clone, Debug)]
pub struct JwtRule {
    /// Whose.
    pub verifier: JwtVerifier,
    /// Where.
    pub locations: TokenLocations,
}

/// What is read of a request.
#[derive(Clone, Copy, Debug)]
pub struct HttpRequest<'r> {
    /// The method.
    pub method: &'r str,
    /// The path with its query, as it was sent.
    pub path: &'r str,
    /// The headers, each line by itself. The case of a name does not matter.
    pub headers: &'r [(&'r str, &'r str)],
}

impl RequestAuthenticator {
    /// Takes the rules of all policies of a workload, in their order.
    pub fn new(rules: impl IntoIterator<Item = JwtRule>) -> Self {
        let mut rules: Vec<_> = rules.into_iter().collect();
        // Istio's `convertToEnvoyJwtConfig` sorts the rules by issuer, so that they have one order.
        rules.sort_by(|left, right| left.verifier.issuer().cmp(&right.verifier.issuer()));
        Self { rules }
    }

    /// Verifies the tokens of a request for a moment: the token that gives the principal, or
    /// nothing for a request without one.
    ///
    /// # Errors
    /// Why the request is refused: the first failure that is more than another issuer's token.
    pub fn authenticate(
        &self,
        request: &HttpRequest<'_>,
        at: Timestamp,
    ) -> Result<Option<VerifiedToken>, JwtError> {
        if is_preflight(request) {
            return Ok(None);
        }
        let mut failure = None;
        for rule in &self.rules {
            match rule.verify(request, at) {
                Ok(None) => {}
                Ok(Some(token)) => return Ok(Some(token)),
                Err(error) => match failure {
                    None | Some(JwtError::Issuer) => failure = Some(error),
                    Some(_) => {}
                },
            }
        }
        failure.map_or(Ok(None), Err)
    }
}

impl JwtRule {
    /// Verifies all tokens that stand where the rule looks.
    ///
    /// Envoy's `AuthenticatorImpl::doneWithStatus`: "If a request has multiple tokens, all of them
    /// must be valid". The last token comes first, and the first one's claims stay.
    fn verify(
        &self,
        request: &HttpRequest<'_>,
        at: Timestamp,
    ) -> Result<Option<VerifiedToken>, JwtError> {
        let mut verified = None;
        for token in tokens(&self.locations, request).iter().rev() {
            verified = Some(self.verifier.verify(token, at)?);
        }
        Ok(verified)
    }
}

/// Envoy's `bypass_cors_preflight`, which Istio sets: the question of a browser whether it may
/// send a request carries no token.
fn is_preflight(request: &HttpRequest<'_>) -> bool {
    let has = |name: &str| {
        let mut headers = request.headers.iter();
        headers.any(|(other, value)| other.eq_ignore_ascii_case(name) && !value.is_empty())
    };
    request.method == "OPTIONS" && has("origin") && has("access-control-request-method")
}
