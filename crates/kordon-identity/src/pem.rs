//! Certificates in PEM (RFC 7468).

use rustls_pki_types::pem::{PemObject as _, SectionKind};

use crate::limits::MAX_BUNDLE_BYTES;

/// A text that is not a list of certificates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PemError {
    /// It is too long.
    #[error("the text has {bytes} bytes: expected {MAX_BUNDLE_BYTES} at most")]
    TooLarge {
        /// How long it is.
        bytes: usize,
    },
    /// A section breaks off, or is not base64.
    #[error("section {section} cannot be read: expected base64 between `BEGIN` and `END`")]
    Section {
        /// Its number, from 1.
        section: usize,
    },
    /// A section holds something else.
    #[error("section {section} holds no certificate: give the certificates alone")]
    NotACertificate {
        /// Its number, from 1.
        section: usize,
    },
    /// There is no section.
    #[error(
        "there is no certificate: expected sections that begin with `-----BEGIN CERTIFICATE-----`"
    )]
    Empty,
}

/// The certificates of a text, in DER and in their order. Text between sections is a comment.
pub(crate) fn certificates(text: &[u8]) -> Result<Vec<Vec<u8>>, PemError> {
    if text.len() > MAX_BUNDLE_BYTES {
        return Err(PemError::TooLarge { bytes: text.len() });
    }
    let mut certificates = Vec::new();
    let sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(text);
    for (section, read) in (1..).zip(sections) {
        match read {
            Ok((SectionKind::Certificate, der)) => certificates.push(der),
            // A private key has no business here, and is not carried further.
            Ok(_) => return Err(PemError::NotACertificate { section }),
            Err(_) => return Err(PemError::Section { section }),
        }
    }
    if certificates.is_empty() {
        return Err(PemError::Empty);
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n";

    fn read(text: &str) -> Result<Vec<Vec<u8>>, PemError> {
        certificates(text.as_bytes())
    }

    #[test]
    fn certificates_come_in_their_order_and_text_between_them_is_a_comment() {
        let two = format!("# root\n{ONE}\nsubject=x\n{}", ONE.replace("AQID", "BAUG"));
        assert_eq!(read(&two), Ok(vec![vec![1, 2, 3], vec![4, 5, 6]]));
    }

    #[test]
    fn anything_but_certificates_is_refused() {
        let key = ONE.replace("CERTIFICATE", "PRIVATE KEY");
        let section = 2;
        for (text, expected) in [
            (String::new(), PemError::Empty),
            ("AQID".to_owned(), PemError::Empty),
            (format!("{ONE}{key}"), PemError::NotACertificate { section }),
            (
                format!("{ONE}{}", ONE.replace("AQID", "*")),
                PemError::Section { section },
            ),
            (
                format!("{ONE}-----BEGIN CERTIFICATE-----\nAQID\n"),
                PemError::Section { section },
            ),
        ] {
            assert_eq!(read(&text), Err(expected), "{text}");
        }
        let long = " ".repeat(MAX_BUNDLE_BYTES + 1);
        assert!(matches!(read(&long), Err(PemError::TooLarge { .. })));
    }
}
