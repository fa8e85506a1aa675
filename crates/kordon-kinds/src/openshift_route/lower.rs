//! From `Route` to entry points: one for each backend.

use kordon_core::model::{EntryPort, Item, TargetPort};
use kordon_syntax::{Diagnostic, IntOrString, quoted};

use super::schema::{Port, Spec, Target};
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::entry::{Backend, Served, check_host, required};
use crate::frame::Frame;
use crate::network::port_number;

/// Lowers one object.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let written: Spec = ctx.read(&spec);
    let host = written.host.filter(|host| !host.is_empty());
    if let Some(host) = &host {
        check_host(ctx, &spec.key("host"), host);
    }
    let port = match &written.port {
        Some(port) => target_port(ctx, &spec.key("port"), port),
        None => Some(EntryPort::All),
    };
    let served = Served::by_itself(host.into_iter().collect());
    let mut items = Vec::new();
    let to = written.to.unwrap_or_default();
    items.extend(point(ctx, &spec.key("to"), &to, port.as_ref(), &served));
    let list = spec.key("alternateBackends");
    for (index, target) in written.alternate_backends.iter().enumerate() {
        items.extend(point(
            ctx,
            &list.index(index),
            target,
            port.as_ref(),
            &served,
        ));
    }
    if ctx.errors() == 0 { items } else { Vec::new() }
}

fn target_port(ctx: &mut Context<'_>, at: &At<'_>, port: &Port) -> Option<EntryPort> {
    let at = at.key("targetPort");
    let target = match &port.target_port {
        Some(IntOrString::Int(number)) => TargetPort::Number(port_number(ctx, &at, *number)?),
        Some(IntOrString::String(name)) if !name.is_empty() => match name.parse() {
            Ok(number) => TargetPort::Number(number),
            Err(_) => TargetPort::Name(name.clone()),
        },
        _ => {
            let diagnostic = Diagnostic::error(codes::REQUIRED, "`port` needs `targetPort`")
                .help("write the name or number of a port, or leave `port` out for all ports");
            ctx.report(&at, "required here", diagnostic);
            return None;
        }
    };
    Some(EntryPort::Leading(target))
}

fn point(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    target: &Target,
    port: Option<&EntryPort>,
    served: &Served,
) -> Option<Item> {
    let kind = target.kind.as_deref().filter(|kind| !kind.is_empty());
    if let Some(kind) = kind.filter(|kind| *kind != "Service") {
        let message = format!("a route leads to a `Service`, not to a {}", quoted(kind));
        let diagnostic = Diagnostic::error(codes::VALUE, message).help("write `kind: Service`");
        ctx.report_word(
            &at.key("kind"),
            "expected `Service`",
            diagnostic,
            &["Service"],
        );
    }
    let service = required(ctx, at, "name", target.name.as_deref())?;
    if let Some(weight) = target.weight.filter(|weight| !(0..=256).contains(weight)) {
        let diagnostic = Diagnostic::error(codes::VALUE, format!("`{weight}` is not a weight"))
            .help("weights are 0 to 256");
        ctx.report(&at.key("weight"), "expected 0 to 256", diagnostic);
    }
    let backend = Backend {
        namespace: ctx.namespace().to_owned(),
        service,
        port: port?.clone(),
    };
    (target.weight != Some(0)).then(|| served.point(at, backend))
}
