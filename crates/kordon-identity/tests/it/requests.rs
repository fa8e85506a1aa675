//! Tokens in requests.

use kordon_identity::{
    HeaderLocation, HttpRequest, JwtError, JwtRule, RequestAuthenticator, TokenLocations,
};
use serde_json::json;

use crate::credentials::{NOW, Signer};
use crate::tokens::{claims, header, now, verifier};

fn in_header(name: &str) -> TokenLocations {
    TokenLocations {
        headers: vec![HeaderLocation {
            name: name.to_owned(),
            prefix: String::new(),
        }],
        params: Vec::new(),
        cookies: Vec::new(),
    }
}

fn rule(signer: &Signer, locations: TokenLocations) -> JwtRule {
    JwtRule {
        verifier: verifier(&[signer.jwk("k1")]),
        locations,
    }
}

fn authenticate(rules: &[JwtRule], headers: &[(&str, &str)]) -> Result<Option<String>, JwtError> {
    let request = HttpRequest {
        method: "GET",
        path: "/",
        headers,
    };
    let authenticator = RequestAuthenticator::new(rules.to_vec());
    let token = authenticator.authenticate(&request, now())?;
    Ok(token.and_then(|token| token.request_principal()))
}

#[test]
fn no_token_passes_and_a_bad_one_does_not() {
    let signer = Signer::es256();
    let rules = [rule(&signer, TokenLocations::default())];
    let token = signer.token(&header("ES256"), &claims());
    let with = |value: &str| authenticate(&rules, &[("authorization", value)]);
    assert_eq!(authenticate(&rules, &[]), Ok(None));
    assert_eq!(with("Basic dTpw"), Ok(None));
    assert_eq!(
        with(&format!("Bearer {token}")),
        Ok(Some("issuer/alice".to_owned()))
    );
    assert!(with("Bearer x").is_err());
    assert!(with(&format!("Bearer {token} {token}")).is_err());
    assert_eq!(
        authenticate(&[], &[("authorization", "Bearer x")]),
        Ok(None)
    );
}

#[test]
fn all_tokens_of_a_rule_must_be_good() {
    let signer = Signer::es256();
    let rules = [rule(&signer, in_header("x-a"))];
    let good = signer.token(&header("ES256"), &claims());
    assert!(
        authenticate(&rules, &[("x-a", &good), ("x-a", &good)])
            .unwrap()
            .is_some()
    );
    for headers in [
        [("x-a", good.as_str()), ("x-a", "bad")],
        [("x-a", "bad"), ("x-a", &good)],
    ] {
        assert!(authenticate(&rules, &headers).is_err());
    }
}

#[test]
fn one_rule_that_is_met_is_enough() {
    let signer = Signer::es256();
    let rules = [
        rule(&signer, in_header("x-a")),
        rule(&signer, in_header("x-b")),
    ];
    let good = signer.token(&header("ES256"), &claims());
    let mut old = claims();
    old["exp"] = json!(NOW - 100);
    let old = signer.token(&header("ES256"), &old);
    assert!(
        authenticate(&rules, &[("x-a", &old), ("x-b", &good)])
            .unwrap()
            .is_some()
    );
    assert!(authenticate(&rules, &[("x-b", &good)]).unwrap().is_some());
    for headers in [[("x-a", old.as_str())], [("x-b", old.as_str())]] {
        let result = authenticate(&rules, &headers);
        assert!(
            matches!(result, Err(JwtError::Expired { .. })),
            "{result:?}"
        );
    }
}

#[test]
fn the_failure_that_is_told_is_not_that_it_is_the_token_of_another() {
    let (signer, other) = (Signer::es256(), Signer::es256());
    let second = JwtRule {
        verifier: kordon_identity::JwtVerifier::new("another", kordon_identity::Jwks::default()),
        locations: TokenLocations::default(),
    };
    let rules = [rule(&signer, TokenLocations::default()), second];
    let forged = format!("Bearer {}", other.token(&header("ES256"), &claims()));
    assert_eq!(
        authenticate(&rules, &[("authorization", &forged)]),
        Err(JwtError::Signature)
    );
    let mut foreign = claims();
    foreign["iss"] = json!("third");
    let foreign = format!("Bearer {}", signer.token(&header("ES256"), &foreign));
    assert_eq!(
        authenticate(&rules, &[("authorization", &foreign)]),
        Err(JwtError::Issuer)
    );
}

#[test]
fn the_question_of_a_browser_is_let_through_without_a_principal() {
    let signer = Signer::es256();
    let authenticator = RequestAuthenticator::new([rule(&signer, TokenLocations::default())]);
    let ask = |method, headers: &[(&str, &str)]| {
        let request = HttpRequest {
            method,
            path: "/?access_token=x",
            headers,
        };
        authenticator.authenticate(&request, now()).is_ok()
    };
    let question = [
        ("Origin", "https://a.test"),
        ("Access-Control-Request-Method", "GET"),
    ];
    assert!(ask("OPTIONS", &question));
    assert!(!ask("GET", &question));
    assert!(!ask("options", &question));
    assert!(!ask("OPTIONS", &question[..1]));
    assert!(!ask("OPTIONS", &question[1..]));
}
