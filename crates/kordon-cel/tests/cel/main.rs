//! Tests of the language through the public API.

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod fuzzed;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod mutation;
#[cfg(test)]
mod suite;
