//! From routes of every kind to entry points: one for each backend.

use kordon_core::model::{EntryPort, Item, ObjectRef, Opening, Parent, Protocol};
use kordon_syntax::{Diagnostic, Severity};

use super::GROUP;
use super::schema::{BackendRef, Filter, ParentRef, RouteSpec};
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::entry::{Backend, Served, check_host, note_not_followed, required};
use crate::frame::Frame;
use crate::network::port_number;

/// Lowers an `HTTPRoute`.
pub(super) fn lower_http(ctx: &mut Context<'_>) -> Vec<Item> {
    lower(ctx, Protocol::TCP)
}

/// Lowers a `GRPCRoute`.
pub(super) fn lower_grpc(ctx: &mut Context<'_>) -> Vec<Item> {
    lower(ctx, Protocol::TCP)
}

/// Lowers a `TLSRoute`.
pub(super) fn lower_tls(ctx: &mut Context<'_>) -> Vec<Item> {
    lower(ctx, Protocol::TCP)
}

/// Lowers a `TCPRoute`.
pub(super) fn lower_tcp(ctx: &mut Context<'_>) -> Vec<Item> {
    lower(ctx, Protocol::TCP)
}

/// Lowers a `UDPRoute`.
pub(super) fn lower_udp(ctx: &mut Context<'_>) -> Vec<Item> {
    lower(ctx, Protocol::UDP)
}

fn lower(ctx: &mut Context<'_>, protocol: Protocol) -> Vec<Item> {
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let written: RouteSpec = ctx.read(&spec);
    let hosts = spec.key("hostnames");
    for (index, host) in written.hostnames.iter().enumerate() {
        check_host(ctx, &hosts.index(index), host);
    }
    let served = Served {
        protocol,
        hosts: written.hostnames.clone(),
        opening: Opening::Parents(parents(ctx, &spec, &written)),
    };
    let mut items = Vec::new();
    let rules = spec.key("rules");
    for (index, rule) in written.rules.iter().enumerate() {
        let at = rules.index(index);
        let list = at.key("backendRefs");
        for (index, backend) in rule.backend_refs.iter().enumerate() {
            let at = list.index(index);
            items.extend(point(ctx, &at, backend, &served));
            items.extend(mirrors(ctx, &at, &backend.filters, &served));
        }
        items.extend(mirrors(ctx, &at, &rule.filters, &served));
    }
    if ctx.errors() == 0 { items } else { Vec::new() }
}

/// The objects that a route "wants to be attached to".
fn parents(ctx: &mut Context<'_>, spec: &At<'_>, written: &RouteSpec) -> Vec<Parent> {
    let list = spec.key("parentRefs");
    if written.parent_refs.is_empty() {
        let message = format!(
            "this {} hangs on no Gateway, so it serves nothing",
            ctx.id.kind
        );
        let mut diagnostic = Diagnostic::new(codes::NOT_ATTACHED, Severity::Warning, message);
        diagnostic
            .help
            .push("add `parentRefs: [{name: ..}]` with the name of a Gateway".to_owned());
        ctx.report(&list, "no `parentRefs`", diagnostic);
    }
    let mut parents = Vec::new();
    for (index, parent) in written.parent_refs.iter().enumerate() {
        parents.extend(read_parent(ctx, &list.index(index), parent));
    }
    parents
}

fn read_parent(ctx: &mut Context<'_>, at: &At<'_>, written: &ParentRef) -> Option<Parent> {
    let name = required(ctx, at, "name", written.name.as_deref());
    let port = match written.port {
        Some(number) => Some(port_number(ctx, &at.key("port"), number)?),
        None => None,
    };
    let group = written.group.as_deref().unwrap_or(GROUP);
    let kind = written.kind.as_deref().unwrap_or("Gateway");
    // A service as the parent is a mesh's: such a route is for connections inside the cluster.
    if group.is_empty() {
        note_not_followed(ctx, at, kind);
        return None;
    }
    let namespace = written.namespace.as_deref().unwrap_or(ctx.namespace());
    Some(Parent {
        path: at.path(),
        object: ObjectRef::namespaced(group, kind, namespace, &name?),
        listener: written.section_name.clone(),
        port,
    })
}

/// "If weight is set to 0, no traffic should be forwarded for this entry."
fn point(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    written: &BackendRef,
    served: &Served,
) -> Option<Item> {
    let backend = backend(ctx, at, written)?;
    (written.weight != Some(0)).then(|| served.point(at, backend))
}

fn backend(ctx: &mut Context<'_>, at: &At<'_>, written: &BackendRef) -> Option<Backend> {
    let name = required(ctx, at, "name", written.name.as_deref());
    let kind = written.kind.as_deref().unwrap_or("Service");
    if kind != "Service" || !written.group.as_deref().unwrap_or_default().is_empty() {
        note_not_followed(ctx, at, kind);
        return None;
    }
    let port_at = at.key("port");
    let Some(number) = written.port else {
        // "Port is required when the referent is a Kubernetes Service."
        let diagnostic =
            Diagnostic::error(codes::REQUIRED, "a backend that is a service needs `port`")
                .help("add `port: ..` with the number of the service's port");
        ctx.report(&port_at, "required here", diagnostic);
        return None;
    };
    let port = port_number(ctx, &port_at, number)?;
    Some(Backend {
        namespace: written
            .namespace
            .clone()
            .unwrap_or_else(|| ctx.namespace().to_owned()),
        service: name?,
        port: EntryPort::Number(port),
    })
}

/// The backends that filters mirror requests to.
fn mirrors(ctx: &mut Context<'_>, at: &At<'_>, filters: &[Filter], served: &Served) -> Vec<Item> {
    let list = at.key("filters");
    let mut items = Vec::new();
    for (index, filter) in filters.iter().enumerate() {
        let Some(mirror) = &filter.request_mirror else {
            continue;
        };
        let filter = list.index(index);
        let mirrored = filter.key("requestMirror");
        let at = mirrored.key("backendRef");
        items.extend(point(ctx, &at, &mirror.backend_ref, served));
    }
    items
}
