//! `http` of a rule, which only application layer policy looks at.

use kordon_core::model::Protocol;
use kordon_core::rule::{Clause, Direction, Effect, Test};
use kordon_syntax::{Diagnostic, quoted};

use super::rule::Action;
use super::schema::{Http, HttpPath};
use crate::at::At;
use crate::codes;
use crate::context::Context;

/// Reads `http`. A connection says nothing of the requests in it, so the condition is unknown.
pub(super) fn read(
    ctx: &mut Context<'_>,
    rule: &At<'_>,
    action: Action,
    spoken: Option<Protocol>,
    direction: Direction,
    clauses: &mut Vec<Clause>,
) {
    let at = rule.key("http");
    if !ctx.has(&at) {
        return;
    }
    let written: Http = ctx.read(&at);
    let conflicts = [
        (
            !matches!(action, Action::Decide(Effect::Allow) | Action::Unknown),
            "`http` can only stand in a rule that allows",
        ),
        (
            spoken.is_some_and(|protocol| protocol != Protocol::TCP),
            "`http` needs `protocol: TCP`, or none",
        ),
        (
            direction == Direction::Egress,
            "`http` can only stand in a rule of ingress",
        ),
    ];
    for (is_conflict, message) in conflicts {
        if is_conflict {
            let diagnostic =
                Diagnostic::error(codes::RULE_FIELDS, message).help("remove `http` from this rule");
            ctx.report_key(&at, "cannot stand here", diagnostic);
        }
    }
    methods(ctx, &at.key("methods"), &written.methods);
    let list = at.key("paths");
    for (index, path) in written.paths.iter().enumerate() {
        check_path(ctx, &list.index(index), path);
    }
    clauses.push(Clause {
        field: "http".into(),
        test: Test::Unknown("a connection says nothing of the requests in it".to_owned()),
    });
}

fn methods(ctx: &mut Context<'_>, at: &At<'_>, methods: &[String]) {
    for (index, method) in methods.iter().enumerate() {
        if methods.iter().take(index).any(|earlier| earlier == method) {
            let message = format!("{} stands twice", quoted(method));
            let diagnostic = Diagnostic::error(codes::VALUE, message).help("remove one of them");
            ctx.report(&at.index(index), "a second time", diagnostic);
        }
    }
}

fn check_path(ctx: &mut Context<'_>, at: &At<'_>, path: &HttpPath) {
    let (text, field) = match (path.exact.as_str(), path.prefix.as_str()) {
        (exact, "") if !exact.is_empty() => (exact, "exact"),
        ("", prefix) if !prefix.is_empty() => (prefix, "prefix"),
        _ => {
            let diagnostic = Diagnostic::error(codes::VALUE, "a path is either exact or a prefix")
                .help("write one of `exact: /path` and `prefix: /path`");
            ctx.report(at, "expected exactly one", diagnostic);
            return;
        }
    };
    if !text.starts_with('/') || text.contains(['?', '#']) {
        let message = format!("{} is not a path", quoted(text));
        let diagnostic = Diagnostic::error(codes::VALUE, message)
            .help("paths begin with `/` and hold no `?` and no `#`");
        ctx.report(&at.key(field), "not a path", diagnostic);
    }
}
