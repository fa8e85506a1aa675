//! Label selectors.

/// A condition on labels.
///
/// The variants are those of Kubernetes label selectors and a boolean frame around them, so that
/// other selector grammars lower into the same tree. An absent key satisfies `Lacks` and `NotIn`
/// and nothing else (Kubernetes, "Labels and Selectors": "All resources ... with no labels with
/// the key").
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selector {
    /// Satisfied by any labels.
    Everything,
    /// The key is there.
    Has(String),
    /// The key is not there.
    Lacks(String),
    /// The key is there with one of these values.
    In(String, Vec<String>),
    /// The key is not there, or has none of these values.
    NotIn(String, Vec<String>),
    /// All hold; an empty list is satisfied by any labels.
    All(Vec<Selector>),
    /// At least one holds; an empty list is satisfied by none.
    Any(Vec<Selector>),
    /// The inner selector does not hold.
    Not(Box<Selector>),
}

/// Which namespaces a policy or a peer speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NamespaceMatch {
    /// The namespace of this name.
    Named(String),
    /// Every namespace whose labels satisfy the selector.
    Matching(Selector),
}
