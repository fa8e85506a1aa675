//! What it costs to verify a credential, and to refuse one.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on stops"
)]

#[path = "../../crates/kordon-identity/tests/support/credentials.rs"]
#[expect(dead_code, reason = "the tests that share it use more of it")]
mod credentials;

use std::hint::black_box;

use credentials::{Authority, NOW, Signer, key_set};
use criterion::{Criterion, criterion_group, criterion_main};
use kordon::model::SpiffeId;
use kordon_benches::clock::ThreadTime;
use kordon_identity::{
    Jwks, JwtVerifier, Timestamp, TrustBundle, TrustBundles, TrustDomain, X509SvidVerifier,
};
use serde_json::{Value, json};

const ID: &str = "spiffe://example.org/ns/shop/sa/cart";

fn now() -> Timestamp {
    Timestamp::from_unix(NOW)
}

fn identity(criterion: &mut Criterion<ThreadTime>) {
    for (signer, algorithm) in [
        (Signer::es256(), "ES256"),
        (Signer::es384(), "ES384"),
        (Signer::rsa(), "RS256"),
        (Signer::rsa(), "PS256"),
        (Signer::ed25519(), "EdDSA"),
    ] {
        token(criterion, algorithm, &signer, algorithm, NOW + 600);
    }
    token(criterion, "expired", &Signer::es256(), "ES256", NOW - 600);
    chains(criterion);
    criterion.bench_function("identity/spiffe-id", |bencher| {
        bencher.iter(|| SpiffeId::parse(black_box(ID)).is_ok());
    });
}

/// Measures the verification of one token, which holds or has expired.
fn token(
    criterion: &mut Criterion<ThreadTime>,
    name: &str,
    signer: &Signer,
    algorithm: &str,
    expires: u64,
) {
    let keys = Jwks::parse(&key_set(&[signer.jwk("k1")])).unwrap();
    let verifier = JwtVerifier::new("https://issuer.example.org", keys).with_audience("shop");
    let header = json!({"alg": algorithm, "kid": "k1", "typ": "JWT"});
    let token = signer.token(&header, &claims(expires));
    assert_eq!(verifier.verify(&token, now()).is_ok(), expires > NOW);
    criterion.bench_function(&format!("identity/token/{name}"), |bencher| {
        bencher.iter(|| verifier.verify(black_box(&token), now()).is_ok());
    });
}

/// Claims as an issuer of some organization writes them.
fn claims(expires: u64) -> Value {
    json!({
        "iss": "https://issuer.example.org", "sub": "4f0c2f6e-0b0c-4a57-8f5f-3a1f0d0f9d11",
        "aud": ["shop"], "exp": expires, "iat": NOW - 60, "nbf": NOW - 60, "jti": "c7f1a0",
        "email": "alice@example.org", "groups": ["dev", "ops", "on-call"],
        "realm_access": {"roles": ["reader", "writer"]},
    })
}

/// Measures chains of a leaf alone, and with one and two authorities between.
fn chains(criterion: &mut Criterion<ThreadTime>) {
    let root = Authority::root("root", |_| {});
    let first = root.intermediate("first", |_| {});
    let second = first.intermediate("second", |_| {});
    let mut bundles = TrustBundles::default();
    let bundle = TrustBundle::from_der(&[root.der()]).unwrap();
    bundles.insert(TrustDomain::parse("example.org").unwrap(), bundle);
    let verifier = X509SvidVerifier::new(&bundles);
    for chain in [
        vec![root.leaf(ID, |_| {})],
        vec![first.leaf(ID, |_| {}), first.der()],
        vec![second.leaf(ID, |_| {}), second.der(), first.der()],
    ] {
        assert!(verifier.verify_der(&chain, now()).is_ok());
        let id = format!("identity/chain/{}", chain.len());
        criterion.bench_function(&id, |bencher| {
            bencher.iter(|| verifier.verify_der(black_box(&chain), now()).is_ok());
        });
    }
}

criterion_group! {
    name = benches;
    config = kordon_benches::clock::criterion();
    targets = identity
}
criterion_main!(benches);
