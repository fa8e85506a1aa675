//! Subjects and peers of the tiers.

use kordon_core::model::{AddressBlock, NamespaceMatch, Selector};
use kordon_core::rule::{Direction, Effect, Peer};
use kordon_syntax::{Diagnostic, quoted};

use super::{Dialect, one_of};
use crate::address_block::read_block;
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::frame::known_fields;
use crate::label_selector::read_selector;

known_fields! {
    /// A subject, and a peer of ingress.
    struct Pods { namespaces, pods }
}

known_fields! {
    /// A peer of egress.
    struct EgressPeer { namespaces, pods, nodes, networks, domain_names }
}

known_fields! {
    /// `pods` of either.
    struct NamespacedPod { namespace_selector, pod_selector }
}

const PODS: [&str; 2] = ["namespaces", "pods"];

/// Reads `spec.subject`.
pub(super) fn subject(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    dialect: &Dialect,
) -> Option<(NamespaceMatch, Selector)> {
    let before = ctx.errors();
    if !ctx.has(at) {
        let diagnostic = Diagnostic::error(codes::REQUIRED, "`spec` needs `subject`")
            .help("add `subject: {namespaces: {}}` for every pod of the cluster");
        ctx.report(at, "no `subject`", diagnostic);
        return None;
    }
    let _: Pods = ctx.read(at);
    let field = one_of(ctx, at, &PODS)?;
    let selected = pods(ctx, &at.key(field), field, dialect);
    (ctx.errors() == before).then_some(selected)
}

/// Reads one peer, which may stand for several in the IR.
pub(super) fn read(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    direction: Direction,
    dialect: &Dialect,
    effect: Option<Effect>,
) -> Vec<Peer> {
    let fields: &[&'static str] = match direction {
        Direction::Ingress => {
            let _: Pods = ctx.read(at);
            &PODS
        }
        Direction::Egress => {
            let _: EgressPeer = ctx.read(at);
            dialect.egress_peers
        }
    };
    if direction == Direction::Egress
        && ctx.has(&at.key("domainNames"))
        && !fields.contains(&"domainNames")
    {
        let message = format!("a {} cannot speak of domain names", ctx.id.kind);
        let diagnostic =
            Diagnostic::error(codes::PEER, message).help("write the addresses under `networks`");
        ctx.report(
            &at.key("domainNames"),
            "not a peer of this kind",
            diagnostic,
        );
        return Vec::new();
    }
    let Some(field) = one_of(ctx, at, fields) else {
        return Vec::new();
    };
    let value = at.key(field);
    match field {
        "nodes" => vec![Peer::Nodes(read_selector(ctx, &value))],
        "networks" => networks(ctx, &value),
        "domainNames" => domain_names(ctx, &value, effect),
        _ => {
            let (namespaces, workloads) = pods(ctx, &value, field, dialect);
            vec![Peer::Workloads {
                namespaces,
                workloads,
            }]
        }
    }
}

fn pods(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    field: &str,
    dialect: &Dialect,
) -> (NamespaceMatch, Selector) {
    let everything = (
        NamespaceMatch::Matching(Selector::Everything),
        Selector::Everything,
    );
    if explain_old_shape(ctx, at, field) {
        return everything;
    }
    if field == "namespaces" {
        return (
            NamespaceMatch::Matching(read_selector(ctx, at)),
            Selector::Everything,
        );
    }
    let _: NamespacedPod = ctx.read(at);
    for selector in dialect.required_selectors {
        if !ctx.has(&at.key(selector)) {
            let diagnostic =
                Diagnostic::error(codes::REQUIRED, format!("`pods` needs `{selector}`"))
                    .help(format!("add `{selector}: {{}}` to select all"));
            ctx.report(&at.key(selector), "missing selector", diagnostic);
        }
    }
    let namespaces = read_selector(ctx, &at.key("namespaceSelector"));
    (
        NamespaceMatch::Matching(namespaces),
        read_selector(ctx, &at.key("podSelector")),
    )
}

/// Until v0.1.5 of the API peers nested their selectors deeper and could compare labels of
/// namespaces. Texts that show those forms are still around.
fn explain_old_shape(ctx: &mut Context<'_>, at: &At<'_>, field: &str) -> bool {
    const FORMER: [(&str, &str, &str); 4] = [
        (
            "namespaces",
            "namespaceSelector",
            "write `namespaces: {matchLabels: ..}`, without `namespaceSelector`",
        ),
        (
            "namespaces",
            "sameLabels",
            "comparing labels was removed; list the namespaces by `matchLabels`",
        ),
        (
            "namespaces",
            "notSameLabels",
            "comparing labels was removed; list the namespaces by `matchExpressions`",
        ),
        (
            "pods",
            "namespaces",
            "write `pods: {namespaceSelector: .., podSelector: ..}`",
        ),
    ];
    let mut found = false;
    for (_, former, instead) in FORMER.iter().filter(|(parent, ..)| *parent == field) {
        let place = at.key(former);
        if ctx.node(&place).is_some() {
            let message = format!("`{former}` under `{field}` is the form of an earlier version");
            let diagnostic = Diagnostic::error(codes::OLD_SHAPE, message).help(*instead);
            ctx.report_key(&place, "takes no effect", diagnostic);
            found = true;
        }
    }
    found
}

fn networks(ctx: &mut Context<'_>, at: &At<'_>) -> Vec<Peer> {
    let written: Vec<String> = ctx.read(at);
    check_not_empty(ctx, at, written.len());
    let mut peers = Vec::new();
    for (index, text) in written.iter().enumerate() {
        let block = read_block(ctx, &at.index(index), text);
        peers.extend(block.map(|block| {
            Peer::Block(AddressBlock {
                block,
                except: Vec::new(),
            })
        }));
    }
    peers
}

fn domain_names(ctx: &mut Context<'_>, at: &At<'_>, effect: Option<Effect>) -> Vec<Peer> {
    let written: Vec<String> = ctx.read(at);
    check_not_empty(ctx, at, written.len());
    // "DomainNames is only supported for Accept rules."
    if effect.is_some_and(|effect| effect != Effect::Allow) {
        let diagnostic = Diagnostic::error(
            codes::PEER,
            "only a rule that allows can speak of domain names",
        )
        .help("allow the names, and deny all networks in a later rule");
        ctx.report(at, "in a rule that does not allow", diagnostic);
    }
    for (index, name) in written.iter().enumerate() {
        if !is_domain_name(name) {
            let message = format!("{name} is not a domain name", name = quoted(name));
            let diagnostic = Diagnostic::error(codes::PEER, message)
                .help("expected a name such as `example.com`, or `*.example.com` for all below it");
            ctx.report(&at.index(index), "not a domain name", diagnostic);
        }
    }
    let names = written
        .iter()
        .map(|name| quoted(name))
        .collect::<Vec<_>>()
        .join(", ");
    vec![Peer::Unknown(format!(
        "the addresses of {names} are not known"
    ))]
}

fn check_not_empty(ctx: &mut Context<'_>, at: &At<'_>, count: usize) {
    if count == 0 {
        let diagnostic = Diagnostic::error(codes::REQUIRED, "this list is empty")
            .help("add an item, or remove the field");
        ctx.report(at, "expected at least one item", diagnostic);
    }
}

/// The pattern of the API: at least two labels, perhaps `*.` before them and a dot after them.
fn is_domain_name(text: &str) -> bool {
    let text = text.strip_prefix("*.").unwrap_or(text);
    let text = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        let bytes = label.as_bytes();
        let inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        end(bytes.first()) && end(bytes.last()) && bytes.iter().all(inner)
    };
    text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_names_have_two_labels_and_a_star_only_in_front() {
        for good in ["kubernetes.io", "*.kubernetes.io", "a.b.c.", "x_y.example"] {
            assert!(is_domain_name(good), "{good}");
        }
        for bad in ["", "io", "*.io", "*", "a.*.b", "-a.b", "a..b", "*a.b.c"] {
            assert!(!is_domain_name(bad), "{bad}");
        }
    }
}
