//! `Profile`: rules and labels for host endpoints. Those of workloads come from their namespace
//! and service account, and let everything pass.

use std::collections::BTreeMap;

use kordon_core::model::Item;
use kordon_core::rule::Direction;

use super::{rule, schema};
use crate::at::{At, elements};
use crate::context::Context;
use crate::frame::Frame;
use crate::metadata::check_labels;

/// Reads one object for its problems: it decides nothing about workloads.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let _: schema::ProfileSpec = ctx.read(&spec);
    let at = spec.key("labelsToApply");
    let labels: BTreeMap<String, String> = ctx.read(&at);
    check_labels(ctx, &at, &labels);
    for direction in [Direction::Egress, Direction::Ingress] {
        let list = spec.key(direction.name());
        let _: Vec<serde::de::IgnoredAny> = ctx.read(&list);
        let count = ctx.node(&list).map_or(0, |node| elements(node).len());
        for index in 0..count {
            rule::read(ctx, &list.index(index), direction);
        }
    }
    Vec::new()
}
