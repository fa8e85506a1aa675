//! From `ReferenceGrant` to leave for other namespaces.

use kordon_core::model::{Entry, Item, Permit, ServiceMatch};
use kordon_syntax::Diagnostic;

use super::schema::{GrantFrom, GrantSpec, GrantTo};
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::entry::required;
use crate::frame::Frame;

/// Lowers one object. What it grants to anything but services is none of this.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let written: GrantSpec = ctx.read(&spec);
    for (field, is_empty) in [
        ("from", written.from.is_empty()),
        ("to", written.to.is_empty()),
    ] {
        if is_empty {
            let message = format!("a ReferenceGrant needs `{field}`");
            let help = "add whose references are allowed under `from`, and to what under `to`";
            let diagnostic = Diagnostic::error(codes::REQUIRED, message).help(help);
            ctx.report(&spec.key(field), "required here", diagnostic);
        }
    }
    let list = spec.key("from");
    let mut from = Vec::new();
    for (index, written) in written.from.iter().enumerate() {
        from.extend(source(ctx, &list.index(index), written));
    }
    let list = spec.key("to");
    let mut to = Vec::new();
    for (index, written) in written.to.iter().enumerate() {
        to.extend(target(ctx, &list.index(index), written));
    }
    let permit = Permit { from, to };
    if ctx.errors() == 0 && !permit.to.is_empty() {
        vec![Item::Entry(Entry::Permit(permit))]
    } else {
        Vec::new()
    }
}

fn source(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    written: &GrantFrom,
) -> Option<(String, String, String)> {
    let kind = required(ctx, at, "kind", written.kind.as_deref());
    let namespace = required(ctx, at, "namespace", written.namespace.as_deref());
    let group = written.group.clone().unwrap_or_default();
    Some((group, kind?, namespace?))
}

fn target(ctx: &mut Context<'_>, at: &At<'_>, written: &GrantTo) -> Option<ServiceMatch> {
    let kind = required(ctx, at, "kind", written.kind.as_deref())?;
    let is_service = kind == "Service" && written.group.as_deref().unwrap_or_default().is_empty();
    let name = written.name.clone().filter(|name| !name.is_empty());
    is_service.then(|| name.map_or(ServiceMatch::Any, ServiceMatch::Named))
}
