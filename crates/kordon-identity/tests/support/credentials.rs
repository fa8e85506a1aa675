//! Makes keys, tokens and certificates, by other libraries than those that verify them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RSA_PSS_SHA384, RSA_PSS_SHA512, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    SanType, date_time_ymd,
};
use serde_json::{Value, json};

/// 2027-01-15, at which the credentials are valid.
pub(crate) const NOW: u64 = 1_800_000_000;

/// A private key that signs tokens.
pub(crate) enum Signer {
    Es256(EcdsaKeyPair),
    Es384(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Signer {
    pub(crate) fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub(crate) fn es384() -> Self {
        Self::Es384(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap())
    }

    pub(crate) fn ed25519() -> Self {
        Self::EdDsa(Ed25519KeyPair::generate().unwrap())
    }

    pub(crate) fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    /// The public key of this ID, with no algorithm.
    pub(crate) fn jwk(&self, key_id: &str) -> Value {
        match self {
            Self::Es256(key) => elliptic("P-256", key_id, key.public_key().as_ref()),
            Self::Es384(key) => elliptic("P-384", key_id, key.public_key().as_ref()),
            Self::EdDsa(key) => json!({
                "kty": "OKP", "crv": "Ed25519", "kid": key_id, "x": encode(key.public_key()),
            }),
            Self::Rsa(key) => {
                let (modulus, exponent) = (key.public_key().modulus(), key.public_key().exponent());
                json!({
                    "kty": "RSA", "kid": key_id,
                    "n": encode(modulus.big_endian_without_leading_zero()),
                    "e": encode(exponent.big_endian_without_leading_zero()),
                })
            }
        }
    }

    /// The signature by an algorithm of the key's family.
    pub(crate) fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(key) | Self::Es384(key) => {
                key.sign(&random, message).unwrap().as_ref().to_vec()
            }
            Self::EdDsa(key) => key.sign(message).as_ref().to_vec(),
            Self::Rsa(key) => {
                let encoding: &dyn aws_lc_rs::signature::RsaEncoding = match algorithm {
                    "RS384" => &RSA_PKCS1_SHA384,
                    "RS512" => &RSA_PKCS1_SHA512,
                    "PS256" => &RSA_PSS_SHA256,
                    "PS384" => &RSA_PSS_SHA384,
                    "PS512" => &RSA_PSS_SHA512,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(encoding, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }

    /// A token with this header and these claims, signed as its header says.
    pub(crate) fn token(&self, header: &Value, claims: &Value) -> String {
        let algorithm = header["alg"].as_str().unwrap_or_default();
        self.token_of_text(algorithm, &header.to_string(), &claims.to_string())
    }

    /// A token whose parts are these texts, whatever they are.
    pub(crate) fn token_of_text(&self, algorithm: &str, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = self.sign(algorithm, message.as_bytes());
        format!("{message}.{}", encode(signature))
    }
}

fn elliptic(curve: &str, key_id: &str, point: &[u8]) -> Value {
    let (x, y) = point[1..].split_at(point.len() / 2);
    json!({"kty": "EC", "crv": curve, "kid": key_id, "x": encode(x), "y": encode(y)})
}

/// The text of a key set.
pub(crate) fn key_set(keys: &[Value]) -> String {
    json!({"keys": keys}).to_string()
}

/// An authority that issues certificates.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// One that signs itself, valid from 2020 to 2040, with some parts changed.
    pub(crate) fn root(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let params = authority(name, change);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// One that this one has signed, with some parts changed.
    pub(crate) fn intermediate(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let params = authority(name, change);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::signed_by(params, key, &self.0).unwrap())
    }

    /// The certificate of a workload, valid in 2026 and 2027, with some parts changed.
    pub(crate) fn leaf(&self, id: &str, change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2028, 1, 1);
        params.subject_alt_names = vec![uri(id)];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        params.signed_by(&key, &self.0).unwrap().der().to_vec()
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        self.0.der().to_vec()
    }
}

fn authority(name: &str, change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name.push(DnType::CommonName, name);
    change(&mut params);
    params
}

pub(crate) fn uri(id: &str) -> SanType {
    SanType::URI(id.try_into().unwrap())
}

/// A chain in PEM.
pub(crate) fn pem(chain: &[Vec<u8>]) -> String {
    let section = |der: &Vec<u8>| {
        let text = STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    chain.iter().map(section).collect()
}

/// The authorities as entries of a SPIFFE bundle.
pub(crate) fn bundle_entry(der: &[u8]) -> Value {
    json!({"kty": "EC", "use": "x509-svid", "x5c": [STANDARD.encode(der)]})
}
