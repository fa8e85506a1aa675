//! The policy model, rule compiler and decision engine of Kordon.

mod compile;
pub mod model;
mod persist;
pub mod rule;
mod symbol;
