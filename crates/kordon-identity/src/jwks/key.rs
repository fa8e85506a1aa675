//! One key: how it is read, and what carries its signature.

use std::fmt;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use serde_json::{Map, Value};

use super::algorithm::{self, SignatureAlgorithm};
use super::problem::KeyProblem;
use super::small_order;
use crate::base64url;

/// Members that only a private key has (RFC 7518 sections 6.2.2 and 6.3.2).
const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth"];

/// What a key must be meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyUse {
    /// Signatures: `use` is `sig`, or absent.
    Signature,
    /// JWT-SVIDs: `use` is `jwt-svid`, which is how the entry was told from others.
    JwtSvid,
}

/// A public key and the algorithms by which it verifies.
#[derive(Clone)]
pub(super) struct Key {
    id: Option<String>,
    algorithms: Vec<SignatureAlgorithm>,
    public: DecodingKey,
}

/// The ID of an entry of a key set.
pub(super) fn id(entry: &Value) -> Option<&str> {
    entry.get("kid").and_then(Value::as_str)
}

impl Key {
    pub(super) fn read(entry: &Value, key_use: KeyUse) -> Result<Self, KeyProblem> {
        let members = entry.as_object().ok_or(KeyProblem::NotAnObject)?;
        check_use(members, key_use)?;
        let key_type = text(members, "kty")?.ok_or(KeyProblem::Missing("kty"))?;
        let (public, able) = match key_type {
            "RSA" => rsa(members)?,
            "EC" => elliptic(members)?,
            "OKP" => edwards(members)?,
            "oct" => return Err(KeyProblem::Symmetric),
            other => return Err(KeyProblem::KeyType(other.to_owned())),
        };
        if let Some(name) = PRIVATE.iter().find(|name| members.contains_key(**name)) {
            return Err(KeyProblem::Private(name));
        }
        Ok(Self {
            id: text(members, "kid")?.map(str::to_owned),
            algorithms: allowed(members, able)?,
            public,
        })
    }

    /// Whether a token that names a key may mean this one.
    ///
    /// Envoy's `verifyJwtWithoutTimeChecking`: only where both have an ID must they be equal; an
    /// empty one is none.
    pub(super) fn may_have_id(&self, wanted: Option<&str>) -> bool {
        let own = self.id.as_deref().filter(|id| !id.is_empty());
        let wanted = wanted.filter(|id| !id.is_empty());
        own.zip(wanted).is_none_or(|(own, wanted)| own == wanted)
    }

    pub(super) fn allows(&self, algorithm: SignatureAlgorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Whether the message carries the signature of this key by one of its algorithms.
    pub(super) fn verifies(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        // The provider is named, so that no other crate can put another in its place.
        let verifier = (DEFAULT_PROVIDER.verifier_factory)(&algorithm.in_library(), &self.public);
        verifier.is_ok_and(|verifier| verifier.verify(message, &signature.to_vec()).is_ok())
    }
}

fn check_use(members: &Map<String, Value>, key_use: KeyUse) -> Result<(), KeyProblem> {
    let expected = match key_use {
        KeyUse::Signature => "sig",
        KeyUse::JwtSvid => "jwt-svid",
    };
    if let Some(found) = text(members, "use")?
        && found != expected
    {
        let found = found.to_owned();
        return Err(KeyProblem::Use { found, expected });
    }
    // RFC 7517 section 4.3: the operations for which the key is intended to be used.
    match members.get("key_ops") {
        None => Ok(()),
        Some(Value::Array(operations)) if operations.iter().any(|it| it == "verify") => Ok(()),
        Some(_) => Err(KeyProblem::Operations),
    }
}

/// The algorithms that the key allows among those that it is able to verify.
fn allowed(
    members: &Map<String, Value>,
    able: &[SignatureAlgorithm],
) -> Result<Vec<SignatureAlgorithm>, KeyProblem> {
    let Some(name) = text(members, "alg")? else {
        return Ok(able.to_vec());
    };
    match SignatureAlgorithm::from_name(name).filter(|it| able.contains(it)) {
        Some(algorithm) => Ok(vec![algorithm]),
        None => Err(KeyProblem::Algorithm(name.to_owned())),
    }
}

type Public = (DecodingKey, &'static [SignatureAlgorithm]);

fn rsa(members: &Map<String, Value>) -> Result<Public, KeyProblem> {
    let (modulus, exponent) = (number(members, "n")?, number(members, "e")?);
    let (modulus, exponent) = (significant(&modulus), significant(&exponent));
    let bits = modulus.first().map_or(0, |first| {
        modulus.len() * 8 - usize::try_from(first.leading_zeros()).unwrap_or(0)
    });
    if !(2048..=8192).contains(&bits) {
        return Err(KeyProblem::RsaSize { bits });
    }
    // Envoy's `createRsaFromJwk` takes no other exponent either.
    if !matches!(exponent, [3] | [1, 0, 1]) {
        return Err(KeyProblem::RsaExponent);
    }
    let key = DecodingKey::from_rsa_raw_components(modulus, exponent);
    Ok((key, algorithm::RSA))
}

fn elliptic(members: &Map<String, Value>) -> Result<Public, KeyProblem> {
    let curve = text(members, "crv")?.ok_or(KeyProblem::Missing("crv"))?;
    let (length, algorithms): (usize, &[SignatureAlgorithm]) = match curve {
        "P-256" => (32, &[SignatureAlgorithm::Es256]),
        "P-384" => (48, &[SignatureAlgorithm::Es384]),
        other => return Err(KeyProblem::Curve(other.to_owned())),
    };
    // SEC 1 section 2.3.3: an uncompressed point is 4 and its coordinates in full length.
    let mut point = vec![4];
    point.extend(number_of(members, "x", length)?);
    point.extend(number_of(members, "y", length)?);
    Ok((DecodingKey::from_ec_der(&point), algorithms))
}

fn edwards(members: &Map<String, Value>) -> Result<Public, KeyProblem> {
    let curve = text(members, "crv")?.ok_or(KeyProblem::Missing("crv"))?;
    if curve != "Ed25519" {
        return Err(KeyProblem::Curve(curve.to_owned()));
    }
    let point = number_of(members, "x", 32)?;
    if small_order::is_small_order(&point) {
        return Err(KeyProblem::SmallOrder);
    }
    let key = DecodingKey::from_ed_der(&point);
    Ok((key, &[SignatureAlgorithm::EdDsa]))
}

fn text<'m>(
    members: &'m Map<String, Value>,
    name: &'static str,
) -> Result<Option<&'m str>, KeyProblem> {
    let value = members.get(name);
    value
        .map(|value| value.as_str().ok_or(KeyProblem::NotText(name)))
        .transpose()
}

fn number(members: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, KeyProblem> {
    let text = text(members, name)?.ok_or(KeyProblem::Missing(name))?;
    base64url::decode(text).ok_or(KeyProblem::Base64(name))
}

fn number_of(
    members: &Map<String, Value>,
    member: &'static str,
    expected: usize,
) -> Result<Vec<u8>, KeyProblem> {
    let bytes = number(members, member)?;
    if bytes.len() != expected {
        return Err(KeyProblem::Length {
            member,
            bytes: bytes.len(),
            expected,
        });
    }
    Ok(bytes)
}

/// A number without the zeros that some issuers write before it.
fn significant(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("id", &self.id)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}
