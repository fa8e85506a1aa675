//! What the kinds of network policy share: ports, blocks as peers, and the policies that stand
//! for an object that could not be read exactly.
//!
//! It knows the rule IR and no kind.

use kordon_core::model::{Item, NamespaceMatch, Protocol, Selector};
use kordon_core::rule::{
    Clause, Combine, Direction, Effect, Order, Plane, Policy, Rule, Rules, Stage, Target, Test,
};
use kordon_syntax::{Diagnostic, FieldPath};

use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::suggest::closest;

/// Where a policy stands and what it applies to.
#[derive(Clone, Debug)]
pub(crate) struct Position {
    pub(crate) stage: Stage,
    pub(crate) order: Order,
    pub(crate) namespaces: NamespaceMatch,
    pub(crate) workloads: Selector,
}

impl Position {
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
        field: "",
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
        let mut diagnostic = Diagnostic::error(
            codes::VALUE,
            format!("`{text}` is not a protocol with ports"),
        )
        .help("the protocols are `TCP`, `UDP` and `SCTP`, in capitals");
        if let Some(known) = closest(text, &KNOWN) {
            diagnostic = diagnostic.help(format!("did you mean `{known}`?"));
        }
        ctx.report(at, "unknown protocol", diagnostic);
    }
    protocol
}
