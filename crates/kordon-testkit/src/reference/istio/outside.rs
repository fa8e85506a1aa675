//! What policies leave to others: whether a token is genuine, and what an authorizer says.

use serde_json::Value;

use super::authn::JwtRule;
use crate::facts::{RequestFacts, TokenState};
use crate::reference::value::{text, texts};

/// What policies leave to others.
pub trait Outside {
    /// What comes out when a token is verified by a rule.
    fn verify(&self, rule: &JwtRule, token: &str) -> Verification;

    /// Whether an external authorizer lets a request pass.
    fn authorizes(&self, provider: &str, request: &RequestFacts) -> bool;
}

/// What comes out when a token is verified by a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Verification {
    /// It is genuine and holds; this is its payload.
    Valid(Value),
    /// It is of another issuer.
    UnknownIssuer,
    /// It is meant for others.
    Audience,
    /// It is broken, forged or out of its time.
    Bad,
}

/// Others who know what the facts of a request say: its tokens are as stated, and an authorizer
/// refuses a request with the header `x-ext-authz: deny`.
#[derive(Clone, Copy, Debug)]
pub struct AsStated<'a>(pub &'a RequestFacts);

impl Outside for AsStated<'_> {
    /// The order is that of Envoy: issuer, time, audience, signature.
    fn verify(&self, rule: &JwtRule, token: &str) -> Verification {
        let known = self.0.http.as_ref().and_then(|http| http.tokens.get(token));
        let Some(token) = known else {
            return Verification::Bad;
        };
        let names = match token.payload.get("aud") {
            Some(Value::String(single)) => vec![single.clone()],
            _ => texts(&token.payload, "/aud"),
        };
        let is_meant = names.iter().any(|name| rule.audiences.contains(name));
        if !rule.issuer.is_empty() && rule.issuer != text(&token.payload, "/iss") {
            Verification::UnknownIssuer
        } else if token.state == TokenState::Expired {
            Verification::Bad
        } else if !rule.audiences.is_empty() && !is_meant {
            Verification::Audience
        } else if token.state == TokenState::Forged {
            Verification::Bad
        } else {
            Verification::Valid(token.payload.clone())
        }
    }

    fn authorizes(&self, _provider: &str, request: &RequestFacts) -> bool {
        let http = request.http.as_ref();
        !http.is_some_and(|http| http.header("x-ext-authz").any(|value| value == "deny"))
    }
}
