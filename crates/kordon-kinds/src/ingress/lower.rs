//! From `Ingress` to entry points: one for each backend.

use kordon_core::model::{EntryPort, Item};
use kordon_syntax::{Diagnostic, quoted};

use super::schema::{Backend, HttpPath, Port, Rule, ServiceBackend, Spec};
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::entry::{self, Served, check_host, note_not_followed, required};
use crate::frame::Frame;
use crate::network::{check_port_name, port_number};

const PATH_TYPES: [&str; 3] = ["Exact", "Prefix", "ImplementationSpecific"];

/// Lowers one object.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let written: Spec = ctx.read(&spec);
    if written.default_backend.is_none() && written.rules.is_empty() && ctx.errors() == 0 {
        let diagnostic = Diagnostic::error(
            codes::REQUIRED,
            "an Ingress needs `rules` or a `defaultBackend`",
        )
        .help("add `rules`, each with the paths that lead to a service");
        ctx.report(&spec, "leads nowhere", diagnostic);
    }
    let mut items = Vec::new();
    if let Some(backend) = &written.default_backend {
        let served = Served::by_itself(Vec::new());
        items.extend(point(ctx, &spec.key("defaultBackend"), backend, &served));
    }
    let rules = spec.key("rules");
    for (index, rule) in written.rules.iter().enumerate() {
        items.extend(rule_points(ctx, &rules.index(index), rule));
    }
    if ctx.errors() == 0 { items } else { Vec::new() }
}

fn rule_points(ctx: &mut Context<'_>, at: &At<'_>, rule: &Rule) -> Vec<Item> {
    let host = rule.host.as_ref().filter(|host| !host.is_empty());
    if let Some(host) = host {
        check_host(ctx, &at.key("host"), host);
    }
    let Some(http) = &rule.http else {
        return Vec::new();
    };
    let served = Served::by_itself(host.cloned().into_iter().collect());
    let http_at = at.key("http");
    let list = http_at.key("paths");
    if http.paths.is_empty() {
        let diagnostic = Diagnostic::error(codes::REQUIRED, "`http` needs at least one path")
            .help("add `paths`, each with `path`, `pathType` and `backend`");
        ctx.report(&list, "no paths", diagnostic);
    }
    let paths = http.paths.iter().enumerate();
    paths
        .filter_map(|(index, path)| path_point(ctx, &list.index(index), path, &served))
        .collect()
}

fn path_point(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    path: &HttpPath,
    served: &Served,
) -> Option<Item> {
    check_path(ctx, at, path);
    let Some(backend) = &path.backend else {
        let diagnostic = Diagnostic::error(codes::REQUIRED, "`backend` is missing")
            .help("add `backend: {service: {name: .., port: {number: ..}}}`");
        ctx.report(&at.key("backend"), "required here", diagnostic);
        return None;
    };
    point(ctx, &at.key("backend"), backend, served)
}

fn check_path(ctx: &mut Context<'_>, at: &At<'_>, path: &HttpPath) {
    let field = at.key("pathType");
    let Some(kind) = required(ctx, at, "pathType", path.path_type.as_deref()) else {
        return;
    };
    if !PATH_TYPES.contains(&kind.as_str()) {
        let diagnostic = Diagnostic::error(
            codes::VALUE,
            format!("{} is not a type of path", quoted(&kind)),
        )
        .help("the types are `Exact`, `Prefix` and `ImplementationSpecific`");
        ctx.report_word(&field, "unknown type", diagnostic, &PATH_TYPES);
    } else if kind != "ImplementationSpecific" {
        let text = path.path.as_deref().unwrap_or_default();
        if !text.starts_with('/') {
            let message = format!("{} does not begin with `/`", quoted(text));
            let diagnostic = Diagnostic::error(codes::VALUE, message)
                .help(format!("write a path such as `/` for `pathType: {kind}`"));
            ctx.report(&at.key("path"), "expected an absolute path", diagnostic);
        }
    }
}

fn point(ctx: &mut Context<'_>, at: &At<'_>, backend: &Backend, served: &Served) -> Option<Item> {
    match (&backend.service, &backend.resource) {
        (Some(service), None) => {
            let at = at.key("service");
            let backend = service_backend(ctx, &at, service)?;
            Some(served.point(&at, backend))
        }
        (None, Some(resource)) => {
            note_not_followed(ctx, &at.key("resource"), &resource.kind);
            None
        }
        _ => {
            let diagnostic = Diagnostic::error(
                codes::VALUE,
                "a backend is either a `service` or a `resource`",
            )
            .help("write `service: {name: .., port: {number: ..}}`");
            ctx.report(at, "expected one of the two", diagnostic);
            None
        }
    }
}

fn service_backend(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    service: &ServiceBackend,
) -> Option<entry::Backend> {
    let name = required(ctx, at, "name", service.name.as_deref());
    let port = port(ctx, &at.key("port"), &service.port);
    Some(entry::Backend {
        namespace: ctx.namespace().to_owned(),
        service: name?,
        port: port?,
    })
}

/// "name is the name of the port on the Service. This is a mutually exclusive setting with
/// 'Number'."
fn port(ctx: &mut Context<'_>, at: &At<'_>, port: &Port) -> Option<EntryPort> {
    let name = port.name.as_ref().filter(|name| !name.is_empty());
    match (name, port.number.filter(|number| *number != 0)) {
        (Some(name), None) => {
            check_port_name(ctx, &at.key("name"), name);
            Some(EntryPort::Name(name.clone()))
        }
        (None, Some(number)) => port_number(ctx, &at.key("number"), number).map(EntryPort::Number),
        _ => {
            let diagnostic = Diagnostic::error(
                codes::REQUIRED,
                "the port of a service is given by either `name` or `number`",
            )
            .help("write `port: {number: 80}` or `port: {name: http}`");
            ctx.report(at, "expected one of the two", diagnostic);
            None
        }
    }
}
