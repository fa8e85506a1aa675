//! From `ClusterNetworkPolicy` to the rule IR.

use kordon_core::model::{Item, PortMatch, Protocol};
use kordon_core::rule::{Direction, Effect};
use kordon_syntax::{Diagnostic, quoted};

use super::schema::{self, Attributes, EgressRule, IngressRule, Range, Spec};
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::frame::Frame;
use crate::network::{check_port_name, port_number, port_range};
use crate::tiers::{self, Dialect, Tier, one_of, read_priority};

const DIALECT: Dialect = Dialect {
    actions: &[
        ("Accept", Effect::Allow),
        ("Deny", Effect::Deny),
        ("Pass", Effect::Pass),
    ],
    ports: "protocols",
    read_port,
    read_rule,
    former_fields: &[(
        "ports",
        "write `protocols`, such as `protocols: [{tcp: {destinationPort: {number: 80}}}]`",
    )],
    egress_peers: &["namespaces", "pods", "nodes", "networks", "domainNames"],
    required_selectors: &["podSelector"],
    most_rules: 25,
    most_peers: 25,
};

/// Lowers one object.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let before = ctx.errors();
    let _: Frame = ctx.read(&At::Root);
    let _: Spec = ctx.read(&At::Root.key("spec"));
    let tier = tier(ctx);
    let priority = read_priority(ctx);
    // Where the tier is not known, it may be the one that comes first.
    let position = tier
        .unwrap_or(Tier::Admin)
        .position(priority.filter(|_| tier.is_some()));
    tiers::lower(ctx, &DIALECT, position, before)
}

fn tier(ctx: &mut Context<'_>) -> Option<Tier> {
    let spec = At::Root.key("spec");
    let at = spec.key("tier");
    let before = ctx.errors();
    let written: Option<String> = ctx.read(&at);
    let help = "the tiers are `Admin`, before NetworkPolicy, and `Baseline`, after it";
    match written.as_deref() {
        Some("Admin") => Some(Tier::Admin),
        Some("Baseline") => Some(Tier::Baseline),
        Some(text) => {
            let diagnostic = Diagnostic::error(
                codes::VALUE,
                format!("{text} is not a tier", text = quoted(text)),
            )
            .help(help);
            ctx.report_word(&at, "unknown tier", diagnostic, &["Admin", "Baseline"]);
            None
        }
        None => {
            if ctx.errors() == before {
                let diagnostic =
                    Diagnostic::error(codes::REQUIRED, "`spec` needs `tier`").help(help);
                ctx.report(&at, "no `tier`", diagnostic);
            }
            None
        }
    }
}

fn read_rule(ctx: &mut Context<'_>, at: &At<'_>, direction: Direction) {
    match direction {
        Direction::Ingress => drop(ctx.read::<IngressRule>(at)),
        Direction::Egress => drop(ctx.read::<EgressRule>(at)),
    }
}

fn read_port(ctx: &mut Context<'_>, at: &At<'_>) -> Option<PortMatch> {
    let _: schema::Protocol = ctx.read(at);
    let field = one_of(ctx, at, &["tcp", "udp", "sctp", "destinationNamedPort"])?;
    let value = at.key(field);
    match field {
        "tcp" => destination_port(ctx, &value, Protocol::TCP),
        "udp" => destination_port(ctx, &value, Protocol::UDP),
        "sctp" => destination_port(ctx, &value, Protocol::SCTP),
        _ => {
            let name: String = ctx.read(&value);
            check_port_name(ctx, &value, &name);
            Some(PortMatch::Named {
                protocol: None,
                name,
            })
        }
    }
}

fn destination_port(ctx: &mut Context<'_>, at: &At<'_>, protocol: Protocol) -> Option<PortMatch> {
    let _: Attributes = ctx.read(at);
    let port = at.key("destinationPort");
    if !ctx.has(&port) {
        let diagnostic = Diagnostic::error(codes::REQUIRED, "a protocol needs `destinationPort`")
            .help("for all ports write `destinationPort: {range: {start: 1, end: 65535}}`");
        ctx.report(at, "no `destinationPort`", diagnostic);
        return None;
    }
    let _: schema::Port = ctx.read(&port);
    let field = one_of(ctx, &port, &["number", "range"])?;
    let value = port.key(field);
    if field == "number" {
        let number = ctx.read::<Option<i64>>(&value)?;
        return port_number(ctx, &value, number).map(|port| PortMatch::single(protocol, port));
    }
    let range: Range = ctx.read(&value);
    let (first, last) = port_range(ctx, &value, range.start, range.end)?;
    if first == last {
        let diagnostic = Diagnostic::error(
            codes::PORT,
            format!("the range holds the port `{first}` alone"),
        )
        .help(format!("write `number: {first}` in place of `range`"));
        ctx.report(&value, "`start` must be less than `end`", diagnostic);
    }
    Some(PortMatch::Range {
        protocol,
        first,
        last,
    })
}
