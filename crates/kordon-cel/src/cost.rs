//! The work of an expression: what it may cost at most, and what an evaluation has left.
//!
//! One unit is one step: a node of the expression, an element of a list that is visited, ten bytes
//! of a text that are read or written. Estimates are made in [`estimate`].

mod estimate;

use crate::error::Reason;

pub(crate) use self::estimate::estimate;

/// What an evaluation is estimated to cost before any request is there.
///
/// The most assumes texts and lists of the sizes that the environment says, also for what the
/// expression builds. It is no bound: the limit of the evaluation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// No evaluation costs less.
    pub least: u64,
    /// An evaluation of values of the assumed sizes rarely costs more.
    pub most: u64,
}

/// What an evaluation may still cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    left: u64,
}

impl Budget {
    pub(crate) fn new(limit: u64) -> Self {
        Self { left: limit }
    }

    pub(crate) fn left(self) -> u64 {
        self.left
    }

    #[inline]
    pub(crate) fn charge(&mut self, cost: u64) -> Result<(), Reason> {
        let left = self.left.checked_sub(cost);
        self.left = left.unwrap_or(0);
        left.map(|_| ()).ok_or(Reason::Cost)
    }

    /// The cost of reading or writing so many bytes.
    pub(crate) fn charge_bytes(&mut self, bytes: usize) -> Result<(), Reason> {
        self.charge(1 + bytes as u64 / 10)
    }

    /// The cost of visiting so many elements.
    pub(crate) fn charge_elements(&mut self, count: usize) -> Result<(), Reason> {
        self.charge(1 + count as u64)
    }

    /// The cost of as many steps as the product.
    pub(crate) fn charge_product(&mut self, left: usize, right: usize) -> Result<(), Reason> {
        self.charge((left as u64).saturating_mul(right as u64).saturating_add(1))
    }
}
