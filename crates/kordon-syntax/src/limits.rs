//! How much one text may ask of the parser.

/// Bounds on what one text may cost. Beyond a bound the text, or the document, is refused with a
/// diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The size of the text. Texts of 4 GiB and more are refused whatever this says.
    pub max_bytes: usize,
    /// How deep sequences and mappings may stand in each other, aliases included. Values above
    /// 128 count as 128, so that no reader of the tree can run out of stack.
    pub max_depth: usize,
    /// The number of documents.
    pub max_documents: usize,
    /// The number of values in all documents together.
    pub max_nodes: usize,
    /// The number of values that anchors and aliases of one document may copy.
    pub max_alias_nodes: usize,
    /// The number of problems after which reading stops.
    pub max_diagnostics: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_depth: 100,
            max_documents: 200_000,
            max_nodes: 10_000_000,
            max_alias_nodes: 1_000_000,
            max_diagnostics: 1000,
        }
    }
}

impl Limits {
    /// The depth that is enforced.
    pub(crate) fn depth(&self) -> usize {
        self.max_depth.min(128)
    }
}
