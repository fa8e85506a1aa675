//! JWT-SVIDs: tokens that name a workload by its SPIFFE ID.

use std::collections::BTreeSet;
use std::time::Duration;

use kordon_core::model::SpiffeId;

use super::claims::LastSecond;
use super::error::JwtError;
use super::token::UnverifiedToken;
use super::verified::VerifiedToken;
use super::verifier::DEFAULT_CLOCK_SKEW;
use crate::bundle::TrustBundles;
use crate::time::Timestamp;

/// Verifies JWT-SVIDs by the bundle of the trust domain in which they are issued.
///
/// Beyond what is asked of any token, the specification of JWT-SVIDs asks for an expiry, for an
/// audience that is accepted here, for a subject that is a SPIFFE ID, and for a header without
/// anything but `alg`, `kid` and `typ`.
#[derive(Clone, Debug)]
pub struct JwtSvidVerifier<'b> {
    bundles: &'b TrustBundles,
    audiences: BTreeSet<String>,
    clock_skew: u64,
}

/// A workload that a trust domain has vouched for by a token.
#[derive(Clone, Debug, PartialEq)]
pub struct JwtSvid {
    id: SpiffeId<'static>,
    token: VerifiedToken,
}

impl<'b> JwtSvidVerifier<'b> {
    /// A verifier for tokens that are meant for this audience.
    pub fn new(bundles: &'b TrustBundles, audience: impl Into<String>) -> Self {
        Self {
            bundles,
            audiences: BTreeSet::from([audience.into()]),
            clock_skew: DEFAULT_CLOCK_SKEW,
        }
    }

    /// Accepts tokens for this audience too.
    #[must_use]
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.insert(audience.into());
        self
    }

    /// Lets clocks differ by so many whole seconds, in place of 60.
    #[must_use]
    pub fn with_clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew.as_secs();
        self
    }

    /// Verifies a token for a moment.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify(&self, token: &str, at: Timestamp) -> Result<JwtSvid, JwtError> {
        let token = UnverifiedToken::read(token)?;
        token.header.check_svid()?;
        let claims = &token.claims;
        let id = subject(claims.subject.as_deref())?;
        let bundle = self
            .bundles
            .get(&id.trust_domain())
            .ok_or(JwtError::UnknownTrustDomain)?;
        // JWT-SVID section 3.3: "The `exp` claim MUST be set, and validators MUST reject tokens
        // without this claim".
        if claims.expires.is_none() {
            return Err(JwtError::MissingClaim("exp"));
        }
        claims.check_time(at, self.clock_skew, LastSecond::Expired)?;
        self.check_audience(&claims.audiences)?;
        Ok(JwtSvid {
            token: token.verify(bundle.jwt_keys())?,
            id,
        })
    }

    /// JWT-SVID section 3.2: "Validators MUST reject tokens without an `aud` claim set, or if the
    /// value that the validator identifies with is not present as an `aud` element".
    fn check_audience(&self, of_token: &[String]) -> Result<(), JwtError> {
        if of_token.is_empty() {
            return Err(JwtError::MissingClaim("aud"));
        }
        if !of_token.iter().any(|it| self.audiences.contains(it)) {
            return Err(JwtError::Audience);
        }
        Ok(())
    }
}

impl JwtSvid {
    /// The workload.
    pub fn id(&self) -> &SpiffeId<'static> {
        &self.id
    }

    /// The token that says so.
    pub fn token(&self) -> &VerifiedToken {
        &self.token
    }
}

/// JWT-SVID section 3.1: "The `sub` claim MUST be set to the SPIFFE ID of the workload to which it
/// is issued". An ID without a path is that of a trust domain.
fn subject(claim: Option<&str>) -> Result<SpiffeId<'static>, JwtError> {
    let text = claim.ok_or(JwtError::MissingClaim("sub"))?;
    let id = SpiffeId::parse(text).map_err(JwtError::Subject)?;
    if id.path().is_empty() {
        return Err(JwtError::NoPath);
    }
    Ok(id.into_owned())
}
