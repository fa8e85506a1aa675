//! Rules of the tiers: an action, peers and ports.

use kordon_core::model::PortMatch;
use kordon_core::rule::{Clause, Direction, Effect, Peer, Rule, Test};
use kordon_syntax::{Diagnostic, quoted};
use serde::de::IgnoredAny;

use super::{Dialect, peers};
use crate::at::{At, elements};
use crate::codes;
use crate::context::Context;
use crate::network::{undecided_rule, unreadable};

/// Reads the rules of one direction. One with an error stands as undecided among the others.
pub(super) fn read(
    ctx: &mut Context<'_>,
    list: &At<'_>,
    direction: Direction,
    dialect: &Dialect,
) -> Vec<Rule> {
    let before = ctx.errors();
    let _: Vec<IgnoredAny> = ctx.read(list);
    if ctx.errors() != before {
        return vec![undecided_rule(
            list.path(),
            None,
            Effect::Deny,
            &unreadable(list),
        )];
    }
    let count = count(ctx, list);
    check_count(ctx, list, count, dialect.most_rules, "rules");
    (0..count)
        .map(|index| rule(ctx, &list.index(index), direction, dialect))
        .collect()
}

fn rule(ctx: &mut Context<'_>, at: &At<'_>, direction: Direction, dialect: &Dialect) -> Rule {
    let before = ctx.errors();
    (dialect.read_rule)(ctx, at, direction);
    for (field, instead) in dialect.former_fields {
        if ctx.has(&at.key(field)) {
            let message = format!("`{field}` is a field of an earlier version");
            let diagnostic = Diagnostic::error(codes::OLD_SHAPE, message).help(*instead);
            ctx.report_key(&at.key(field), "takes no effect", diagnostic);
        }
    }
    let name = name(ctx, &at.key("name"));
    let effect = action(ctx, &at.key("action"), dialect);
    let mut clauses = vec![peers_clause(ctx, at, direction, dialect, effect)];
    let ports = ports(ctx, &at.key(dialect.ports), dialect);
    check_names_meet_pods(ctx, at, &clauses, &ports, dialect);
    // "If unspecified, protocol-specific attributes will not be used to match traffic."
    if !ports.is_empty() {
        clauses.push(Clause {
            field: dialect.ports.into(),
            test: Test::Ports(ports),
        });
    }
    // A rule whose action is not known may deny.
    let effect = effect.unwrap_or(Effect::Deny);
    if ctx.errors() != before {
        return undecided_rule(at.path(), name, effect, &unreadable(at));
    }
    Rule {
        path: at.path(),
        name,
        effect,
        clauses,
    }
}

fn name(ctx: &mut Context<'_>, at: &At<'_>) -> Option<String> {
    const LONGEST: usize = 100;
    let name: Option<String> = ctx.read(at);
    if name
        .as_ref()
        .is_some_and(|name| name.chars().count() > LONGEST)
    {
        let diagnostic = Diagnostic::error(codes::NAME, "the name of this rule is too long")
            .help("names of rules have at most 100 characters");
        ctx.report(at, "too long", diagnostic);
    }
    name.filter(|name| !name.is_empty())
}

fn action(ctx: &mut Context<'_>, at: &At<'_>, dialect: &Dialect) -> Option<Effect> {
    let before = ctx.errors();
    let written: Option<String> = ctx.read(at);
    let words: Vec<&str> = dialect.actions.iter().map(|(word, _)| *word).collect();
    let listed = words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let Some(text) = written else {
        if ctx.errors() == before {
            let diagnostic = Diagnostic::error(codes::REQUIRED, "a rule needs `action`")
                .help(format!("write one of {listed}"));
            ctx.report(at, "no `action`", diagnostic);
        }
        return None;
    };
    let known = dialect.actions.iter().find(|(word, _)| *word == text);
    if known.is_none() {
        let message = format!(
            "{text} is not an action of {}",
            ctx.id.kind,
            text = quoted(&text)
        );
        let diagnostic =
            Diagnostic::error(codes::VALUE, message).help(format!("write one of {listed}"));
        ctx.report_word(at, "unknown action", diagnostic, &words);
    }
    known.map(|(_, effect)| *effect)
}

fn peers_clause(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    direction: Direction,
    dialect: &Dialect,
    effect: Option<Effect>,
) -> Clause {
    let field = match direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    };
    let list = at.key(field);
    let before = ctx.errors();
    let _: Vec<IgnoredAny> = ctx.read(&list);
    let count = count(ctx, &list);
    if count == 0 && ctx.errors() == before {
        let diagnostic = Diagnostic::error(codes::REQUIRED, format!("a rule needs `{field}`"))
            .help(format!(
                "add `{field}` with at least one peer; `namespaces: {{}}` is all pods"
            ));
        ctx.report(&list, "no peers", diagnostic);
    }
    check_count(ctx, &list, count, dialect.most_peers, "peers");
    let peers = (0..count)
        .flat_map(|index| peers::read(ctx, &list.index(index), direction, dialect, effect))
        .collect();
    Clause {
        field: field.into(),
        test: Test::Peers(peers),
    }
}

fn ports(ctx: &mut Context<'_>, list: &At<'_>, dialect: &Dialect) -> Vec<PortMatch> {
    let before = ctx.errors();
    let _: Vec<IgnoredAny> = ctx.read(list);
    let count = count(ctx, list);
    if ctx.has(list) && count == 0 && ctx.errors() == before {
        let message = format!("`{}` is empty", dialect.ports);
        let diagnostic = Diagnostic::error(codes::REQUIRED, message)
            .help("leave the field out to speak of all ports and protocols");
        ctx.report(list, "expected at least one item", diagnostic);
    }
    check_count(ctx, list, count, dialect.most_peers, dialect.ports);
    (0..count)
        .filter_map(|index| (dialect.read_port)(ctx, &list.index(index)))
        .collect()
}

/// Only pods declare names of ports, and upstream refuses names beside other peers.
fn check_names_meet_pods(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    clauses: &[Clause],
    ports: &[PortMatch],
    dialect: &Dialect,
) {
    let only_pods = clauses.iter().all(|clause| match &clause.test {
        Test::Peers(peers) => peers
            .iter()
            .all(|peer| matches!(peer, Peer::Workloads { .. })),
        _ => true,
    });
    let named = ports
        .iter()
        .any(|port| matches!(port, PortMatch::Named { .. }));
    if named && !only_pods {
        let diagnostic = Diagnostic::error(
            codes::PORT,
            "a port given by name needs pods to look the name up in",
        )
        .help("write the number of the port, or speak of namespaces and pods alone");
        ctx.report(&at.key(dialect.ports), "holds a name", diagnostic);
    }
}

fn count(ctx: &Context<'_>, list: &At<'_>) -> usize {
    ctx.node(list).map_or(0, |node| elements(node).len())
}

fn check_count(ctx: &mut Context<'_>, at: &At<'_>, count: usize, most: usize, what: &str) {
    if count > most {
        let message = format!("{count} {what} are more than the {most} that are allowed");
        let diagnostic = Diagnostic::error(codes::LIMIT, message)
            .help("spread them over several rules or policies");
        ctx.report(at, "too many", diagnostic);
    }
}
