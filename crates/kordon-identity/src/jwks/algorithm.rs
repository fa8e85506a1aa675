//! The algorithms of signatures (RFC 7518 section 3.1, RFC 8037) that are verified.

use jsonwebtoken::Algorithm;

/// How a token is signed. All are asymmetric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

/// What an RSA key can verify.
pub(super) const RSA: &[SignatureAlgorithm] = &[
    SignatureAlgorithm::Rs256,
    SignatureAlgorithm::Rs384,
    SignatureAlgorithm::Rs512,
    SignatureAlgorithm::Ps256,
    SignatureAlgorithm::Ps384,
    SignatureAlgorithm::Ps512,
];

const ALL: &[SignatureAlgorithm] = &[
    SignatureAlgorithm::Rs256,
    SignatureAlgorithm::Rs384,
    SignatureAlgorithm::Rs512,
    SignatureAlgorithm::Ps256,
    SignatureAlgorithm::Ps384,
    SignatureAlgorithm::Ps512,
    SignatureAlgorithm::Es256,
    SignatureAlgorithm::Es384,
    SignatureAlgorithm::EdDsa,
];

impl SignatureAlgorithm {
    /// The algorithm of this name, which is case-sensitive; `none` and symmetric ones have none
    /// here.
    pub fn from_name(name: &str) -> Option<Self> {
        ALL.iter().copied().find(|known| known.name() == name)
    }

    /// Its name in a token's header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The library's word for it.
    pub(super) const fn in_library(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Rs384 => Algorithm::RS384,
            Self::Rs512 => Algorithm::RS512,
            Self::Ps256 => Algorithm::PS256,
            Self::Ps384 => Algorithm::PS384,
            Self::Ps512 => Algorithm::PS512,
            Self::Es256 => Algorithm::ES256,
            Self::Es384 => Algorithm::ES384,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_the_same_here_and_in_the_library() {
        for algorithm in ALL {
            let name = algorithm.name();
            assert_eq!(SignatureAlgorithm::from_name(name), Some(*algorithm));
            assert_eq!(name.parse(), Ok(algorithm.in_library()));
        }
    }

    #[test]
    fn there_is_no_signature_without_a_public_key() {
        for name in [
            "none", "None", "", "HS256", "HS384", "HS512", "es256", "ES256 ", "ES512",
        ] {
            assert_eq!(SignatureAlgorithm::from_name(name), None, "{name:?}");
        }
    }
}
