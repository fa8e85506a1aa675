//! A token that is taken apart and not yet believed.

use super::claims::Claims;
use super::error::{JwtError, MalformedToken};
use super::header::Header;
use super::verified::VerifiedToken;
use crate::base64url;
use crate::json;
use crate::jwks::{Jwks, Match};
use crate::limits::MAX_TOKEN_BYTES;

/// The parts of a token.
pub(super) struct UnverifiedToken<'t> {
    pub(super) header: Header,
    pub(super) claims: Claims,
    /// The bytes that are signed: header and payload as they came.
    message: &'t [u8],
    signature: Vec<u8>,
}

impl<'t> UnverifiedToken<'t> {
    pub(super) fn read(token: &'t str) -> Result<Self, JwtError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JwtError::TooLarge { bytes: token.len() });
        }
        // RFC 7515 section 3.1: three parts, divided by two dots.
        let (message, signature) = token.rsplit_once('.').ok_or(MalformedToken::Form)?;
        let (header, payload) = message.split_once('.').ok_or(MalformedToken::Form)?;
        let parts = [header, payload, signature];
        if payload.contains('.') || parts.iter().any(|part| part.is_empty()) {
            return Err(MalformedToken::Form.into());
        }
        Ok(Self {
            header: Header::read(object(header, "header")?)?,
            claims: Claims::read(object(payload, "payload")?)?,
            message: message.as_bytes(),
            signature: base64url::decode(signature).ok_or(MalformedToken::Base64("signature"))?,
        })
    }

    /// Believes the token if a key of the set has signed it.
    pub(super) fn verify(self, keys: &Jwks) -> Result<VerifiedToken, JwtError> {
        let header = &self.header;
        let key_id = header.key_id.as_deref();
        match keys.verify(key_id, header.algorithm, self.message, &self.signature) {
            Match::Verified => Ok(VerifiedToken::new(self.claims)),
            Match::WrongSignature => Err(JwtError::Signature),
            Match::NoKey => Err(JwtError::UnknownKey),
        }
    }
}

fn object(
    text: &str,
    part: &'static str,
) -> Result<serde_json::Map<String, serde_json::Value>, MalformedToken> {
    let bytes = base64url::decode(text).ok_or(MalformedToken::Base64(part))?;
    json::object(&bytes).map_err(|error| MalformedToken::Json { part, error })
}
