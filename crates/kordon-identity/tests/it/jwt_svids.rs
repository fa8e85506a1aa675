//! JWT-SVIDs.

use std::time::Duration;

use kordon_identity::{
    JwtError, JwtSvidVerifier, Timestamp, TrustBundle, TrustBundles, TrustDomain,
};
use serde_json::{Value, json};

use crate::credentials::{NOW, Signer, key_set};
use crate::tokens::{header, now};

const ID: &str = "spiffe://example.org/ns/shop/sa/cart";

fn claims() -> Value {
    json!({"sub": ID, "aud": ["shop", "bank"], "exp": NOW + 600})
}

fn bundle(signer: &Signer) -> TrustBundle {
    let mut key = signer.jwk("k1");
    key["use"] = json!("jwt-svid");
    TrustBundle::from_spiffe_json(&key_set(&[key])).unwrap()
}

fn bundles(domains: &[(&str, &Signer)]) -> TrustBundles {
    let mut bundles = TrustBundles::default();
    for (domain, signer) in domains {
        let domain = TrustDomain::parse(domain).unwrap();
        assert!(bundles.insert(domain, bundle(signer)).is_none());
    }
    bundles
}

/// What comes of a header and claims that the domain `example.org` has signed.
fn verify(header: &Value, claims: &Value) -> Result<String, JwtError> {
    let signer = match header["alg"].as_str() {
        Some("EdDSA") => Signer::ed25519(),
        Some("ES384") => Signer::es384(),
        _ => Signer::es256(),
    };
    let bundles = bundles(&[("example.org", &signer)]);
    let verifier = JwtSvidVerifier::new(&bundles, "shop");
    let svid = verifier.verify(&signer.token(header, claims), now());
    svid.map(|svid| svid.id().to_string())
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

#[test]
fn a_workload_is_known_by_its_token() {
    let signer = Signer::es256();
    let bundles = bundles(&[("example.org", &signer)]);
    let verifier = JwtSvidVerifier::new(&bundles, "x").with_audience("bank");
    let svid = verifier.verify(&signer.token(&header("ES256"), &claims()), now());
    let svid = svid.unwrap();
    assert_eq!(svid.id().account().unwrap().name, "cart");
    assert_eq!(svid.token().subject(), Some(ID));
    assert_eq!(verify(&header("ES384"), &claims()).unwrap(), ID);
}

#[test]
fn the_bundle_of_another_trust_domain_proves_nothing() {
    let (own, foreign) = (Signer::es256(), Signer::es256());
    let bundles = bundles(&[("example.org", &own), ("partner.test", &foreign)]);
    let verifier = JwtSvidVerifier::new(&bundles, "shop");
    let partner = with("sub", json!("spiffe://partner.test/billing"));
    let verify = |signer: &Signer, claims: &Value| {
        verifier.verify(&signer.token(&header("ES256"), claims), now())
    };
    assert!(verify(&own, &claims()).is_ok());
    assert!(verify(&foreign, &partner).is_ok());
    assert_eq!(verify(&foreign, &claims()), Err(JwtError::Signature));
    assert_eq!(verify(&own, &partner), Err(JwtError::Signature));
    let third = with("sub", json!("spiffe://third.test/x"));
    assert_eq!(verify(&own, &third), Err(JwtError::UnknownTrustDomain));
}

#[test]
fn a_subject_is_the_id_of_a_workload() {
    let verify = |subject: &str| verify(&header("ES256"), &with("sub", json!(subject)));
    assert_eq!(verify("spiffe://example.org"), Err(JwtError::NoPath));
    for other in [
        "",
        "alice",
        "spiffe://example.org/",
        "SPIFFE://example.org/a",
        "spiffe://example.org/a/../b",
    ] {
        assert!(
            matches!(verify(other), Err(JwtError::Subject(_))),
            "{other}"
        );
    }
}

#[test]
fn a_subject_an_audience_and_an_expiry_are_required() {
    for claim in ["sub", "aud", "exp"] {
        assert_eq!(
            verify(&header("ES256"), &without(claim)),
            Err(JwtError::MissingClaim(claim))
        );
    }
    let none = with("aud", json!([]));
    assert_eq!(
        verify(&header("ES256"), &none),
        Err(JwtError::MissingClaim("aud"))
    );
    for other in [
        json!("x"),
        json!("https://shop"),
        json!("shop/"),
        json!(["x", "Shop"]),
    ] {
        assert_eq!(
            verify(&header("ES256"), &with("aud", other)),
            Err(JwtError::Audience)
        );
    }
}

#[test]
fn a_token_has_expired_in_its_last_second() {
    let signer = Signer::es256();
    let bundles = bundles(&[("example.org", &signer)]);
    let verifier = JwtSvidVerifier::new(&bundles, "shop");
    let token = signer.token(&header("ES256"), &claims());
    let at = |seconds| verifier.verify(&token, Timestamp::from_unix(NOW + 600 + seconds));
    assert!(at(59).is_ok());
    assert!(matches!(at(60), Err(JwtError::Expired { .. })));
    let exact = verifier.clone().with_clock_skew(Duration::ZERO);
    let last = Timestamp::from_unix(NOW + 600);
    assert!(matches!(
        exact.verify(&token, last),
        Err(JwtError::Expired { .. })
    ));
    let early = with("nbf", json!(NOW + 61));
    assert!(matches!(
        verify(&header("ES256"), &early),
        Err(JwtError::NotYetValid { .. })
    ));
}

#[test]
fn a_header_holds_what_the_specification_names() {
    for (name, value, expected) in [
        ("typ", json!("JOSE"), None),
        ("typ", json!("jwt"), Some(JwtError::Type)),
        ("typ", json!(1), Some(JwtError::Type)),
        ("typ", Value::Null, Some(JwtError::Type)),
        ("jku", json!("x"), Some(JwtError::ForeignHeader)),
        ("mine", json!(1), Some(JwtError::ForeignHeader)),
        ("alg", json!("EdDSA"), Some(JwtError::Algorithm)),
        ("alg", json!("none"), Some(JwtError::Algorithm)),
    ] {
        let mut header = header("ES256");
        header[name] = value;
        assert_eq!(verify(&header, &claims()).err(), expected, "{header}");
    }
    assert!(verify(&json!({"alg": "ES256"}), &claims()).is_ok());
}

#[test]
fn keys_of_an_issuer_on_the_web_may_stand_for_a_trust_domain() {
    let signer = Signer::es256();
    let keys = kordon_identity::Jwks::parse(&key_set(&[signer.jwk("k1")])).unwrap();
    let mut bundles = TrustBundles::default();
    let bundle = TrustBundle::default().with_jwt_keys(keys);
    bundles.insert(TrustDomain::parse("example.org").unwrap(), bundle);
    let verifier = JwtSvidVerifier::new(&bundles, "shop");
    let token = signer.token(&header("ES256"), &claims());
    assert!(verifier.verify(&token, now()).is_ok());
}
