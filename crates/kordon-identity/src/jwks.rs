//! Sets of public keys (RFC 7517) by which tokens are verified.
//!
//! Owns which keys of a set are used, and for which algorithms. Must not know tokens: a key is
//! asked whether bytes carry its signature.
//!
//! A key decides the algorithm, and a token only chooses among what its key allows. There is no
//! way to a symmetric key or to no signature at all.

mod algorithm;
mod key;
mod problem;
mod small_order;

use serde_json::{Map, Value};

pub use self::algorithm::SignatureAlgorithm;
use self::key::Key;
pub(crate) use self::key::KeyUse;
pub use self::problem::{KeyProblem, SkippedKey};
use crate::json::{self, JsonError};
use crate::limits::{MAX_JWKS_BYTES, MAX_KEYS};

/// A set of public keys.
///
/// Two keys may have one ID, as happens while an issuer changes keys: both are tried.
#[derive(Clone, Debug, Default)]
pub struct Jwks {
    keys: Vec<Key>,
    skipped: Vec<SkippedKey>,
}

/// A text that is no set of keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwksError {
    /// It is too long.
    #[error("the key set has {bytes} bytes: expected {MAX_JWKS_BYTES} at most")]
    TooLarge {
        /// How long it is.
        bytes: usize,
    },
    /// It is not a JSON object that can be read in one way only.
    #[error("the key set cannot be read: {0}")]
    Json(#[from] JsonError),
    /// It has no list of keys.
    #[error("the key set has no list `keys`: expected {{\"keys\":[..]}}")]
    NoKeys,
    /// It has too many keys.
    #[error("the key set has {count} keys: expected {MAX_KEYS} at most")]
    TooManyKeys {
        /// How many it has.
        count: usize,
    },
}

/// What comes of one token and a set of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// A key of the set has signed it.
    Verified,
    /// No key of the set that could have signed it did.
    WrongSignature,
    /// No key of the set could have signed it.
    NoKey,
}

impl Jwks {
    /// Reads a key set. Keys that cannot verify a signature are left out, and
    /// [`skipped`](Self::skipped) says why.
    ///
    /// # Errors
    /// The text is no key set as a whole.
    pub fn parse(text: &str) -> Result<Self, JwksError> {
        if text.len() > MAX_JWKS_BYTES {
            return Err(JwksError::TooLarge { bytes: text.len() });
        }
        let members = json::object(text.as_bytes())?;
        let entries = entries(&members)?;
        let mut set = Self::default();
        for (index, entry) in entries.iter().enumerate() {
            set.read(index, entry, KeyUse::Signature);
        }
        Ok(set)
    }

    /// Takes one entry of a set, or notes why not.
    pub(crate) fn read(&mut self, index: usize, entry: &Value, key_use: KeyUse) {
        match Key::read(entry, key_use) {
            Ok(key) => self.keys.push(key),
            Err(problem) => self.skipped.push(SkippedKey {
                index,
                key_id: key::id(entry).map(str::to_owned),
                problem,
            }),
        }
    }

    /// How many keys can be used.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key can be used, so that nothing verifies.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys that are left out, in the order of the set.
    pub fn skipped(&self) -> &[SkippedKey] {
        &self.skipped
    }

    /// Whether a key of the set has signed the message by the algorithm.
    ///
    /// A key ID narrows the choice: a key with another ID is not tried, a key without one is.
    pub(crate) fn verify(
        &self,
        key_id: Option<&str>,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Match {
        let mut candidates = self
            .keys
            .iter()
            .filter(|key| key.may_have_id(key_id) && key.allows(algorithm))
            .peekable();
        if candidates.peek().is_none() {
            return Match::NoKey;
        }
        if candidates.any(|key| key.verifies(algorithm, message, signature)) {
            Match::Verified
        } else {
            Match::WrongSignature
        }
    }
}

/// The list of keys of a set.
pub(crate) fn entries(members: &Map<String, Value>) -> Result<&[Value], JwksError> {
    let entries = members.get("keys").and_then(Value::as_array);
    let entries = entries.ok_or(JwksError::NoKeys)?;
    if entries.len() > MAX_KEYS {
        return Err(JwksError::TooManyKeys {
            count: entries.len(),
        });
    }
    Ok(entries)
}

#[cfg(test)]
mod tests;
