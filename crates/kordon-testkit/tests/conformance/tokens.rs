//! Holds the verifier of tokens against what a proxy says to requests with tokens.

use kordon_identity::{
    HeaderLocation, HttpRequest, Jwks, JwtError, JwtRule, JwtVerifier, MalformedToken,
    RequestAuthenticator, Timestamp, TokenLocations, VerifiedToken,
};
use kordon_testkit::conformance::{TokenCase, TokenPack};
use serde_json::Value;

use crate::count::{Count, suite};

/// 2026-11-22, for requests that may be sent at any time.
const SOME_TIME: u64 = 1_795_331_536;

#[test]
fn tokens_are_verified_as_a_proxy_verifies_them() {
    let Some(suite) = suite("tokens") else {
        return;
    };
    let mut count = Count::default();
    for pack in suite.token_packs().unwrap() {
        let authenticator = RequestAuthenticator::new(rules(&pack));
        for case in &pack.cases {
            let answer = authenticate(&authenticator, case);
            let same = is_same(&pack, case, answer.as_ref());
            count.check(same, || {
                let state = &case.request.token_state;
                format!("{} {state:?}: {answer:?}, not {case:?}", pack.file)
            });
        }
    }
    count.finish("tokens");
}

fn authenticate(
    authenticator: &RequestAuthenticator,
    case: &TokenCase,
) -> Result<Option<VerifiedToken>, JwtError> {
    let request = &case.request;
    let bearer = request
        .token
        .as_ref()
        .map(|token| format!("Bearer {token}"));
    let lines = request.headers.iter();
    let headers: Vec<(&str, &str)> = lines
        .flat_map(|(name, lines)| lines.iter().map(|line| (name.as_str(), line.as_str())))
        .chain(bearer.as_deref().map(|line| ("authorization", line)))
        .collect();
    let request_read = HttpRequest {
        method: &request.method,
        path: &request.path,
        headers: &headers,
    };
    authenticator.authenticate(
        &request_read,
        Timestamp::from_unix(request.time.unwrap_or(SOME_TIME)),
    )
}

/// Whether the refusal is the proxy's, or the principal is one that its policies then let pass.
fn is_same(
    pack: &TokenPack,
    case: &TokenCase,
    answer: Result<&Option<VerifiedToken>, &JwtError>,
) -> bool {
    match (case.denied_by.as_deref(), answer) {
        (Some("jwt"), Err(error)) => {
            let details = case.details.as_deref();
            error.http_status() == case.status && details.is_none_or(|it| it.contains(words(error)))
        }
        (None | Some("rbac"), Ok(token)) => {
            let has_principal = token
                .as_ref()
                .is_some_and(|it| it.request_principal().is_some());
            let is_open = case.request.path.starts_with("/open");
            let same_principal = !needs_principal(pack) || is_open || has_principal == case.allowed;
            let same_claims = match (token, &case.request.claims) {
                (Some(token), Some(claims)) => token.claims() == claims,
                _ => true,
            };
            same_principal && same_claims
        }
        _ => false,
    }
}

/// Part of what the proxy says for a failure.
fn words(error: &JwtError) -> &'static str {
    match error {
        JwtError::Issuer => "Jwt_issuer_is_not_configured",
        JwtError::Expired { .. } => "Jwt_is_expired",
        JwtError::NotYetValid { .. } => "Jwt_not_yet_valid",
        JwtError::Audience => "Audiences_in_Jwt_are_not_allowed",
        JwtError::Malformed(MalformedToken::Form) => "Jwt_is_not_in_the_form_of",
        JwtError::Malformed(MalformedToken::Claim { claim: "sub", .. }) => {
            "Jwt_payload_[sub]_field_is_not_a_string"
        }
        JwtError::Malformed(MalformedToken::Claim { claim: "aud", .. }) => {
            "Jwt_payload_[aud]_field_is_not_a_string_or_string_list"
        }
        _ => "a failure that no case has",
    }
}

/// Whether the pack lets nothing but `/open` pass without a principal.
fn needs_principal(pack: &TokenPack) -> bool {
    pack.policies.iter().any(|policy| {
        policy["kind"] == "AuthorizationPolicy" && policy["metadata"]["name"] == "need"
    })
}

/// The rules of the policies that select the workload.
fn rules(pack: &TokenPack) -> Vec<JwtRule> {
    let policies = pack.policies.iter();
    policies
        .filter(|policy| policy["kind"] == "RequestAuthentication" && selects(policy, pack))
        .flat_map(|policy| {
            policy["spec"]["jwtRules"]
                .as_array()
                .expect("a policy has rules")
        })
        .map(|rule| JwtRule {
            verifier: verifier(rule, pack),
            locations: locations(rule),
        })
        .collect()
}

fn selects(policy: &Value, pack: &TokenPack) -> bool {
    let Some(labels) = policy["spec"]["selector"]["matchLabels"].as_object() else {
        return true;
    };
    let of_workload = &pack.workload.labels;
    let mut labels = labels.iter();
    labels.all(|(name, value)| of_workload.get(name).map(String::as_str) == value.as_str())
}

fn verifier(rule: &Value, pack: &TokenPack) -> JwtVerifier {
    let keys = match rule["jwks"].as_str() {
        Some(name) => &pack.jwks[name],
        None => &pack.jwks,
    };
    let keys = Jwks::parse(&keys.to_string()).expect("the key set can be read");
    let verifier = match rule["issuer"].as_str() {
        Some(issuer) => JwtVerifier::new(issuer, keys),
        None => JwtVerifier::for_any_issuer(keys),
    };
    texts(&rule["audiences"])
        .iter()
        .fold(verifier, |verifier, audience| {
            verifier.with_audience(audience)
        })
}

fn locations(rule: &Value) -> TokenLocations {
    let headers = rule["fromHeaders"].as_array().into_iter().flatten();
    let found = TokenLocations {
        headers: headers
            .map(|header| HeaderLocation {
                name: header["name"]
                    .as_str()
                    .expect("a header has a name")
                    .to_owned(),
                prefix: header["prefix"].as_str().unwrap_or_default().to_owned(),
            })
            .collect(),
        params: texts(&rule["fromParams"]),
        cookies: texts(&rule["fromCookies"]),
    };
    let nowhere = TokenLocations {
        headers: Vec::new(),
        params: Vec::new(),
        cookies: Vec::new(),
    };
    if found == nowhere {
        TokenLocations::default()
    } else {
        found
    }
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.map(|text| text.as_str().expect("expected text").to_owned())
        .collect()
}
