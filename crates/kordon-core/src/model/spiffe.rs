//! SPIFFE IDs and trust domains, to the letter of the SPIFFE-ID specification.
//!
//! Owns how the text of an ID is read and what its parts are called. Must not know how an ID is
//! proved: whoever passes one on has verified the credential that carries it.

mod error;
mod parse;

use std::borrow::{Borrow, Cow};
use std::fmt;

pub use self::error::{SpiffeError, SpiffeProblem};

/// What every SPIFFE ID begins with.
const SCHEME: &str = "spiffe://";

/// The longest SPIFFE ID, in bytes.
///
/// SPIFFE-ID 2.3: "implementations MUST support SPIFFE URIs up to 2048 bytes in length and SHOULD
/// NOT generate URIs of length greater than 2048 bytes".
pub const MAX_SPIFFE_ID_BYTES: usize = 2048;

/// The longest name of a trust domain, in bytes.
///
/// SPIFFE-ID 2.3: "a maximum length of a trust domain name is 255 bytes".
pub const MAX_TRUST_DOMAIN_BYTES: usize = 255;

/// The name of a trust domain, such as `example.org`.
///
/// ```
/// use kordon_core::model::TrustDomain;
/// let domain = TrustDomain::parse("example.org")?;
/// assert_eq!(domain.as_str(), "example.org");
/// assert!(TrustDomain::parse("Example.org").is_err(), "a name is written in lower case");
/// # Ok::<(), kordon_core::model::SpiffeError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrustDomain<'a>(Cow<'a, str>);

/// A SPIFFE ID, such as `spiffe://example.org/ns/shop/sa/cart`.
///
/// Reading borrows from the text and allocates nothing. Each ID has one spelling, so two are the
/// same exactly when their texts are.
///
/// ```
/// use kordon_core::model::SpiffeId;
/// let id = SpiffeId::parse("spiffe://example.org/ns/shop/sa/cart")?;
/// assert_eq!(id.trust_domain().as_str(), "example.org");
/// assert_eq!(id.path(), "/ns/shop/sa/cart");
/// let account = id.account().ok_or("no account")?;
/// assert_eq!((account.namespace, account.name), ("shop", "cart"));
///
/// let error = SpiffeId::parse("spiffe://example.org/ns//sa").unwrap_err();
/// assert_eq!(error.offset, 24);
/// assert_eq!(
///     error.to_string(),
///     "the path has an empty segment at byte 24: remove one of the slashes"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpiffeId<'a> {
    text: Cow<'a, str>,
    /// Where the trust domain ends, which is where the path begins.
    domain_end: usize,
}

/// The service account that a SPIFFE ID of the form `spiffe://DOMAIN/ns/NAMESPACE/sa/NAME` names.
///
/// The form is a convention of those who issue such IDs. The specification gives a path no
/// meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountName<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
}

impl<'a> TrustDomain<'a> {
    /// Reads the name of a trust domain, without a scheme.
    ///
    /// # Errors
    /// The first place where the name is not what the specification allows.
    pub fn parse(name: &'a str) -> Result<Self, SpiffeError> {
        parse::trust_domain(name, 0)?;
        Ok(Self(Cow::Borrowed(name)))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same name with a text of its own.
    pub fn into_owned(self) -> TrustDomain<'static> {
        TrustDomain(Cow::Owned(self.0.into_owned()))
    }
}

impl<'a> SpiffeId<'a> {
    /// Reads a SPIFFE ID.
    ///
    /// # Errors
    /// The first place where the text is not what the specification allows.
    pub fn parse(text: &'a str) -> Result<Self, SpiffeError> {
        let domain_end = parse::id(text)?;
        Ok(Self {
            text: Cow::Borrowed(text),
            domain_end,
        })
    }

    /// The trust domain in which it was issued.
    pub fn trust_domain(&self) -> TrustDomain<'_> {
        let name = self.text.get(SCHEME.len()..self.domain_end);
        TrustDomain(Cow::Borrowed(name.unwrap_or_default()))
    }

    /// The path with its first slash, or nothing: the ID of a trust domain itself has no path.
    pub fn path(&self) -> &str {
        self.text.get(self.domain_end..).unwrap_or_default()
    }

    /// The segments of the path, of which none is empty.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.path().split('/').skip(1)
    }

    /// The service account, if the path has the form `/ns/NAMESPACE/sa/NAME` and nothing more.
    pub fn account(&self) -> Option<AccountName<'_>> {
        let mut segments = self.segments();
        let mut next = || segments.next();
        match (next(), next(), next(), next(), next()) {
            (Some("ns"), Some(namespace), Some("sa"), Some(name), None) => {
                Some(AccountName { namespace, name })
            }
            _ => None,
        }
    }

    /// Whether it was issued in this trust domain.
    pub fn is_member_of(&self, domain: &TrustDomain<'_>) -> bool {
        self.trust_domain() == *domain
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same ID with a text of its own.
    pub fn into_owned(self) -> SpiffeId<'static> {
        SpiffeId {
            text: Cow::Owned(self.text.into_owned()),
            domain_end: self.domain_end,
        }
    }
}

/// Lets a table by trust domain be asked by name.
impl Borrow<str> for TrustDomain<'_> {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for TrustDomain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TrustDomain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for SpiffeId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SpiffeId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests;
