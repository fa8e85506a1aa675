//! Protocols and messages of ICMP in rules.

use kordon_core::model::{PortMatch, Protocol};
use kordon_core::rule::{Clause, Test};
use kordon_syntax::{Diagnostic, IntOrString, quoted};

use super::rule::ports_clause;
use super::schema::Icmp;
use crate::at::At;
use crate::codes;
use crate::context::Context;

const NAMES: [&str; 6] = ["TCP", "UDP", "SCTP", "ICMP", "ICMPv6", "UDPLite"];

/// Reads `protocol`, `notProtocol`, `icmp` and `notICMP`; gives the protocol.
pub(super) fn read(
    ctx: &mut Context<'_>,
    rule: &At<'_>,
    clauses: &mut Vec<Clause>,
) -> Option<Protocol> {
    let spoken = one(ctx, &rule.key("protocol"));
    if let Some(protocol) = spoken {
        clauses.push(ports_clause("protocol", vec![PortMatch::all(protocol)]));
    }
    if let Some(protocol) = one(ctx, &rule.key("notProtocol")) {
        clauses.push(Clause {
            field: "notProtocol".into(),
            test: Test::NotPorts(vec![PortMatch::all(protocol)]),
        });
    }
    icmp(ctx, rule, ("icmp", spoken), clauses);
    icmp(ctx, rule, ("notICMP", spoken), clauses);
    spoken
}

fn one(ctx: &mut Context<'_>, at: &At<'_>) -> Option<Protocol> {
    let written: Option<IntOrString> = ctx.read(at);
    let number = |number: i64| u8::try_from(number).ok().map(Protocol);
    let (protocol, shown) = match written? {
        IntOrString::Int(value) => (number(value), format!("`{value}`")),
        IntOrString::String(word) => {
            let by_name = word.parse().ok();
            let by_number = || number(word.parse().ok()?);
            (by_name.or_else(by_number), quoted(&word))
        }
    };
    if protocol.is_none() {
        let message = format!("{shown} is not a protocol");
        let diagnostic = Diagnostic::error(codes::VALUE, message)
            .help("write `TCP`, `UDP`, `SCTP`, `ICMP`, `ICMPv6`, `UDPLite`, or a number up to 255");
        ctx.report_word(at, "unknown protocol", diagnostic, &NAMES);
    }
    protocol
}

fn icmp(
    ctx: &mut Context<'_>,
    rule: &At<'_>,
    (field, spoken): (&'static str, Option<Protocol>),
    clauses: &mut Vec<Clause>,
) {
    let at = rule.key(field);
    if !ctx.has(&at) {
        return;
    }
    let message: Icmp = ctx.read(&at);
    if field == "icmp" && !matches!(spoken, Some(Protocol::ICMP | Protocol::ICMPV6)) {
        let diagnostic =
            Diagnostic::error(codes::RULE_FIELDS, "`icmp` needs `protocol` ICMP or ICMPv6")
                .help("add `protocol: ICMP` or `protocol: ICMPv6`");
        ctx.report_key(&at, "of another protocol", diagnostic);
    }
    bounded(ctx, &at.key("type"), message.kind, 254);
    bounded(ctx, &at.key("code"), message.code, 255);
    if message.code.is_some() && message.kind.is_none() {
        let diagnostic = Diagnostic::error(codes::REQUIRED, "`code` needs `type`")
            .help("add the type of the message");
        ctx.report(&at.key("code"), "no `type` beside it", diagnostic);
    }
    if message.kind.is_some() {
        clauses.push(Clause {
            field: field.into(),
            test: Test::Unknown("a request says no type of ICMP message".to_owned()),
        });
    }
}

fn bounded(ctx: &mut Context<'_>, at: &At<'_>, value: Option<i64>, most: i64) {
    if value.is_some_and(|value| !(0..=most).contains(&value)) {
        let diagnostic = Diagnostic::error(codes::VALUE, "there is no such message of ICMP")
            .help(format!("write a number from 0 to {most}"));
        ctx.report(at, "out of range", diagnostic);
    }
}
