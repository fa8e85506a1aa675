//! From `EndpointSlice` to addresses and ports that serve a service.

use kordon_core::model::{Item, Protocol, ServiceEndpoints};

use super::{address, unless_broken};
use crate::at::At;
use crate::cluster::schema::endpoint_slice::EndpointSlice;
use crate::context::Context;
use crate::network::{port_number, protocol};

/// The label that names the service.
const SERVICE: &str = "kubernetes.io/service-name";

/// Lowers one object.
pub(in crate::cluster) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let written: EndpointSlice = ctx.read(&At::Root);
    let Some(service) = ctx.metadata.labels.get(SERVICE).cloned() else {
        return Vec::new();
    };
    let mut addresses = Vec::new();
    if written.address_type.as_deref() != Some("FQDN") {
        let list = At::Root.key("endpoints");
        for (index, endpoint) in written.endpoints.iter().enumerate() {
            let at = list.index(index);
            let list = at.key("addresses");
            for (index, text) in endpoint.addresses.iter().enumerate() {
                addresses.extend(address(ctx, &list.index(index), text));
            }
        }
    }
    let ports = ports(ctx, &written);
    let endpoints = ServiceEndpoints {
        namespace: ctx.namespace().to_owned(),
        service,
        addresses,
        ports,
    };
    unless_broken(ctx, Item::ServiceEndpoints(endpoints))
}

/// "If this is not specified, ports are not restricted and must be interpreted in the context of
/// the specific consumer": a port without a number is every port of its protocol.
fn ports(ctx: &mut Context<'_>, written: &EndpointSlice) -> Vec<(Protocol, Option<u16>)> {
    let list = At::Root.key("ports");
    let mut ports = Vec::new();
    for (index, port) in written.ports.iter().enumerate() {
        let at = list.index(index);
        let protocol = protocol(ctx, &at.key("protocol"), port.protocol.as_deref());
        let number = match port.port {
            Some(number) => port_number(ctx, &at.key("port"), number).map(Some),
            None => Some(None),
        };
        ports.extend(protocol.zip(number));
    }
    ports
}
