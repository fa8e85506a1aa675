//! How much a credential, a key set or a bundle may cost before anything in it is believed.
//!
//! Whatever is beyond a limit is refused. The limits are far above what issuers produce and far
//! below what would make verification a way to keep a server busy.

/// The longest token, in bytes.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// The deepest nesting of a token's header or claims, of a key set and of a bundle.
pub const MAX_JSON_DEPTH: usize = 32;

/// The longest key set, in bytes.
pub const MAX_JWKS_BYTES: usize = 1024 * 1024;

/// The most keys in a set. A token without a key ID is tried against every key that can verify
/// its algorithm.
pub const MAX_KEYS: usize = 100;

/// The most certificates that are presented with a leaf, itself included.
pub const MAX_CHAIN_CERTIFICATES: usize = 10;

/// The longest chain in DER, in bytes.
pub const MAX_CHAIN_BYTES: usize = 128 * 1024;

/// The longest bundle, or chain in PEM, in bytes.
pub const MAX_BUNDLE_BYTES: usize = 4 * 1024 * 1024;

/// The most authorities in a bundle.
pub const MAX_ROOTS: usize = 200;
