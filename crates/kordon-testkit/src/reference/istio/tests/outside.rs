//! Tokens and authorizers as the facts of a request state them.

use super::*;
use crate::facts::{TokenFacts, TokenState};

#[test]
fn a_stated_token_is_judged_by_issuer_time_audience_and_signature() {
    let check = |payload: Value, state: TokenState, expected: Option<u16>| {
        let mut request = with_headers(&[("authorization", "Bearer t")]);
        let token = TokenFacts {
            payload: payload.clone(),
            state,
        };
        let http = request.http.as_mut().unwrap();
        http.tokens = BTreeMap::from([("t".to_owned(), token)]);
        let object = json!({"apiVersion": "security.istio.io/v1", "kind": "RequestAuthentication",
            "metadata": {"name": "r", "namespace": "foo"},
            "spec": {"jwtRules": [{"issuer": "i", "audiences": ["a"]}]}});
        let mesh = Mesh::new(&[object], MeshConfig::default());
        let found = mesh.decide(&httpbin(), &request, &AsStated(&request));
        let status = match found.denied_by {
            Some(DeniedBy::Jwt(status)) => Some(status),
            _ => None,
        };
        assert_eq!(status, expected, "{payload} {state:?}");
    };
    let ours = |audience: Value| json!({"iss": "i", "aud": audience});
    check(ours(json!("a")), TokenState::Genuine, None);
    check(ours(json!(["b", "a"])), TokenState::Genuine, None);
    check(ours(json!("b")), TokenState::Genuine, Some(403));
    check(ours(json!("b")), TokenState::Expired, Some(401));
    check(ours(json!("b")), TokenState::Forged, Some(403));
    check(ours(json!("a")), TokenState::Forged, Some(401));
    check(
        json!({"iss": "j", "aud": "a"}),
        TokenState::Genuine,
        Some(401),
    );
}

#[test]
fn a_token_of_which_nothing_is_stated_is_bad_and_an_authorizer_obeys_a_header() {
    let request = with_headers(&[("x-ext-authz", "deny")]);
    let outside = AsStated(&request);
    assert!(!outside.authorizes("p", &request));
    assert!(outside.authorizes("p", &get()));
    let object = json!({"apiVersion": "security.istio.io/v1", "kind": "RequestAuthentication",
        "metadata": {"name": "r", "namespace": "foo"}, "spec": {"jwtRules": [{"issuer": "i"}]}});
    let bad = with_headers(&[("authorization", "Bearer t")]);
    let mesh = Mesh::new(&[object], MeshConfig::default());
    let found = mesh.decide(&httpbin(), &bad, &AsStated(&bad));
    assert_eq!(found.denied_by, Some(DeniedBy::Jwt(401)));
}
