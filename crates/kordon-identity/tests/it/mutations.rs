//! Whatever is changed in a good credential, it does not verify any longer.

use kordon_identity::{JwtVerifier, TrustBundle, TrustBundles, TrustDomain, X509SvidVerifier};
use proptest::prelude::*;

use crate::credentials::{Authority, Signer};
use crate::tokens::{claims, header, now, verifier};

/// A token of each kind of key, with the verifier that accepts it.
fn tokens() -> Vec<(String, JwtVerifier)> {
    let signers = [
        (Signer::es256(), "ES256"),
        (Signer::es384(), "ES384"),
        (Signer::ed25519(), "EdDSA"),
        (Signer::rsa(), "RS256"),
        (Signer::rsa(), "PS256"),
    ];
    signers
        .iter()
        .map(|(signer, algorithm)| {
            let token = signer.token(&header(algorithm), &claims());
            let verifier = verifier(&[signer.jwk("k1")]).with_audience("shop");
            assert!(verifier.verify(&token, now()).is_ok());
            (token, verifier)
        })
        .collect()
}

#[test]
fn no_change_of_one_bit_of_a_token_verifies() {
    for (token, verifier) in tokens() {
        for at in 0..token.len() {
            for bit in 0..7 {
                let mut bytes = token.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let changed = String::from_utf8(bytes).unwrap();
                assert!(verifier.verify(&changed, now()).is_err(), "{at} {bit}");
            }
        }
    }
}

#[test]
fn no_part_of_a_token_verifies_with_parts_of_another() {
    let signer = Signer::es256();
    let verifier = verifier(&[signer.jwk("k1")]);
    let mut admin = claims();
    admin["sub"] = serde_json::json!("admin");
    let first = signer.token(&header("ES256"), &claims());
    let second = signer.token(&header("ES256"), &admin);
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (first, second) = (parts(&first), parts(&second));
    let mixed = [first[0].clone(), second[1].clone(), first[2].clone()].join(".");
    assert!(verifier.verify(&mixed, now()).is_err());
    let mixed = [first[0].clone(), first[1].clone(), second[2].clone()].join(".");
    assert!(verifier.verify(&mixed, now()).is_err());
}

/// A bundle, and a chain of three that it accepts.
fn chain() -> (TrustBundles, Vec<Vec<u8>>) {
    let root = Authority::root("root", |_| {});
    let middle = root.intermediate("middle", |_| {});
    let chain = vec![middle.leaf("spiffe://example.org/a", |_| {}), middle.der()];
    let mut bundles = TrustBundles::default();
    let bundle = TrustBundle::from_der(&[root.der()]).unwrap();
    bundles.insert(TrustDomain::parse("example.org").unwrap(), bundle);
    assert!(
        X509SvidVerifier::new(&bundles)
            .verify_der(&chain, now())
            .is_ok()
    );
    (bundles, chain)
}

#[test]
fn no_change_of_one_bit_of_a_chain_verifies() {
    let (bundles, chain) = chain();
    let verifier = X509SvidVerifier::new(&bundles);
    for certificate in 0..chain.len() {
        for at in 0..chain[certificate].len() {
            for bit in 0..8 {
                let mut changed = chain.clone();
                changed[certificate][at] ^= 1 << bit;
                let result = verifier.verify_der(&changed, now());
                assert!(result.is_err(), "{certificate} {at} {bit}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_edit_of_a_token_verifies(
        which in 0..5_usize,
        at in any::<prop::sample::Index>(),
        removed in 0..4_usize,
        inserted in "[A-Za-z0-9_.=\\- ]{0,4}",
    ) {
        thread_local!(static TOKENS: Vec<(String, JwtVerifier)> = tokens());
        TOKENS.with(|tokens| {
            let (token, verifier) = &tokens[which];
            let start = at.index(token.len());
            let end = (start + removed).min(token.len());
            let changed = [&token[..start], inserted.as_str(), &token[end..]].concat();
            prop_assert_eq!(verifier.verify(&changed, now()).is_ok(), changed == *token);
            Ok(())
        })?;
    }

    #[test]
    fn no_edit_of_a_chain_verifies(
        certificate in 0..2_usize,
        at in any::<prop::sample::Index>(),
        removed in 0..4_usize,
        inserted in prop::collection::vec(any::<u8>(), 0..4),
    ) {
        thread_local!(static CHAIN: (TrustBundles, Vec<Vec<u8>>) = chain());
        CHAIN.with(|(bundles, chain)| {
            let mut changed = chain.clone();
            let der = &mut changed[certificate];
            let start = at.index(der.len());
            let end = (start + removed).min(der.len());
            der.splice(start..end, inserted);
            let result = X509SvidVerifier::new(bundles).verify_der(&changed, now());
            prop_assert_eq!(result.is_ok(), changed == *chain);
            Ok(())
        })?;
    }
}
