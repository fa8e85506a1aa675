//! Lists.

use super::{Ref, Sequence, Value};

/// A list.
#[derive(Clone, Debug)]
pub enum List<'a> {
    /// Values of the language.
    Values(Ref<'a, [Value<'a>]>),
    /// Texts of the host.
    Strings(&'a [&'a str]),
    /// A list of the host.
    Host(&'a dyn Sequence),
}

impl<'a> List<'a> {
    /// The number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        match self {
            Self::Values(values) => values.len(),
            Self::Strings(texts) => texts.len(),
            Self::Host(sequence) => sequence.len(),
        }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at an index.
    #[inline]
    pub fn at(&self, index: usize) -> Option<Value<'a>> {
        match self {
            Self::Values(Ref::Borrowed(values)) => values.get(index).map(Value::view),
            Self::Values(Ref::Shared(values)) => values.get(index).cloned(),
            Self::Strings(texts) => texts.get(index).map(|text| Value::str(text)),
            Self::Host(sequence) => sequence.at(index),
        }
    }

    /// All elements.
    pub fn iter(&self) -> impl Iterator<Item = Value<'a>> + '_ {
        (0..self.len()).map_while(|index| self.at(index))
    }

    pub(crate) fn view(&'a self) -> List<'a> {
        match self {
            Self::Values(values) => List::Values(Ref::Borrowed(values)),
            Self::Strings(texts) => List::Strings(texts),
            Self::Host(sequence) => List::Host(*sequence),
        }
    }
}
