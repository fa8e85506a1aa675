//! One rule of a policy.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use kordon_core::model::{AddressBlock, PortMatch, Protocol};
use kordon_core::rule::{Clause, Direction, Effect, End, Peer, Rule, Test};
use kordon_syntax::{Diagnostic, quoted};

use super::entity::{self, EndPlace};
use super::{http, protocol, schema};
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::network::{undecided_rule, unreadable};

/// What a rule does with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Decide(Effect),
    /// It decides nothing.
    Log,
    /// It could not be read.
    Unknown,
}

const ACTIONS: [(&str, Action); 4] = [
    ("Allow", Action::Decide(Effect::Allow)),
    ("Deny", Action::Decide(Effect::Deny)),
    ("Pass", Action::Decide(Effect::Pass)),
    ("Log", Action::Log),
];

/// Reads one rule; none if it decides nothing.
pub(super) fn read(ctx: &mut Context<'_>, at: &At<'_>, direction: Direction) -> Option<Rule> {
    let before = ctx.errors();
    let _: schema::Rule = ctx.read(at);
    let action = action(ctx, &at.key("action"));
    let mut clauses = Vec::new();
    let spoken = protocol::read(ctx, at, &mut clauses);
    let version = ip_version(ctx, at, spoken, direction, &mut clauses);
    let mut families = Families::new(version);
    for end in [End::Source, End::Destination] {
        let place = EndPlace::new(end, direction);
        entity::read(ctx, at, place, spoken, &mut families, &mut clauses);
    }
    http::read(ctx, at, action, spoken, direction, &mut clauses);
    let effect = match action {
        Action::Decide(effect) => effect,
        Action::Log => return None,
        // It may deny.
        Action::Unknown => Effect::Deny,
    };
    if ctx.errors() != before {
        return Some(undecided_rule(at.path(), None, effect, &unreadable(at)));
    }
    Some(Rule {
        path: at.path(),
        name: None,
        effect,
        clauses,
    })
}

fn action(ctx: &mut Context<'_>, at: &At<'_>) -> Action {
    let before = ctx.errors();
    let written: Option<String> = ctx.read(at);
    let help = "the actions are `Allow`, `Deny`, `Pass` and `Log`";
    let Some(word) = written else {
        if ctx.errors() == before {
            let diagnostic = Diagnostic::error(codes::REQUIRED, "a rule needs `action`").help(help);
            ctx.report(at, "no `action`", diagnostic);
        }
        return Action::Unknown;
    };
    let known = ACTIONS.iter().find(|(name, _)| *name == word);
    if known.is_none() {
        let message = format!("{} is not an action of a rule", quoted(&word));
        let diagnostic = Diagnostic::error(codes::VALUE, message).help(help);
        ctx.report_word(
            at,
            "unknown action",
            diagnostic,
            &ACTIONS.map(|(name, _)| name),
        );
    }
    known.map_or(Action::Unknown, |(_, action)| *action)
}

/// Reads `ipVersion`: the family that the other end's address has to be of.
fn ip_version(
    ctx: &mut Context<'_>,
    rule: &At<'_>,
    spoken: Option<Protocol>,
    direction: Direction,
    clauses: &mut Vec<Clause>,
) -> Option<Family> {
    let at = rule.key("ipVersion");
    let written: Option<i64> = ctx.read(&at);
    let family = match written? {
        4 => Family::V4,
        6 => Family::V6,
        number => {
            let message = format!("`{number}` is not a version of IP");
            let diagnostic = Diagnostic::error(codes::VALUE, message).help("write 4 or 6");
            ctx.report(&at, "expected 4 or 6", diagnostic);
            return None;
        }
    };
    let conflict = match (family, spoken) {
        (Family::V6, Some(Protocol::ICMP)) => Some("`ICMP` is a protocol of version 4"),
        (Family::V4, Some(Protocol::ICMPV6)) => Some("`ICMPv6` is a protocol of version 6"),
        _ => None,
    };
    if let Some(message) = conflict {
        let diagnostic = Diagnostic::error(codes::RULE_FIELDS, message)
            .help("correct `ipVersion`, or leave it out");
        ctx.report(&at, "not the version of the protocol", diagnostic);
    }
    let end = match direction {
        Direction::Ingress => End::Source,
        Direction::Egress => End::Destination,
    };
    clauses.push(EndPlace::new(end, direction).one_of("ipVersion", vec![family.everything()]));
    Some(family)
}

/// A version of IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    V4,
    V6,
}

impl Family {
    pub(super) fn of(net: &IpNet) -> Self {
        match net {
            IpNet::V4(_) => Self::V4,
            IpNet::V6(_) => Self::V6,
        }
    }

    /// Every address of the family.
    pub(super) fn everything(self) -> Peer {
        let block = match self {
            Self::V4 => IpNet::V4(Ipv4Net::default()),
            Self::V6 => IpNet::V6(Ipv6Net::default()),
        };
        Peer::Block(AddressBlock {
            block,
            except: Vec::new(),
        })
    }
}

/// The families that a rule's blocks are of: "rule contains both IPv4 and IPv6 CIDRs" is refused.
#[derive(Debug)]
pub(super) struct Families {
    version: Option<Family>,
    seen: Option<Family>,
}

impl Families {
    fn new(version: Option<Family>) -> Self {
        Self {
            version,
            seen: None,
        }
    }

    /// Notes a block, and reports one that cannot stand beside the others.
    pub(super) fn note(&mut self, ctx: &mut Context<'_>, at: &At<'_>, net: &IpNet) {
        let family = Family::of(net);
        let message = if self.version.is_some_and(|version| version != family) {
            "the block is not of the rule's `ipVersion`"
        } else if self.seen.is_some_and(|seen| seen != family) {
            "the rule speaks of IPv4 and of IPv6 addresses, which no packet has both"
        } else {
            self.seen = Some(family);
            return;
        };
        let diagnostic = Diagnostic::error(codes::RULE_FIELDS, message)
            .help("write a rule for each version of IP");
        ctx.report(at, "of the other version", diagnostic);
    }
}

/// A condition on the port.
pub(super) fn ports_clause(field: &'static str, ports: Vec<PortMatch>) -> Clause {
    Clause {
        field: field.into(),
        test: Test::Ports(ports),
    }
}
