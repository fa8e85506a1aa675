//! Credentials made by other libraries, good ones and those of an attacker.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[path = "it/attacks.rs"]
mod attacks;
#[path = "it/bundles.rs"]
mod bundles;
#[path = "it/certificates.rs"]
mod certificates;
#[path = "support/credentials.rs"]
mod credentials;
#[path = "it/jwt_svids.rs"]
mod jwt_svids;
#[path = "it/mutations.rs"]
mod mutations;
#[path = "it/requests.rs"]
mod requests;
#[path = "it/tokens.rs"]
mod tokens;
