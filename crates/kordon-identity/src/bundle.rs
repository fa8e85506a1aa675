//! Trust bundles: by which authorities and keys a trust domain vouches for its workloads.
//!
//! Owns the SPIFFE bundle format, bundles in PEM, and which bundle stands for which trust domain.
//! Must not know credentials: they come and ask for the bundle of their own trust domain.

mod domains;
mod format;
mod root;

use serde_json::Value;

pub use self::domains::TrustBundles;
pub use self::format::SkippedEntry;
pub(crate) use self::root::Root;
pub use self::root::RootProblem;
use crate::json::JsonError;
use crate::jwks::{Jwks, JwksError};
use crate::limits::{MAX_BUNDLE_BYTES, MAX_ROOTS};
use crate::pem::{self, PemError};

/// The authorities and the keys of one trust domain.
#[derive(Clone, Debug, Default)]
pub struct TrustBundle {
    roots: Vec<Root>,
    jwt_keys: Jwks,
    sequence: Option<u64>,
    refresh_hint_seconds: Option<u64>,
    skipped: Vec<SkippedEntry>,
}

/// A text that is no bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// It is too long.
    #[error("the bundle has {bytes} bytes: expected {MAX_BUNDLE_BYTES} at most")]
    TooLarge {
        /// How long it is.
        bytes: usize,
    },
    /// It is not a JSON object that can be read in one way only.
    #[error("the bundle cannot be read: {0}")]
    Json(#[from] JsonError),
    /// Its list of keys is missing or too long.
    #[error("the bundle cannot be used: {0}")]
    Keys(#[from] JwksError),
    /// A number of it is none.
    #[error("`{0}` of the bundle is not a number of 64 bits")]
    Number(&'static str),
    /// It is not PEM.
    #[error("the bundle cannot be read: {0}")]
    Pem(#[from] PemError),
    /// A certificate in it cannot be an authority.
    #[error("certificate {index} of the bundle cannot be used: {problem}")]
    Root {
        /// Its place, from 0.
        index: usize,
        /// Why not.
        problem: RootProblem,
    },
    /// It has too many certificates.
    #[error("the bundle has {count} certificates: expected {MAX_ROOTS} at most")]
    TooManyRoots {
        /// How many it has.
        count: usize,
    },
}

impl TrustBundle {
    /// Reads a bundle in the SPIFFE format: a key set whose keys say by `use` for which kind of
    /// SVID they stand. Entries that cannot be used are left out, as the specification asks, and
    /// [`skipped`](Self::skipped) says why.
    ///
    /// # Errors
    /// The text is no bundle as a whole.
    pub fn from_spiffe_json(text: &str) -> Result<Self, BundleError> {
        format::read(text)
    }

    /// Reads a bundle of authorities in PEM, which has no keys for JWT-SVIDs. Every certificate
    /// must be an authority.
    ///
    /// # Errors
    /// The text, or a certificate in it, cannot be used.
    pub fn from_pem(text: &[u8]) -> Result<Self, BundleError> {
        Self::from_der(&pem::certificates(text)?)
    }

    /// Takes authorities in DER. Every certificate must be an authority.
    ///
    /// # Errors
    /// A certificate cannot be used.
    pub fn from_der(certificates: &[impl AsRef<[u8]>]) -> Result<Self, BundleError> {
        let mut bundle = Self::default();
        for (index, der) in certificates.iter().enumerate() {
            let root = Root::read(der.as_ref());
            let root = root.map_err(|problem| BundleError::Root { index, problem })?;
            bundle.add_root(root)?;
        }
        Ok(bundle)
    }

    /// The same authorities with these keys for JWT-SVIDs, whose `use` is `sig` or absent, as an
    /// OIDC discovery document publishes them.
    #[must_use]
    pub fn with_jwt_keys(mut self, keys: Jwks) -> Self {
        self.jwt_keys = keys;
        self
    }

    fn add_root(&mut self, root: Root) -> Result<(), BundleError> {
        self.roots.push(root);
        match self.roots.len() {
            count if count > MAX_ROOTS => Err(BundleError::TooManyRoots { count }),
            _ => Ok(()),
        }
    }

    /// How many authorities it has for X.509-SVIDs.
    pub fn root_count(&self) -> usize {
        self.roots.len()
    }

    /// The keys for JWT-SVIDs.
    pub fn jwt_keys(&self) -> &Jwks {
        &self.jwt_keys
    }

    /// Its number (`spiffe_sequence`), which grows with each change.
    pub fn sequence(&self) -> Option<u64> {
        self.sequence
    }

    /// After how many seconds to look for another (`spiffe_refresh_hint`).
    pub fn refresh_hint_seconds(&self) -> Option<u64> {
        self.refresh_hint_seconds
    }

    /// The entries that are left out, in the order of the bundle.
    pub fn skipped(&self) -> &[SkippedEntry] {
        &self.skipped
    }

    pub(crate) fn roots(&self) -> &[Root] {
        &self.roots
    }
}

/// The text of a member, if it is text.
fn text<'v>(entry: &'v Value, name: &str) -> Option<&'v str> {
    entry.get(name).and_then(Value::as_str)
}
