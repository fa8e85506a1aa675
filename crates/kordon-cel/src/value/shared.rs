//! A part of a value that is either borrowed or shared.

use std::ops::Deref;
use std::sync::Arc;

/// Something borrowed, or something owned together with other values.
#[derive(Debug)]
pub enum Ref<'a, T: ?Sized> {
    /// Borrowed from the request or the program.
    Borrowed(&'a T),
    /// Made during the evaluation, or given by the host.
    Shared(Arc<T>),
}

impl<T: ?Sized> Clone for Ref<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        match self {
            Self::Borrowed(value) => Self::Borrowed(value),
            Self::Shared(value) => Self::Shared(Arc::clone(value)),
        }
    }
}

impl<T: ?Sized> Deref for Ref<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self {
            Self::Borrowed(value) => value,
            Self::Shared(value) => value,
        }
    }
}
