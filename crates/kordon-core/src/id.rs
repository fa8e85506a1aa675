//! What identifies policies and rules beyond one decision.

/// Identifies a policy within the snapshots that stem from one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId(pub(crate) u32);

impl PolicyId {
    pub(crate) fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// Identifies a rule within the snapshot that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    /// The policy.
    pub policy: PolicyId,
    /// The number of the rule among the policy's rules, or among those of the set it refers to.
    pub rule: u32,
}

/// Identifies a set of shared rules within a snapshot, whether it is there or only referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RuleSetId(pub(crate) u32);

impl RuleSetId {
    pub(crate) fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}
