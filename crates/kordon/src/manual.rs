//! The manual: how to use this crate, chapter by chapter, and why it answers as it does.
//!
//! It holds text alone. Every example runs as a test.

#[doc = include_str!("manual/01_first_decision.md")]
pub mod _01_first_decision {}

#[doc = include_str!("manual/02_requests.md")]
pub mod _02_requests {}

#[doc = include_str!("manual/03_why.md")]
pub mod _03_why {}

#[doc = include_str!("manual/04_problems_in_manifests.md")]
pub mod _04_problems_in_manifests {}

#[doc = include_str!("manual/05_fast_and_changing.md")]
pub mod _05_fast_and_changing {}

#[doc = include_str!("manual/06_who_can.md")]
pub mod _06_who_can {}

#[doc = include_str!("manual/07_mistakes_ruled_out.md")]
pub mod _07_mistakes_ruled_out {}
