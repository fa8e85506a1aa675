//! The header of a token.

use serde_json::{Map, Value};

use super::error::{JwtError, MalformedToken};
use crate::jwks::SignatureAlgorithm;

/// Members that change what the token means for whoever understands them, so that who does not
/// must refuse it.
///
/// RFC 7515 section 4.1.11: if extensions named by `crit` are not understood and supported, "the
/// JWS is invalid". RFC 7797 section 6: `b64` goes with `crit`. RFC 7516: `enc` and `zip` belong to
/// encrypted tokens.
const NOT_UNDERSTOOD: &[&str] = &["crit", "b64", "enc", "zip"];

/// The members by which a JWT-SVID may be described.
///
/// JWT-SVID section 2: "Any header not described here, registered or private, MUST NOT be included
/// in the JWT-SVID JOSE Header".
const OF_SVID: &[&str] = &["alg", "kid", "typ"];

/// What is read of a header.
pub(super) struct Header {
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) key_id: Option<String>,
    token_type: Option<Value>,
    has_others: bool,
}

impl Header {
    pub(super) fn read(mut members: Map<String, Value>) -> Result<Self, JwtError> {
        if let Some(name) = NOT_UNDERSTOOD.iter().find(|it| members.contains_key(**it)) {
            return Err(JwtError::Header(name));
        }
        let algorithm = match members.get("alg") {
            Some(Value::String(name)) => SignatureAlgorithm::from_name(name),
            _ => return Err(MalformedToken::HeaderMember("alg").into()),
        };
        let key_id = match members.remove("kid") {
            None => None,
            Some(Value::String(id)) => Some(id),
            Some(_) => return Err(MalformedToken::HeaderMember("kid").into()),
        };
        Ok(Self {
            algorithm: algorithm.ok_or(JwtError::Algorithm)?,
            key_id,
            has_others: members.keys().any(|name| !OF_SVID.contains(&name.as_str())),
            token_type: members.remove("typ"),
        })
    }

    /// Checks what the specification of JWT-SVIDs asks of a header.
    pub(super) fn check_svid(&self) -> Result<(), JwtError> {
        if self.has_others {
            return Err(JwtError::ForeignHeader);
        }
        // JWT-SVID section 2.3: "If set, its value MUST be either `JWT` or `JOSE`".
        match &self.token_type {
            None => {}
            Some(Value::String(name)) if name == "JWT" || name == "JOSE" => {}
            Some(_) => return Err(JwtError::Type),
        }
        // JWT-SVID section 2.1 lists the algorithms, and EdDSA is not among them.
        match self.algorithm {
            SignatureAlgorithm::EdDsa => Err(JwtError::Algorithm),
            _ => Ok(()),
        }
    }
}
