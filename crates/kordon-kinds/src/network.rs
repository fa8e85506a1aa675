//! What the kinds of network policy share: ports, blocks as peers, and the policies that stand
//! for an object that could not be read exactly.
//!
//! It knows the rule IR and no kind.

use kordon_core::model::{Item, NamespaceMatch, Protocol, Selector};
use kordon_core::rule::{
    Clause, Combine, Direction, Effect, Order, Otherwise, Plane, Policy, Rule, Rules, Stage,
    Target, Test, Ties,
};
use kordon_syntax::{Diagnostic, FieldPath, quoted};

use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::names::port_name_problem;

/// Where a policy stands and what it applies to.
#[derive(Clone, Debug)]
pub(crate) struct Position {
    pub(crate) stage: Stage,
    pub(crate) order: Order,
    pub(crate) namespaces: NamespaceMatch,
    pub(crate) workloads: Selector,
}

impl Position {
    /// In a stage of its own before all others, for every workload. What stands there and cannot
    /// be decided makes every connection undecided.
    pub(crate) fn before_all(stage: &str) -> Self {
        Self {
            stage: Stage {
                order: Order(0.0),
                name: stage.to_owned(),
                combine: Combine::FirstMatch {
                    otherwise: Otherwise::Pass,
                },
                ties: Ties::Reference,
            },
            order: Order(0.0),
            namespaces: NamespaceMatch::Matching(Selector::Everything),
            workloads: Selector::Everything,
        }
    }

    /// A policy here, for one direction.
    pub(crate) fn policy(&self, direction: Direction, path: FieldPath, rules: Vec<Rule>) -> Item {
        Item::Policy(Policy {
            plane: Plane::Network,
            stage: self.stage.clone(),
            order: self.order,
            path,
            target: Target::Workloads {
                direction,
                namespaces: self.namespaces.clone(),
                workloads: self.workloads.clone(),
            },
            rules: Rules::Own(rules),
        })
    }

    /// Policies here for both directions, whose single rule cannot be decided.
    pub(crate) fn undecided(&self, at: &At<'_>, reason: &str) -> Vec<Item> {
        // A rule that may match and has the effect that silence has would change nothing.
        let effect = match self.stage.combine {
            Combine::Isolate => Effect::Allow,
            _ => Effect::Deny,
        };
        [Direction::Egress, Direction::Ingress]
            .map(|direction| {
                let rule = undecided_rule(at.path(), None, effect, reason);
                self.policy(direction, at.path(), vec![rule])
            })
            .into()
    }
}

/// A rule that stands for one that could not be read exactly: where it applies, the answer is
/// unknown.
pub(crate) fn undecided_rule(
    path: FieldPath,
    name: Option<String>,
    effect: Effect,
    reason: &str,
) -> Rule {
    let clauses = vec![Clause {
        field: "".into(),
        test: Test::Unknown(reason.to_owned()),
    }];
    Rule {
        path,
        name,
        effect,
        clauses,
    }
}

/// The reason to give for a part that could not be read exactly.
pub(crate) fn unreadable(at: &At<'_>) -> String {
    match at {
        At::Root => "the object could not be read exactly".to_owned(),
        _ => format!("`{}` could not be read exactly", at.path()),
    }
}

/// A port's number, which is 1 to 65535.
pub(crate) fn port_number(ctx: &mut Context<'_>, at: &At<'_>, number: i64) -> Option<u16> {
    let port = u16::try_from(number).ok().filter(|port| *port != 0);
    if port.is_none() {
        let diagnostic = Diagnostic::error(codes::PORT, format!("`{number}` is not a port"))
            .help("ports are 1 to 65535; to speak of all ports leave the port out");
        ctx.report(at, "expected 1 to 65535", diagnostic);
    }
    port
}

/// Both ends of a range of ports, each with its place.
pub(crate) fn ordered_ports(
    ctx: &mut Context<'_>,
    (start, first): (&At<'_>, i64),
    (end, last): (&At<'_>, i64),
) -> Option<(u16, u16)> {
    let first = port_number(ctx, start, first);
    let last = port_number(ctx, end, last);
    let (first, last) = (first?, last?);
    if last < first {
        let message = format!("the range ends at `{last}`, before it begins at `{first}`");
        let diagnostic = Diagnostic::error(codes::PORT, message).help("write the lower port first");
        ctx.report(end, "less than the first port", diagnostic);
    }
    Some((first, last))
}

/// A range of ports that is written as `start` and `end`.
pub(crate) fn port_range(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    start: Option<i64>,
    end: Option<i64>,
) -> Option<(u16, u16)> {
    let (Some(first), Some(last)) = (start, end) else {
        let diagnostic = Diagnostic::error(codes::REQUIRED, "a range needs `start` and `end`")
            .help("write `start: ..` and `end: ..`, the first and the last port");
        ctx.report(at, "incomplete range", diagnostic);
        return None;
    };
    ordered_ports(ctx, (&at.key("start"), first), (&at.key("end"), last))
}

/// Checks the name of a port.
pub(crate) fn check_port_name(ctx: &mut Context<'_>, at: &At<'_>, name: &str) {
    let Some(expected) = port_name_problem(name) else {
        return;
    };
    let mut diagnostic = Diagnostic::error(
        codes::PORT,
        format!("{name} cannot be the name of a port", name = quoted(name)),
    )
    .help(expected);
    if name.parse::<u16>().is_ok() {
        diagnostic = diagnostic.help(format!(
            "to speak of the number write `port: {name}` without quotes"
        ));
    }
    ctx.report(at, "invalid name", diagnostic);
}

/// The protocol, by default TCP.
pub(crate) fn protocol(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    written: Option<&str>,
) -> Option<Protocol> {
    const KNOWN: [&str; 3] = ["TCP", "UDP", "SCTP"];
    let Some(text) = written else {
        return Some(Protocol::TCP);
    };
    let protocol = text
        .parse()
        .ok()
        .filter(|protocol: &Protocol| protocol.has_ports());
    if protocol.is_none() {
        let diagnostic = Diagnostic::error(
            codes::VALUE,
            format!("{text} is not a protocol with ports", text = quoted(text)),
        )
        .help("the protocols are `TCP`, `UDP` and `SCTP`, in capitals");
        ctx.report_word(at, "unknown protocol", diagnostic, &KNOWN);
    }
    protocol
}
