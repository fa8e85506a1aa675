//! Where decoding stands: a path that costs nothing until it is needed.

use crate::{FieldPath, Segment};

/// A path as a chain through the callers' stacks.
#[derive(Clone, Copy, Debug)]
pub(super) enum At<'a, 'de> {
    Root,
    Key(&'a At<'a, 'de>, &'de str),
    Index(&'a At<'a, 'de>, u32),
}

impl At<'_, '_> {
    pub(super) fn path(&self) -> FieldPath {
        let mut path = FieldPath::root();
        self.append_to(&mut path);
        path
    }

    fn append_to(&self, path: &mut FieldPath) {
        match self {
            Self::Root => {}
            Self::Key(parent, key) => {
                parent.append_to(path);
                path.push(Segment::Key((*key).into()));
            }
            Self::Index(parent, index) => {
                parent.append_to(path);
                path.push(Segment::Index(*index));
            }
        }
    }
}
