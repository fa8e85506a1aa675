//! JSON Web Tokens: who may have issued them, for whom, when, and who signed them.
//!
//! Owns the order of the checks and what each refusal means to a client. Must not know how bytes
//! are signed ([`jwks`](crate::jwks) does), nor what a policy makes of claims.
//!
//! A token is taken apart once. What is verified is the very bytes that were read, by an algorithm
//! that a key of the issuer allows; members of the header that name keys (`jwk`, `jku`, `x5c`,
//! `x5u`) are never followed.

mod audience;
mod claims;
mod error;
mod header;
mod request;
mod svid;
mod token;
mod verified;
mod verifier;

pub use self::error::{JwtError, MalformedToken};
pub use self::request::{
    HeaderLocation, HttpRequest, JwtRule, RequestAuthenticator, TokenLocations,
};
pub use self::svid::{JwtSvid, JwtSvidVerifier};
pub use self::verified::VerifiedToken;
pub use self::verifier::JwtVerifier;
