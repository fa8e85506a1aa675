//! Verifies the credentials that callers present, and says who they are.
//!
//! The decision engine knows principals and claims, never credentials. This crate stands before
//! it: bytes come in, and what comes out is an identity that somebody trusted has vouched for, or
//! an error.
//!
//! - [`X509SvidVerifier`] verifies X.509-SVIDs, in DER or PEM, against the bundle of their own
//!   trust domain.
//! - [`JwtSvidVerifier`] verifies JWT-SVIDs.
//! - [`JwtVerifier`] verifies the tokens of an issuer as Envoy's `jwt_authn` does, and
//!   [`RequestAuthenticator`] finds them in a request as Istio's `RequestAuthentication` says.
//!
//! Time is an argument: nothing here reads a clock, a file or the network. Bundles and key sets
//! are text that the caller has fetched. No error and no debug output holds a token or a
//! signature.
//!
//! ```
//! use kordon_identity::{Jwks, JwtError, JwtVerifier, Timestamp};
//!
//! let keys = Jwks::parse(r#"{"keys":[{
//!     "kty":"EC","crv":"P-256","kid":"k1","alg":"ES256","use":"sig",
//!     "x":"XJfBy1J4Qf1WvBCFEyggvgsGITHlc9pvmLkIhia4H2s",
//!     "y":"_IqWAoqhKuxNQubT-VP0_QfiTyzkQnMMsq1pOOPojuM"}]}"#)?;
//! let verifier = JwtVerifier::new("iss-a", keys);
//! let token = concat!(
//!     "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0.",
//!     "eyJpc3MiOiAiaXNzLWEiLCAic3ViIjogInMxIiwgImV4cCI6IDE4MDUzMzE1MzZ9.",
//!     "DLoRhU6gNo-Nnm5pErA9jEFKR8MF1cL61hovjZhyCHFabYtDPLqFGhD-2BCilDuEuYE33FGtQIEh3p_owFz2tQ",
//! );
//! let verified = verifier.verify(token, Timestamp::from_unix(1_795_331_536))?;
//! assert_eq!(verified.request_principal().as_deref(), Some("iss-a/s1"));
//!
//! let late = verifier.verify(token, Timestamp::from_unix(1_805_331_597));
//! assert!(matches!(late, Err(JwtError::Expired { .. })));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// The page of the specification, whose examples run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/spec/identity.md")]
mod specification {}

mod base64url;
mod bundle;
mod json;
mod jwks;
mod jwt;
pub mod limits;
mod pem;
mod time;
mod x509;

pub use self::bundle::{BundleError, RootProblem, SkippedEntry, TrustBundle, TrustBundles};
pub use self::json::{JsonError, JsonProblem};
pub use self::jwks::{Jwks, JwksError, KeyProblem, SignatureAlgorithm, SkippedKey};
pub use self::jwt::{
    HeaderLocation, HttpRequest, JwtError, JwtRule, JwtSvid, JwtSvidVerifier, JwtVerifier,
    MalformedToken, RequestAuthenticator, TokenLocations, VerifiedToken,
};
pub use self::pem::PemError;
pub use self::time::Timestamp;
pub use self::x509::{CertificateProblem, ChainProblem, X509Error, X509Svid, X509SvidVerifier};
pub use kordon_core::model::{SpiffeError, SpiffeId, SpiffeProblem, TrustDomain};
