//! Names in certificates, addresses, and trust domains.

use super::*;

fn check(source: &Value, identities: &[&str], expected: bool) {
    let found = source_matches(source, &by(identities, get()));
    assert_eq!(found, expected, "{source} {identities:?}");
}

fn check_mesh(domains: &[&str], source: &Value, identity: &str, expected: bool) {
    let config = MeshConfig {
        trust_domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
        ..MeshConfig::default()
    };
    let rule = json!([{"from": [{"source": source}]}]);
    let mesh = Mesh::new(&[policy("ALLOW", &rule)], config);
    let found = mesh.decide(&httpbin(), &by(&[identity], get()), &Nobody);
    assert_eq!(found.allowed, expected, "{domains:?} {source} {identity}");
}

#[test]
fn a_principal_is_a_spiffe_name_without_its_scheme() {
    let of = |pattern: &str| json!({"principals": [pattern]});
    check(&of("td/ns/a/sa/b"), &["spiffe://td/ns/a/sa/b"], true);
    check(&of("td/ns/a/sa/b"), &["td/ns/a/sa/b"], false);
    check(
        &of("spiffe://td/ns/a/sa/b"),
        &["spiffe://td/ns/a/sa/b"],
        false,
    );
    check(&of("td/ns/a/*"), &["spiffe://td/ns/a/sa/b"], true);
    check(&of("*/sa/b"), &["spiffe://td/ns/a/sa/b"], true);
    check(&of("*/sa/b"), &["x/sa/b"], false);
    check(&of("*/ns/*"), &["spiffe://td/ns/a/sa/b"], false);
    // Behind a star in front, dots and stars are those of a regular expression.
    check(&of("*.local/ns/a"), &["spiffe://x-local/ns/a"], true);
    check(&of("*/sa/mid*"), &["spiffe://td/ns/a/sa/mi"], true);
    check(&of("*/sa/mid*"), &["spiffe://td/ns/a/sa/midx"], false);
    check(&of("t.d/ns/a/sa/b"), &["spiffe://t-d/ns/a/sa/b"], false);
    check(&of("TD/ns/a/sa/b"), &["spiffe://td/ns/a/sa/b"], false);
}

#[test]
fn a_star_is_any_certificate_with_a_name_and_every_name_is_tried() {
    let any = json!({"principals": ["*"]});
    check(&any, &["spiffe://td/ns/a/sa/b"], true);
    check(&any, &["host.example"], true);
    check(&any, &["CN=someone"], true);
    check(&any, &[], false);
    let two = ["spiffe://td/ns/x/sa/y", "spiffe://td/ns/a/sa/b"];
    check(&json!({"principals": ["td/ns/a/sa/b"]}), &two, true);
    check(&json!({"notPrincipals": ["td/ns/a/sa/b"]}), &two, false);
}

#[test]
fn plaintext_satisfies_no_name_and_every_negated_one() {
    for field in [
        "principals",
        "namespaces",
        "serviceAccounts",
        "trustDomains",
    ] {
        let negated = format!("not{}{}", field[..1].to_uppercase(), &field[1..]);
        assert!(!source_matches(&json!({field: ["a"]}), &get()), "{field}");
        assert!(source_matches(&json!({negated: ["a"]}), &get()), "{field}");
    }
    let strict = json!([{"from": [{"source": {"notPrincipals": ["*"]}}]}]);
    let policies = [policy("DENY", &strict)];
    assert!(!answer(&policies, &get()).allowed);
    assert!(answer(&policies, &from_namespace("a")).allowed);
}

#[test]
fn a_namespace_stands_anywhere_in_a_name_and_every_star_is_any_text() {
    let of = |pattern: &str| json!({"namespaces": [pattern]});
    check(&of("a"), &["spiffe://td/ns/a/sa/b"], true);
    check(&of("a"), &["spiffe://ns/x/ns/a/sa/b"], true);
    check(&of("x"), &["spiffe://ns/x/sa/y"], true);
    check(&of("a"), &["anything/ns/a/"], true);
    check(&of("a"), &["/ns/a/"], true);
    check(&of("a"), &["spiffe://td/ns/a"], false);
    check(&of("a"), &["spiffe://td/ns/ab/sa/c"], false);
    check(&of("a*c"), &["spiffe://td/ns/abc/sa/d"], true);
    check(&of("*b*"), &["spiffe://td/ns/abc/sa/d"], true);
    check(&of("a*d"), &["spiffe://td/ns/a/sa/d/x"], true);
    check(&of("*"), &["spiffe://td/ns/abc/sa/d"], true);
    check(&of("a.c"), &["spiffe://td/ns/a-c/sa/d"], true);
    check(&of("a.c"), &["spiffe://td/ns/ac/sa/d"], false);
}

#[test]
fn a_service_account_is_in_the_namespace_named_or_in_that_of_the_policy() {
    let of = |account: &str| json!({"serviceAccounts": [account]});
    check(&of("a/b"), &["spiffe://td/ns/a/sa/b"], true);
    check(&of("b"), &["spiffe://td/ns/foo/sa/b"], true);
    check(&of("b"), &["spiffe://td/ns/a/sa/b"], false);
    check(&of("a/b"), &["spiffe://td/ns/a/x/sa/b"], true);
    check(&of("a/b"), &["spiffe://td/ns/a/sa/b/c"], true);
    check(&of("a/b"), &["spiffe://td/ns/a//sa/b"], false);
    check(&of("a/b"), &["spiffe://td/ns/a/sa/b/"], false);
    check(&of("a/b"), &["spiffe://td/ns/a/sa/bc"], false);
    check(&of("a/b"), &["spiffe:///ns/a/sa/b"], false);
    // The star repeats the slash before it, and what follows may be any part of a path.
    check(&of("a/*"), &["spiffe://td/ns/a/sa/b"], true);
    check(&of("a/b.c"), &["spiffe://td/ns/a/sa/b.c"], true);
    check(&of("a/b.c"), &["spiffe://td/ns/a/sa/b-c"], true);
    check(&of("a/b.c"), &["spiffe://td/ns/a/sa/bc"], false);
    check(&of("a.b/c"), &["spiffe://td/ns/a-b/sa/c"], true);
    check(&of("a/b"), &["td/ns/a/sa/b"], false);
}

#[test]
fn the_account_of_a_root_policy_is_in_the_root_namespace() {
    let rule = json!([{"from": [{"source": {"serviceAccounts": ["b"]}}]}]);
    let mut object = policy("ALLOW", &rule);
    object["metadata"]["namespace"] = json!("istio-system");
    let of = |namespace: &str| {
        let name = format!("spiffe://td/ns/{namespace}/sa/b");
        answer(std::slice::from_ref(&object), &by(&[&name], get())).allowed
    };
    assert!(of("istio-system"));
    assert!(!of("foo"));
}

#[test]
fn the_first_star_of_a_trust_domain_is_text_without_a_slash() {
    let of = |pattern: &str| json!({"trustDomains": [pattern]});
    check(&of("td"), &["spiffe://td/ns/a/sa/b"], true);
    check(&of("td"), &["spiffe://td"], false);
    check(&of("td"), &["spiffe://td/"], true);
    check(&of("t*"), &["spiffe://td/ns/a/sa/b"], true);
    check(&of("*.x"), &["spiffe://a.x/ns/a/sa/b"], true);
    check(&of("t*"), &["spiffe://a/t/b"], false);
    check(&of("*"), &["host.example"], false);
    check(&of("t*d*"), &["spiffe://txd*/a"], true);
    check(&of("t*d*"), &["spiffe://txdy/a"], false);
}

#[test]
fn a_principal_of_the_local_trust_domain_stands_for_all_aliases() {
    let of = |principal: &str| json!({"principals": [principal]});
    let mesh = ["td1", "old"];
    let expect = |principal: &str, identity: &str, expected: bool| {
        check_mesh(&mesh, &of(principal), identity, expected);
    };
    for written in ["td1", "old", "cluster.local"] {
        let principal = format!("{written}/ns/a/sa/b");
        expect(&principal, "spiffe://td1/ns/a/sa/b", true);
        expect(&principal, "spiffe://old/ns/a/sa/b", true);
        expect(&principal, "spiffe://other/ns/a/sa/b", false);
    }
    // The trust domain written is replaced, so it need not be one of them any more.
    expect(
        "cluster.local/ns/a/sa/b",
        "spiffe://cluster.local/ns/a/sa/b",
        false,
    );
    expect("other/ns/a/sa/b", "spiffe://td1/ns/a/sa/b", false);
    expect("td*/ns/a/sa/b", "spiffe://old/ns/a/sa/b", true);
    expect("*1/ns/a/sa/b", "spiffe://old/ns/a/sa/b", true);
    expect("*1/ns/a/sa/b", "spiffe://x1/ns/a/sa/b", true);
    expect("*/ns/a/sa/b", "spiffe://other/ns/a/sa/b", true);
    // With another number of parts it speaks of no trust domain.
    expect("td1/ns/a/*", "spiffe://old/ns/a/sa/b", false);
    let negated = json!({"notPrincipals": ["td1/ns/a/sa/b"]});
    check_mesh(&mesh, &negated, "spiffe://old/ns/a/sa/b", false);
}

#[test]
fn a_trust_domain_with_aliases_stands_for_all_if_written_exactly() {
    let mesh = ["td1", "old"];
    let of = |domain: &str| json!({"trustDomains": [domain]});
    check_mesh(&mesh, &of("td1"), "spiffe://old/x", true);
    check_mesh(&mesh, &of("old"), "spiffe://td1/x", true);
    check_mesh(&mesh, &of("td*"), "spiffe://old/x", false);
    check_mesh(&mesh, &of("cluster.local"), "spiffe://td1/x", false);
}

#[test]
fn namespaces_and_accounts_ignore_trust_domains() {
    check(
        &json!({"namespaces": ["a"]}),
        &["spiffe://other/ns/a/sa/b"],
        true,
    );
    check(
        &json!({"serviceAccounts": ["a/b"]}),
        &["spiffe://other/ns/a/sa/b"],
        true,
    );
}

#[test]
fn the_peer_is_the_connection_and_the_remote_address_is_what_proxies_tell() {
    let mut request = get();
    request.connection.remote_ip = "203.0.113.7".parse().unwrap();
    let source = |field: &str, block: &str| source_matches(&json!({field: [block]}), &request);
    assert!(source("ipBlocks", "10.0.0.9"));
    assert!(!source("ipBlocks", "203.0.113.0/24"));
    assert!(source("remoteIpBlocks", "203.0.113.0/24"));
    assert!(!source("remoteIpBlocks", "10.0.0.9"));
    assert!(source("notRemoteIpBlocks", "10.0.0.9"));
}

#[test]
fn address_blocks_may_have_host_bits_and_families_never_meet() {
    let check = |block: &str, ip: &str, expected: bool| {
        let mut request = get();
        request.connection.ip = ip.parse().unwrap();
        let found = source_matches(&json!({"ipBlocks": [block]}), &request);
        assert_eq!(found, expected, "{block} {ip}");
    };
    check("10.1.2.3/16", "10.1.255.0", true);
    check("10.1.2.3/16", "10.2.0.0", false);
    check("0.0.0.0/0", "203.0.113.7", true);
    check("0.0.0.0/0", "2001:db8::1", false);
    check("::/0", "203.0.113.7", false);
    check("::ffff:203.0.113.7", "203.0.113.7", false);
    check("2001:db8::/32", "2001:db8:ffff::1", true);
    check("10.0.0.0/33", "10.0.0.0", false);
}

#[test]
fn request_principals_are_split_at_the_last_slash() {
    let check = |pattern: &str, issuer: &str, subject: &str, expected: bool| {
        let request = with_claims(json!({"iss": issuer, "sub": subject}));
        let found = source_matches(&json!({"requestPrincipals": [pattern]}), &request);
        assert_eq!(found, expected, "{pattern} {issuer} {subject}");
    };
    check("*", "i", "s", true);
    check("*", "i", "", false);
    check("https://i/s", "https://i", "s", true);
    check("https://i/s", "https:", "i/s", false);
    check("i/*", "i", "s", true);
    check("i/*", "i", "", false);
    check("i/s*", "i", "sub", true);
    check("i/s*", "ii", "sub", false);
    check("iss*", "issuer", "s", true);
    check("iss*", "issuer", "", false);
    check("*/s", "i", "s", true);
    check("*/s", "", "s", false);
    check("*er/s", "issuer", "s", true);
    check("*ub", "i", "sub", true);
    check("*ub", "", "sub", false);
    check("i", "i", "", true);
    check("i", "i", "s", false);
    check("https://idp*", "https://idp.example", "s", false);
    check("https://idp*", "https:/", "idp.example", true);
}

#[test]
fn issuer_and_subject_must_be_strings() {
    let any = json!({"requestPrincipals": ["*"]});
    assert!(!source_matches(&any, &get()));
    assert!(!source_matches(&any, &with_claims(json!({"iss": "i"}))));
    assert!(!source_matches(
        &any,
        &with_claims(json!({"iss": "i", "sub": ["s"]}))
    ));
    let none = json!({"notRequestPrincipals": ["*"]});
    assert!(source_matches(&none, &get()));
    assert!(!source_matches(
        &none,
        &with_claims(json!({"iss": "i", "sub": "s"}))
    ));
}
