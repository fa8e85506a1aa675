//! The picture as SVG.
//!
//! Owns how things look. Where they are is `layout`'s.

mod layout;
mod paint;

use std::fmt;

use super::Graph;

/// Of larger pictures nothing could be seen, and laying them out would take long.
const NODES: usize = 300;
const EDGES: usize = 700;

/// That a picture would be too large to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// How many nodes it has.
    pub nodes: usize,
    /// How many edges it has.
    pub edges: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nodes, edges } = self;
        write!(
            f,
            "the picture would have {nodes} nodes and {edges} edges, and the limits are {NODES} \
             and {EDGES}: draw a part of it, or let `dot` lay it out"
        )
    }
}

impl std::error::Error for TooLarge {}

impl Graph {
    /// The picture as SVG, laid out.
    ///
    /// # Errors
    /// The picture is too large.
    pub fn to_svg(&self) -> Result<String, TooLarge> {
        let size = TooLarge {
            nodes: self.nodes.len(),
            edges: self.edges.len(),
        };
        if size.nodes > NODES || size.edges > EDGES {
            return Err(size);
        }
        Ok(paint::paint(self, &layout::layout(self)))
    }
}
