//! Bundles in the SPIFFE format and in PEM.

use kordon_identity::limits::{MAX_BUNDLE_BYTES, MAX_ROOTS};
use kordon_identity::{
    BundleError, RootProblem, SkippedEntry, TrustBundle, TrustBundles, TrustDomain,
};
use rcgen::{IsCa, KeyUsagePurpose};
use serde_json::{Value, json};

use crate::credentials::{Authority, Signer, bundle_entry, pem};

fn domain(name: &str) -> TrustDomain<'_> {
    TrustDomain::parse(name).unwrap()
}

#[test]
fn a_bundle_holds_authorities_and_keys() {
    let (first, second) = (Authority::root("a", |_| {}), Authority::root("b", |_| {}));
    let mut key = Signer::es256().jwk("k1");
    key["use"] = json!("jwt-svid");
    let text = json!({
        "keys": [bundle_entry(&first.der()), key, bundle_entry(&second.der())],
        "spiffe_sequence": 12_035_488, "spiffe_refresh_hint": 2_419_200, "more": {},
    });
    let bundle = TrustBundle::from_spiffe_json(&text.to_string()).unwrap();
    assert_eq!((bundle.root_count(), bundle.jwt_keys().len()), (2, 1));
    assert_eq!(bundle.sequence(), Some(12_035_488));
    assert_eq!(bundle.refresh_hint_seconds(), Some(2_419_200));
    assert!(bundle.skipped().is_empty());
}

#[test]
fn what_a_bundle_holds_beside_is_left_out_and_told() {
    let root = Authority::root("a", |_| {});
    let leaf = root.leaf("spiffe://example.org/a", |_| {});
    let no_signer = Authority::root("b", |params| {
        params.key_usages = vec![KeyUsagePurpose::CrlSign];
    });
    let with = |name: &str, value: Value| {
        let mut entry = bundle_entry(&root.der());
        entry[name] = value;
        entry
    };
    let text = json!({"keys": [
        with("use", json!("sig")),
        with("use", Value::Null),
        with("x5c", json!([])),
        with("x5c", json!(["*"])),
        with("x5c", json!(["AQID"])),
        bundle_entry(&leaf),
        bundle_entry(&no_signer.der()),
        {"kty": "oct", "use": "jwt-svid", "kid": "s"},
        7,
    ]});
    let bundle = TrustBundle::from_spiffe_json(&text.to_string()).unwrap();
    assert_eq!((bundle.root_count(), bundle.jwt_keys().len()), (0, 0));
    let told: Vec<_> = bundle.skipped().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "entry 0 is left out: it is meant for `sig`, expected `x509-svid` or `jwt-svid`",
            "entry 1 is left out: it has no `use`, expected `x509-svid` or `jwt-svid`",
            "authority 2 is left out: it has no certificate in `x5c`",
            "authority 3 is left out: its certificate is not base64 text",
            "authority 4 is left out: it is no certificate of X.509: expected one certificate in DER",
            "authority 5 is left out: it is not that of an authority: expected `CA` to be true in \
             its basic constraints",
            "authority 6 is left out: its key usage does not hold `keyCertSign`",
            "key 7 (`s`) is left out: a shared secret is never used to verify a token: publish a \
             public key",
            "entry 8 is left out: it has no `use`, expected `x509-svid` or `jwt-svid`",
        ]
    );
    assert!(matches!(
        bundle.skipped()[0],
        SkippedEntry::Use { index: 0, .. }
    ));
}

#[test]
fn only_the_first_certificate_of_an_entry_counts() {
    let root = Authority::root("a", |_| {});
    let mut entry = bundle_entry(&root.der());
    entry["x5c"].as_array_mut().unwrap().push(json!("*"));
    let bundle = TrustBundle::from_spiffe_json(&json!({"keys": [entry]}).to_string()).unwrap();
    assert_eq!(bundle.root_count(), 1);
}

#[test]
fn a_text_that_is_no_bundle_is_an_error() {
    for (text, expected) in [
        (r#"{"keys":[],"spiffe_sequence":-1}"#, "spiffe_sequence"),
        (
            r#"{"keys":[],"spiffe_refresh_hint":"1"}"#,
            "spiffe_refresh_hint",
        ),
    ] {
        let error = TrustBundle::from_spiffe_json(text).unwrap_err();
        assert_eq!(error, BundleError::Number(expected));
    }
    for text in ["", "{}", r#"{"keys":1}"#, r#"{"keys":[],"keys":[]}"#] {
        assert!(TrustBundle::from_spiffe_json(text).is_err(), "{text}");
    }
}

#[test]
fn a_bundle_in_pem_holds_authorities_alone() {
    let root = Authority::root("a", |_| {});
    let text = pem(&[root.der(), Authority::root("b", |_| {}).der()]);
    assert_eq!(
        TrustBundle::from_pem(text.as_bytes()).unwrap().root_count(),
        2
    );
    let leaf = root.leaf("spiffe://example.org/a", |_| {});
    let error = TrustBundle::from_pem(pem(&[root.der(), leaf]).as_bytes()).unwrap_err();
    let problem = RootProblem::NoAuthority;
    assert_eq!(error, BundleError::Root { index: 1, problem });
    let explicit = root.leaf("spiffe://example.org/a", |params| {
        params.is_ca = IsCa::ExplicitNoCa;
    });
    assert!(TrustBundle::from_der(&[explicit]).is_err());
    assert!(TrustBundle::from_pem(b"").is_err());
}

#[test]
fn a_bundle_has_a_limit() {
    let mut many = vec![Authority::root("a", |_| {}).der(); MAX_ROOTS];
    assert_eq!(
        TrustBundle::from_der(&many).unwrap().root_count(),
        MAX_ROOTS
    );
    many.push(many[0].clone());
    let count = MAX_ROOTS + 1;
    assert_eq!(
        TrustBundle::from_der(&many).unwrap_err(),
        BundleError::TooManyRoots { count }
    );
    let bytes = MAX_BUNDLE_BYTES + 1;
    assert_eq!(
        TrustBundle::from_spiffe_json(&" ".repeat(bytes)).unwrap_err(),
        BundleError::TooLarge { bytes }
    );
}

#[test]
fn a_trust_domain_has_one_bundle() {
    let root = Authority::root("a", |_| {});
    let bundle = TrustBundle::from_der(&[root.der()]).unwrap();
    let mut bundles = TrustBundles::default();
    assert!(bundles.insert(domain("b.test"), bundle).is_none());
    bundles.insert(domain("a.test"), TrustBundle::default());
    let before = bundles.insert(domain("b.test"), TrustBundle::default());
    assert_eq!(before.unwrap().root_count(), 1);
    assert_eq!(bundles.get(&domain("b.test")).unwrap().root_count(), 0);
    let names: Vec<_> = bundles.trust_domains().map(ToString::to_string).collect();
    assert_eq!(names, ["a.test", "b.test"]);
}

#[test]
fn an_alias_is_known_and_has_no_bundle_by_it() {
    let mut bundles = TrustBundles::default();
    bundles.insert(domain("new.test"), TrustBundle::default());
    bundles.add_alias(domain("new.test"), domain("old.test"));
    bundles.add_alias(domain("new.test"), domain("older.test"));
    let aliases: Vec<_> = bundles
        .aliases(&domain("new.test"))
        .map(ToString::to_string)
        .collect();
    assert_eq!(aliases, ["old.test", "older.test"]);
    assert_eq!(bundles.aliases(&domain("old.test")).count(), 0);
    assert!(bundles.get(&domain("old.test")).is_none());
}
