//! The `kordon` command.
fn main() {}
