//! Ports of an entity: numbers, ranges and names.

use kordon_core::model::{PortMatch, Protocol};
use kordon_core::rule::{Clause, End, Test};
use kordon_syntax::{Diagnostic, IntOrString, quoted};

use super::entity::{EndPlace, Field};
use crate::at::{At, elements};
use crate::codes;
use crate::context::Context;
use crate::network::{ordered_ports, port_number};

/// Reads `ports` and `notPorts` of an entity.
pub(super) fn read(
    ctx: &mut Context<'_>,
    entity: &At<'_>,
    place: EndPlace,
    spoken: Option<Protocol>,
    clauses: &mut Vec<Clause>,
) {
    for (field, name) in [(Field::Ports, "ports"), (Field::NotPorts, "notPorts")] {
        let at = entity.key(name);
        let _: Vec<serde::de::IgnoredAny> = ctx.read(&at);
        let count = ctx.node(&at).map_or(0, |node| elements(node).len());
        if count == 0 {
            continue;
        }
        check_protocol(ctx, &at, spoken);
        let protocol = spoken.filter(|protocol| protocol.has_ports());
        let ports = (0..count)
            .filter_map(|index| one(ctx, &at.index(index), protocol.unwrap_or(Protocol::TCP)))
            .collect();
        let test = match (place.end, protocol, field) {
            (End::Source, _, _) => Test::Unknown("a request says no port of the source".to_owned()),
            (_, None, _) => Test::Unknown("ports without a protocol that has ports".to_owned()),
            (_, Some(_), Field::NotPorts) => Test::NotPorts(ports),
            (_, Some(_), _) => Test::Ports(ports),
        };
        clauses.push(Clause {
            field: place.path(field).into(),
            test,
        });
    }
}

fn check_protocol(ctx: &mut Context<'_>, at: &At<'_>, spoken: Option<Protocol>) {
    const HELP: &str = "add `protocol: TCP`, `UDP` or `SCTP` to the rule";
    match spoken {
        None => {
            let diagnostic = Diagnostic::warning(
                codes::PORT,
                "ports without a protocol match nothing for certain",
            )
            .help(HELP);
            ctx.report_key(at, "of no protocol", diagnostic);
        }
        Some(protocol) if !protocol.has_ports() => {
            let message = format!("`{protocol}` has no ports");
            ctx.report_key(
                at,
                "of a protocol without ports",
                Diagnostic::error(codes::PORT, message).help(HELP),
            );
        }
        Some(_) => {}
    }
}

fn one(ctx: &mut Context<'_>, at: &At<'_>, protocol: Protocol) -> Option<PortMatch> {
    let before = ctx.errors();
    let written: Option<IntOrString> = ctx.read(at);
    match written {
        Some(IntOrString::Int(number)) => number_at(ctx, at, number, protocol),
        Some(IntOrString::String(text)) => text_at(ctx, at, &text, protocol),
        None => {
            if ctx.errors() == before {
                let diagnostic = Diagnostic::error(codes::PORT, "this port has no value")
                    .help("write a number, a range such as `8000:8080`, or the name of a port");
                ctx.report(at, "empty item", diagnostic);
            }
            None
        }
    }
}

fn number_at(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    number: i64,
    protocol: Protocol,
) -> Option<PortMatch> {
    port_number(ctx, at, number).map(|port| PortMatch::single(protocol, port))
}

fn text_at(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    text: &str,
    protocol: Protocol,
) -> Option<PortMatch> {
    if let Ok(number) = text.parse() {
        return number_at(ctx, at, number, protocol);
    }
    if let Some((first, last)) = text.split_once(':')
        && let (Ok(first), Ok(last)) = (first.parse(), last.parse())
    {
        let (first, last) = ordered_ports(ctx, (at, first), (at, last))?;
        return Some(PortMatch::Range {
            protocol,
            first,
            last,
        });
    }
    let is_name = (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    if !is_name {
        let message = format!("{} is not a port", quoted(text));
        let diagnostic = Diagnostic::error(codes::PORT, message)
            .help("write a number, a range such as `8000:8080`, or the name of a port");
        ctx.report(at, "not a port", diagnostic);
        return None;
    }
    Some(PortMatch::Named {
        protocol: Some(protocol),
        name: text.to_owned(),
    })
}
