//! The commands, a module for each.

pub(crate) mod can;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod connections;
pub(crate) mod diff;
pub(crate) mod equal;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod graph;
pub(crate) mod kinds;
pub(crate) mod lint;
pub(crate) mod test;
pub(crate) mod validate;
pub(crate) mod version;
