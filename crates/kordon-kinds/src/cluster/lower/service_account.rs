//! From `ServiceAccount` to its labels. That it exists tells which references dangle.

use kordon_core::model::{Item, ServiceAccount as Account};

use super::unless_broken;
use crate::at::At;
use crate::cluster::schema::ServiceAccount;
use crate::context::Context;

/// Lowers one object. Without labels there is nothing to select it by but its name.
pub(in crate::cluster) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let _: ServiceAccount = ctx.read(&At::Root);
    let labels = ctx.metadata.labels.clone();
    if labels.is_empty() {
        return Vec::new();
    }
    let account = Account {
        namespace: ctx.namespace().to_owned(),
        name: ctx.id.name.to_string(),
        labels,
    };
    unless_broken(ctx, Item::ServiceAccount(account))
}
