//! The claims of a token that RFC 7519 registers, with their types.

use serde_json::{Map, Value};

use super::error::{JwtError, MalformedToken};
use crate::time::Timestamp;

/// What is read of the claims, beside all of them.
pub(super) struct Claims {
    pub(super) issuer: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) audiences: Vec<String>,
    pub(super) expires: Option<Timestamp>,
    pub(super) not_before: Option<Timestamp>,
    pub(super) all: Map<String, Value>,
}

/// Whether a token is valid in the very second at which it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LastSecond {
    /// Envoy's `verifyTimeConstraint`: expired when `now > exp + clock_skew`.
    Valid,
    /// RFC 7519 section 4.1.4: "the current date/time MUST be before the expiration date/time".
    Expired,
}

impl Claims {
    /// Reads the claims in the order of Envoy's `Jwt::parseFromString`. A registered claim of a
    /// wrong type makes the token malformed, also one that is not looked at (`iat`, `jti`).
    pub(super) fn read(all: Map<String, Value>) -> Result<Self, MalformedToken> {
        let issuer = text(&all, "iss")?;
        let subject = text(&all, "sub")?;
        seconds(&all, "iat")?;
        let not_before = seconds(&all, "nbf")?;
        let expires = seconds(&all, "exp")?;
        text(&all, "jti")?;
        let audiences = audiences(&all)?;
        Ok(Self {
            issuer,
            subject,
            audiences,
            expires,
            not_before,
            all,
        })
    }

    /// Checks the times, if the claims have them.
    pub(super) fn check_time(
        &self,
        at: Timestamp,
        skew: u64,
        last_second: LastSecond,
    ) -> Result<(), JwtError> {
        if let Some(not_before) = self.not_before
            && at.plus(skew) < not_before
        {
            return Err(JwtError::NotYetValid { not_before, at });
        }
        let Some(expired) = self.expires else {
            return Ok(());
        };
        let last = expired.plus(skew);
        let is_expired = match last_second {
            LastSecond::Valid => at > last,
            LastSecond::Expired => at >= last,
        };
        if is_expired {
            return Err(JwtError::Expired { expired, at });
        }
        Ok(())
    }
}

fn text(
    claims: &Map<String, Value>,
    claim: &'static str,
) -> Result<Option<String>, MalformedToken> {
    match claims.get(claim) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(MalformedToken::Claim {
            claim,
            expected: "text",
        }),
    }
}

/// RFC 7519 section 2: a `NumericDate` is a number of seconds since 1970, and may have a fraction,
/// which is cut off: a token expires no later for it.
fn seconds(
    claims: &Map<String, Value>,
    claim: &'static str,
) -> Result<Option<Timestamp>, MalformedToken> {
    let Some(value) = claims.get(claim) else {
        return Ok(None);
    };
    let whole = match value.as_u64() {
        Some(seconds) => (seconds <= LATEST).then_some(seconds),
        None => value.as_f64().and_then(whole_seconds),
    };
    match whole {
        Some(seconds) => Ok(Some(Timestamp::from_unix(seconds))),
        None => Err(MalformedToken::Claim {
            claim,
            expected: "a number of seconds since 1970",
        }),
    }
}

/// The latest moment that is taken, which some issuers write for "never".
const LATEST: u64 = i64::MAX.unsigned_abs();

/// The latest moment that may come with a fraction: up to here a double is exact.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

fn whole_seconds(number: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number is neither negative nor beyond 2^53"
    )]
    let whole = number as u64;
    (0.0..=LARGEST_EXACT).contains(&number).then_some(whole)
}

fn audiences(claims: &Map<String, Value>) -> Result<Vec<String>, MalformedToken> {
    let wrong = MalformedToken::Claim {
        claim: "aud",
        expected: "text or a list of texts",
    };
    let one = |value: &Value| value.as_str().map(str::to_owned);
    match claims.get("aud") {
        None => Ok(Vec::new()),
        Some(Value::Array(list)) => list.iter().map(one).collect::<Option<_>>().ok_or(wrong),
        Some(value) => one(value).map(|it| vec![it]).ok_or(wrong),
    }
}
