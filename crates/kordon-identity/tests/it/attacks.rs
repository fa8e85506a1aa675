//! Tokens that an attacker may try.

use aws_lc_rs::hmac;
use kordon_identity::limits::MAX_TOKEN_BYTES;
use kordon_identity::{JsonProblem, JwtError, MalformedToken};
use serde_json::{Value, json};

use crate::credentials::{NOW, Signer, encode};
use crate::tokens::{claims, header, now, verifier};

/// The parts of a token as they are before they are encoded.
fn parts(header: &Value, claims: &Value, signature: impl AsRef<[u8]>) -> String {
    let (header, claims) = (header.to_string(), claims.to_string());
    format!(
        "{}.{}.{}",
        encode(header),
        encode(claims),
        encode(signature)
    )
}

fn json_problem(result: Result<impl Sized, JwtError>) -> Option<JsonProblem> {
    match result.err()? {
        JwtError::Malformed(MalformedToken::Json { error, .. }) => Some(error.problem),
        _ => None,
    }
}

#[test]
fn a_token_without_a_signature_never_verifies() {
    let verifier = verifier(&[Signer::es256().jwk("k1")]);
    for name in ["none", "None", "NONE", "nOnE", ""] {
        for signature in ["", "x"] {
            let token = parts(&header(name), &claims(), signature);
            assert!(
                verifier.verify(&token, now()).is_err(),
                "{name} {signature}"
            );
        }
        let token = parts(&header(name), &claims(), "x");
        assert_eq!(verifier.verify(&token, now()), Err(JwtError::Algorithm));
    }
    let unsigned = parts(&header("ES256"), &claims(), "");
    assert_eq!(
        verifier.verify(&unsigned, now()),
        Err(JwtError::Malformed(MalformedToken::Form))
    );
}

#[test]
fn a_public_key_is_never_taken_for_a_shared_secret() {
    let signer = Signer::rsa();
    let key = signer.jwk("k1");
    let secret = key["n"].as_str().unwrap();
    let verifier = verifier(&[key.clone(), json!({"kty": "oct", "kid": "k1", "k": secret})]);
    for (name, algorithm) in [
        ("HS256", hmac::HMAC_SHA256),
        ("HS384", hmac::HMAC_SHA384),
        ("HS512", hmac::HMAC_SHA512),
    ] {
        let token = parts(&header(name), &claims(), "x");
        let message = token.rsplit_once('.').unwrap().0;
        for secret in [secret.as_bytes(), key.to_string().as_bytes(), b""] {
            let tag = hmac::sign(&hmac::Key::new(algorithm, secret), message.as_bytes());
            let token = format!("{message}.{}", encode(tag));
            assert_eq!(verifier.verify(&token, now()), Err(JwtError::Algorithm));
        }
    }
}

#[test]
fn an_algorithm_of_another_family_does_not_reach_a_key() {
    let (elliptic, rsa, edwards) = (Signer::es256(), Signer::rsa(), Signer::ed25519());
    for signer in [&elliptic, &rsa, &edwards] {
        let verifier = verifier(&[signer.jwk("k1")]);
        for (other, name) in [(&elliptic, "ES256"), (&rsa, "RS256"), (&edwards, "EdDSA")] {
            let token = other.token(&header(name), &claims());
            let is_own = std::ptr::eq(signer, other);
            assert_eq!(verifier.verify(&token, now()).is_ok(), is_own, "{name}");
        }
    }
    let verifier = verifier(&[rsa.jwk("k1")]);
    for (signed, said) in [("RS256", "PS256"), ("PS256", "RS256"), ("RS256", "RS512")] {
        let token = rsa.token_of_text(signed, &header(said).to_string(), &claims().to_string());
        assert_eq!(verifier.verify(&token, now()), Err(JwtError::Signature));
    }
}

#[test]
fn a_key_that_comes_with_the_token_is_never_used() {
    let (signer, attacker) = (Signer::es256(), Signer::es256());
    let verifier = verifier(&[signer.jwk("k1")]);
    for (name, value) in [
        ("jwk", attacker.jwk("k1")),
        ("jku", json!("https://attacker.test/keys")),
        ("x5u", json!("https://attacker.test/chain")),
        ("x5c", json!(["AQID"])),
    ] {
        let mut header = header("ES256");
        header[name] = value;
        let forged = attacker.token(&header, &claims());
        assert_eq!(
            verifier.verify(&forged, now()),
            Err(JwtError::Signature),
            "{name}"
        );
        let honest = signer.token(&header, &claims());
        assert!(verifier.verify(&honest, now()).is_ok(), "{name}");
    }
}

#[test]
fn a_key_id_is_a_name_and_nothing_else() {
    let signer = Signer::es256();
    let verifier = verifier(&[signer.jwk("k1")]);
    for key_id in [
        "../../dev/null",
        "k1' OR '1'='1",
        "k1\0",
        "K1",
        " k1",
        "*",
        "https://a.test/k1",
    ] {
        let mut header = header("ES256");
        header["kid"] = json!(key_id);
        let token = signer.token(&header, &claims());
        assert_eq!(
            verifier.verify(&token, now()),
            Err(JwtError::UnknownKey),
            "{key_id}"
        );
    }
    for key_id in [json!(["k1"]), json!(1), Value::Null, json!({"k1": 1})] {
        let mut header = header("ES256");
        header["kid"] = key_id;
        let token = signer.token(&header, &claims());
        let expected = JwtError::Malformed(MalformedToken::HeaderMember("kid"));
        assert_eq!(verifier.verify(&token, now()), Err(expected));
    }
}

#[test]
fn a_header_that_changes_the_meaning_of_a_token_is_refused() {
    let signer = Signer::es256();
    let verifier = verifier(&[signer.jwk("k1")]);
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("enc", json!("A128GCM")),
        ("zip", json!("DEF")),
    ] {
        let mut header = header("ES256");
        header[name] = value;
        let token = signer.token(&header, &claims());
        assert_eq!(verifier.verify(&token, now()), Err(JwtError::Header(name)));
    }
    for header in [json!({}), json!({"alg": null}), json!({"alg": ["ES256"]})] {
        let token = signer.token(&header, &claims());
        let expected = JwtError::Malformed(MalformedToken::HeaderMember("alg"));
        assert_eq!(verifier.verify(&token, now()), Err(expected));
    }
}

#[test]
fn a_token_has_one_form() {
    let signer = Signer::es256();
    let verifier = verifier(&[signer.jwk("k1")]);
    let token = signer.token(&header("ES256"), &claims());
    assert!(verifier.verify(&token, now()).is_ok());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (head, payload) = message.split_once('.').unwrap();
    for other in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b".to_owned(),
        message.to_owned(),
        format!("{message}."),
        format!(".{token}"),
        format!("{token}."),
        format!("{token}.{signature}"),
        format!("{head}..{payload}.{signature}"),
        format!(".{payload}.{signature}"),
        format!("{head}..{signature}"),
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\n"),
        format!("Bearer {token}"),
        format!("{head}. {payload}.{signature}"),
        format!("{head}.{payload}\r\n.{signature}"),
        format!("{token}="),
        format!("{token}=="),
        format!("{head}=.{payload}.{signature}"),
        format!("{head}.{payload}=.{signature}"),
        token.clone() + "\u{feff}",
        token.replace(['-', '_'], "+") + "+",
        token.to_uppercase(),
        format!("{head}.{payload}.{head}.{payload}.{signature}"),
    ] {
        assert!(verifier.verify(&other, now()).is_err(), "{other:?}");
    }
}

#[test]
fn a_name_that_stands_twice_is_refused_wherever_it_stands() {
    let signer = Signer::es256();
    let verifier = verifier(&[signer.jwk("k1")]);
    let good = claims().to_string();
    for (header, claims) in [
        (r#"{"alg":"none","alg":"ES256","kid":"k1"}"#, good.as_str()),
        (r#"{"alg":"ES256","kid":"k1","kid":"k2"}"#, &good),
        (
            r#"{"alg":"ES256"}"#,
            r#"{"iss":"issuer","sub":"alice","sub":"admin"}"#,
        ),
        (
            r#"{"alg":"ES256"}"#,
            r#"{"iss":"issuer","sub":"alice","s\u0075b":"admin"}"#,
        ),
        (
            r#"{"alg":"ES256"}"#,
            r#"{"iss":"issuer","roles":[{"a":1,"a":2}]}"#,
        ),
    ] {
        let token = signer.token_of_text("ES256", header, claims);
        let problem = json_problem(verifier.verify(&token, now()));
        assert_eq!(
            problem,
            Some(JsonProblem::DuplicateName),
            "{header} {claims}"
        );
    }
}

#[test]
fn claims_that_readers_could_take_differently_are_refused() {
    let signer = Signer::es256();
    let verifier = verifier(&[signer.jwk("k1")]);
    let deep = format!(
        r#"{{"iss":"issuer","a":{}{}}}"#,
        "[".repeat(40),
        "]".repeat(40)
    );
    for (claims, expected) in [
        (r#"{"iss":"issuer","exp":1e999}"#, JsonProblem::Syntax),
        (r#"{"iss":"issuer","exp":NaN}"#, JsonProblem::Syntax),
        (r#"{"iss":"issuer","exp":0x10}"#, JsonProblem::Syntax),
        (r#"{"iss":"issuer"} {}"#, JsonProblem::Syntax),
        (r#"{"iss":"issuer",}"#, JsonProblem::Syntax),
        (r#"{"iss":"issuer"/**/}"#, JsonProblem::Syntax),
        (r#"["issuer"]"#, JsonProblem::NotAnObject),
        (r#""issuer""#, JsonProblem::NotAnObject),
        (&deep, JsonProblem::Depth),
    ] {
        let token = signer.token_of_text("ES256", r#"{"alg":"ES256"}"#, claims);
        assert_eq!(
            json_problem(verifier.verify(&token, now())),
            Some(expected),
            "{claims}"
        );
    }
}

#[test]
fn a_signature_of_no_meaning_never_verifies() {
    let order = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let (zero, one) = ([0; 32], [[0; 31].as_slice(), &[1]].concat());
    let verifier = verifier(&[Signer::es256().jwk("k1")]);
    for signature in [
        [zero, zero].concat(),
        [zero.as_slice(), &one].concat(),
        [one.as_slice(), &zero].concat(),
        [order, order].concat(),
        [order.as_slice(), &zero].concat(),
        [[0xff; 32], [0xff; 32]].concat(),
        vec![1],
        vec![0; 63],
        vec![0; 65],
        vec![0; 1000],
        vec![0x30, 6, 2, 1, 1, 2, 1, 1],
    ] {
        let token = parts(&header("ES256"), &claims(), &signature);
        assert_eq!(
            verifier.verify(&token, now()),
            Err(JwtError::Signature),
            "{signature:x?}"
        );
    }
}

#[test]
fn a_key_that_is_no_point_of_its_curve_verifies_nothing() {
    let signer = Signer::es256();
    let mut key = signer.jwk("k1");
    let zero = encode([0; 32]);
    (key["x"], key["y"]) = (json!(zero), json!(zero));
    let verifier = verifier(&[key]);
    let token = signer.token(&header("ES256"), &claims());
    assert_eq!(verifier.verify(&token, now()), Err(JwtError::Signature));
    let token = parts(&header("ES256"), &claims(), [0; 64]);
    assert_eq!(verifier.verify(&token, now()), Err(JwtError::Signature));
}

#[test]
fn a_key_of_small_order_is_left_out() {
    // The neutral element of edwards25519, under which one signature holds for any message.
    let mut identity = [0; 32];
    identity[0] = 1;
    let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": encode(identity)});
    let mut signature = [0; 64];
    signature[0] = 1;
    let token = parts(&header("EdDSA"), &claims(), signature);
    assert_eq!(
        verifier(&[key]).verify(&token, now()),
        Err(JwtError::UnknownKey)
    );
}

#[test]
fn a_token_beyond_the_limit_is_refused_before_it_is_read() {
    let signer = Signer::es256();
    let verifier = verifier(&[signer.jwk("k1")]);
    let of_length = |filling: usize| {
        let mut claims = claims();
        claims["filling"] = json!("x".repeat(filling));
        signer.token(&header("ES256"), &claims)
    };
    assert!(verifier.verify(&of_length(11_000), now()).is_ok());
    let long = of_length(13_000);
    assert!(long.len() > MAX_TOKEN_BYTES);
    let expected = JwtError::TooLarge { bytes: long.len() };
    assert_eq!(verifier.verify(&long, now()), Err(expected));
}

#[test]
fn no_error_holds_a_part_of_the_token() {
    let (signer, stranger) = (Signer::es256(), Signer::es256());
    let verifier = verifier(&[signer.jwk("k1")]).with_audience("shop");
    let mut secret = claims();
    secret["iss"] = json!("top-secret");
    let mut wrong = claims();
    wrong["aud"] = json!({"top-secret": 1});
    for token in [
        stranger.token(&header("ES256"), &claims()),
        signer.token(&header("ES256"), &secret),
        signer.token(&header("ES256"), &wrong),
        signer.token(&header("top-secret"), &claims()),
        signer.token_of_text(
            "ES256",
            r#"{"alg":"ES256"}"#,
            r#"{"top-secret":1,"top-secret":2}"#,
        ),
        signer.token(
            &header("ES256"),
            &json!({"iss": "issuer", "exp": NOW - 100}),
        ),
        "top-secret.b.c".to_owned(),
    ] {
        let error = verifier.verify(&token, now()).unwrap_err();
        let shown = format!("{error} {error:?} {verifier:?}");
        let signature = token.rsplit_once('.').unwrap().1;
        assert!(
            !shown.contains("top-secret") && !shown.contains(&token),
            "{shown}"
        );
        assert!(signature.len() < 2 || !shown.contains(signature), "{shown}");
    }
}
