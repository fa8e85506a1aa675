//! What is known of a caller once the token has been verified.

use serde_json::{Map, Value};

use super::claims::Claims;
use crate::time::Timestamp;

/// The claims of a token that somebody trusted has signed.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedToken {
    issuer: Option<String>,
    subject: Option<String>,
    audiences: Vec<String>,
    expires: Option<Timestamp>,
    claims: Map<String, Value>,
}

impl VerifiedToken {
    pub(super) fn new(claims: Claims) -> Self {
        Self {
            issuer: claims.issuer,
            subject: claims.subject,
            audiences: claims.audiences,
            expires: claims.expires,
            claims: claims.all,
        }
    }

    /// Who issued it (`iss`).
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whom it speaks of (`sub`).
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// For whom it is meant (`aud`).
    pub fn audiences(&self) -> &[String] {
        &self.audiences
    }

    /// Until when it is valid (`exp`), without the tolerance for clocks.
    pub fn expires(&self) -> Option<Timestamp> {
        self.expires
    }

    /// All claims. No name stands twice in any object of them.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// All claims, for who keeps them.
    pub fn into_claims(self) -> Map<String, Value> {
        self.claims
    }

    /// The principal `ISSUER/SUBJECT` of Istio, which a token has if neither is empty.
    pub fn request_principal(&self) -> Option<String> {
        let filled = |text: &&str| !text.is_empty();
        let issuer = self.issuer().filter(filled)?;
        let subject = self.subject().filter(filled)?;
        Some(format!("{issuer}/{subject}"))
    }
}
