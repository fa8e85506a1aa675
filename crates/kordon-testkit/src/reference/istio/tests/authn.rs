//! Tokens: where they stand, and what several rules come to.

use super::*;

/// Tokens are written `ISSUER:STATE`; of the states `good` is the one that is valid.
struct Reader;

impl Outside for Reader {
    fn verify(&self, rule: &JwtRule, token: &str) -> Verification {
        let Some((issuer, state)) = token.split_once(':') else {
            return Verification::Bad;
        };
        if !rule.issuer.is_empty() && rule.issuer != issuer {
            return Verification::UnknownIssuer;
        }
        match state {
            "good" => Verification::Valid(json!({"iss": issuer, "sub": "s", "words": "x y"})),
            "elsewhere" => Verification::Audience,
            _ => Verification::Bad,
        }
    }

    fn authorizes(&self, _provider: &str, _request: &RequestFacts) -> bool {
        true
    }
}

fn rules(rules: &Value) -> Value {
    json!({"apiVersion": "security.istio.io/v1", "kind": "RequestAuthentication",
        "metadata": {"name": "r", "namespace": "foo"}, "spec": {"jwtRules": rules}})
}

/// `pass ISSUER`, `pass` without a payload, or the status of a refusal.
fn judge(policy_rules: &Value, request: &RequestFacts) -> String {
    let mesh = |more: &[Value]| {
        let objects = [&[rules(policy_rules)], more].concat();
        Mesh::new(&objects, MeshConfig::default()).decide(&httpbin(), request, &Reader)
    };
    let found = mesh(&[]);
    if let Some(DeniedBy::Jwt(status)) = found.denied_by {
        return status.to_string();
    }
    let issued_by = |issuer: &&str| {
        let rule = json!([{"from": [{"source": {"requestPrincipals": [format!("{issuer}/*")]}}]}]);
        mesh(&[policy("ALLOW", &rule)]).allowed
    };
    match ["a", "b"].iter().copied().find(issued_by) {
        Some(issuer) => format!("pass {issuer}"),
        None => "pass".to_owned(),
    }
}

fn bearer(token: &str) -> RequestFacts {
    with_headers(&[("authorization", &format!("Bearer {token}"))])
}

#[test]
fn a_missing_token_passes_and_a_bad_one_does_not() {
    let one = json!([{"issuer": "a"}]);
    assert_eq!(judge(&one, &get()), "pass");
    assert_eq!(judge(&one, &bearer("a:good")), "pass a");
    assert_eq!(judge(&one, &bearer("a:bad")), "401");
    assert_eq!(judge(&one, &bearer("garbage")), "401");
    assert_eq!(judge(&one, &bearer("b:good")), "401");
    assert_eq!(judge(&one, &bearer("a:elsewhere")), "403");
}

#[test]
fn without_a_policy_no_token_is_looked_at_and_no_claim_holds() {
    assert_eq!(judge(&json!([]), &bearer("a:bad")), "pass");
    assert_eq!(judge(&json!([]), &bearer("a:good")), "pass");
}

#[test]
fn a_policy_that_selects_others_verifies_nothing() {
    let mut object = rules(&json!([{"issuer": "a"}]));
    object["spec"]["selector"] = json!({"matchLabels": {"app": "other"}});
    let mesh = Mesh::new(&[object], MeshConfig::default());
    assert!(mesh.decide(&httpbin(), &bearer("a:bad"), &Reader).allowed);
}

#[test]
fn by_default_a_token_stands_behind_bearer_or_in_the_query() {
    let one = json!([{"issuer": "a"}]);
    let header = |value: &str| judge(&one, &with_headers(&[("authorization", value)]));
    assert_eq!(header("bearer a:good"), "pass");
    assert_eq!(header("Basic a:good"), "pass");
    assert_eq!(
        judge(&one, &with_path("/?x=1&access_token=a:good")),
        "pass a"
    );
    assert_eq!(judge(&one, &with_path("/?access_token=a:bad")), "401");
}

#[test]
fn stated_places_replace_the_default_ones() {
    let one = json!([{"issuer": "a", "fromHeaders": [{"name": "X-T", "prefix": "T "}],
        "fromParams": ["t"], "fromCookies": ["c"]}]);
    assert_eq!(judge(&one, &bearer("a:bad")), "pass");
    assert_eq!(judge(&one, &with_headers(&[("x-t", "T a:good")])), "pass a");
    assert_eq!(judge(&one, &with_headers(&[("x-t", "a:good")])), "pass");
    assert_eq!(judge(&one, &with_path("/?t=a:good")), "pass a");
    assert_eq!(
        judge(&one, &with_headers(&[("cookie", "x=1; c=a:good")])),
        "pass a"
    );
}

#[test]
fn all_tokens_of_one_rule_must_be_valid_and_two_lines_are_none() {
    let one = json!([{"issuer": "a"}]);
    let mut both = bearer("a:good");
    both.http.as_mut().unwrap().path = "/?access_token=a:bad".to_owned();
    assert_eq!(judge(&one, &both), "401");
    let lines = [
        ("authorization", "Bearer a:good"),
        ("authorization", "Bearer a:good"),
    ];
    assert_eq!(judge(&one, &with_headers(&lines)), "401");
}

#[test]
fn one_valid_token_suffices_and_otherwise_all_must_lack_theirs() {
    let two = json!([
        {"issuer": "a", "fromHeaders": [{"name": "x-a"}]},
        {"issuer": "b", "fromHeaders": [{"name": "x-b"}]}]);
    let of = |lines: &[(&str, &str)]| judge(&two, &with_headers(lines));
    assert_eq!(of(&[]), "pass");
    assert_eq!(of(&[("x-b", "b:good")]), "pass b");
    assert_eq!(of(&[("x-a", "a:bad"), ("x-b", "b:good")]), "pass b");
    assert_eq!(of(&[("x-a", "a:good"), ("x-b", "b:good")]), "pass a");
    assert_eq!(of(&[("x-a", "a:bad")]), "401");
    assert_eq!(of(&[("x-a", "b:good")]), "401");
    assert_eq!(of(&[("x-a", "a:bad"), ("x-b", "b:elsewhere")]), "401");
    assert_eq!(of(&[("x-a", "b:good"), ("x-b", "b:elsewhere")]), "403");
}

#[test]
fn of_several_refusals_the_last_gives_the_status_unless_the_first_rule_has_one() {
    let of = |states: [&str; 3]| {
        let rule = |name: &str| json!({"issuer": name, "fromHeaders": [{"name": name}]});
        let lines: Vec<_> = ["a", "b", "c"].into_iter().zip(states).collect();
        judge(
            &json!([rule("a"), rule("b"), rule("c")]),
            &with_headers(&lines),
        )
    };
    assert_eq!(of(["x:good", "b:bad", "c:elsewhere"]), "403");
    assert_eq!(of(["x:good", "b:elsewhere", "c:bad"]), "401");
    assert_eq!(of(["a:bad", "b:elsewhere", "c:elsewhere"]), "401");
}

#[test]
fn a_token_of_another_issuer_is_for_another_rule() {
    let two = json!([{"issuer": "b"}, {"issuer": "a"}]);
    assert_eq!(judge(&two, &bearer("b:good")), "pass b");
    assert_eq!(judge(&two, &bearer("a:good")), "pass a");
    assert_eq!(judge(&two, &bearer("c:good")), "401");
    assert_eq!(judge(&json!([{}]), &bearer("a:good")), "pass a");
}

#[test]
fn a_preflight_needs_no_token() {
    let one = json!([{"issuer": "a"}]);
    let preflight = |lines: &[(&str, &str)]| {
        let mut request = with_headers(lines);
        request.http.as_mut().unwrap().method = "OPTIONS".to_owned();
        judge(&one, &request)
    };
    let bad = ("authorization", "Bearer a:bad");
    let (origin, asked) = (("origin", "x"), ("access-control-request-method", "POST"));
    assert_eq!(preflight(&[bad, origin, asked]), "pass");
    assert_eq!(preflight(&[bad, asked]), "401");
    assert_eq!(preflight(&[bad, origin]), "401");
}

#[test]
fn claims_that_a_rule_calls_space_delimited_are_words() {
    let check = |claims: Value, expected: bool| {
        let condition = json!([{"when": [{"key": "request.auth.claims[words]", "values": ["y"]}]}]);
        let rule = json!([{"issuer": "a", "spaceDelimitedClaims": claims}]);
        let objects = [rules(&rule), policy("ALLOW", &condition)];
        let mesh = Mesh::new(&objects, MeshConfig::default());
        let found = mesh.decide(&httpbin(), &bearer("a:good"), &Reader).allowed;
        assert_eq!(found, expected, "{claims}");
    };
    check(json!(["words"]), true);
    check(json!([]), false);
}

#[test]
fn a_valid_token_is_not_seen_by_rules_unless_it_is_forwarded() {
    let check = |forward: bool, request: &RequestFacts, condition: Value| {
        let rule = json!([{"issuer": "a", "forwardOriginalToken": forward}]);
        let objects = [
            rules(&rule),
            policy("ALLOW", &json!([{"when": [condition]}])),
        ];
        let mesh = Mesh::new(&objects, MeshConfig::default());
        mesh.decide(&httpbin(), request, &Reader).allowed
    };
    let header = json!({"key": "request.headers[authorization]", "values": ["*"]});
    assert!(check(true, &bearer("a:good"), header.clone()));
    assert!(!check(false, &bearer("a:good"), header));
    let beside = with_headers(&[("x-a", "one"), ("authorization", "Bearer a:good")]);
    let other = json!({"key": "request.headers[x-a]", "values": ["one"]});
    assert!(check(false, &beside, other));
    let path = |value: &str| json!({"key": "request.headers[:path]", "values": [value]});
    let query = with_path("/p?x=1&access_token=a:good&y=2");
    assert!(check(false, &query, path("/p?x=1&y=2")));
    assert!(check(
        false,
        &with_path("/p?access_token=a:good"),
        path("/p")
    ));
}
