//! Tokens of an issuer.

use std::time::Duration;

use kordon_identity::{Jwks, JwtError, JwtVerifier, MalformedToken, Timestamp};
use serde_json::{Value, json};

use crate::credentials::{NOW, Signer, key_set};

/// What a token looks like that everybody accepts.
pub(crate) fn claims() -> Value {
    json!({"iss": "issuer", "sub": "alice", "aud": ["shop", "bank"], "exp": NOW + 600})
}

pub(crate) fn header(algorithm: &str) -> Value {
    json!({"alg": algorithm, "kid": "k1", "typ": "JWT"})
}

pub(crate) fn verifier(keys: &[Value]) -> JwtVerifier {
    JwtVerifier::new("issuer", Jwks::parse(&key_set(keys)).unwrap())
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix(NOW)
}

/// The claims with one changed; `null` removes it.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    let members = claims.as_object_mut().unwrap();
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
    claims
}

#[test]
fn a_token_verifies_by_each_algorithm_of_its_key() {
    for (signer, algorithms) in [
        (Signer::es256(), &["ES256"][..]),
        (Signer::es384(), &["ES384"]),
        (Signer::ed25519(), &["EdDSA"]),
        (
            Signer::rsa(),
            &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
        ),
    ] {
        let verifier = verifier(&[signer.jwk("k1")]);
        for algorithm in algorithms {
            let token = signer.token(&header(algorithm), &claims());
            let found = verifier.verify(&token, now()).unwrap();
            assert_eq!(found.issuer(), Some("issuer"), "{algorithm}");
            assert_eq!(found.subject(), Some("alice"));
            assert_eq!(found.audiences(), ["shop", "bank"]);
            assert_eq!(found.expires(), Some(Timestamp::from_unix(NOW + 600)));
            assert_eq!(found.request_principal().unwrap(), "issuer/alice");
            assert_eq!(Value::Object(found.into_claims()), claims());
        }
    }
}

#[test]
fn a_key_with_an_algorithm_verifies_no_other() {
    let signer = Signer::rsa();
    let mut key = signer.jwk("k1");
    key["alg"] = json!("RS256");
    let verifier = verifier(&[key]);
    let verify = |algorithm| verifier.verify(&signer.token(&header(algorithm), &claims()), now());
    assert!(verify("RS256").is_ok());
    assert_eq!(verify("RS512"), Err(JwtError::UnknownKey));
    assert_eq!(verify("PS256"), Err(JwtError::UnknownKey));
}

#[test]
fn a_key_id_narrows_the_keys_and_none_tries_all() {
    let (signer, other) = (Signer::es256(), Signer::es256());
    let with_id = |key_id: Value| {
        let mut header = header("ES256");
        header["kid"] = key_id;
        signer.token(&header, &claims())
    };
    let without_id = signer.token(&json!({"alg": "ES256"}), &claims());
    let (mine, theirs) = (signer.jwk("mine"), other.jwk("theirs"));
    let mut nameless = signer.jwk("");
    let both = verifier(&[theirs, mine.clone()]);
    assert!(both.verify(&with_id(json!("mine")), now()).is_ok());
    assert!(both.verify(&without_id, now()).is_ok());
    assert!(both.verify(&with_id(json!("")), now()).is_ok());
    assert_eq!(
        both.verify(&with_id(json!("theirs")), now()),
        Err(JwtError::Signature)
    );
    assert_eq!(
        both.verify(&with_id(json!("third")), now()),
        Err(JwtError::UnknownKey)
    );
    assert!(
        verifier(&[nameless.clone()])
            .verify(&with_id(json!("any")), now())
            .is_ok()
    );
    nameless.as_object_mut().unwrap().remove("kid");
    assert!(
        verifier(&[nameless])
            .verify(&with_id(json!("any")), now())
            .is_ok()
    );
    let twins = verifier(&[other.jwk("mine"), mine]);
    assert!(
        twins.verify(&with_id(json!("mine")), now()).is_ok(),
        "both of one ID are tried"
    );
    assert_eq!(
        verifier(&[]).verify(&without_id, now()),
        Err(JwtError::UnknownKey)
    );
}

/// What comes of a change of the claims.
fn verify(claims: &Value, change: impl FnOnce(JwtVerifier) -> JwtVerifier) -> Result<(), JwtError> {
    let signer = Signer::es256();
    let verifier = change(verifier(&[signer.jwk("k1")]));
    let result = verifier.verify(&signer.token(&header("ES256"), claims), now());
    result.map(|_| ())
}

#[test]
fn the_issuer_must_be_the_one_that_is_asked_for() {
    for issuer in [json!("other"), json!(""), json!("issuer "), Value::Null] {
        let claims = with("iss", issuer);
        assert_eq!(verify(&claims, |it| it), Err(JwtError::Issuer), "{claims}");
    }
    let signer = Signer::es256();
    let keys = Jwks::parse(&key_set(&[signer.jwk("k1")])).unwrap();
    let any = JwtVerifier::for_any_issuer(keys);
    for issuer in [json!("other"), Value::Null] {
        let token = signer.token(&header("ES256"), &with("iss", issuer));
        assert!(any.verify(&token, now()).is_ok());
    }
}

#[test]
fn times_count_with_the_tolerance_for_clocks() {
    let at = Timestamp::from_unix;
    let expired = |exp: u64| {
        Err(JwtError::Expired {
            expired: at(exp),
            at: now(),
        })
    };
    let early = |nbf: u64| {
        Err(JwtError::NotYetValid {
            not_before: at(nbf),
            at: now(),
        })
    };
    for (claim, value, expected) in [
        ("exp", json!(NOW - 60), Ok(())),
        ("exp", json!(NOW - 61), expired(NOW - 61)),
        ("exp", json!(0), expired(0)),
        ("exp", Value::Null, Ok(())),
        ("exp", json!(i64::MAX), Ok(())),
        ("exp", json!(1_799_999_940.9), Ok(())),
        ("exp", json!(1_799_999_939.9), expired(NOW - 61)),
        ("nbf", json!(NOW + 60), Ok(())),
        ("nbf", json!(NOW + 61), early(NOW + 61)),
        ("nbf", json!(0), Ok(())),
        ("nbf", json!(i64::MAX), early(i64::MAX.unsigned_abs())),
        ("iat", json!(NOW + 100_000), Ok(())),
    ] {
        let claims = with(claim, value);
        assert_eq!(verify(&claims, |it| it), expected, "{claims}");
    }
    let strict = |it: JwtVerifier| it.with_clock_skew(Duration::ZERO);
    assert_eq!(verify(&with("exp", json!(NOW)), strict), Ok(()));
    assert_eq!(
        verify(&with("exp", json!(NOW - 1)), strict),
        expired(NOW - 1)
    );
    let endless = |it: JwtVerifier| it.with_clock_skew(Duration::MAX);
    assert_eq!(verify(&with("exp", json!(1)), endless), Ok(()));
}

#[test]
fn an_audience_that_is_asked_for_must_be_there() {
    let shop = |it: JwtVerifier| it.with_audience("shop");
    assert_eq!(verify(&claims(), shop), Ok(()));
    assert_eq!(verify(&with("aud", json!("shop")), shop), Ok(()));
    assert_eq!(verify(&claims(), |it| shop(it).with_audience("x")), Ok(()));
    for other in [json!("x"), json!([]), json!(["Shop"]), Value::Null] {
        let result = verify(&with("aud", other), shop);
        assert_eq!(result, Err(JwtError::Audience));
    }
    assert_eq!(JwtError::Audience.http_status(), 403);
    assert_eq!(JwtError::Signature.http_status(), 401);
}

#[test]
fn a_registered_claim_of_a_wrong_type_makes_the_token_malformed() {
    for (claim, value) in [
        ("iss", json!(1)),
        ("sub", json!(["alice"])),
        ("jti", json!(1)),
        ("exp", json!("1900000000")),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        ("exp", json!(u64::MAX)),
        ("exp", json!({})),
        ("nbf", json!(true)),
        ("iat", json!("x")),
        ("aud", json!(1)),
        ("aud", json!(["shop", 1])),
        ("aud", json!({"shop": 1})),
    ] {
        let result = verify(&with(claim, value.clone()), |it| it);
        assert!(
            matches!(result, Err(JwtError::Malformed(MalformedToken::Claim { claim: found, .. })) if found == claim),
            "{claim} {value}: {result:?}"
        );
    }
}

#[test]
fn an_explicit_null_is_a_wrong_type_too() {
    let signer = Signer::es256();
    let verifier = verifier(&[signer.jwk("k1")]);
    for claim in ["sub", "exp", "nbf", "aud"] {
        let mut claims = claims();
        claims[claim] = Value::Null;
        let result = verifier.verify(&signer.token(&header("ES256"), &claims), now());
        assert!(
            matches!(result, Err(JwtError::Malformed(_))),
            "{claim}: {result:?}"
        );
    }
}

#[test]
fn the_checks_come_in_the_order_of_envoy() {
    let (signer, stranger) = (Signer::es256(), Signer::es256());
    let verifier = verifier(&[signer.jwk("k1")]).with_audience("shop");
    let verify = |claims: Value| verifier.verify(&stranger.token(&header("ES256"), &claims), now());
    let mut all_wrong = json!({"iss": "other", "sub": 1, "aud": "x", "exp": 1});
    assert!(matches!(
        verify(all_wrong.clone()),
        Err(JwtError::Malformed(_))
    ));
    all_wrong["sub"] = json!("alice");
    assert_eq!(verify(all_wrong.clone()), Err(JwtError::Issuer));
    all_wrong["iss"] = json!("issuer");
    assert!(matches!(
        verify(all_wrong.clone()),
        Err(JwtError::Expired { .. })
    ));
    all_wrong["exp"] = json!(NOW);
    assert_eq!(verify(all_wrong.clone()), Err(JwtError::Audience));
    all_wrong["aud"] = json!("shop");
    assert_eq!(verify(all_wrong), Err(JwtError::Signature));
}

#[test]
fn a_request_principal_needs_an_issuer_and_a_subject() {
    let signer = Signer::es256();
    let keys = Jwks::parse(&key_set(&[signer.jwk("k1")])).unwrap();
    let any = JwtVerifier::for_any_issuer(keys);
    for (claims, expected) in [
        (json!({"iss": "i", "sub": "s/t"}), Some("i/s/t")),
        (json!({"iss": "i", "sub": ""}), None),
        (json!({"iss": "", "sub": "s"}), None),
        (json!({"iss": "i"}), None),
        (json!({"sub": "s"}), None),
    ] {
        let token = signer.token(&header("ES256"), &claims);
        let verified = any.verify(&token, now()).unwrap();
        assert_eq!(
            verified.request_principal().as_deref(),
            expected,
            "{claims}"
        );
    }
}
