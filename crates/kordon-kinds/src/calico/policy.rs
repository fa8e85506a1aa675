//! From `NetworkPolicy` and `GlobalNetworkPolicy` to the rule IR: one policy for each direction
//! that it governs.

use kordon_core::model::{Attribute, EndpointMatch, Item, NamespaceMatch, Selector, ValueMatch};
use kordon_core::rule::{
    Combine, Direction, Effect, Order, Otherwise, Plane, Policy, Rule, Rules, Stage, Target, Ties,
};
use kordon_syntax::{Diagnostic, Value, quoted};

use super::selector::Space;
use super::{read_selector, refuse_global, rule, schema, tier};
use crate::at::{At, elements};
use crate::codes;
use crate::context::Context;
use crate::frame::Frame;
use crate::network::{Position, undecided_rule, unreadable};

/// What a policy says, once it is read.
pub(super) struct Read {
    pub(super) position: Position,
    pub(super) endpoints: EndpointMatch,
    /// The directions that it governs, each with its rules.
    pub(super) lists: Vec<(Direction, Vec<Rule>)>,
    pub(super) hosts: Hosts,
    /// Where and why the whole cannot be decided.
    pub(super) undecided: Option<String>,
}

/// Which connections of hosts a policy is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hosts {
    /// None that concern workloads.
    Own,
    /// Those that pass through, and those of workloads.
    Forwarded,
    /// Those that arrive, before anything else is done with them; none of workloads as such.
    Arriving,
}

/// Lowers one object.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let before = ctx.errors();
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let hosts = if ctx.id.namespace.is_some() {
        let _: schema::NamespacedSpec = ctx.read(&spec);
        Hosts::Own
    } else {
        let flags: schema::GlobalSpec = ctx.read(&spec);
        read_hosts(
            ctx,
            flags.do_not_track,
            flags.pre_dnat,
            flags.apply_on_forward,
        )
    };
    let read = read(ctx, hosts, before);
    items(read)
}

fn items(read: Read) -> Vec<Item> {
    if let Some(reason) = &read.undecided {
        return read.position.undecided(&At::Root, reason);
    }
    let mut items = Vec::new();
    for (direction, rules) in read.lists {
        if read.hosts != Hosts::Own {
            items.push(behind_hosts(direction, read.endpoints.clone()));
        }
        if read.hosts != Hosts::Arriving {
            let target = Target::Endpoints {
                direction,
                namespaces: read.position.namespaces.clone(),
                endpoints: read.endpoints.clone(),
            };
            let place = (read.position.stage.clone(), read.position.order);
            items.push(policy(place, target, rules));
        }
    }
    items
}

fn policy((stage, order): (Stage, Order), target: Target, rules: Vec<Rule>) -> Item {
    Item::Policy(Policy {
        plane: Plane::Network,
        stage,
        order,
        path: At::Root.key("spec").key("selector").path(),
        target,
        rules: Rules::Own(rules),
    })
}

/// While a host endpoint is selected, what passes through it may be stopped there.
fn behind_hosts(direction: Direction, hosts: EndpointMatch) -> Item {
    let stage = Stage {
        order: Order(0.0),
        name: "HostEndpoint".to_owned(),
        combine: Combine::FirstMatch {
            otherwise: Otherwise::Pass,
        },
        ties: Ties::Reference,
    };
    let reason = "a host endpoint that the policy selects may stop what passes through the host";
    let path = At::Root.key("spec").key("applyOnForward").path();
    let rule = undecided_rule(path, None, Effect::Deny, reason);
    let target = Target::BehindHosts { direction, hosts };
    policy((stage, Order(0.0)), target, vec![rule])
}

/// Reads what policies and staged policies share: everything below `spec` but the names of the
/// fields. `errors_before` is the number of errors from before anything was read.
pub(super) fn read(ctx: &mut Context<'_>, hosts: Hosts, errors_before: usize) -> Read {
    let spec = At::Root.key("spec");
    let stage = tier::stage_of(ctx, &spec.key("tier"));
    let order = order(ctx, &spec.key("order"));
    let endpoints = endpoints(ctx, &spec);
    let types = types(ctx, &spec);
    check_performance_hints(ctx, &spec.key("performanceHints"));
    let is_exact = ctx.errors() == errors_before && ctx.doubt.is_none();
    let lists = [Direction::Egress, Direction::Ingress]
        .map(|direction| {
            let list = spec.key(direction.name());
            (direction, rules(ctx, &list, direction))
        })
        .into_iter()
        .filter(|(direction, _)| types.contains(direction))
        .collect();
    let undecided = (!is_exact).then(|| ctx.doubt.clone().unwrap_or_else(|| unreadable(&At::Root)));
    Read {
        position: Position {
            stage,
            order: match undecided {
                // It may be the first of its tier.
                Some(_) => Order(f64::NEG_INFINITY),
                None => order,
            },
            namespaces: namespaces(ctx),
            workloads: Selector::Everything,
        },
        endpoints,
        lists,
        hosts,
        undecided,
    }
}

/// Reads the flags that make a policy one for hosts.
pub(super) fn read_hosts(
    ctx: &mut Context<'_>,
    do_not_track: bool,
    pre_dnat: bool,
    apply_on_forward: bool,
) -> Hosts {
    let spec = At::Root.key("spec");
    let mut refuse = |field: &str, message: &str, help: &str| {
        let diagnostic = Diagnostic::error(codes::RULE_FIELDS, message).help(help);
        ctx.report(&spec.key(field), "cannot stand so", diagnostic);
    };
    if do_not_track && pre_dnat {
        refuse(
            "preDNAT",
            "`preDNAT` and `doNotTrack` cannot stand together",
            "write two policies",
        );
    }
    for (field, is_set) in [("doNotTrack", do_not_track), ("preDNAT", pre_dnat)] {
        if is_set && !apply_on_forward {
            refuse(
                field,
                &format!("`{field}` needs `applyOnForward`"),
                "add `applyOnForward: true`",
            );
        }
    }
    let has_egress = ctx
        .node(&spec.key("egress"))
        .is_some_and(|node| !elements(node).is_empty());
    if pre_dnat && has_egress {
        let diagnostic = Diagnostic::error(codes::RULE_FIELDS, "`preDNAT` is for ingress alone")
            .help("remove `egress`, or write another policy for it");
        ctx.report_key(&spec.key("egress"), "takes no effect", diagnostic);
    }
    match (do_not_track || pre_dnat, apply_on_forward) {
        (true, _) => Hosts::Arriving,
        (false, true) => Hosts::Forwarded,
        (false, false) => Hosts::Own,
    }
}

/// The namespaces that the object's policy may guard.
fn namespaces(ctx: &Context<'_>) -> NamespaceMatch {
    match &ctx.id.namespace {
        Some(namespace) if ctx.namespace_is_known => NamespaceMatch::Named(namespace.to_string()),
        _ => NamespaceMatch::Matching(Selector::Everything),
    }
}

/// "Policies without an order are applied last."
fn order(ctx: &mut Context<'_>, at: &At<'_>) -> Order {
    let order: Option<f64> = ctx.read(at);
    if order.is_some_and(|order| !order.is_finite()) {
        let diagnostic = Diagnostic::error(codes::VALUE, "this is not an order")
            .help("write a number; smaller ones come first");
        ctx.report(at, "expected a number", diagnostic);
    }
    Order(order.unwrap_or(f64::INFINITY))
}

/// What the policy's own selectors select.
fn endpoints(ctx: &mut Context<'_>, spec: &At<'_>) -> EndpointMatch {
    let mut parts = Vec::new();
    if let Some(namespace) = ctx.id.namespace.clone() {
        parts.push(EndpointMatch::Is(
            Attribute::Namespace,
            ValueMatch::In(vec![namespace.to_string()]),
        ));
    }
    for (field, space) in [
        ("selector", Space::Endpoint),
        ("namespaceSelector", Space::Namespace),
        ("serviceAccountSelector", Space::Account),
    ] {
        let at = spec.key(field);
        if !ctx.has(&at) {
            continue;
        }
        let expression = read_selector(ctx, &at);
        refuse_global(ctx, &at, expression.as_ref());
        parts.extend(expression.map(|expression| expression.lower(space)));
    }
    EndpointMatch::All(parts)
}

/// "types: if absent, ingress if there are no rules or ingress rules, egress if there are egress
/// rules" (libcalico-go, `defaultPolicyTypesField`).
fn types(ctx: &mut Context<'_>, spec: &At<'_>) -> Vec<Direction> {
    const KNOWN: [(&str, Direction); 2] = [
        ("Ingress", Direction::Ingress),
        ("Egress", Direction::Egress),
    ];
    let at = spec.key("types");
    let written: Vec<String> = ctx.read(&at);
    let mut types = Vec::new();
    for (index, word) in written.iter().enumerate() {
        let known = KNOWN.iter().find(|(name, _)| name == word);
        match known {
            Some((_, direction)) if !types.contains(direction) => types.push(*direction),
            Some(_) => {
                let message = format!("{} stands twice", quoted(word));
                let diagnostic =
                    Diagnostic::error(codes::VALUE, message).help("remove one of them");
                ctx.report(&at.index(index), "a second time", diagnostic);
            }
            None => {
                let message = format!("{} is not a policy type", quoted(word));
                let diagnostic = Diagnostic::error(codes::VALUE, message)
                    .help("the policy types are `Ingress` and `Egress`");
                let words = KNOWN.map(|(name, _)| name);
                ctx.report_word(&at.index(index), "unknown policy type", diagnostic, &words);
            }
        }
    }
    if !written.is_empty() {
        return types;
    }
    let has_rules = |direction: Direction| match ctx.node(&spec.key(direction.name())) {
        Some(node) => match &node.value {
            Value::Null => false,
            Value::Sequence(rules) => !rules.is_empty(),
            _ => true,
        },
        None => false,
    };
    match (has_rules(Direction::Ingress), has_rules(Direction::Egress)) {
        (false, true) => vec![Direction::Egress],
        (true, true) => vec![Direction::Ingress, Direction::Egress],
        (_, false) => vec![Direction::Ingress],
    }
}

fn check_performance_hints(ctx: &mut Context<'_>, at: &At<'_>) {
    const KNOWN: [&str; 1] = ["AssumeNeededOnEveryNode"];
    let hints: Vec<String> = ctx.read(at);
    for (index, hint) in hints.iter().enumerate() {
        let is_repeated = hints.iter().take(index).any(|earlier| earlier == hint);
        if is_repeated || !KNOWN.contains(&hint.as_str()) {
            let message = format!("{} is not expected here", quoted(hint));
            let diagnostic = Diagnostic::error(codes::VALUE, message)
                .help("the only hint is `AssumeNeededOnEveryNode`, once");
            ctx.report_word(
                &at.index(index),
                "not a hint, or a second one",
                diagnostic,
                &KNOWN,
            );
        }
    }
}

/// The rules of one direction. One with an error stands as undecided among the others.
fn rules(ctx: &mut Context<'_>, list: &At<'_>, direction: Direction) -> Vec<Rule> {
    let before = ctx.errors();
    let _: Vec<serde::de::IgnoredAny> = ctx.read(list);
    if ctx.errors() != before {
        let reason = unreadable(list);
        return vec![undecided_rule(list.path(), None, Effect::Deny, &reason)];
    }
    let count = ctx.node(list).map_or(0, |node| elements(node).len());
    (0..count)
        .filter_map(|index| rule::read(ctx, &list.index(index), direction))
        .collect()
}
