//! `ServiceAccount` contributes nothing; that it exists tells which references dangle.

use kordon_core::model::Item;

use crate::at::At;
use crate::cluster::schema::ServiceAccount;
use crate::context::Context;

/// Reads one object for its problems.
pub(in crate::cluster) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let _: ServiceAccount = ctx.read(&At::Root);
    Vec::new()
}
