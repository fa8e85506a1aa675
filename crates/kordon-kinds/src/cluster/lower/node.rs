//! From `Node` to its labels and addresses.

use kordon_core::model::{Item, Node};

use super::{address, unless_broken};
use crate::at::At;
use crate::cluster::schema::NodeAddress;
use crate::context::Context;
use crate::frame::Frame;

/// Lowers one object.
pub(in crate::cluster) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let _: Frame = ctx.read(&At::Root);
    let status = At::Root.key("status");
    let list = status.key("addresses");
    let written: Vec<NodeAddress> = ctx.read(&list);
    let mut addresses = Vec::new();
    for kind in ["InternalIP", "ExternalIP"] {
        for (index, entry) in written
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.kind == kind)
        {
            addresses.extend(address(
                ctx,
                &list.index(index).key("address"),
                &entry.address,
            ));
        }
    }
    let node = Node {
        name: ctx.id.name.to_string(),
        labels: ctx.metadata.labels.clone(),
        addresses,
    };
    unless_broken(ctx, Item::Node(node))
}
