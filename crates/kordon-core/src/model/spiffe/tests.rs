use proptest::prelude::*;

use super::*;

fn problem(text: &str) -> (SpiffeProblem, usize) {
    let error = SpiffeId::parse(text).unwrap_err();
    (error.problem, error.offset)
}

#[test]
fn an_id_has_a_trust_domain_and_a_path() {
    for (text, domain, path) in [
        ("spiffe://example.org", "example.org", ""),
        ("spiffe://a/b", "a", "/b"),
        ("spiffe://1.2.3.4/x", "1.2.3.4", "/x"),
        ("spiffe://td_-./A.b-C_9/...", "td_-.", "/A.b-C_9/..."),
        ("spiffe://example.org/.a/..b", "example.org", "/.a/..b"),
        ("spiffe://a/spiffe/a", "a", "/spiffe/a"),
    ] {
        let id = SpiffeId::parse(text).unwrap();
        assert_eq!((id.trust_domain().as_str(), id.path()), (domain, path));
        assert_eq!((id.as_str(), id.to_string()), (text, text.to_owned()));
        assert_eq!(id.clone().into_owned(), id);
        assert!(id.is_member_of(&TrustDomain::parse(domain).unwrap()));
        assert!(!id.is_member_of(&TrustDomain::parse("other").unwrap()));
    }
}

#[test]
fn what_the_specification_does_not_allow_is_named_with_its_place() {
    use SpiffeProblem as P;
    for (text, expected) in [
        ("", (P::Scheme, 0)),
        ("http://example.org/a", (P::Scheme, 0)),
        ("SPIFFE://example.org/a", (P::Scheme, 0)),
        ("spiffE://example.org/a", (P::Scheme, 5)),
        ("spiffe:/example.org/a", (P::Scheme, 8)),
        ("spiffe:", (P::Scheme, 7)),
        (" spiffe://example.org", (P::Scheme, 0)),
        ("spiffe://", (P::EmptyTrustDomain, 9)),
        ("spiffe:///a", (P::EmptyTrustDomain, 9)),
        ("spiffe://?q", (P::EmptyTrustDomain, 9)),
        ("spiffe://user@example.org/a", (P::UserInfo, 13)),
        ("spiffe://user:word@example.org/a", (P::UserInfo, 18)),
        ("spiffe://example.org:8080/a", (P::Port, 20)),
        ("spiffe://example.org:/a", (P::Port, 20)),
        ("spiffe://eXample.org/a", (P::UpperCase('X'), 10)),
        ("spiffe://ex%61mple.org/a", (P::PercentEncoding, 11)),
        ("spiffe://ex ample/a", (P::TrustDomainCharacter(' '), 11)),
        ("spiffe://[::1]/a", (P::TrustDomainCharacter('['), 9)),
        ("spiffe://exämple/a", (P::TrustDomainCharacter('ä'), 11)),
        ("spiffe://a/b%20c", (P::PercentEncoding, 12)),
        ("spiffe://a/b c", (P::PathCharacter(' '), 12)),
        ("spiffe://a/b:c", (P::PathCharacter(':'), 12)),
        ("spiffe://a/b\0", (P::PathCharacter('\0'), 12)),
        ("spiffe://a/ü", (P::PathCharacter('ü'), 11)),
        ("spiffe://a/b?c", (P::Query, 12)),
        ("spiffe://a?c", (P::Query, 10)),
        ("spiffe://a/b#c", (P::Fragment, 12)),
        ("spiffe://a#", (P::Fragment, 10)),
        ("spiffe://a/", (P::TrailingSlash, 10)),
        ("spiffe://a/b/", (P::TrailingSlash, 12)),
        ("spiffe://a//b", (P::EmptySegment, 11)),
        ("spiffe://a/b//c", (P::EmptySegment, 13)),
        ("spiffe://a/.", (P::DotSegment, 11)),
        ("spiffe://a/../b", (P::DotSegment, 11)),
        ("spiffe://a/b/./c", (P::DotSegment, 13)),
    ] {
        assert_eq!(problem(text), expected, "{text:?}");
    }
}

#[test]
fn a_message_says_how_to_mend_the_text() {
    for (text, expected) in [
        (
            "spiffe://Example.org/a",
            "the trust domain has the letter `E` in upper case at byte 9: write `e`",
        ),
        (
            "spiffe://a/b\n",
            "the path has `\\n` at byte 12: use letters, digits, `.`, `-` and `_`",
        ),
        (
            "spiffe://a:1/b",
            "the trust domain has a port at byte 10: remove it with its colon",
        ),
        (
            "https://a/b",
            "a SPIFFE ID begins with `spiffe://`, in lower case, which breaks off at byte 0: write \
             it as `spiffe://example.org/path`",
        ),
    ] {
        assert_eq!(SpiffeId::parse(text).unwrap_err().to_string(), expected);
    }
}

#[test]
fn an_id_may_have_2048_bytes_and_a_trust_domain_255() {
    let longest = format!("spiffe://a/{}", "b".repeat(MAX_SPIFFE_ID_BYTES - 11));
    assert_eq!(longest.len(), MAX_SPIFFE_ID_BYTES);
    assert!(SpiffeId::parse(&longest).is_ok());
    assert_eq!(
        problem(&format!("{longest}b")),
        (SpiffeProblem::IdLength, MAX_SPIFFE_ID_BYTES)
    );
    let domain = "d".repeat(MAX_TRUST_DOMAIN_BYTES);
    assert!(SpiffeId::parse(&format!("spiffe://{domain}/a")).is_ok());
    assert_eq!(
        problem(&format!("spiffe://{domain}d/a")),
        (SpiffeProblem::TrustDomainLength, 9 + MAX_TRUST_DOMAIN_BYTES)
    );
}

#[test]
fn only_the_whole_form_of_a_service_account_names_one() {
    let account = |text: &str| {
        let id = SpiffeId::parse(text).unwrap();
        let found = id.account();
        found.map(|it| format!("{}/{}", it.namespace, it.name))
    };
    let expected = Some("shop/cart".to_owned());
    assert_eq!(account("spiffe://a/ns/shop/sa/cart"), expected);
    for other in [
        "spiffe://a",
        "spiffe://a/ns/shop",
        "spiffe://a/ns/shop/sa",
        "spiffe://a/ns/shop/sa/cart/more",
        "spiffe://a/x/ns/shop/sa/cart",
        "spiffe://a/NS/shop/sa/cart",
        "spiffe://a/sa/cart/ns/shop",
    ] {
        assert_eq!(account(other), None, "{other}");
    }
}

#[test]
fn a_trust_domain_is_a_name_without_a_scheme() {
    assert_eq!(TrustDomain::parse("a.b").unwrap().to_string(), "a.b");
    for (name, problem, offset) in [
        ("", SpiffeProblem::EmptyTrustDomain, 0),
        ("spiffe://a", SpiffeProblem::Port, 6),
        ("a/b", SpiffeProblem::TrustDomainCharacter('/'), 1),
    ] {
        let expected = SpiffeError { problem, offset };
        assert_eq!(TrustDomain::parse(name), Err(expected));
    }
}

proptest! {
    #[test]
    fn whatever_the_grammar_makes_is_read_back_whole(
        domain in "[a-z0-9._-]{1,40}",
        segments in prop::collection::vec("[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,9}", 0..6),
    ) {
        let path: String = segments.iter().flat_map(|it| ["/", it]).collect();
        let text = format!("spiffe://{domain}{path}");
        let id = SpiffeId::parse(&text).unwrap();
        prop_assert_eq!(id.trust_domain().to_string(), domain);
        prop_assert_eq!(id.path(), path);
        prop_assert_eq!(id.segments().collect::<Vec<_>>(), segments);
    }

    #[test]
    fn any_text_is_read_by_the_grammar_or_refused_at_a_place_inside_it(
        text in prop_oneof!["spiffe://[a-zA-Z0-9./%:@?#_ ä-]{0,30}", "\\PC{0,30}"],
    ) {
        match SpiffeId::parse(&text) {
            Ok(id) => {
                let path = id.path().to_owned();
                let domain = id.trust_domain().as_str().to_owned();
                prop_assert_eq!(&format!("spiffe://{domain}{path}"), &text);
                prop_assert!(!domain.is_empty());
                let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
                prop_assert!(domain.chars().all(|c| plain(c) && !c.is_ascii_uppercase()));
                let mut segments = id.segments();
                let is_sound = segments.all(|it| !["", ".", ".."].contains(&it) && it.chars().all(plain));
                prop_assert!(is_sound, "{}", id);
            }
            Err(error) => prop_assert!(text.is_char_boundary(error.offset), "{error}"),
        }
    }
}
