//! `HostEndpoint`: an interface of a host. Its own traffic is no workload's; rules select its
//! addresses by its labels, and policies for hosts may stop what passes through it.

use std::net::IpAddr;

use ipnet::IpNet;
use kordon_core::model::{AddressGroup, Item, Members};
use kordon_syntax::{Diagnostic, quoted};

use super::attributes;
use super::schema::HostEndpointSpec;
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::frame::Frame;
use crate::names::NameRule;

/// Lowers one object.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let before = ctx.errors();
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let written: HostEndpointSpec = ctx.read(&spec);
    let list = spec.key("expectedIPs");
    let mut blocks = Vec::new();
    for (index, text) in written.expected_ips.iter().enumerate() {
        if let Ok(address) = text.parse::<IpAddr>() {
            blocks.push(IpNet::from(address.to_canonical()));
            continue;
        }
        let message = format!("{} is not an IP address", quoted(text));
        let diagnostic = Diagnostic::error(codes::ADDRESS, message)
            .help("expected an address such as `10.0.0.1` or `fd00::1`");
        ctx.report(&list.index(index), "not an address", diagnostic);
    }
    let list = spec.key("profiles");
    for (index, name) in written.profiles.iter().enumerate() {
        if let Some(expected) = NameRule::Subdomain.problem(name) {
            let message = format!("{} cannot be the name of a profile", quoted(name));
            let diagnostic = Diagnostic::error(codes::NAME, message).help(expected);
            ctx.report(&list.index(index), "invalid name", diagnostic);
        }
    }
    if ctx.errors() != before || ctx.doubt.is_some() {
        return super::undecided_group();
    }
    vec![Item::AddressGroup(AddressGroup {
        namespace: None,
        attributes: attributes(&ctx.metadata.labels, None),
        blocks,
        members: Members::Host,
    })]
}
