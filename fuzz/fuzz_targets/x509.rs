//! Any bytes as certificates, chains and bundles: nothing panics, and no chain verifies but the one
//! that was signed.
//!
//! The credentials were signed once, by keys that no one has any longer.

#![no_main]

use std::sync::LazyLock;

use kordon_identity::{Timestamp, TrustBundle, TrustBundles, TrustDomain, X509SvidVerifier};
use libfuzzer_sys::fuzz_target;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

const ROOT: &[u8] = include_bytes!("../credentials/root.pem");
const CHAIN: &[u8] = include_bytes!("../credentials/chain.pem");
/// At which the certificates are valid.
const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

static BUNDLES: LazyLock<TrustBundles> = LazyLock::new(|| {
    let mut bundles = TrustBundles::default();
    let domain = TrustDomain::parse("example.org").expect("the name is good");
    bundles.insert(
        domain,
        TrustBundle::from_pem(ROOT).expect("the bundle is good"),
    );
    bundles
});
static GOOD: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let certificates = CertificateDer::pem_slice_iter(CHAIN);
    certificates
        .map(|it| it.expect("the chain is good").to_vec())
        .collect()
});

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    match kind % 4 {
        0 => check(&[bytes.to_vec()]),
        1 => check_edit(bytes),
        2 => check_pem(bytes),
        _ => check_extra(bytes),
    }
});

/// Further certificates do no harm, so only the beginning is compared.
fn check(chain: &[Vec<u8>]) {
    let verified = X509SvidVerifier::new(&BUNDLES).verify_der(chain, NOW);
    let is_signed = chain.first() == GOOD.first() && chain.contains(&GOOD[1]);
    assert!(verified.is_err() || is_signed);
    if let Err(error) = verified {
        assert!(!error.to_string().is_empty());
    }
    if let Ok(bundle) = TrustBundle::from_der(chain) {
        assert_eq!(bundle.root_count(), chain.len());
    }
}

/// The good chain with some bytes of a certificate replaced.
fn check_edit(edit: &[u8]) {
    let Some(([which, high, low], inserted)) = edit.split_first_chunk() else {
        return;
    };
    let mut chain = GOOD.clone();
    let der = &mut chain[usize::from(*which) % 2];
    let start = usize::from(u16::from_be_bytes([*high, *low])) % der.len();
    let end = (start + inserted.len()).min(der.len());
    der.splice(start..end, inserted.iter().copied());
    check(&chain);
}

fn check_pem(text: &[u8]) {
    let verified = X509SvidVerifier::new(&BUNDLES).verify_pem(text, NOW);
    let _shown = verified.map_err(|error| error.to_string());
    let bundle = TrustBundle::from_pem(text);
    let _shown = bundle.map_err(|error| error.to_string());
}

/// Bytes of a caller between the certificates of the good chain.
fn check_extra(extra: &[u8]) {
    let chain = [GOOD[0].clone(), extra.to_vec(), GOOD[1].clone()];
    check(&chain);
    check(&[extra.to_vec(), GOOD[0].clone(), GOOD[1].clone()]);
}
