//! From `NetworkPolicy` to the rule IR: one policy for each direction that it governs.

use kordon_core::model::{AddressBlock, Item, NamespaceMatch, PortMatch, Selector};
use kordon_core::rule::{Clause, Combine, Direction, Effect, Order, Peer, Rule, Stage, Test, Ties};
use kordon_syntax::{Diagnostic, IntOrString, Value, quoted};

use super::schema::{self, EgressRule, IngressRule, Spec};
use crate::address_block::read_block;
use crate::at::{At, elements};
use crate::codes;
use crate::context::Context;
use crate::frame::Frame;
use crate::label_selector::read_selector;
use crate::network::{
    Position, check_port_name, ordered_ports, port_number, protocol, undecided_rule, unreadable,
};

/// All policies of this kind have one place in their stage, as they have no order.
const ORDER: Order = Order(1000.0);

/// Lowers one object.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let before = ctx.errors();
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let _: Spec = ctx.read(&spec);
    warn_of_absent_parts(ctx, &spec);
    let mut position = position(ctx);
    let frame_is_exact = ctx.errors() == before && ctx.doubt.is_none();
    let before_selector = ctx.errors();
    let workloads = read_selector(ctx, &spec.key("podSelector"));
    let selector_is_exact = ctx.errors() == before_selector;

    let types = spec.key("policyTypes");
    let governed = governed_directions(ctx, &types);
    let ingress = rules(ctx, &spec.key("ingress"), Direction::Ingress);
    let egress = rules(ctx, &spec.key("egress"), Direction::Egress);
    if !frame_is_exact {
        let reason = ctx.doubt.clone().unwrap_or_else(|| unreadable(&At::Root));
        return position.undecided(&At::Root, &reason);
    }
    if !selector_is_exact {
        let selector = spec.key("podSelector");
        return position.undecided(&selector, &unreadable(&selector));
    }
    position.workloads = workloads;
    [(Direction::Egress, egress), (Direction::Ingress, ingress)]
        .into_iter()
        .filter_map(|(direction, rules)| {
            let (path, rules) = match governed.of(direction) {
                Governs::No => return None,
                Governs::Yes => (spec.key("podSelector").path(), rules),
                Governs::Unknown => {
                    let rule =
                        undecided_rule(types.path(), None, Effect::Allow, &unreadable(&types));
                    (types.path(), vec![rule])
                }
            };
            Some(position.policy(direction, path, rules))
        })
        .collect()
}

/// Reads the parts of `spec` for their problems.
pub(crate) fn check_spec(ctx: &mut Context<'_>) {
    let spec = At::Root.key("spec");
    read_selector(ctx, &spec.key("podSelector"));
    governed_directions(ctx, &spec.key("policyTypes"));
    for direction in [Direction::Ingress, Direction::Egress] {
        rules(ctx, &spec.key(direction.name()), direction);
    }
}

/// The widest position that this object may have: every pod of its namespace, or of the cluster
/// where the namespace is not known.
fn position(ctx: &Context<'_>) -> Position {
    let namespaces = if ctx.namespace_is_known {
        NamespaceMatch::Named(ctx.namespace().to_owned())
    } else {
        NamespaceMatch::Matching(Selector::Everything)
    };
    Position {
        stage: Stage {
            order: Order(1_000_000.0),
            name: "NetworkPolicy".to_owned(),
            combine: Combine::Isolate,
            ties: Ties::Reference,
        },
        order: ORDER,
        namespaces,
        workloads: Selector::Everything,
    }
}

fn warn_of_absent_parts(ctx: &mut Context<'_>, spec: &At<'_>) {
    if !ctx.has(spec) {
        let diagnostic = Diagnostic::warning(
            codes::REQUIRED,
            "a NetworkPolicy without `spec` selects every pod of its namespace and denies all ingress",
        )
        .help("add `spec`, or write `spec: {podSelector: {}, policyTypes: [Ingress]}` if that is meant");
        ctx.report(spec, "no `spec`", diagnostic);
        return;
    }
    let selector = spec.key("podSelector");
    if ctx.node(&selector).is_some() && !ctx.has(&selector) {
        let diagnostic = Diagnostic::warning(
            codes::NULL_SELECTOR,
            "`spec.podSelector` has no value, so the policy selects every pod of its namespace",
        )
        .help("write `podSelector: {}` if that is meant");
        ctx.report(&selector, "no value", diagnostic);
    }
}

/// Which directions the policy governs.
struct Governed {
    ingress: Governs,
    egress: Governs,
}

#[derive(Clone, Copy)]
enum Governs {
    Yes,
    No,
    Unknown,
}

impl Governed {
    fn of(&self, direction: Direction) -> Governs {
        match direction {
            Direction::Ingress => self.ingress,
            Direction::Egress => self.egress,
        }
    }
}

fn governed_directions(ctx: &mut Context<'_>, at: &At<'_>) -> Governed {
    let before = ctx.errors();
    let types: Vec<String> = ctx.read(at);
    check_types(ctx, at, &types);
    let exact = ctx.errors() == before;
    let listed = |name: &str| match types.iter().any(|listed| listed == name) {
        true => Governs::Yes,
        false if exact => Governs::No,
        false => Governs::Unknown,
    };
    if !types.is_empty() || !exact {
        return Governed {
            ingress: listed("Ingress"),
            egress: listed("Egress"),
        };
    }
    // "If no policyTypes are specified on a NetworkPolicy then by default Ingress will always be
    // set and Egress will be set if the NetworkPolicy has any egress rules."
    let spec = At::Root.key("spec");
    let egress = match ctx.node(&spec.key("egress")).map(|node| &node.value) {
        None | Some(Value::Null) => Governs::No,
        Some(Value::Sequence(rules)) if rules.is_empty() => Governs::No,
        Some(Value::Sequence(_)) => Governs::Yes,
        Some(_) => Governs::Unknown,
    };
    Governed {
        ingress: Governs::Yes,
        egress,
    }
}

fn check_types(ctx: &mut Context<'_>, at: &At<'_>, types: &[String]) {
    const KNOWN: [&str; 2] = ["Ingress", "Egress"];
    for (index, name) in types.iter().enumerate() {
        if KNOWN.contains(&name.as_str()) {
            continue;
        }
        let diagnostic = Diagnostic::error(
            codes::VALUE,
            format!("{name} is not a policy type", name = quoted(name)),
        )
        .help("the policy types are `Ingress` and `Egress`");
        ctx.report_word(&at.index(index), "unknown policy type", diagnostic, &KNOWN);
    }
    if types.len() > KNOWN.len() {
        let diagnostic = Diagnostic::error(codes::VALUE, "more than two policy types")
            .help("list `Ingress` and `Egress` at most once");
        ctx.report(at, "too many", diagnostic);
    }
}

/// The rules of one direction. A rule with an error stands as undecided among the others.
fn rules(ctx: &mut Context<'_>, list: &At<'_>, direction: Direction) -> Vec<Rule> {
    let before = ctx.errors();
    let _: Vec<serde::de::IgnoredAny> = ctx.read(list);
    if ctx.errors() != before {
        return vec![undecided_rule(
            list.path(),
            None,
            Effect::Allow,
            &unreadable(list),
        )];
    }
    let count = ctx.node(list).map_or(0, |node| elements(node).len());
    (0..count)
        .map(|index| rule(ctx, &list.index(index), direction))
        .collect()
}

fn rule(ctx: &mut Context<'_>, at: &At<'_>, direction: Direction) -> Rule {
    let before = ctx.errors();
    if !ctx.has(at) {
        let diagnostic = Diagnostic::warning(
            codes::NULL_ITEM,
            "this rule is empty, so it allows everything",
        )
        .help("write `- {}` if that is meant, or `[]` in place of the list to allow nothing");
        ctx.report(at, "no value", diagnostic);
    }
    let (field, peers, ports) = match direction {
        Direction::Ingress => {
            let rule: IngressRule = ctx.read(at);
            ("from", rule.from, rule.ports)
        }
        Direction::Egress => {
            let rule: EgressRule = ctx.read(at);
            ("to", rule.to, rule.ports)
        }
    };
    let mut clauses = Vec::new();
    // "If this field is empty or missing, this rule matches all sources (traffic not restricted
    // by source)." The same holds for destinations and ports.
    if !peers.is_empty() {
        let list = at.key(field);
        let peers = each(peers, |index, written| {
            peer(ctx, &list.index(index), &written)
        });
        clauses.push(Clause {
            field: field.into(),
            test: Test::Peers(peers),
        });
    }
    if !ports.is_empty() {
        let list = at.key("ports");
        let ports = each(ports, |index, written| {
            port(ctx, &list.index(index), &written)
        });
        clauses.push(Clause {
            field: "ports".into(),
            test: Test::Ports(ports),
        });
    }
    if ctx.errors() != before {
        return undecided_rule(at.path(), None, Effect::Allow, &unreadable(at));
    }
    Rule {
        path: at.path(),
        name: None,
        effect: Effect::Allow,
        clauses,
    }
}

/// Lowers each item; one without a value is the default, as in Go.
fn each<T: Default, U>(
    items: Vec<Option<T>>,
    mut lower: impl FnMut(usize, T) -> Option<U>,
) -> Vec<U> {
    items
        .into_iter()
        .enumerate()
        .filter_map(|(index, item)| lower(index, item.unwrap_or_default()))
        .collect()
}

fn peer(ctx: &mut Context<'_>, at: &At<'_>, written: &schema::Peer) -> Option<Peer> {
    let selects = written.pod_selector.is_some() || written.namespace_selector.is_some();
    match &written.ip_block {
        Some(_) if selects => {
            let diagnostic =
                Diagnostic::error(codes::PEER, "a peer is either addresses or pods, not both")
                    .help("write `ipBlock` as a list item of its own");
            ctx.report(&at.key("ipBlock"), "beside a selector", diagnostic);
            None
        }
        Some(block) => ip_block(ctx, &at.key("ipBlock"), block).map(Peer::Block),
        None if selects => Some(pods(ctx, at, written)),
        None => {
            let diagnostic = Diagnostic::error(codes::PEER, "this peer is empty").help(
                "write `podSelector: {}` for all pods of the namespace, `namespaceSelector: {}` for all pods of the cluster",
            );
            ctx.report(
                at,
                "expected `podSelector`, `namespaceSelector` or `ipBlock`",
                diagnostic,
            );
            None
        }
    }
}

fn pods(ctx: &mut Context<'_>, at: &At<'_>, written: &schema::Peer) -> Peer {
    // "If namespaceSelector is also set, then the NetworkPolicyPeer as a whole selects the pods
    // matching podSelector in the namespaces selected by namespaceSelector. Otherwise it selects
    // the pods matching podSelector in the policy's own namespace."
    let namespaces = match &written.namespace_selector {
        Some(selector) => {
            NamespaceMatch::Matching(selector.lower(ctx, &at.key("namespaceSelector")))
        }
        None => NamespaceMatch::Named(ctx.namespace().to_owned()),
    };
    let workloads = match &written.pod_selector {
        Some(selector) => selector.lower(ctx, &at.key("podSelector")),
        None => Selector::Everything,
    };
    Peer::Workloads {
        namespaces,
        workloads,
    }
}

fn ip_block(ctx: &mut Context<'_>, at: &At<'_>, written: &schema::IpBlock) -> Option<AddressBlock> {
    if !ctx.has(&at.key("cidr")) {
        let diagnostic = Diagnostic::error(codes::REQUIRED, "`ipBlock` needs `cidr`")
            .help("add `cidr`, such as `cidr: 10.0.0.0/16`");
        ctx.report(at, "no `cidr`", diagnostic);
        return None;
    }
    if ctx
        .node(&at.key("cidr"))
        .is_some_and(|node| node.as_str().is_none())
    {
        return None;
    }
    let block = read_block(ctx, &at.key("cidr"), &written.cidr);
    let list = at.key("except");
    let mut except = Vec::new();
    for (index, text) in written.except.iter().enumerate() {
        let field = list.index(index);
        let Some(hole) = read_block(ctx, &field, text) else {
            continue;
        };
        // "Except values will be rejected if they are outside the cidr range", and upstream's
        // validation asks for a strict subset.
        if block.is_some_and(|block| !block.contains(&hole) || block == hole) {
            let message = format!(
                "{text} is not a part of {}",
                quoted(&written.cidr),
                text = quoted(text)
            );
            let diagnostic = Diagnostic::error(codes::BLOCK, message)
                .help("`except` cuts smaller blocks out of `cidr`; remove what lies outside it");
            ctx.report(&field, "not a smaller block inside `cidr`", diagnostic);
        }
        except.push(hole);
    }
    Some(AddressBlock {
        block: block?,
        except,
    })
}

fn port(ctx: &mut Context<'_>, at: &At<'_>, written: &schema::PortEntry) -> Option<PortMatch> {
    let protocol = protocol(ctx, &at.key("protocol"), written.protocol.as_deref());
    let end = at.key("endPort");
    match (&written.port, written.end_port) {
        (None, None) => protocol.map(PortMatch::all),
        (None, Some(_)) => {
            let diagnostic = Diagnostic::error(codes::PORT, "`endPort` needs `port`")
                .help("add `port`, the first port of the range");
            ctx.report(&end, "no `port` beside it", diagnostic);
            None
        }
        (Some(IntOrString::Int(first)), None) => {
            let port = port_number(ctx, &at.key("port"), *first)?;
            protocol.map(|protocol| PortMatch::single(protocol, port))
        }
        (Some(IntOrString::Int(first)), Some(last)) => {
            let (start, end) = (at.key("port"), at.key("endPort"));
            let range = ordered_ports(ctx, (&start, *first), (&end, last))?;
            protocol.map(|protocol| PortMatch::Range {
                protocol,
                first: range.0,
                last: range.1,
            })
        }
        (Some(IntOrString::String(_)), Some(_)) => {
            let diagnostic =
                Diagnostic::error(codes::PORT, "`endPort` cannot follow a port given by name")
                    .help("write `port` as a number, or remove `endPort`");
            ctx.report(&end, "`port` beside it is a name", diagnostic);
            None
        }
        (Some(IntOrString::String(name)), None) => {
            check_port_name(ctx, &at.key("port"), name);
            Some(PortMatch::Named {
                protocol,
                name: name.clone(),
            })
        }
    }
}
