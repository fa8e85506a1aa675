//! From the inventory's objects to workloads, services, namespaces and nodes.

pub(super) mod controller;
pub(super) mod endpoint_slice;
mod mesh;
pub(super) mod namespace;
pub(super) mod node;
pub(super) mod pod;
pub(super) mod service;
pub(super) mod service_account;

use std::net::IpAddr;

use kordon_core::model::Item;
use kordon_syntax::{Diagnostic, quoted};

use crate::at::At;
use crate::codes;
use crate::context::Context;

/// The item, unless the object has an error.
fn unless_broken(ctx: &Context<'_>, item: Item) -> Vec<Item> {
    if ctx.errors() == 0 {
        vec![item]
    } else {
        Vec::new()
    }
}

/// Reads an address.
fn address(ctx: &mut Context<'_>, at: &At<'_>, text: &str) -> Option<IpAddr> {
    let address = text.parse().ok();
    if address.is_none() {
        let diagnostic = Diagnostic::error(
            codes::ADDRESS,
            format!("{text} is not an IP address", text = quoted(text)),
        )
        .help("expected an address such as `10.0.0.1` or `fd00::1`");
        ctx.report(at, "not an address", diagnostic);
    }
    address
}
