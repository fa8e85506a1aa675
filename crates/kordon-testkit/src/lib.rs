//! What the tests of Kordon stand on: reference evaluators, readers of cases with known answers,
//! generators of worlds, the facts of requests that these share, and the reader of the executable
//! specification.
//!
//! Everything here works on plain Kubernetes objects as JSON values. Nothing here may use the
//! engine: a check that shares code with what it checks proves little.

pub mod conformance;
pub mod facts;
pub mod reference;
pub mod spec;
pub mod world;
