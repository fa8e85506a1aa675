//! From `AuthorizationPolicy` to the rule IR: one policy in the stage of its action.

mod attribute;
mod key;
mod lint;
mod reader;
mod rule;
mod token_principal;

use kordon_core::model::Item;
use kordon_core::rule::{Combine, Effect, Order, Plane, Rule, Stage, Ties};
use kordon_syntax::{Diagnostic, FieldPath, quoted};
use serde::de::IgnoredAny;

use super::attachment::{self, Selected, widest};
use super::mesh::{FIRST_MATCH, policy, stage};
use super::schema::{AuthorizationSpec, Provider};
use crate::at::{At, elements};
use crate::codes;
use crate::context::Context;
use crate::frame::Frame;
use crate::network::{undecided_rule, unreadable};

/// The annotation that keeps a policy from being enforced.
const DRY_RUN: &str = "istio.io/dry-run";

/// The most rules of a policy.
const MOST_RULES: usize = 512;

/// What a policy does with requests that its rules match.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Action {
    Allow,
    Deny,
    Audit,
    /// It asks this provider, or refuses where there is none.
    Custom(Option<String>),
}

/// Whether a policy takes part in decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Enforcement {
    Enforced,
    DryRun,
}

/// Lowers one object.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let before = ctx.errors();
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let _: AuthorizationSpec = ctx.read(&spec);
    let mut refused = 0;
    let action = action(ctx, &mut refused);
    let enforcement = enforcement(ctx, action.as_ref(), &mut refused);
    let frame_is_exact = ctx.errors() == before + refused && ctx.doubt.is_none();
    let before_selection = ctx.errors();
    let attachment = attachment::read(ctx);
    let selection_is_exact = ctx.errors() == before_selection;
    let rules = action
        .as_ref()
        .map(|action| rules(ctx, action, enforcement))
        .unwrap_or_default();

    let Some(action) = action.filter(|_| frame_is_exact) else {
        // A policy of which that is not known may deny.
        let reason = ctx.doubt.clone().unwrap_or_else(|| unreadable(&At::Root));
        return vec![undecided(ctx, &Action::Deny, At::Root.path(), &reason)];
    };
    if !selection_is_exact {
        return vec![undecided(ctx, &action, spec.path(), &unreadable(&spec))];
    }
    let (stage, _) = place(&action, enforcement);
    let enforced = attachment.selected.map(|selected| {
        let path = attachment.path.clone();
        policy(Plane::Mesh, stage, Order(0.0), path, selected, rules)
    });
    let by_waypoint = attachment
        .waypoint
        .filter(|_| enforcement == Enforcement::Enforced)
        .map(|path| {
            let reason = "a waypoint may refuse what is on its way to the workload";
            undecided(ctx, &Action::Deny, path, reason)
        });
    enforced.into_iter().chain(by_waypoint).collect()
}

/// A policy of this action for every workload that it may apply to, of which nothing else is
/// known.
fn undecided(ctx: &Context<'_>, action: &Action, path: FieldPath, reason: &str) -> Item {
    let (stage, effect) = place(action, Enforcement::Enforced);
    let rule = undecided_rule(path.clone(), None, effect, reason);
    let selected: Selected = widest(ctx);
    policy(Plane::Mesh, stage, Order(0.0), path, selected, vec![rule])
}

/// The stage of a policy, and what its rules do there.
fn place(action: &Action, enforcement: Enforcement) -> (Stage, Effect) {
    let (order, name, combine, effect) = match (action, enforcement) {
        (Action::Custom(_), _) => (10.0, "CUSTOM", FIRST_MATCH, Effect::Deny),
        (Action::Audit, _) => (20.0, "AUDIT", FIRST_MATCH, Effect::Pass),
        (Action::Deny, Enforcement::DryRun) => (25.0, "DENY (dry run)", FIRST_MATCH, Effect::Pass),
        (Action::Allow, Enforcement::DryRun) => {
            (26.0, "ALLOW (dry run)", FIRST_MATCH, Effect::Pass)
        }
        (Action::Deny, Enforcement::Enforced) => (30.0, "DENY", FIRST_MATCH, Effect::Deny),
        (Action::Allow, Enforcement::Enforced) => (40.0, "ALLOW", Combine::Isolate, Effect::Allow),
    };
    (stage(order, name, combine, Ties::Reference), effect)
}

/// The action, by default ALLOW. `refused` counts errors about what Istio refuses though its
/// meaning is known.
fn action(ctx: &mut Context<'_>, refused: &mut usize) -> Option<Action> {
    const KNOWN: [&str; 4] = ["ALLOW", "DENY", "AUDIT", "CUSTOM"];
    let spec = At::Root.key("spec");
    let (at, provider) = (spec.key("action"), spec.key("provider"));
    let written: Option<String> = ctx.read(&at);
    let named: Provider = ctx.read(&provider);
    let has_provider = ctx.has(&provider);
    let action = match written.as_deref().unwrap_or("ALLOW") {
        "ALLOW" => Action::Allow,
        "DENY" => Action::Deny,
        "AUDIT" => Action::Audit,
        "CUSTOM" => Action::Custom(Some(named.name).filter(|name| !name.is_empty())),
        other => {
            let message = format!("{} is not an action", quoted(other));
            let diagnostic = Diagnostic::error(codes::VALUE, message)
                .help("the actions are `ALLOW`, `DENY`, `AUDIT` and `CUSTOM`");
            ctx.report_word(&at, "unknown action", diagnostic, &KNOWN);
            return None;
        }
    };
    let before = ctx.errors();
    if action == Action::Custom(None) {
        let diagnostic = Diagnostic::error(
            codes::REQUIRED,
            "CUSTOM needs `provider`, so everything that the rules match is refused",
        )
        .help("add `provider: {name: ..}`, a name from `extensionProviders` of the mesh");
        ctx.report(&provider.key("name"), "no provider", diagnostic);
    } else if has_provider && !matches!(action, Action::Custom(_)) {
        let diagnostic = Diagnostic::error(
            codes::RULE_FIELDS,
            "`provider` can only stand beside `action: CUSTOM`",
        )
        .help("remove `provider`, or write `action: CUSTOM`");
        ctx.report_key(&provider, "takes no effect", diagnostic);
    }
    *refused += ctx.errors() - before;
    Some(action)
}

/// Whether the policy is enforced: the annotation holds what Go's `ParseBool` reads as true.
fn enforcement(ctx: &mut Context<'_>, action: Option<&Action>, refused: &mut usize) -> Enforcement {
    let Some(value) = ctx.metadata.annotations.get(DRY_RUN).cloned() else {
        return Enforcement::Enforced;
    };
    let metadata = At::Root.key("metadata");
    let annotations = metadata.key("annotations");
    let at = annotations.key(DRY_RUN);
    let dry_run = match value.as_str() {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Enforcement::DryRun,
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Enforcement::Enforced,
        _ => {
            *refused += 1;
            let message = format!(
                "{} is neither true nor false, so the policy is enforced",
                quoted(&value)
            );
            let diagnostic = Diagnostic::error(codes::VALUE, message)
                .help("write `\"true\"` or `\"false\"`, in quotes");
            ctx.report(&at, "expected `\"true\"` or `\"false\"`", diagnostic);
            Enforcement::Enforced
        }
    };
    let is_possible = matches!(action, None | Some(Action::Allow | Action::Deny));
    if dry_run == Enforcement::DryRun && !is_possible {
        let diagnostic = Diagnostic::error(
            codes::RULE_FIELDS,
            "only ALLOW and DENY can be tried without being enforced",
        )
        .help("remove the annotation, or the policy");
        ctx.report(&at, "cannot stand beside this action", diagnostic);
    }
    dry_run
}

/// The rules; one that could not be read exactly stands as undecided among the others.
fn rules(ctx: &mut Context<'_>, action: &Action, enforcement: Enforcement) -> Vec<Rule> {
    let spec = At::Root.key("spec");
    let list = spec.key("rules");
    let (_, effect) = place(action, enforcement);
    let before = ctx.errors();
    let _: Vec<IgnoredAny> = ctx.read(&list);
    if ctx.errors() != before {
        return vec![undecided_rule(
            list.path(),
            None,
            effect,
            &unreadable(&list),
        )];
    }
    let count = ctx.node(&list).map_or(0, |node| elements(node).len());
    check_count(ctx, &list, action, count);
    (0..count)
        .flat_map(|index| rule::read(ctx, &list.index(index), action, effect))
        .collect()
}

fn check_count(ctx: &mut Context<'_>, list: &At<'_>, action: &Action, count: usize) {
    if count > MOST_RULES {
        let message = format!("{count} rules are more than the {MOST_RULES} that are allowed");
        let diagnostic = Diagnostic::error(codes::LIMIT, message).help("write several policies");
        ctx.report(list, "too many", diagnostic);
    }
    if count == 0 && matches!(action, Action::Deny | Action::Custom(_)) {
        let diagnostic = Diagnostic::error(
            codes::REQUIRED,
            "this policy has no rules, so it never does anything",
        )
        .help("write `rules: [{}]` to speak of every request");
        ctx.report(list, "no rules", diagnostic);
    }
}
