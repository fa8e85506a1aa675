//! `NetworkSet` and `GlobalNetworkSet`: addresses that selectors of rules select by labels.

use kordon_core::model::{AddressGroup, Item, Members};

use super::schema::NetworkSetSpec;
use super::{attributes, read_net};
use crate::at::At;
use crate::context::Context;
use crate::frame::Frame;

/// Lowers one object. What could not be read exactly may have any label and any address, and so
/// may a set whose other parts are known.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let before = ctx.errors();
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let written: NetworkSetSpec = ctx.read(&spec);
    let list = spec.key("nets");
    let blocks = written
        .nets
        .iter()
        .enumerate()
        .filter_map(|(index, text)| read_net(ctx, &list.index(index), text))
        .collect();
    if ctx.errors() != before || ctx.doubt.is_some() {
        return super::undecided_group();
    }
    vec![Item::AddressGroup(AddressGroup {
        namespace: ctx.id.namespace.as_deref().map(str::to_owned),
        attributes: attributes(&ctx.metadata.labels, ctx.id.namespace.as_deref()),
        blocks,
        members: Members::Addresses,
    })]
}
