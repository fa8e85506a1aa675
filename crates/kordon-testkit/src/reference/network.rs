//! Network policies of Kubernetes: NetworkPolicy v1, AdminNetworkPolicy and
//! BaselineAdminNetworkPolicy v1alpha1, ClusterNetworkPolicy v1alpha2, and the policies of Calico.
//!
//! Owns what connections these kinds allow, each side of a connection apart. Must not know the
//! engine. Quoted sentences come from the API documentation of `networking.k8s.io/v1` and of
//! `policy.networking.k8s.io`.

use serde_json::Value;

pub use self::endpoint::{Endpoint, EndpointError};

use self::cluster::Cluster;
use self::flow::{Direction, Flow};
use super::value::flatten;

mod calico;
mod cluster;
mod endpoint;
mod flow;
mod network_policy;
mod port;
mod tier;

/// The policies and the inventory of one cluster.
#[derive(Clone, Debug)]
pub struct Network {
    cluster: Cluster,
    isolating: Vec<network_policy::NetworkPolicy>,
    admin: Vec<tier::TierPolicy>,
    baseline: Vec<tier::TierPolicy>,
    calico: calico::Calico,
}

/// A connection, by the addresses that it has after any Service was resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Who opens it.
    pub from: Endpoint,
    /// Who is to accept it.
    pub to: Endpoint,
    /// The destination's port.
    pub port: u16,
    /// The protocol in capitals, such as `TCP`.
    pub protocol: String,
    /// The IP family that it uses. If absent: that of an endpoint given by address, or else the
    /// first of the destination's that the source has as well.
    pub family: Option<Family>,
}

/// An IP family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// What one side says to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It lets it pass.
    Allow,
    /// It stops it.
    Deny,
    /// A fact is missing that could change the answer. It counts as a denial.
    Unknown,
}

/// The verdict of one side, and whether some policy gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// The verdict.
    pub verdict: Verdict,
    /// Whether a policy gave it; without one, everything passes.
    pub explicit: bool,
}

/// The verdicts of both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides {
    /// The source's side.
    pub egress: Side,
    /// The destination's side.
    pub ingress: Side,
    /// Whether both allow.
    pub allowed: bool,
}

impl Network {
    /// Reads namespaces, nodes, pods, controllers' templates and policies; other objects are
    /// passed over.
    pub fn new(objects: &[Value]) -> Self {
        let objects = flatten(objects);
        let (admin, baseline) = tier::read(&objects);
        Self {
            cluster: Cluster::read(&objects),
            isolating: network_policy::read(&objects),
            admin,
            baseline,
            calico: calico::Calico::read(&objects),
        }
    }

    /// What both sides of a connection say.
    pub fn decide(&self, connection: &Connection) -> Result<Sides, EndpointError> {
        let from = self.cluster.resolve(&connection.from)?;
        let to = self.cluster.resolve(&connection.to)?;
        let family = connection.family();
        let flow = |direction| Flow::new(direction, &from, &to, connection, family);
        // "For a connection from a source pod to a destination pod to be allowed, both the egress
        // policy on the source pod and the ingress policy on the destination pod need to allow
        // the connection."
        let egress = self.judge(&flow(Direction::Egress));
        let ingress = self.judge(&flow(Direction::Ingress));
        let allows = |side: Side| side.verdict == Verdict::Allow;
        Ok(Sides {
            egress,
            ingress,
            allowed: allows(egress) && allows(ingress),
        })
    }

    /// One side: admin tier, NetworkPolicy, baseline tier, and between them the tiers of Calico by
    /// their orders and names; and then everything passes.
    fn judge(&self, flow: &Flow<'_>) -> Side {
        if !flow.subject.is_pod() || flow.is_exempt() {
            return Side::IMPLICIT;
        }
        if self.calico.is_behind_host(flow) {
            return Side {
                verdict: Verdict::Unknown,
                explicit: true,
            };
        }
        let place = |order, name: &str| calico::Place(order, name.to_owned());
        let mut places = self.calico.places(flow);
        places.extend([
            place(1_000.0, "kube-admin"),
            place(1_000_000.0, "default"),
            place(10_000_000.0, "kube-baseline"),
        ]);
        places.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        let stages = places.iter().map(|place| match place.1.as_str() {
            "kube-admin" => tier::judge(&self.admin, flow, &self.cluster),
            "default" => self.calico.judge_default(&self.isolating, flow),
            "kube-baseline" => tier::judge(&self.baseline, flow, &self.cluster),
            name => self.calico.judge(name, flow),
        });
        let decided = stages.flatten().next();
        decided.map_or(Side::IMPLICIT, |verdict| Side {
            verdict,
            explicit: true,
        })
    }
}

impl Connection {
    /// A connection in the family that its endpoints suggest.
    pub fn new(from: Endpoint, to: Endpoint, port: u16, protocol: &str) -> Self {
        Self {
            from,
            to,
            port,
            protocol: protocol.to_owned(),
            family: None,
        }
    }

    /// Reads a connection in compact form (`kind: connection`).
    pub fn read(value: &Value) -> Result<Self, EndpointError> {
        let refused = || EndpointError::Connection(value.to_string());
        let field = |name: &str| value.get(name).ok_or_else(refused);
        let port = field("port")?
            .as_u64()
            .and_then(|port| u16::try_from(port).ok());
        let port = port.filter(|port| *port > 0).ok_or_else(refused)?;
        let protocol = field("protocol")?.as_str().ok_or_else(refused)?;
        if field("kind")? != "connection" {
            return Err(refused());
        }
        let (from, to) = (
            Endpoint::read(field("from")?)?,
            Endpoint::read(field("to")?)?,
        );
        Ok(Self::new(from, to, port, protocol))
    }

    fn family(&self) -> Option<Family> {
        let of = |endpoint: &Endpoint| match endpoint {
            Endpoint::Ip(ip) => Some(Family::of(*ip)),
            _ => None,
        };
        self.family
            .or_else(|| of(&self.to))
            .or_else(|| of(&self.from))
    }
}

impl Family {
    pub(crate) fn of(ip: std::net::IpAddr) -> Self {
        if ip.is_ipv4() { Self::V4 } else { Self::V6 }
    }
}

impl Side {
    /// Nothing has a say.
    const IMPLICIT: Self = Self {
        verdict: Verdict::Allow,
        explicit: false,
    };
}

#[cfg(test)]
mod tests;
