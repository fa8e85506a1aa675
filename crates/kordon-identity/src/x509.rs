//! X.509-SVIDs: certificates that name a workload by its SPIFFE ID.
//!
//! Owns what the specification of X.509-SVIDs asks beyond a path of signatures. Must not know how
//! a path is found and its signatures are checked: `webpki` does.

mod certificate;
mod error;
mod path;

use kordon_core::model::SpiffeId;

pub(crate) use self::certificate::Certificate;
pub use self::certificate::CertificateProblem;
pub use self::error::{ChainProblem, X509Error};
use crate::bundle::TrustBundles;
use crate::limits::{MAX_CHAIN_BYTES, MAX_CHAIN_CERTIFICATES};
use crate::pem;
use crate::time::Timestamp;

/// Verifies X.509-SVIDs by the bundle of the trust domain in which they are issued.
///
/// It says who a certificate is about. That the caller has the private key is for TLS to show.
#[derive(Clone, Copy, Debug)]
pub struct X509SvidVerifier<'b> {
    bundles: &'b TrustBundles,
}

/// A workload that a trust domain has vouched for by a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct X509Svid {
    id: SpiffeId<'static>,
    not_after: Timestamp,
}

impl<'b> X509SvidVerifier<'b> {
    /// A verifier by these bundles.
    pub fn new(bundles: &'b TrustBundles) -> Self {
        Self { bundles }
    }

    /// Verifies a chain in PEM for a moment: the leaf, then the authorities between it and one of
    /// the bundle.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify_pem(&self, text: &[u8], at: Timestamp) -> Result<X509Svid, X509Error> {
        self.verify_der(&pem::certificates(text)?, at)
    }

    /// Verifies a chain in DER for a moment: the leaf, then the authorities between it and one of
    /// the bundle.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify_der(
        &self,
        chain: &[impl AsRef<[u8]>],
        at: Timestamp,
    ) -> Result<X509Svid, X509Error> {
        let (leaf, others) = chain.split_first().ok_or(X509Error::Empty)?;
        check_size(chain)?;
        let certificate = Certificate::read(leaf.as_ref()).map_err(X509Error::Leaf)?;
        check_leaf(&certificate)?;
        let id = identity(&certificate)?;
        let domain = id.trust_domain();
        let Some(bundle) = self.bundles.get(&domain) else {
            let trust_domain = domain.into_owned();
            return Err(X509Error::UnknownTrustDomain { trust_domain });
        };
        path::verify(leaf.as_ref(), others, bundle.roots(), &domain, at)
            .map_err(X509Error::Chain)?;
        // A leaf that ends before 1970 has expired above.
        let not_after = u64::try_from(certificate.not_after).unwrap_or(0);
        Ok(X509Svid {
            id: id.into_owned(),
            not_after: Timestamp::from_unix(not_after),
        })
    }
}

impl X509Svid {
    /// The workload.
    pub fn id(&self) -> &SpiffeId<'static> {
        &self.id
    }

    /// Until when its certificate is valid.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }
}

fn check_size(chain: &[impl AsRef<[u8]>]) -> Result<(), X509Error> {
    let certificates = chain.len();
    let bytes = chain.iter().map(|der| der.as_ref().len()).sum();
    if certificates > MAX_CHAIN_CERTIFICATES || bytes > MAX_CHAIN_BYTES {
        return Err(X509Error::TooLarge {
            certificates,
            bytes,
        });
    }
    Ok(())
}

/// X509-SVID section 5.2: "the validator MUST ensure that the `CA` field in the basic constraints
/// extension is set to `false`, and that `keyCertSign` and `cRLSign` are not set in the key usage
/// extension". Section 4.3: "Leaf SVIDs MUST set `digitalSignature`".
fn check_leaf(certificate: &Certificate) -> Result<(), X509Error> {
    if certificate.is_authority {
        return Err(X509Error::Authority);
    }
    let usage = certificate.key_usage.ok_or(X509Error::NoKeyUsage)?;
    if !usage.digital_signature() {
        return Err(X509Error::NoDigitalSignature);
    }
    if usage.key_cert_sign() || usage.crl_sign() {
        return Err(X509Error::SigningKey);
    }
    Ok(())
}

/// X509-SVID section 2: an SVID "MUST contain exactly one URI SAN, and by extension, exactly one
/// SPIFFE ID". Section 3.1: the IDs of leaves "MUST have a non-root path component".
fn identity(certificate: &Certificate) -> Result<SpiffeId<'_>, X509Error> {
    let [name] = certificate.uri_names.as_slice() else {
        return Err(X509Error::UriNames {
            count: certificate.uri_names.len(),
        });
    };
    let id = SpiffeId::parse(name).map_err(X509Error::SpiffeId)?;
    if id.path().is_empty() {
        return Err(X509Error::NoPath);
    }
    Ok(id)
}
