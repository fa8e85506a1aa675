//! From the two kinds of v1alpha1 to the rule IR.

use kordon_core::model::{Item, PortMatch};
use kordon_core::rule::{Direction, Effect, Order};
use kordon_syntax::{Diagnostic, quoted};

use super::schema::{AdminSpec, BaselineSpec, EgressRule, IngressRule, Port};
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::frame::Frame;
use crate::network::{check_port_name, port_number, port_range, protocol};
use crate::tiers::{self, Dialect, Tier, one_of, read_priority};

const ADMIN: Dialect = Dialect {
    actions: &[
        ("Allow", Effect::Allow),
        ("Deny", Effect::Deny),
        ("Pass", Effect::Pass),
    ],
    ports: "ports",
    read_port,
    read_rule,
    former_fields: &[(
        "protocols",
        "`protocols` belongs to ClusterNetworkPolicy; write `ports`, such as `ports: [{portNumber: {port: 80}}]`",
    )],
    egress_peers: &["namespaces", "pods", "nodes", "networks", "domainNames"],
    required_selectors: &["namespaceSelector", "podSelector"],
    most_rules: 100,
    most_peers: 100,
};

const BASELINE: Dialect = Dialect {
    actions: &[("Allow", Effect::Allow), ("Deny", Effect::Deny)],
    egress_peers: &["namespaces", "pods", "nodes", "networks"],
    ..ADMIN
};

/// Lowers an `AdminNetworkPolicy`.
pub(super) fn lower_admin(ctx: &mut Context<'_>) -> Vec<Item> {
    let before = ctx.errors();
    let _: Frame = ctx.read(&At::Root);
    let _: AdminSpec = ctx.read(&At::Root.key("spec"));
    let position = Tier::Admin.position(read_priority(ctx));
    tiers::lower(ctx, &ADMIN, position, before)
}

/// Lowers a `BaselineAdminNetworkPolicy`.
pub(super) fn lower_baseline(ctx: &mut Context<'_>) -> Vec<Item> {
    let before = ctx.errors();
    let _: Frame = ctx.read(&At::Root);
    let _: BaselineSpec = ctx.read(&At::Root.key("spec"));
    let position = Tier::Baseline.position(Some(Order(0.0)));
    let items = tiers::lower(ctx, &BASELINE, position, before);
    check_name(ctx);
    items
}

/// "There can only be one baseline policy instance created in the cluster": its name is `default`.
fn check_name(ctx: &mut Context<'_>) {
    if ctx
        .metadata
        .name
        .as_deref()
        .is_some_and(|name| name != "default")
    {
        let message = format!(
            "{} cannot be the name of this {}",
            quoted(&ctx.id.name),
            ctx.id.kind
        );
        let diagnostic = Diagnostic::error(codes::NAME, message)
            .help("a cluster has one policy of this kind, and it is called `default`");
        ctx.report(
            &At::Root.key("metadata").key("name"),
            "expected `default`",
            diagnostic,
        );
    }
}

fn read_rule(ctx: &mut Context<'_>, at: &At<'_>, direction: Direction) {
    match direction {
        Direction::Ingress => drop(ctx.read::<IngressRule>(at)),
        Direction::Egress => drop(ctx.read::<EgressRule>(at)),
    }
}

fn read_port(ctx: &mut Context<'_>, at: &At<'_>) -> Option<PortMatch> {
    let before = ctx.errors();
    let written: Port = ctx.read(at);
    if ctx.errors() != before {
        return None;
    }
    let field = one_of(ctx, at, &["portNumber", "portRange", "namedPort"])?;
    let value = at.key(field);
    if let Some(name) = written.named_port {
        check_port_name(ctx, &value, &name);
        return Some(PortMatch::Named {
            protocol: None,
            name,
        });
    }
    if let Some(range) = written.port_range {
        let protocol = protocol(ctx, &value.key("protocol"), range.protocol.as_deref());
        let (first, last) = port_range(ctx, &value, range.start, range.end)?;
        return protocol.map(|protocol| PortMatch::Range {
            protocol,
            first,
            last,
        });
    }
    let written = written.port_number?;
    let protocol = protocol(ctx, &value.key("protocol"), written.protocol.as_deref());
    let Some(number) = written.port else {
        let diagnostic =
            Diagnostic::error(codes::REQUIRED, "`portNumber` needs `port`").help("add `port: ..`");
        ctx.report(&value, "no `port`", diagnostic);
        return None;
    };
    let port = port_number(ctx, &value.key("port"), number)?;
    protocol.map(|protocol| PortMatch::single(protocol, port))
}
