//! Tiers: `Tier` objects, and where the tiers stand that every cluster has.

use kordon_core::model::Item;
use kordon_core::rule::{Combine, Order, Otherwise, Stage, Ties};
use kordon_syntax::{Diagnostic, quoted};

use super::schema::TierSpec;
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::frame::Frame;
use crate::names::is_label;

/// A tier that every cluster has, which nobody can change.
struct BuiltIn {
    /// Its name and the one that it had in earlier versions.
    names: &'static [&'static str],
    /// Its stage, which it shares with kinds of Kubernetes.
    stage: &'static str,
    order: f64,
    otherwise: Otherwise,
}

/// The built-in tiers (api, `tier.go`). `NetworkPolicy` and the cluster-wide kinds stand in them.
const BUILT_IN: [BuiltIn; 3] = [
    BuiltIn {
        names: &["kube-admin", "adminnetworkpolicy"],
        stage: "Admin",
        order: 1_000.0,
        otherwise: Otherwise::Pass,
    },
    BuiltIn {
        names: &["default"],
        stage: "NetworkPolicy",
        order: 1_000_000.0,
        otherwise: Otherwise::Deny,
    },
    BuiltIn {
        names: &["kube-baseline", "baselineadminnetworkpolicy"],
        stage: "Baseline",
        order: 10_000_000.0,
        otherwise: Otherwise::Pass,
    },
];

const ACTIONS: [(&str, Otherwise); 2] = [("Deny", Otherwise::Deny), ("Pass", Otherwise::Pass)];

/// The stage of the tier that a policy names, by default that of `default`.
pub(super) fn stage_of(ctx: &mut Context<'_>, at: &At<'_>) -> Stage {
    let written: Option<String> = ctx.read(at);
    let name = written.filter(|name| !name.is_empty());
    let name = name.as_deref().unwrap_or("default");
    if !is_label(name) {
        let diagnostic = Diagnostic::error(
            codes::NAME,
            format!("{} cannot be the name of a tier", quoted(name)),
        )
        .help("names of tiers consist of lowercase letters, digits and `-`");
        ctx.report(at, "invalid name", diagnostic);
    }
    match built_in(name) {
        Some(tier) => tier.stage(),
        None => Stage {
            order: Order(0.0),
            name: name.to_owned(),
            combine: Combine::Declared,
            ties: Ties::Name,
        },
    }
}

/// Lowers one object.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let before = ctx.errors();
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let written: TierSpec = ctx.read(&spec);
    let otherwise = default_action(ctx, &spec.key("defaultAction"), &written);
    let name = ctx.id.name.to_string();
    if let Some(tier) = built_in(&name) {
        check_built_in(ctx, &spec, tier, &written, otherwise);
        return Vec::new();
    }
    let order = written.order.unwrap_or(f64::INFINITY);
    if written.order.is_some_and(|order| !order.is_finite()) {
        let diagnostic = Diagnostic::error(codes::VALUE, "this is not an order")
            .help("write a number; smaller ones come first");
        ctx.report(&spec.key("order"), "expected a number", diagnostic);
    }
    if ctx.errors() != before || ctx.doubt.is_some() {
        // Policies of a tier that nothing declares answer unknown.
        return Vec::new();
    }
    vec![Item::Stage(Stage {
        order: Order(place(order, &name)),
        name,
        combine: Combine::FirstMatch { otherwise },
        ties: Ties::Name,
    })]
}

fn built_in(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|tier| tier.names.contains(&name))
}

impl BuiltIn {
    fn stage(&self) -> Stage {
        Stage {
            order: Order(self.order),
            name: self.stage.to_owned(),
            combine: Combine::FirstMatch {
                otherwise: self.otherwise,
            },
            ties: Ties::Name,
        }
    }
}

/// Among tiers of equal order the name decides. The stages of the built-in tiers have names of
/// their own, so that a tier which comes before one by its name is placed before it by its order.
fn place(order: f64, name: &str) -> f64 {
    let is_before = BUILT_IN.iter().any(|tier| {
        order.total_cmp(&tier.order).is_eq() && tier.names.first().is_some_and(|own| name < *own)
    });
    if is_before { order.next_down() } else { order }
}

fn default_action(ctx: &mut Context<'_>, at: &At<'_>, written: &TierSpec) -> Otherwise {
    let Some(word) = written.default_action.as_deref() else {
        return built_in(&ctx.id.name).map_or(Otherwise::Deny, |tier| tier.otherwise);
    };
    let known = ACTIONS.iter().find(|(name, _)| *name == word);
    if known.is_none() {
        let message = format!("{} is not a default action", quoted(word));
        let diagnostic = Diagnostic::error(codes::VALUE, message)
            .help("the default actions of a tier are `Deny` and `Pass`");
        ctx.report_word(
            at,
            "unknown action",
            diagnostic,
            &ACTIONS.map(|(name, _)| name),
        );
    }
    known.map_or(Otherwise::Deny, |(_, otherwise)| *otherwise)
}

fn check_built_in(
    ctx: &mut Context<'_>,
    spec: &At<'_>,
    tier: &BuiltIn,
    written: &TierSpec,
    otherwise: Otherwise,
) {
    if written
        .order
        .is_none_or(|order| order.total_cmp(&tier.order).is_ne())
    {
        let message = format!("the tier `{}` has a fixed order", ctx.id.name);
        let diagnostic =
            Diagnostic::error(codes::VALUE, message).help(format!("write `order: {}`", tier.order));
        ctx.report(&spec.key("order"), "not its order", diagnostic);
    }
    if otherwise != tier.otherwise {
        let message = format!("the tier `{}` has a fixed default action", ctx.id.name);
        let word = match tier.otherwise {
            Otherwise::Deny => "Deny",
            Otherwise::Pass => "Pass",
        };
        let diagnostic =
            Diagnostic::error(codes::VALUE, message).help(format!("write `defaultAction: {word}`"));
        ctx.report(&spec.key("defaultAction"), "not its action", diagnostic);
    }
}
