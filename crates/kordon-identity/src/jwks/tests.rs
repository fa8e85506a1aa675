use serde_json::json;

use super::*;

const X: &str = "XJfBy1J4Qf1WvBCFEyggvgsGITHlc9pvmLkIhia4H2s";
const Y: &str = "_IqWAoqhKuxNQubT-VP0_QfiTyzkQnMMsq1pOOPojuM";

/// An elliptic key with some members changed; `null` removes one.
fn changed(changes: &Value) -> Value {
    let mut entry = json!({"kty": "EC", "crv": "P-256", "kid": "k1", "x": X, "y": Y});
    let members = entry.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        members.insert(name.clone(), value.clone());
        if value.is_null() {
            members.remove(name);
        }
    }
    entry
}

fn set(entries: &[Value]) -> Jwks {
    Jwks::parse(&json!({"keys": entries, "more": 1}).to_string()).unwrap()
}

/// Why the one key of a set is left out.
fn problem(entry: Value) -> Option<KeyProblem> {
    let set = set(&[entry]);
    assert_eq!(set.len() + set.skipped().len(), 1);
    assert_eq!(set.is_empty(), !set.skipped().is_empty());
    set.skipped().first().map(|it| it.problem.clone())
}

#[test]
fn a_key_may_say_what_it_is_for() {
    for changes in [
        json!({}),
        json!({"use": "sig"}),
        json!({"alg": "ES256"}),
        json!({"key_ops": ["sign", "verify"]}),
        json!({"kid": null}),
        json!({"x5t": "x", "anything": {}}),
    ] {
        assert_eq!(problem(changed(&changes)), None, "{changes}");
    }
}

#[test]
fn a_key_that_cannot_verify_a_token_is_left_out_with_the_reason() {
    use KeyProblem as P;
    for (changes, expected) in [
        (json!({"kty": null}), P::Missing("kty")),
        (json!({"kty": 1}), P::NotText("kty")),
        (json!({"kty": "oct", "k": "AA"}), P::Symmetric),
        (json!({"kty": "ec"}), P::KeyType("ec".into())),
        (json!({"crv": null}), P::Missing("crv")),
        (json!({"crv": "P-521"}), P::Curve("P-521".into())),
        (json!({"crv": "secp256k1"}), P::Curve("secp256k1".into())),
        (
            json!({"kty": "OKP", "crv": "X25519"}),
            P::Curve("X25519".into()),
        ),
        (json!({"alg": "ES384"}), P::Algorithm("ES384".into())),
        (json!({"alg": "HS256"}), P::Algorithm("HS256".into())),
        (json!({"alg": "none"}), P::Algorithm("none".into())),
        (json!({"alg": 1}), P::NotText("alg")),
        (json!({"kid": 1}), P::NotText("kid")),
        (
            json!({"use": "enc"}),
            P::Use {
                found: "enc".into(),
                expected: "sig",
            },
        ),
        (
            json!({"use": "jwt-svid"}),
            P::Use {
                found: "jwt-svid".into(),
                expected: "sig",
            },
        ),
        (json!({"key_ops": []}), P::Operations),
        (json!({"key_ops": ["encrypt"]}), P::Operations),
        (json!({"key_ops": "verify"}), P::Operations),
        (json!({"d": X}), P::Private("d")),
        (json!({"x": null}), P::Missing("x")),
        (json!({"y": "a+b"}), P::Base64("y")),
        (json!({"y": format!("{Y}=")}), P::Base64("y")),
        (
            json!({"x": "AQAB"}),
            P::Length {
                member: "x",
                bytes: 3,
                expected: 32,
            },
        ),
    ] {
        assert_eq!(problem(changed(&changes)), Some(expected), "{changes}");
    }
    assert_eq!(problem(json!("k")), Some(P::NotAnObject));
}

#[test]
fn an_rsa_key_has_a_usual_size_and_exponent() {
    let modulus = |bytes: usize, first: u8| {
        use base64::Engine as _;
        let mut modulus = vec![0xff; bytes];
        modulus[0] = first;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(modulus)
    };
    let problem = |n: String, e: &str| problem(json!({"kty": "RSA", "n": n, "e": e}));
    assert_eq!(problem(modulus(256, 0x80), "AQAB"), None);
    assert_eq!(
        problem(modulus(257, 0), "AAEAAQ"),
        None,
        "zeros before a number do not count"
    );
    assert_eq!(problem(modulus(1024, 0xff), "Aw"), None);
    for (bytes, first, bits) in [(256, 0x7f, 2047), (128, 0xff, 1024), (1025, 1, 8193)] {
        let expected = Some(KeyProblem::RsaSize { bits });
        assert_eq!(problem(modulus(bytes, first), "AQAB"), expected);
    }
    assert_eq!(
        problem(String::new(), "AQAB"),
        Some(KeyProblem::RsaSize { bits: 0 })
    );
    for exponent in ["AQ", "", "AAAA", "BQ", "AQAC"] {
        assert_eq!(
            problem(modulus(256, 0xff), exponent),
            Some(KeyProblem::RsaExponent)
        );
    }
}

#[test]
fn what_is_left_out_is_told_by_place_and_name() {
    let set = set(&[changed(&json!({})), json!({"kty": "oct", "kid": "a\nb"})]);
    let told: Vec<_> = set.skipped().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "key 1 (`a\\nb`) is left out: a shared secret is never used to verify a token: publish a \
          public key"
        ]
    );
}

#[test]
fn a_text_that_is_no_key_set_is_an_error() {
    for (text, expected) in [
        ("{}", JwksError::NoKeys),
        (r#"{"keys":{}}"#, JwksError::NoKeys),
    ] {
        assert_eq!(Jwks::parse(text).unwrap_err(), expected);
    }
    for text in ["", "[]", r#"{"keys":[],"keys":[]}"#] {
        assert!(
            matches!(Jwks::parse(text), Err(JwksError::Json(_))),
            "{text}"
        );
    }
    let many = json!({"keys": vec![0; MAX_KEYS + 1]}).to_string();
    let count = MAX_KEYS + 1;
    assert_eq!(
        Jwks::parse(&many).unwrap_err(),
        JwksError::TooManyKeys { count }
    );
    let most = json!({"keys": vec![0; MAX_KEYS]}).to_string();
    assert_eq!(Jwks::parse(&most).unwrap().skipped().len(), MAX_KEYS);
    let of_length = |bytes: usize| format!("{{\"keys\":[]{}}}", " ".repeat(bytes - 11));
    assert!(Jwks::parse(&of_length(MAX_JWKS_BYTES)).is_ok());
    let bytes = MAX_JWKS_BYTES + 1;
    assert_eq!(
        Jwks::parse(&of_length(bytes)).unwrap_err(),
        JwksError::TooLarge { bytes }
    );
    assert!(Jwks::parse(r#"{"keys":[]}"#).unwrap().is_empty());
}

#[test]
fn debug_output_holds_no_key() {
    let set = set(&[changed(&json!({}))]);
    let shown = format!("{set:?}");
    assert!(shown.contains("Es256"), "{shown}");
    assert!(!shown.contains(X), "{shown}");
}
