//! Staged policies: read and checked as their enforced counterparts, and never enforced.

use kordon_core::model::Item;
use kordon_syntax::{Diagnostic, quoted};

use super::policy::{self, Hosts};
use super::schema;
use crate::at::{At, entries};
use crate::codes;
use crate::context::Context;
use crate::frame::Frame;
use crate::network_policy;

const ACTIONS: [&str; 4] = ["Set", "Delete", "Learn", "Ignore"];

/// Reads one object for its problems.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let before = ctx.errors();
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let hosts = if ctx.id.namespace.is_some() {
        let _: schema::StagedNamespacedSpec = ctx.read(&spec);
        Hosts::Own
    } else {
        let flags: schema::StagedGlobalSpec = ctx.read(&spec);
        policy::read_hosts(
            ctx,
            flags.do_not_track,
            flags.pre_dnat,
            flags.apply_on_forward,
        )
    };
    check_action(ctx, &spec);
    policy::read(ctx, hosts, before);
    Vec::new()
}

/// Reads one object that stages a policy of Kubernetes for its problems.
pub(super) fn lower_kubernetes(ctx: &mut Context<'_>) -> Vec<Item> {
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let _: schema::StagedKubernetesSpec = ctx.read(&spec);
    check_action(ctx, &spec);
    network_policy::check_spec(ctx);
    Vec::new()
}

fn check_action(ctx: &mut Context<'_>, spec: &At<'_>) {
    let at = spec.key("stagedAction");
    let action: Option<String> = ctx.read(&at);
    let Some(action) = action.filter(|action| !action.is_empty()) else {
        return;
    };
    if !ACTIONS.contains(&action.as_str()) {
        let message = format!("{} is not a staged action", quoted(&action));
        let diagnostic = Diagnostic::error(codes::VALUE, message)
            .help("the staged actions are `Set`, `Delete`, `Learn` and `Ignore`");
        ctx.report_word(&at, "unknown action", diagnostic, &ACTIONS);
    }
    let others: Vec<&str> = ctx
        .node(spec)
        .map_or(&[][..], |node| entries(node))
        .iter()
        .map(|entry| &*entry.key)
        .filter(|key| !matches!(*key, "stagedAction" | "tier"))
        .collect();
    if action == "Delete" && !others.is_empty() {
        let diagnostic = Diagnostic::error(
            codes::RULE_FIELDS,
            "a policy that stages a deletion says nothing else",
        )
        .help("leave only `stagedAction` and `tier`");
        ctx.report(&at, "beside other fields", diagnostic);
    }
}
