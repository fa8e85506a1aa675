//! From `Gateway` to listeners.

use kordon_core::model::{Entry, Item, Listener, NamespaceMatch, Selector};
use kordon_syntax::{Diagnostic, quoted};

use super::GROUP;
use super::schema::{self, AllowedRoutes, GatewaySpec};
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::entry::{check_host, required};
use crate::frame::Frame;
use crate::label_selector::read_selector;
use crate::network::port_number;

const FROM: [&str; 4] = ["All", "Selector", "Same", "None"];

/// Lowers one object.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let written: GatewaySpec = ctx.read(&spec);
    required(
        ctx,
        &spec,
        "gatewayClassName",
        written.gateway_class_name.as_deref(),
    );
    let list = spec.key("listeners");
    if written.listeners.is_empty() {
        let diagnostic =
            Diagnostic::error(codes::REQUIRED, "a Gateway needs at least one listener")
                .help("add `listeners`, each with `name`, `port` and `protocol`");
        ctx.report(&list, "no listeners", diagnostic);
    }
    let listeners = written.listeners.iter().enumerate();
    let items: Vec<Item> = listeners
        .filter_map(|(index, written)| listener(ctx, &list.index(index), written))
        .map(|listener| Item::Entry(Entry::Listener(listener)))
        .collect();
    if ctx.errors() == 0 { items } else { Vec::new() }
}

fn listener(ctx: &mut Context<'_>, at: &At<'_>, written: &schema::Listener) -> Option<Listener> {
    let name = required(ctx, at, "name", written.name.as_deref());
    let protocol = required(ctx, at, "protocol", written.protocol.as_deref());
    let host = written.hostname.clone().filter(|host| !host.is_empty());
    if let Some(host) = &host {
        check_host(ctx, &at.key("hostname"), host);
    }
    let port_at = at.key("port");
    let port = if let Some(number) = written.port {
        port_number(ctx, &port_at, number)
    } else {
        let diagnostic =
            Diagnostic::error(codes::REQUIRED, "`port` is missing").help("add `port: ..`");
        ctx.report(&port_at, "required here", diagnostic);
        None
    };
    let allowed = at.key("allowedRoutes");
    let namespaces = namespaces(ctx, &allowed.key("namespaces"), &written.allowed_routes);
    Some(Listener {
        name: name?,
        port: port?,
        host,
        kinds: kinds(&protocol?, &written.allowed_routes),
        namespaces,
    })
}

/// "When unspecified or empty, the kinds of Routes selected are determined using the Listener
/// protocol."
fn kinds(protocol: &str, allowed: &AllowedRoutes) -> Vec<(String, String)> {
    let of_protocol: &[&str] = match protocol {
        "HTTP" | "HTTPS" => &["HTTPRoute", "GRPCRoute"],
        "TLS" => &["TLSRoute", "TCPRoute"],
        "TCP" => &["TCPRoute"],
        "UDP" => &["UDPRoute"],
        // A protocol of somebody else's: which kinds fit it is not known.
        _ => &[],
    };
    if allowed.kinds.is_empty() {
        let kinds = of_protocol.iter();
        return kinds
            .map(|kind| (GROUP.to_owned(), (*kind).to_owned()))
            .collect();
    }
    let kinds = allowed.kinds.iter();
    kinds
        .map(|kind| {
            let group = kind.group.clone().unwrap_or_else(|| GROUP.to_owned());
            (group, kind.kind.clone().unwrap_or_default())
        })
        .collect()
}

fn namespaces(ctx: &mut Context<'_>, at: &At<'_>, allowed: &AllowedRoutes) -> NamespaceMatch {
    let from = allowed.namespaces.from.as_deref().unwrap_or("Same");
    match from {
        "All" => NamespaceMatch::Matching(Selector::Everything),
        "Selector" => {
            let selector = at.key("selector");
            if !ctx.has(&selector) {
                let diagnostic =
                    Diagnostic::error(codes::REQUIRED, "`from: Selector` needs `selector`")
                        .help("add `selector: {matchLabels: {..}}`");
                ctx.report(&selector, "required here", diagnostic);
            }
            NamespaceMatch::Matching(read_selector(ctx, &selector))
        }
        "None" => NamespaceMatch::Matching(Selector::Any(Vec::new())),
        from => {
            if from != "Same" {
                let message = format!("{} does not say whose routes are allowed", quoted(from));
                let diagnostic = Diagnostic::error(codes::VALUE, message)
                    .help("write `All`, `Selector`, `Same` or `None`");
                ctx.report_word(&at.key("from"), "unknown word", diagnostic, &FROM);
            }
            NamespaceMatch::Named(ctx.namespace().to_owned())
        }
    }
}
