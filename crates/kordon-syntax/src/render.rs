//! Diagnostics as people and tools want them.
//!
//! Each renderer turns the same data into one format. They own formats and know nothing about
//! what went wrong. All of them put diagnostics in the order of texts and places, so that the
//! output does not depend on the order in which they were found.
