//! Why a key of a set is left out.

use std::fmt;

/// A key of a set that verifies nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedKey {
    /// Its place in the set, from 0.
    pub index: usize,
    /// Its ID, if it has one.
    pub key_id: Option<String>,
    /// Why it is left out.
    pub problem: KeyProblem,
}

impl fmt::Display for SkippedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {}", self.index)?;
        if let Some(key_id) = &self.key_id {
            write!(f, " (`{}`)", key_id.escape_debug())?;
        }
        write!(f, " is left out: {}", self.problem)
    }
}

/// Why a key is left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// The entry is no object.
    #[error("expected an object")]
    NotAnObject,
    /// A member that the key needs is missing.
    #[error("it has no `{0}`")]
    Missing(&'static str),
    /// A member has the wrong type.
    #[error("expected text in `{0}`")]
    NotText(&'static str),
    /// The type of key is none that is used.
    #[error("keys of type `{}` are not used: expected `RSA`, `EC` or `OKP`", .0.escape_debug())]
    KeyType(String),
    /// The key is a shared secret.
    #[error("a shared secret is never used to verify a token: publish a public key")]
    Symmetric,
    /// The curve is none that is used.
    #[error("the curve `{}` is not used: expected `P-256`, `P-384` or `Ed25519`", .0.escape_debug())]
    Curve(String),
    /// The algorithm is none that this key can verify.
    #[error("the algorithm `{}` is none that this key can verify", .0.escape_debug())]
    Algorithm(String),
    /// The key is meant for something else.
    #[error("it is meant for `{}`: expected `{expected}`", found.escape_debug())]
    Use {
        /// What it is meant for.
        found: String,
        /// What was looked for.
        expected: &'static str,
    },
    /// The operations of the key leave out verifying.
    #[error("its `key_ops` do not hold `verify`")]
    Operations,
    /// The private part of the key is in the set, so whoever reads the set can sign.
    #[error("it holds its private part `{0}`: publish the public part alone, and replace the key")]
    Private(&'static str),
    /// A number is not written in base64url.
    #[error("`{0}` is not base64url without padding")]
    Base64(&'static str),
    /// A number has the wrong length.
    #[error("`{member}` has {bytes} bytes: expected {expected}")]
    Length {
        /// Which.
        member: &'static str,
        /// How long it is.
        bytes: usize,
        /// How long it must be.
        expected: usize,
    },
    /// The modulus of an RSA key is too short or too long.
    #[error("its modulus has {bits} bits: expected 2048 to 8192")]
    RsaSize {
        /// How long it is.
        bits: usize,
    },
    /// The public exponent of an RSA key is unusual.
    #[error("its exponent is neither 3 nor 65537")]
    RsaExponent,
    /// The point of an Ed25519 key has a small order, so that anyone can sign.
    #[error("its point has a small order, under which anyone can sign: replace the key")]
    SmallOrder,
}
