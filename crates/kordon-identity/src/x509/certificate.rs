//! What is read of a certificate beside its signature.

use x509_parser::certificate::X509Certificate;
use x509_parser::error::X509Error;
use x509_parser::extensions::{GeneralName, KeyUsage};
use x509_parser::oid_registry::OID_X509_EXT_BASIC_CONSTRAINTS;
use x509_parser::prelude::FromDer as _;

/// The parts of a certificate that the specification of X.509-SVIDs speaks of.
pub(crate) struct Certificate {
    pub(crate) is_authority: bool,
    pub(crate) path_length: Option<u32>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) uri_names: Vec<String>,
    /// Seconds since 1970.
    pub(crate) not_before: i64,
    /// Seconds since 1970.
    pub(crate) not_after: i64,
}

/// Why a certificate cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateProblem {
    /// It is not one certificate in DER.
    #[error("expected one certificate in DER")]
    Der,
    /// An extension is broken, or stands twice.
    #[error("an extension is broken or stands twice")]
    Extension,
    /// A name is broken.
    #[error("an alternative name is broken")]
    Name,
}

impl Certificate {
    pub(crate) fn read(der: &[u8]) -> Result<Self, CertificateProblem> {
        let Ok(([], certificate)) = X509Certificate::from_der(der) else {
            return Err(CertificateProblem::Der);
        };
        let (is_authority, path_length) = basic_constraints(&certificate)?;
        let key_usage = certificate.key_usage().map_err(broken)?;
        let validity = certificate.validity();
        Ok(Self {
            is_authority,
            path_length,
            key_usage: key_usage.map(|found| *found.value),
            uri_names: uri_names(&certificate)?,
            not_before: validity.not_before.timestamp(),
            not_after: validity.not_after.timestamp(),
        })
    }
}

/// Whether the certificate is that of an authority, and how many may follow it.
///
/// The reader of the library takes broken constraints for none, so that they are looked at here.
fn basic_constraints(
    certificate: &X509Certificate<'_>,
) -> Result<(bool, Option<u32>), CertificateProblem> {
    let oid = &OID_X509_EXT_BASIC_CONSTRAINTS;
    let is_there = certificate.get_extension_unique(oid).map_err(broken)?;
    let found = certificate.basic_constraints().map_err(broken)?;
    match (is_there, found) {
        (None, _) => Ok((false, None)),
        (Some(_), Some(found)) => Ok((found.value.ca, found.value.path_len_constraint)),
        (Some(_), None) => Err(CertificateProblem::Extension),
    }
}

fn uri_names(certificate: &X509Certificate<'_>) -> Result<Vec<String>, CertificateProblem> {
    let Some(names) = certificate.subject_alternative_name().map_err(broken)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for name in &names.value.general_names {
        match name {
            GeneralName::URI(uri) => found.push((*uri).to_owned()),
            GeneralName::Invalid(..) => return Err(CertificateProblem::Name),
            _ => {}
        }
    }
    Ok(found)
}

fn broken(_: X509Error) -> CertificateProblem {
    CertificateProblem::Extension
}
