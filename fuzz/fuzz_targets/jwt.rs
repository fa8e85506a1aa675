//! Any bytes as tokens, key sets, bundles and requests: nothing panics, and no token verifies but
//! those that were signed.
//!
//! The credentials were signed once, by keys that no one has any longer.

#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kordon_identity::{
    HttpRequest, Jwks, JwtRule, JwtSvidVerifier, JwtVerifier, RequestAuthenticator, Timestamp,
    TokenLocations, TrustBundle, TrustBundles, TrustDomain,
};
use libfuzzer_sys::fuzz_target;

const KEYS: &str = include_str!("../credentials/keys.json");
const TOKENS: &str = include_str!("../credentials/tokens.txt");
/// At which the tokens are valid.
const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

static BUNDLES: LazyLock<TrustBundles> = LazyLock::new(|| {
    let mut bundles = TrustBundles::default();
    let domain = TrustDomain::parse("example.org").expect("the name is good");
    bundles.insert(domain, TrustBundle::default().with_jwt_keys(keys()));
    bundles
});
static VERIFIER: LazyLock<JwtVerifier> = LazyLock::new(|| JwtVerifier::for_any_issuer(keys()));
static SVIDS: LazyLock<JwtSvidVerifier<'static>> =
    LazyLock::new(|| JwtSvidVerifier::new(&BUNDLES, "shop"));

fn keys() -> Jwks {
    Jwks::parse(KEYS).expect("the key set is good")
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(bytes);
    match kind % 5 {
        0 => check(&text),
        1 => check_parts(&text),
        2 => check_edit(bytes),
        3 => check_request(&text),
        _ => check_keys(&text),
    }
});

fn check(token: &str) {
    let is_signed = TOKENS.lines().any(|signed| signed == token);
    let verified = VERIFIER.verify(token, NOW);
    assert_eq!(verified.is_ok(), is_signed);
    assert!(SVIDS.verify(token, NOW).is_err() || is_signed);
    if let Err(error) = verified {
        assert!(matches!(error.http_status(), 401 | 403));
        assert!(!error.to_string().is_empty());
    }
}

/// Header and claims as text, so that what lies behind base64 is reached.
fn check_parts(text: &str) {
    let (header, claims) = text
        .split_once('\n')
        .unwrap_or((r#"{"alg":"ES256"}"#, text));
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    for signature in ["AA", &part(&"\0".repeat(64))] {
        check(&format!("{}.{}.{signature}", part(header), part(claims)));
    }
}

/// A good token with some bytes replaced.
fn check_edit(edit: &[u8]) {
    let Some(([which, at], inserted)) = edit.split_first_chunk() else {
        return;
    };
    let tokens: Vec<&str> = TOKENS.lines().collect();
    let mut token = tokens[usize::from(*which) % tokens.len()]
        .as_bytes()
        .to_vec();
    let start = usize::from(*at) % token.len();
    let end = (start + inserted.len() / 2).min(token.len());
    token.splice(start..end, inserted.iter().copied());
    check(&String::from_utf8_lossy(&token));
}

fn check_request(text: &str) {
    let mut lines = text.lines();
    let path = lines.next().unwrap_or_default();
    let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
    let mut locations = TokenLocations::default();
    locations.cookies.push("token".to_owned());
    let rule = JwtRule {
        verifier: VERIFIER.clone(),
        locations,
    };
    let request = HttpRequest {
        method: "GET",
        path,
        headers: &headers,
    };
    let has_token = |text: &str| TOKENS.lines().any(|token| text.contains(token));
    if let Ok(Some(_)) = RequestAuthenticator::new([rule]).authenticate(&request, NOW) {
        assert!(has_token(text) || text.contains('%'));
    }
}

/// Whoever writes a key set may sign, so only that nothing panics can be said.
fn check_keys(text: &str) {
    let told = Jwks::parse(text).map(|keys| {
        let verifier = JwtVerifier::for_any_issuer(keys.clone());
        for token in TOKENS.lines() {
            let _verified = verifier.verify(token, NOW);
        }
        keys.skipped()
            .iter()
            .map(ToString::to_string)
            .collect::<String>()
    });
    let bundle = TrustBundle::from_spiffe_json(text).map(|bundle| {
        bundle
            .skipped()
            .iter()
            .map(ToString::to_string)
            .collect::<String>()
    });
    let _shown = (
        told.map_err(|it| it.to_string()),
        bundle.map_err(|it| it.to_string()),
    );
}
