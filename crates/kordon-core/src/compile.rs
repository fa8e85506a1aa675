//! From the rule IR to what a decision reads: names become symbols, selectors lists of label
//! pairs, long lists of rules an index. Nothing here knows an inventory.

mod api;
mod index;
mod party;
mod policy;
mod program;
mod selector;
mod stage_index;

pub(crate) use api::{ApiIndex, ApiPart, ApiQuery, ApiTest, group_key, principal_key, user_key};
pub(crate) use party::{Party, Place, PortSlot};
pub(crate) use policy::{
    CompiledClause, CompiledPeer, CompiledPolicy, CompiledPort, CompiledRule, CompiledTarget,
    CompiledTest, Connection, compile_rules,
};
pub(crate) use program::{Program, StageAnswer, StageOutcome, StageProgram};
pub(crate) use selector::{CompiledSelector, LabelView, NamespaceTest, pack_labels};

/// Whether a condition holds, where a snapshot may lack the fact to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holds {
    /// It does not.
    No,
    /// The snapshot lacks a fact.
    Unknown,
    /// It does.
    Yes,
}

impl From<bool> for Holds {
    #[inline]
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}
