//! X.509-SVIDs.

use kordon_identity::limits::{MAX_CHAIN_BYTES, MAX_CHAIN_CERTIFICATES};
use kordon_identity::{
    ChainProblem, SpiffeProblem, Timestamp, TrustBundle, TrustBundles, TrustDomain, X509Error,
    X509Svid, X509SvidVerifier,
};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, CustomExtension, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, KeyUsagePurpose, NameConstraints, SanType, date_time_ymd,
};

use crate::credentials::{Authority, pem, uri};
use crate::tokens::now;

const ID: &str = "spiffe://example.org/ns/shop/sa/cart";

/// 2028-01-01, when leaves end.
const LEAF_END: u64 = 1_830_297_600;

fn bundles(domains: &[(&str, &Authority)]) -> TrustBundles {
    let mut bundles = TrustBundles::default();
    for (domain, root) in domains {
        let bundle = TrustBundle::from_der(&[root.der()]).unwrap();
        bundles.insert(TrustDomain::parse(domain).unwrap(), bundle);
    }
    bundles
}

fn verify_at(root: &Authority, chain: &[Vec<u8>], at: Timestamp) -> Result<X509Svid, X509Error> {
    let bundles = bundles(&[("example.org", root)]);
    X509SvidVerifier::new(&bundles).verify_der(chain, at)
}

fn verify(root: &Authority, chain: &[Vec<u8>]) -> Result<X509Svid, X509Error> {
    verify_at(root, chain, now())
}

/// What comes of a leaf with some parts changed.
fn leaf(change: impl FnOnce(&mut CertificateParams)) -> Result<X509Svid, X509Error> {
    let root = Authority::root("root", |_| {});
    let leaf = root.leaf(ID, change);
    verify(&root, &[leaf])
}

fn chain_problem<T>(result: Result<T, X509Error>) -> Option<ChainProblem> {
    match result.err()? {
        X509Error::Chain(problem) => Some(problem),
        _ => None,
    }
}

#[test]
fn a_workload_is_known_by_its_certificate() {
    let root = Authority::root("root", |_| {});
    let chain = [root.leaf(ID, |_| {})];
    let svid = verify(&root, &chain).unwrap();
    assert_eq!(svid.id().as_str(), ID);
    assert_eq!(svid.not_after(), Timestamp::from_unix(LEAF_END));
    let bundles = bundles(&[("example.org", &root)]);
    let by_pem = X509SvidVerifier::new(&bundles).verify_pem(pem(&chain).as_bytes(), now());
    assert_eq!(by_pem.unwrap(), svid);
}

#[test]
fn authorities_may_stand_between_in_any_order_and_with_the_root() {
    let root = Authority::root("root", |_| {});
    let first = root.intermediate("first", |_| {});
    let second = first.intermediate("second", |_| {});
    let leaf = second.leaf(ID, |_| {});
    let chain = [leaf, second.der(), first.der(), root.der()];
    assert!(verify(&root, &chain).is_ok());
    assert!(verify(&root, &chain[..3]).is_ok());
    let [leaf, second, first, root_der] = chain;
    assert!(verify(&root, &[leaf.clone(), first, root_der, second.clone()]).is_ok());
    let missing = verify(&root, &[leaf.clone(), second.clone()]);
    assert_eq!(chain_problem(missing), Some(ChainProblem::UnknownIssuer));
    assert_eq!(verify(&root, &[second, leaf]), Err(X509Error::Authority));
}

#[test]
fn the_bundle_of_another_trust_domain_proves_nothing() {
    let (own, foreign) = (
        Authority::root("root", |_| {}),
        Authority::root("root", |_| {}),
    );
    let bundles = bundles(&[("example.org", &own), ("partner.test", &foreign)]);
    let verify = |authority: &Authority, id| {
        let leaf = authority.leaf(id, |_| {});
        X509SvidVerifier::new(&bundles).verify_der(&[leaf, authority.der()], now())
    };
    let partner = "spiffe://partner.test/billing";
    assert!(verify(&own, ID).is_ok());
    assert!(verify(&foreign, partner).is_ok());
    assert!(chain_problem(verify(&foreign, ID)).is_some());
    assert!(chain_problem(verify(&own, partner)).is_some());
    let trust_domain = TrustDomain::parse("third.test").unwrap();
    assert_eq!(
        verify(&own, "spiffe://third.test/x"),
        Err(X509Error::UnknownTrustDomain { trust_domain })
    );
}

#[test]
fn an_authority_of_the_caller_proves_nothing() {
    let root = Authority::root("root", |_| {});
    let impostor = Authority::root("root", |_| {});
    let chain = [impostor.leaf(ID, |_| {}), impostor.der(), root.der()];
    assert!(chain_problem(verify(&root, &chain)).is_some());
    let empty = TrustBundles::default();
    let result = X509SvidVerifier::new(&empty).verify_der(&chain, now());
    assert!(matches!(result, Err(X509Error::UnknownTrustDomain { .. })));
}

#[test]
fn a_leaf_has_one_name_that_is_the_id_of_a_workload() {
    let names = |names: Vec<SanType>| leaf(|params| params.subject_alt_names = names);
    let dns = || SanType::DnsName("cart.test".try_into().unwrap());
    assert!(names(vec![dns(), uri(ID)]).is_ok());
    assert_eq!(names(vec![]), Err(X509Error::UriNames { count: 0 }));
    assert_eq!(names(vec![dns()]), Err(X509Error::UriNames { count: 0 }));
    for second in [ID, "spiffe://example.org/b", "https://example.org"] {
        let both = names(vec![uri(ID), uri(second)]);
        assert_eq!(both, Err(X509Error::UriNames { count: 2 }), "{second}");
    }
    assert_eq!(
        names(vec![uri("spiffe://example.org")]),
        Err(X509Error::NoPath)
    );
    for (id, problem) in [
        ("https://example.org/a", SpiffeProblem::Scheme),
        ("SPIFFE://example.org/a", SpiffeProblem::Scheme),
        ("spiffe://Example.org/a", SpiffeProblem::UpperCase('E')),
        ("spiffe://example.org/a/", SpiffeProblem::TrailingSlash),
        ("spiffe://example.org/%61", SpiffeProblem::PercentEncoding),
    ] {
        let result = names(vec![uri(id)]);
        assert!(
            matches!(&result, Err(X509Error::SpiffeId(error)) if error.problem == problem),
            "{id}: {result:?}"
        );
    }
}

#[test]
fn a_leaf_is_no_authority() {
    for is_ca in [
        IsCa::Ca(BasicConstraints::Unconstrained),
        IsCa::Ca(BasicConstraints::Constrained(0)),
    ] {
        assert_eq!(
            leaf(|params| params.is_ca = is_ca),
            Err(X509Error::Authority)
        );
    }
    assert!(leaf(|params| params.is_ca = IsCa::ExplicitNoCa).is_ok());
}

#[test]
fn the_key_of_a_leaf_signs_nothing_but_proofs_of_identity() {
    use KeyUsagePurpose as P;
    for (usages, expected) in [
        (
            vec![P::DigitalSignature, P::KeyEncipherment, P::KeyAgreement],
            None,
        ),
        (vec![], Some(X509Error::NoKeyUsage)),
        (
            vec![P::KeyEncipherment],
            Some(X509Error::NoDigitalSignature),
        ),
        (
            vec![P::DigitalSignature, P::KeyCertSign],
            Some(X509Error::SigningKey),
        ),
        (
            vec![P::DigitalSignature, P::CrlSign],
            Some(X509Error::SigningKey),
        ),
    ] {
        let shown = format!("{usages:?}");
        assert_eq!(
            leaf(|params| params.key_usages = usages).err(),
            expected,
            "{shown}"
        );
    }
}

#[test]
fn a_purpose_that_leaves_out_clients_is_refused() {
    use ExtendedKeyUsagePurpose as P;
    for (purposes, is_good) in [
        (vec![P::ServerAuth, P::ClientAuth], true),
        (vec![P::ClientAuth], true),
        (vec![P::ServerAuth], false),
        (vec![P::CodeSigning, P::EmailProtection], false),
    ] {
        let result = leaf(|params| params.extended_key_usages = purposes);
        assert_eq!(result.is_ok(), is_good);
        let expected = (!is_good).then_some(ChainProblem::Purpose);
        assert_eq!(chain_problem(result), expected);
    }
}

#[test]
fn every_certificate_of_the_path_must_be_valid_at_the_moment() {
    let at = |seconds| Timestamp::from_unix(seconds);
    let year = |year| date_time_ymd(year, 1, 1);
    let root = Authority::root("root", |_| {});
    let chain = [root.leaf(ID, |_| {})];
    let begin = 1_767_225_600;
    for (moment, expected) in [
        (begin - 1, Some(ChainProblem::NotYetValid)),
        (begin, None),
        (LEAF_END, None),
        (LEAF_END + 1, Some(ChainProblem::Expired)),
        (0, Some(ChainProblem::NoRoot)),
        (u64::MAX, Some(ChainProblem::NoRoot)),
        (2_300_000_000, Some(ChainProblem::NoRoot)),
    ] {
        let result = verify_at(&root, &chain, at(moment));
        assert_eq!(result.is_ok(), expected.is_none(), "{moment}");
        assert_eq!(chain_problem(result), expected, "{moment}");
    }
    let middle = root.intermediate("middle", |params| params.not_after = year(2026));
    let old = [middle.leaf(ID, |_| {}), middle.der()];
    assert_eq!(
        chain_problem(verify(&root, &old)),
        Some(ChainProblem::Expired)
    );
    let root = Authority::root("root", |params| params.not_after = year(2026));
    let chain = [root.leaf(ID, |_| {})];
    assert_eq!(
        chain_problem(verify(&root, &chain)),
        Some(ChainProblem::NoRoot)
    );
}

#[test]
fn an_authority_between_must_be_one() {
    let root = Authority::root("root", |_| {});
    let by = |change: fn(&mut CertificateParams)| {
        let middle = root.intermediate("middle", change);
        chain_problem(verify(&root, &[middle.leaf(ID, |_| {}), middle.der()]))
    };
    assert_eq!(by(|_| {}), None);
    assert_eq!(
        by(|params| params.is_ca = IsCa::NoCa),
        Some(ChainProblem::NoAuthority)
    );
    assert_eq!(
        by(|params| params.is_ca = IsCa::ExplicitNoCa),
        Some(ChainProblem::NoAuthority)
    );
    assert_eq!(
        by(|params| params.key_usages = vec![]),
        Some(ChainProblem::KeyUsage)
    );
    assert_eq!(
        by(|params| params.key_usages = vec![KeyUsagePurpose::DigitalSignature]),
        Some(ChainProblem::KeyUsage)
    );
}

#[test]
fn an_authority_of_another_trust_domain_does_not_stand_between() {
    let root = Authority::root("root", |_| {});
    let named = |name: &str| {
        let middle = root.intermediate("middle", |params| {
            params.subject_alt_names = vec![uri(name)];
        });
        chain_problem(verify(&root, &[middle.leaf(ID, |_| {}), middle.der()]))
    };
    assert_eq!(named("spiffe://example.org"), None);
    assert_eq!(named("https://example.org/authority"), None);
    for name in [
        "spiffe://other.test",
        "spiffe://example.org/ns/shop/sa/cart",
        "spiffe://example.org/",
        "SPIFFE://example.org",
        "spiffe",
    ] {
        assert_eq!(named(name), Some(ChainProblem::AuthorityName), "{name}");
    }
}

#[test]
fn a_workload_cannot_issue_certificates() {
    let root = Authority::root("root", |_| {});
    let workload = root.intermediate("workload", |params| {
        params.is_ca = IsCa::NoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.subject_alt_names = vec![uri("spiffe://example.org/a")];
    });
    assert!(verify(&root, &[workload.der()]).is_ok());
    let forged = workload.leaf("spiffe://example.org/admin", |_| {});
    let result = verify(&root, &[forged, workload.der()]);
    assert_eq!(chain_problem(result), Some(ChainProblem::NoAuthority));
}

#[test]
fn an_authority_may_limit_how_many_stand_below_it() {
    let limited = |length| {
        move |params: &mut CertificateParams| {
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(length));
        }
    };
    for (root_limit, middle_limit, is_good) in
        [(2, 1, true), (2, 0, false), (1, 1, false), (0, 1, false)]
    {
        let root = Authority::root("root", limited(root_limit));
        let first = root.intermediate("first", limited(middle_limit));
        let second = first.intermediate("second", |_| {});
        let result = verify(&root, &[second.leaf(ID, |_| {}), second.der(), first.der()]);
        let expected = (!is_good).then_some(ChainProblem::PathLength);
        assert_eq!(result.is_ok(), is_good, "{root_limit} {middle_limit}");
        assert_eq!(
            chain_problem(result),
            expected,
            "{root_limit} {middle_limit}"
        );
    }
    let root = Authority::root("root", limited(0));
    assert!(verify(&root, &[root.leaf(ID, |_| {})]).is_ok());
}

#[test]
fn an_authority_may_limit_the_names_below_it() {
    let constraint = |subtree| {
        move |params: &mut CertificateParams| {
            params.name_constraints = Some(NameConstraints {
                permitted_subtrees: vec![subtree],
                excluded_subtrees: vec![],
            });
        }
    };
    let root = Authority::root("root", |_| {});
    let check = |subtree: GeneralSubtree, names: Vec<SanType>| {
        let middle = root.intermediate("middle", constraint(subtree));
        let leaf = middle.leaf(ID, |params| params.subject_alt_names = names);
        chain_problem(verify(&root, &[leaf, middle.der()]))
    };
    let dns = |name: &str| SanType::DnsName(name.try_into().unwrap());
    let subtree = || GeneralSubtree::DnsName("good.test".to_owned());
    assert_eq!(check(subtree(), vec![uri(ID), dns("a.good.test")]), None);
    assert_eq!(
        check(subtree(), vec![uri(ID), dns("bad.test")]),
        Some(ChainProblem::NameConstraint)
    );
    let addresses = GeneralSubtree::IpAddress(CidrSubnet::V4([10, 0, 0, 0], [255, 0, 0, 0]));
    let address = SanType::IpAddress([192, 0, 2, 1].into());
    assert_eq!(
        check(addresses, vec![uri(ID), address]),
        Some(ChainProblem::NameConstraint)
    );
}

#[test]
fn constraints_on_uris_are_not_understood_and_refuse() {
    // permittedSubtrees with the one subtree of type URI `example.org`.
    let content = [
        &[0x30, 17, 0xa0, 15, 0x30, 13, 0x86, 11],
        b"example.org".as_slice(),
    ]
    .concat();
    let mut constraint = CustomExtension::from_oid_content(&[2, 5, 29, 30], content);
    constraint.set_criticality(true);
    let root = Authority::root("root", |_| {});
    let middle = root.intermediate("middle", |params| {
        params.custom_extensions = vec![constraint];
    });
    let result = verify(&root, &[middle.leaf(ID, |_| {}), middle.der()]);
    assert_eq!(chain_problem(result), Some(ChainProblem::NameConstraint));
}

#[test]
fn a_critical_extension_that_is_not_understood_refuses() {
    let extension = |critical| {
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99], vec![5, 0]);
        extension.set_criticality(critical);
        vec![extension]
    };
    assert!(leaf(|params| params.custom_extensions = extension(false)).is_ok());
    let result = leaf(|params| params.custom_extensions = extension(true));
    assert_eq!(chain_problem(result), Some(ChainProblem::Malformed));
}

#[test]
fn an_extension_that_stands_twice_or_is_broken_refuses() {
    let names = |content: Vec<u8>| CustomExtension::from_oid_content(&[2, 5, 29, 17], content);
    let second = [&[0x30, 9, 0x86, 7], b"spiffe:".as_slice()].concat();
    let twice = leaf(|params| params.custom_extensions = vec![names(second)]);
    assert!(matches!(twice, Err(X509Error::Leaf(_))), "{twice:?}");
    let broken = leaf(|params| {
        params.subject_alt_names = vec![];
        params.custom_extensions = vec![names(vec![0x30, 3, 0x86, 1, 0xff])];
    });
    assert!(matches!(broken, Err(X509Error::Leaf(_))), "{broken:?}");
}

#[test]
fn what_is_no_chain_is_refused() {
    let root = Authority::root("root", |_| {});
    let leaf = root.leaf(ID, |_| {});
    assert_eq!(verify(&root, &[]), Err(X509Error::Empty));
    for der in [
        vec![],
        vec![0x30],
        leaf[..leaf.len() - 1].to_vec(),
        [leaf.clone(), vec![0]].concat(),
    ] {
        assert!(matches!(verify(&root, &[der]), Err(X509Error::Leaf(_))));
    }
    let is_too_large = |chain: &[Vec<u8>]| {
        let result = verify(&root, chain);
        matches!(result, Err(X509Error::TooLarge { .. }))
    };
    let most = vec![leaf.clone(); MAX_CHAIN_CERTIFICATES];
    assert!(!is_too_large(&most));
    assert!(is_too_large(&[most, vec![leaf.clone()]].concat()));
    let filling = MAX_CHAIN_BYTES - leaf.len();
    assert!(!is_too_large(&[leaf.clone(), vec![0; filling]]));
    assert!(is_too_large(&[leaf, vec![0; filling + 1]]));
    let bundles = bundles(&[("example.org", &root)]);
    let pem = X509SvidVerifier::new(&bundles).verify_pem(b"", now());
    assert!(matches!(pem, Err(X509Error::Pem(_))));
}

#[test]
fn an_error_says_what_to_do() {
    let root = Authority::root("root", |_| {});
    let other = Authority::root("other", |_| {});
    for (result, expected) in [
        (
            verify(&root, &[other.leaf(ID, |_| {})]),
            "the chain does not lead to an authority of the trust domain: no authority of its \
             bundle has signed it, or an intermediate authority is missing",
        ),
        (
            verify(&root, &[root.leaf("spiffe://third.test/x", |_| {})]),
            "no bundle is known for the trust domain `third.test`: federate with it",
        ),
        (
            verify(&root, &[root.leaf("spiffe://example.org/a b", |_| {})]),
            "the leaf's name is no SPIFFE ID: the path has ` ` at byte 22: use letters, digits, \
             `.`, `-` and `_`",
        ),
    ] {
        assert_eq!(result.unwrap_err().to_string(), expected);
    }
}
