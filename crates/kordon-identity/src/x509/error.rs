//! Why a certificate or its chain is refused.

use kordon_core::model::{SpiffeError, TrustDomain};

use super::certificate::CertificateProblem;
use crate::limits::{MAX_CHAIN_BYTES, MAX_CHAIN_CERTIFICATES};
use crate::pem::PemError;

/// Why an X.509-SVID does not verify.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum X509Error {
    /// There is no certificate.
    #[error("there is no certificate: expected the leaf, then its authorities")]
    Empty,
    /// The chain is too long.
    #[error(
        "the chain has {certificates} certificates and {bytes} bytes: expected \
         {MAX_CHAIN_CERTIFICATES} and {MAX_CHAIN_BYTES} at most"
    )]
    TooLarge {
        /// How many certificates it has.
        certificates: usize,
        /// How many bytes they have.
        bytes: usize,
    },
    /// The chain is not PEM.
    #[error("the chain cannot be read: {0}")]
    Pem(#[from] PemError),
    /// The leaf cannot be read.
    #[error("the first certificate cannot be read: {0}")]
    Leaf(CertificateProblem),
    /// The leaf is an authority, which is no workload.
    #[error("the first certificate is that of an authority: put the leaf first")]
    Authority,
    /// The leaf does not say what its key is for.
    #[error("the leaf has no key usage: issue it with `digitalSignature`")]
    NoKeyUsage,
    /// The leaf's key is not for authentication.
    #[error("the leaf's key usage does not hold `digitalSignature`: issue it with it")]
    NoDigitalSignature,
    /// The leaf's key may sign certificates or revocation lists.
    #[error("the leaf's key usage holds `keyCertSign` or `cRLSign`: issue it without them")]
    SigningKey,
    /// The leaf does not have one name that is a URI.
    #[error("the leaf has {count} names that are URIs: expected one, which is its SPIFFE ID")]
    UriNames {
        /// How many it has.
        count: usize,
    },
    /// The leaf's name is no SPIFFE ID.
    #[error("the leaf's name is no SPIFFE ID: {0}")]
    SpiffeId(SpiffeError),
    /// The leaf's name is that of a trust domain, which is no workload.
    #[error("the leaf's SPIFFE ID has no path: expected that of a workload")]
    NoPath,
    /// The trust domain of the leaf has no bundle.
    #[error("no bundle is known for the trust domain `{trust_domain}`: federate with it")]
    UnknownTrustDomain {
        /// The trust domain.
        trust_domain: TrustDomain<'static>,
    },
    /// No path leads from the leaf to an authority of its trust domain.
    #[error("the chain does not lead to an authority of the trust domain: {0}")]
    Chain(ChainProblem),
}

/// What is wrong with every path from a leaf to an authority, or with the one that came farthest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainProblem {
    /// The bundle has no authority that is valid at the moment.
    #[error("its bundle has no authority that is valid at this moment")]
    NoRoot,
    /// No authority of the bundle has signed it.
    #[error("no authority of its bundle has signed it, or an intermediate authority is missing")]
    UnknownIssuer,
    /// A signature is wrong, or made by an algorithm that is not taken.
    #[error("a signature is not that of the issuer, or its algorithm is not taken")]
    Signature,
    /// A certificate is not valid yet.
    #[error("a certificate is not valid yet")]
    NotYetValid,
    /// A certificate is not valid any longer.
    #[error("a certificate has expired")]
    Expired,
    /// A certificate of the chain may not issue others.
    #[error("a certificate that is no authority has issued another")]
    NoAuthority,
    /// An authority's key is not for signing certificates.
    #[error("an intermediate authority has no `keyCertSign` in its key usage")]
    KeyUsage,
    /// An authority's name is that of a workload, or of another trust domain.
    #[error("an intermediate authority has the SPIFFE ID of a workload or of another trust domain")]
    AuthorityName,
    /// There are more authorities than one of them allows.
    #[error("an authority allows fewer authorities below it")]
    PathLength,
    /// An authority may not issue certificates of this name.
    #[error("an authority may not issue certificates of this name")]
    NameConstraint,
    /// The certificate is not for the authentication of clients.
    #[error("the extended key usage leaves out `clientAuth`")]
    Purpose,
    /// There are too many paths to try.
    #[error("there are too many paths to try")]
    TooComplex,
    /// A certificate cannot be read, or has an extension that is critical and not understood.
    #[error("a certificate cannot be read, or asks for something that is not understood")]
    Malformed,
}
