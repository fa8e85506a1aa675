//! Holds what Kordon answers and exports against a real Envoy.
//!
//! Each test starts the program that the variable `KORDON_ENVOY` names; `cargo xtask test envoy`
//! installs one and sets it.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]
#![expect(
    clippy::print_stdout,
    reason = "how much was compared is what a reader looks for"
)]

mod client;
mod config;
mod credentials;
mod mesh;
mod paths;
mod place;
mod process;
mod verdict;
