//! The SPIFFE bundle format (SPIFFE Trust Domain and Bundle, section 4).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{BundleError, Root, RootProblem, TrustBundle, text};
use crate::json;
use crate::jwks::{self, KeyUse, SkippedKey};
use crate::limits::MAX_BUNDLE_BYTES;

/// An entry of a bundle that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkippedEntry {
    /// A key for JWT-SVIDs that cannot be used.
    Key(SkippedKey),
    /// An authority for X.509-SVIDs that cannot be used.
    Root {
        /// Its place in the bundle, from 0.
        index: usize,
        /// Why not.
        problem: RootProblem,
    },
    /// An entry for another purpose, or for none.
    ///
    /// Section 4.2.2: "Clients encountering unknown `use` values MUST ignore the entire JWK
    /// element".
    Use {
        /// Its place in the bundle, from 0.
        index: usize,
        /// The purpose.
        found: Option<String>,
    },
}

pub(super) fn read(text: &str) -> Result<TrustBundle, BundleError> {
    if text.len() > MAX_BUNDLE_BYTES {
        return Err(BundleError::TooLarge { bytes: text.len() });
    }
    let members = json::object(text.as_bytes())?;
    let mut bundle = TrustBundle {
        sequence: number(&members, "spiffe_sequence")?,
        refresh_hint_seconds: number(&members, "spiffe_refresh_hint")?,
        ..TrustBundle::default()
    };
    for (index, entry) in jwks::entries(&members)?.iter().enumerate() {
        bundle.read(index, entry)?;
    }
    Ok(bundle)
}

impl TrustBundle {
    fn read(&mut self, index: usize, entry: &Value) -> Result<(), BundleError> {
        match text(entry, "use") {
            Some("jwt-svid") => self.read_key(index, entry),
            Some("x509-svid") => match root(entry) {
                Ok(root) => self.add_root(root)?,
                Err(problem) => self.skipped.push(SkippedEntry::Root { index, problem }),
            },
            found => {
                let found = found.map(str::to_owned);
                self.skipped.push(SkippedEntry::Use { index, found });
            }
        }
        Ok(())
    }

    fn read_key(&mut self, index: usize, entry: &Value) {
        let before = self.jwt_keys.skipped().len();
        self.jwt_keys.read(index, entry, KeyUse::JwtSvid);
        let skipped = self.jwt_keys.skipped().get(before..).unwrap_or_default();
        self.skipped
            .extend(skipped.iter().cloned().map(SkippedEntry::Key));
    }
}

/// X509-SVID section 6.2: "If `x5c` is not set, or is empty, then the entry MUST be ignored. The
/// first value of the `x5c` parameter is the base64 DER-encoded CA certificate that the entry
/// represents. If the `x5c` parameter contains multiple values, then all but the first MUST be
/// ignored."
fn root(entry: &Value) -> Result<Root, RootProblem> {
    let certificates = entry.get("x5c").and_then(Value::as_array);
    let first = certificates.and_then(|list| list.first());
    let text = first.ok_or(RootProblem::NoCertificate)?.as_str();
    let der = text.and_then(|text| STANDARD.decode(text).ok());
    Root::read(&der.ok_or(RootProblem::Base64)?)
}

fn number(members: &Map<String, Value>, name: &'static str) -> Result<Option<u64>, BundleError> {
    let value = members.get(name);
    value
        .map(|value| value.as_u64().ok_or(BundleError::Number(name)))
        .transpose()
}

impl fmt::Display for SkippedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => key.fmt(f),
            Self::Root { index, problem } => {
                write!(f, "authority {index} is left out: {problem}")
            }
            Self::Use { index, found } => {
                write!(f, "entry {index} is left out: ")?;
                match found {
                    Some(found) => write!(f, "it is meant for `{}`", found.escape_debug())?,
                    None => f.write_str("it has no `use`")?,
                }
                f.write_str(", expected `x509-svid` or `jwt-svid`")
            }
        }
    }
}
