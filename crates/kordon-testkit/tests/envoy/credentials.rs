//! Certificates of clients and tokens of users.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    SanType,
};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};

/// The names in a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CertificateNames {
    pub(crate) uris: Vec<String>,
    pub(crate) dns: Vec<String>,
    /// The common name in the subject; without one the subject is empty.
    pub(crate) common_name: Option<String>,
}

/// The names that the server's certificate is for: all that clients ask for.
const SERVER_NAMES: [&str; 3] = ["web.example", "api.web.example", "other"];

/// An authority that the server and all clients trust.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// Makes one, and the files that a server needs.
    pub(crate) fn new(folder: &Path) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, key()).expect("it can sign itself");
        let authority = Self(issuer);
        let (certificate, key) = authority.issue(&CertificateNames {
            dns: SERVER_NAMES.map(str::to_owned).to_vec(),
            ..CertificateNames::default()
        });
        let files = [
            ("authority.pem", authority.0.pem()),
            ("server.pem", certificate.pem()),
            ("server.key", key.serialize_pem()),
        ];
        for (name, text) in files {
            fs::write(folder.join(name), text).expect("the file can be written");
        }
        authority
    }

    /// What a client with these names in its certificate speaks TLS by.
    pub(crate) fn client(&self, names: &CertificateNames) -> ClientConfig {
        let (certificate, key) = self.issue(names);
        let mut roots = RootCertStore::empty();
        roots
            .add(self.0.der().clone())
            .expect("the authority's certificate can be read");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the versions are known")
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key.into())
            .expect("the key fits the certificate")
    }

    fn issue(&self, names: &CertificateNames) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        if let Some(name) = &names.common_name {
            params
                .distinguished_name
                .push(DnType::CommonName, name.as_str());
        }
        let text = |name: &String| name.as_str().try_into().expect("the name is ASCII");
        let uris = names.uris.iter().map(|uri| SanType::URI(text(uri)));
        let dns = names.dns.iter().map(|name| SanType::DnsName(text(name)));
        params.subject_alt_names = uris.chain(dns).collect();
        let key = key();
        let certificate = params.signed_by(&key, &self.0);
        (certificate.expect("the authority can sign"), key)
    }
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key can be made")
}

/// Keys that sign tokens: one that is published, and one that nobody trusts.
pub(crate) struct TokenKeys {
    published: EcdsaKeyPair,
    unknown: EcdsaKeyPair,
}

impl TokenKeys {
    pub(crate) fn new() -> Self {
        let key =
            || EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key can be made");
        Self {
            published: key(),
            unknown: key(),
        }
    }

    /// The set of published keys.
    pub(crate) fn set(&self) -> String {
        let point = self.published.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        json!({"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "k",
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)}]})
        .to_string()
    }

    /// A token that the published key has signed.
    pub(crate) fn genuine(&self, payload: &Value) -> String {
        token(&self.published, payload)
    }

    /// A token that the published key has not signed.
    pub(crate) fn forged(&self, payload: &Value) -> String {
        token(&self.unknown, payload)
    }
}

fn token(key: &EcdsaKeyPair, payload: &Value) -> String {
    let header = json!({"alg": "ES256", "typ": "JWT", "kid": "k"});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(payload));
    let signature = key
        .sign(&SystemRandom::new(), message.as_bytes())
        .expect("the key can sign");
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}
