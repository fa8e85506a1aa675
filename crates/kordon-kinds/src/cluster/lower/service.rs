//! From `Service` to a stable name with ports.

use kordon_core::model::{Item, NamedPort, Protocol, Service, ServicePort, TargetPort};
use kordon_syntax::{Diagnostic, IntOrString, quoted};

use super::{address, unless_broken};
use crate::at::At;
use crate::cluster::schema::service::{self, ServiceSpec};
use crate::codes;
use crate::context::Context;
use crate::frame::Frame;
use crate::metadata::check_labels;
use crate::network::{port_number, protocol};

const TYPES: [&str; 4] = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"];

/// A cluster IP of this text makes a service headless.
const HEADLESS: &str = "None";

/// Lowers one object.
pub(in crate::cluster) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let written: ServiceSpec = ctx.read(&spec);
    check_labels(ctx, &spec.key("selector"), &written.selector);
    check_type(ctx, &spec.key("type"), written.kind.as_deref());
    check_ports(ctx, &spec, &written);
    let external = written.kind.as_deref() == Some("ExternalName");
    let list = spec.key("ports");
    let ports = written
        .ports
        .iter()
        .enumerate()
        .filter_map(|(index, port)| service_port(ctx, &list.index(index), port))
        .collect();
    let addresses = addresses(ctx, &spec, &written);
    let service = Service {
        namespace: ctx.namespace().to_owned(),
        name: ctx.id.name.to_string(),
        selector: Some(written.selector).filter(|selector| !selector.is_empty() && !external),
        addresses,
        external_name: written.external_name.filter(|_| external),
        ports,
    };
    unless_broken(ctx, Item::Service(service))
}

fn check_type(ctx: &mut Context<'_>, at: &At<'_>, written: Option<&str>) {
    let Some(kind) = written.filter(|kind| !TYPES.contains(kind)) else {
        return;
    };
    let diagnostic = Diagnostic::error(
        codes::VALUE,
        format!("{} is not a type of service", quoted(kind)),
    )
    .help("the types are `ClusterIP`, `NodePort`, `LoadBalancer` and `ExternalName`");
    ctx.report_word(at, "unknown type", diagnostic, &TYPES);
}

fn check_ports(ctx: &mut Context<'_>, spec: &At<'_>, written: &ServiceSpec) {
    let external = written.kind.as_deref() == Some("ExternalName");
    if written.ports.is_empty() && !external && !is_headless(written) {
        let diagnostic = Diagnostic::error(codes::REQUIRED, "a service needs at least one port")
            .help("add `ports`, or `clusterIP: None` if it has none");
        ctx.report(&spec.key("ports"), "no ports", diagnostic);
    }
}

fn is_headless(written: &ServiceSpec) -> bool {
    let mut texts = written.cluster_ips.iter().chain(&written.cluster_ip);
    texts.any(|text| text == HEADLESS)
}

fn addresses(ctx: &mut Context<'_>, spec: &At<'_>, written: &ServiceSpec) -> Vec<std::net::IpAddr> {
    let list = spec.key("clusterIPs");
    let mut addresses = Vec::new();
    for (index, text) in written.cluster_ips.iter().enumerate() {
        if !text.is_empty() && text != HEADLESS {
            addresses.extend(address(ctx, &list.index(index), text));
        }
    }
    let single = written
        .cluster_ip
        .as_deref()
        .filter(|text| !text.is_empty() && *text != HEADLESS);
    if let Some(text) = single.filter(|_| written.cluster_ips.is_empty()) {
        addresses.extend(address(ctx, &spec.key("clusterIP"), text));
    }
    addresses
}

fn service_port(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    written: &service::ServicePort,
) -> Option<ServicePort> {
    let protocol = protocol(ctx, &at.key("protocol"), written.protocol.as_deref());
    let Some(number) = written.port else {
        let diagnostic =
            Diagnostic::error(codes::REQUIRED, "a port needs `port`").help("add `port: ..`");
        ctx.report(&at.key("port"), "no `port`", diagnostic);
        return None;
    };
    let port = port_number(ctx, &at.key("port"), number)?;
    // "If this is not specified, the value of the 'port' field is used (an identity map)."
    let target = match &written.target_port {
        None | Some(IntOrString::Int(0)) => TargetPort::Number(port),
        Some(IntOrString::String(name)) if name.is_empty() => TargetPort::Number(port),
        Some(IntOrString::Int(number)) => {
            TargetPort::Number(port_number(ctx, &at.key("targetPort"), *number)?)
        }
        Some(IntOrString::String(name)) => TargetPort::Name(name.clone()),
    };
    let name = written.name.clone().unwrap_or_default();
    let protocol = protocol.unwrap_or(Protocol::TCP);
    Some(ServicePort {
        port: NamedPort {
            name,
            protocol,
            port,
        },
        target,
    })
}
