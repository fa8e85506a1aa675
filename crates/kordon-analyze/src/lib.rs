//! Analyses of policies: questions beyond a single decision.
//!
//! Owns what is asked of policies as such. Must not know the kinds that they stem from, nor read
//! files.

pub mod connectivity;
pub mod equivalence;
pub mod escalation;
mod interval;
mod landscape;
pub mod lint;
pub mod permissions;
mod rule_form;
mod space;
