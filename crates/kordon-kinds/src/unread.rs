//! What stands for text that could not be read at all.
//!
//! It might hold any policy, so nothing that a policy could deny passes while it is there. It
//! knows no kind.

use kordon_core::model::{Object, ObjectRef};

use crate::at::At;
use crate::network::Position;

/// An object that makes every connection of every workload unknown, before any stage of policies:
/// a document of the source of this name could not be read, and might hold a policy.
///
/// Access to the API is not touched: what could not be read could only grant more of it.
pub fn unread(source: &str) -> Object {
    let position = Position::before_all("Source");
    Object {
        id: ObjectRef::cluster("", "Source", source),
        items: position.undecided(
            &At::Root,
            "a document of it could not be read and may hold a policy",
        ),
    }
}
