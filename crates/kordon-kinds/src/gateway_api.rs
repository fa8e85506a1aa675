//! The Gateway API: `Gateway`, the routes that hang on it, and `ReferenceGrant`.
//!
//! What they say (Gateway API reference):
//!
//! - A Gateway listens: each listener has a port, a protocol, perhaps a host name, and says routes
//!   of which kinds and namespaces may hang on it, by default of its own namespace and of the kinds
//!   that fit the protocol.
//! - A route names its parents, perhaps one listener (`sectionName`) or port of them, and leads to
//!   ports of services. A backend of weight 0 gets no traffic; one that a filter mirrors requests
//!   to does.
//! - For a backend in another namespace "a `ReferenceGrant` object is required in the referent
//!   namespace to allow that namespace's owner to accept the reference".
//! - A route serves a host name if it and the listener share one.
//!
//! A parent that is no Gateway is not looked at, and neither are `ListenerSet`, extensions and
//! backends that are no services. This module must not know what policies say of connections.

mod gateway;
mod grant;
mod route;
mod schema;

use crate::kind::{Kind, Role, Scope};
use crate::names::NameRule;

/// The API group.
const GROUP: &str = "gateway.networking.k8s.io";

pub(crate) const GATEWAY: Kind = Kind {
    group: GROUP,
    versions: &["v1", "v1beta1"],
    kind: "Gateway",
    plural: "gateways",
    scope: Scope::Namespaced,
    role: Role::Inventory,
    names: NameRule::Subdomain,
    lower: gateway::lower,
};

pub(crate) const HTTP_ROUTE: Kind = Kind {
    kind: "HTTPRoute",
    plural: "httproutes",
    lower: route::lower_http,
    ..GATEWAY
};

pub(crate) const GRPC_ROUTE: Kind = Kind {
    versions: &["v1", "v1alpha2"],
    kind: "GRPCRoute",
    plural: "grpcroutes",
    lower: route::lower_grpc,
    ..GATEWAY
};

pub(crate) const TLS_ROUTE: Kind = Kind {
    versions: &["v1", "v1alpha3", "v1alpha2"],
    kind: "TLSRoute",
    plural: "tlsroutes",
    lower: route::lower_tls,
    ..GATEWAY
};

pub(crate) const TCP_ROUTE: Kind = Kind {
    versions: &["v1alpha2"],
    kind: "TCPRoute",
    plural: "tcproutes",
    lower: route::lower_tcp,
    ..GATEWAY
};

pub(crate) const UDP_ROUTE: Kind = Kind {
    versions: &["v1alpha2"],
    kind: "UDPRoute",
    plural: "udproutes",
    lower: route::lower_udp,
    ..GATEWAY
};

pub(crate) const REFERENCE_GRANT: Kind = Kind {
    versions: &["v1beta1", "v1", "v1alpha2"],
    kind: "ReferenceGrant",
    plural: "referencegrants",
    lower: grant::lower,
    ..GATEWAY
};
