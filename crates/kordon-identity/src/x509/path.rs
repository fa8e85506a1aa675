//! The path from a leaf to an authority of its bundle (RFC 5280 section 6).

use std::time::Duration;

use kordon_core::model::{SpiffeId, TrustDomain};
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, VerifiedPath};

use super::certificate::Certificate;
use super::error::ChainProblem;
use crate::bundle::Root;
use crate::time::Timestamp;

/// Finds a path and checks what `webpki` leaves open: the validity of the authority itself, its
/// path length, and the key usage and the names of the authorities between.
pub(super) fn verify(
    leaf: &[u8],
    others: &[impl AsRef<[u8]>],
    roots: &[Root],
    domain: &TrustDomain<'_>,
    at: Timestamp,
) -> Result<(), ChainProblem> {
    let valid: Vec<&Root> = roots.iter().filter(|root| root.is_valid_at(at)).collect();
    if valid.is_empty() {
        return Err(ChainProblem::NoRoot);
    }
    let anchors: Vec<TrustAnchor<'_>> = valid.iter().map(|root| borrowed(root.anchor())).collect();
    let others: Vec<_> = others
        .iter()
        .map(|der| CertificateDer::from(der.as_ref()))
        .collect();
    let leaf = CertificateDer::from(leaf);
    let leaf = EndEntityCert::try_from(&leaf).map_err(|error| problem(&error))?;
    let path = leaf
        .verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &anchors,
            &others,
            UnixTime::since_unix_epoch(Duration::from_secs(at.as_unix())),
            // X509-SVID section 4.4: where there is an extended key usage, `id-kp-clientAuth` must
            // be in it. A caller is a client.
            KeyUsage::client_auth(),
            None,
            None,
        )
        .map_err(|error| problem(&error))?;
    check_authorities(&path, &valid, domain)
}

fn check_authorities(
    path: &VerifiedPath<'_>,
    roots: &[&Root],
    domain: &TrustDomain<'_>,
) -> Result<(), ChainProblem> {
    let mut between = 0;
    for authority in path.intermediate_certificates() {
        between += 1;
        let authority = Certificate::read(&authority.der()).map_err(|_| ChainProblem::Malformed)?;
        // X509-SVID section 4.3: "The key usage extension MUST be set on all SVIDs"; "SVID signing
        // certificates MUST set `keyCertSign`".
        if !authority.key_usage.is_some_and(|it| it.key_cert_sign()) {
            return Err(ChainProblem::KeyUsage);
        }
        if !authority
            .uri_names
            .iter()
            .all(|name| may_sign(name, domain))
        {
            return Err(ChainProblem::AuthorityName);
        }
    }
    // Several certificates of a bundle may have one name and key. Any of them vouches for the path.
    let same = |root: &&&Root| {
        let (ours, found) = (root.anchor(), path.anchor());
        ours.subject == found.subject
            && ours.subject_public_key_info == found.subject_public_key_info
    };
    let mut ends = roots.iter().filter(same);
    if !ends.any(|root| root.allows_between(between)) {
        return Err(ChainProblem::PathLength);
    }
    Ok(())
}

/// Whether an authority of this name may sign for a trust domain. A URI of another scheme says
/// nothing about it.
///
/// X509-SVID section 3.2: "If present, the SPIFFE ID of a signing certificate MUST NOT have a path
/// component, and SHOULD reside in the trust domain of any leaf SVIDs it issues." It must here.
fn may_sign(name: &str, domain: &TrustDomain<'_>) -> bool {
    let scheme = name.split_once(':').map_or(name, |(scheme, _)| scheme);
    let id = SpiffeId::parse(name);
    !scheme.eq_ignore_ascii_case("spiffe")
        || id.is_ok_and(|id| id.path().is_empty() && id.is_member_of(domain))
}

fn borrowed<'r>(anchor: &'r TrustAnchor<'static>) -> TrustAnchor<'r> {
    let constraints = anchor.name_constraints.as_ref();
    TrustAnchor {
        subject: anchor.subject.as_ref().into(),
        subject_public_key_info: anchor.subject_public_key_info.as_ref().into(),
        name_constraints: constraints.map(|it| it.as_ref().into()),
    }
}

fn problem(error: &webpki::Error) -> ChainProblem {
    use webpki::Error as E;
    match error {
        E::UnknownIssuer => ChainProblem::UnknownIssuer,
        E::CertExpired { .. } => ChainProblem::Expired,
        E::CertNotValidYet { .. } => ChainProblem::NotYetValid,
        E::EndEntityUsedAsCa => ChainProblem::NoAuthority,
        E::PathLenConstraintViolated => ChainProblem::PathLength,
        E::NameConstraintViolation => ChainProblem::NameConstraint,
        E::RequiredEkuNotFoundContext(_) | E::EmptyEkuExtension => ChainProblem::Purpose,
        E::InvalidSignatureForPublicKey
        | E::UnsupportedSignatureAlgorithmContext(_)
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => ChainProblem::Signature,
        E::MaximumNameConstraintComparisonsExceeded
        | E::MaximumPathBuildCallsExceeded
        | E::MaximumPathDepthExceeded
        | E::MaximumSignatureChecksExceeded => ChainProblem::TooComplex,
        _ => ChainProblem::Malformed,
    }
}
