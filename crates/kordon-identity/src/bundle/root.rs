//! One authority of a bundle.

use std::fmt;

use rustls_pki_types::{CertificateDer, TrustAnchor};

use crate::time::Timestamp;
use crate::x509::{Certificate, CertificateProblem};

/// An authority by which chains of certificates end.
#[derive(Clone)]
pub(crate) struct Root {
    anchor: TrustAnchor<'static>,
    not_before: i64,
    not_after: i64,
    path_length: Option<u32>,
}

/// Why a certificate of a bundle is no authority.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RootProblem {
    /// The entry has no certificate.
    #[error("it has no certificate in `x5c`")]
    NoCertificate,
    /// The certificate is not base64.
    #[error("its certificate is not base64 text")]
    Base64,
    /// The certificate cannot be read.
    #[error("it is no certificate of X.509: {0}")]
    Certificate(#[from] CertificateProblem),
    /// The certificate is not that of an authority.
    #[error("it is not that of an authority: expected `CA` to be true in its basic constraints")]
    NoAuthority,
    /// The certificate may not sign others.
    #[error("its key usage does not hold `keyCertSign`")]
    KeyUsage,
}

impl Root {
    /// X509-SVID section 3.2: a signing certificate "is one which has set `keyCertSign` in the key
    /// usage extension. It additionally has the `cA` flag set to `true`". An authority without key
    /// usage is old, and taken: a bundle is a matter of configuration.
    pub(crate) fn read(der: &[u8]) -> Result<Self, RootProblem> {
        let certificate = Certificate::read(der)?;
        if !certificate.is_authority {
            return Err(RootProblem::NoAuthority);
        }
        if certificate
            .key_usage
            .is_some_and(|usage| !usage.key_cert_sign())
        {
            return Err(RootProblem::KeyUsage);
        }
        let der = CertificateDer::from(der);
        let anchor = webpki::anchor_from_trusted_cert(&der);
        Ok(Self {
            anchor: anchor.map_err(|_| CertificateProblem::Der)?.to_owned(),
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            path_length: certificate.path_length,
        })
    }

    pub(crate) fn anchor(&self) -> &TrustAnchor<'static> {
        &self.anchor
    }

    /// Whether the certificate is valid at the moment. The path itself is not checked for its end.
    pub(crate) fn is_valid_at(&self, at: Timestamp) -> bool {
        let at = i64::try_from(at.as_unix()).unwrap_or(i64::MAX);
        (self.not_before..=self.not_after).contains(&at)
    }

    /// Whether so many authorities may stand between this one and a leaf.
    pub(crate) fn allows_between(&self, authorities: usize) -> bool {
        let limit = self.path_length.map(usize::try_from);
        limit.is_none_or(|limit| limit.is_ok_and(|limit| authorities <= limit))
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Root")
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}
