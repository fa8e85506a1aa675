//! Rules of policies as rules that verify.

use kordon_core::model::{TokenPlace, TokenRule};

use super::{HeaderLocation, JwtRule, TokenLocations};
use crate::jwks::Jwks;
use crate::jwt::verifier::JwtVerifier;

impl JwtRule {
    /// The rule of a policy, with the keys of its issuer.
    pub fn new(rule: &TokenRule, keys: Jwks) -> Self {
        let verifier = if rule.issuer.is_empty() {
            JwtVerifier::for_any_issuer(keys)
        } else {
            JwtVerifier::new(rule.issuer.clone(), keys)
        };
        let audiences = rule.audiences.iter();
        Self {
            verifier: audiences.fold(verifier, |verifier, one| verifier.with_audience(one)),
            locations: TokenLocations::from(rule.places.as_slice()),
        }
    }
}

impl From<&[TokenPlace]> for TokenLocations {
    fn from(places: &[TokenPlace]) -> Self {
        if places.is_empty() {
            return Self::default();
        }
        let mut locations = Self {
            headers: Vec::new(),
            params: Vec::new(),
            cookies: Vec::new(),
        };
        for place in places {
            match place {
                TokenPlace::Header { name, prefix } => locations.headers.push(HeaderLocation {
                    name: name.clone(),
                    prefix: prefix.clone(),
                }),
                TokenPlace::Parameter(name) => locations.params.push(name.clone()),
                TokenPlace::Cookie(name) => locations.cookies.push(name.clone()),
            }
        }
        locations
    }
}
