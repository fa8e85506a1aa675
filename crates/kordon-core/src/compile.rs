//! From the rule IR to what a decision reads: names become symbols, selectors lists of label
//! pairs, long lists of rules an index. Nothing here knows an inventory.

mod api;
mod endpoint;
mod index;
mod policy;
mod program;
mod selector;
mod stage_index;
mod text;

pub(crate) use api::{ApiIndex, ApiPart, ApiQuery, ApiTest, Name};
pub(crate) use endpoint::{Attributes, CompiledAttribute, CompiledMatch, CompiledValue};
pub(crate) use index::{Dimension, Query};
pub(crate) use policy::{
    AddressTest, CompiledClause, CompiledPeer, CompiledPolicy, CompiledPort, CompiledRule,
    CompiledTarget, CompiledTest, EndTest, PairTest, PortSlot, Principal, RuleAt, TextTest,
    compile_rules,
};
pub(crate) use program::{Program, StagePolicy, StageProgram};
pub(crate) use selector::{CompiledSelector, LabelView, NamespaceTest, pack_labels};
pub(crate) use stage_index::{
    PodKeys, StageIndex, attribute_key, connection_port_keys, host_key, identity_key, method_key,
    path_key, peer_keys,
};
pub(crate) use text::CompiledTexts;
