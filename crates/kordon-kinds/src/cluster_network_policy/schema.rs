//! `ClusterNetworkPolicy` as written.

use serde::Deserialize;

use crate::frame::known_fields;

known_fields! {
    /// `spec`.
    pub(super) struct Spec { tier, priority, subject, ingress, egress }
}

known_fields! {
    /// One rule of ingress. `ports` is what earlier versions called `protocols`.
    pub(super) struct IngressRule { name, action, from, protocols, ports }
}

known_fields! {
    /// One rule of egress. `ports` is what earlier versions called `protocols`.
    pub(super) struct EgressRule { name, action, to, protocols, ports }
}

known_fields! {
    /// One entry of `protocols`.
    pub(super) struct Protocol { tcp, udp, sctp, destination_named_port }
}

known_fields! {
    /// What is said of one protocol.
    pub(super) struct Attributes { destination_port }
}

known_fields! {
    /// A destination port.
    pub(super) struct Port { number, range }
}

/// A range of ports.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Range {
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
}
