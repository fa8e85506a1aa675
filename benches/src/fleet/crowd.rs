//! Fleets that defeat an index: every policy selects the same pod.

use std::net::{IpAddr, Ipv4Addr};

use kordon::model::{PortMatch, Protocol, Selector};
use kordon::rule::Peer;
use oorandom::Rand64;

use super::{
    Connection, End, Fleet, HTTP, NetworkRules, Replicas, address, block, namespace,
    network_policy, objects, pod, pod_end,
};
use crate::choice::below;
use crate::company::REQUESTS;

/// What tells the policies apart that select one pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowd {
    /// Each admits an address of its own.
    Addresses,
    /// Each admits pods with a label of its own.
    Labels,
    /// Each admits one port, to an address block that they share.
    Ports,
    /// Each admits a range of thirty-two ports, to an address block that they share.
    Ranges,
    /// Each admits a block with a hole, and the blocks lie in one another.
    Nested,
}

impl Crowd {
    /// All crowds.
    pub const ALL: [Self; 5] = [
        Self::Addresses,
        Self::Labels,
        Self::Ports,
        Self::Ranges,
        Self::Nested,
    ];

    /// The crowd's name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Addresses => "addresses",
            Self::Labels => "labels",
            Self::Ports => "ports",
            Self::Ranges => "ranges",
            Self::Nested => "nested",
        }
    }

    fn rule(self, number: usize) -> (Vec<Peer>, Vec<PortMatch>) {
        let peers = |text: &str, except: &[&str]| block(text, except).into_iter().collect();
        let all = || vec![PortMatch::all(Protocol::TCP)];
        match self {
            Self::Addresses => (peers(&format!("{}/32", outside(number)), &[]), all()),
            Self::Labels => {
                let label = Selector::In("crowd".to_owned(), vec![format!("c-{number}")]);
                (
                    vec![objects::pods_of(objects::namespace_named(0), label)],
                    all(),
                )
            }
            Self::Ports => (
                peers("20.0.0.0/8", &[]),
                vec![PortMatch::single(Protocol::TCP, port(number))],
            ),
            Self::Ranges => {
                let first = port(number) & !31;
                let range = PortMatch::Range {
                    protocol: Protocol::TCP,
                    first,
                    last: first + 31,
                };
                (peers("20.0.0.0/8", &[]), vec![range])
            }
            Self::Nested => {
                // Only the longest block has no more than the hole and its neighbour.
                let length = 8 + number % 24;
                let hole = format!("{}/32", outside(number));
                (
                    peers(&format!("{}/{length}", outside(number)), &[&hole]),
                    vec![PortMatch::single(Protocol::TCP, port(number))],
                )
            }
        }
    }

    fn connection(self, number: usize, target: usize) -> Connection {
        // Every other request is one that no policy admits.
        let beyond = number % 2 == 1;
        let (from, to_port) = match self {
            Self::Addresses => (
                outside(if beyond { target + 0x0080_0000 } else { target }),
                HTTP,
            ),
            Self::Labels => (outside(target), HTTP),
            // The neighbour of a policy's hole lies in the policy's block.
            Self::Ports | Self::Ranges | Self::Nested => {
                (outside(target ^ 1), if beyond { 80 } else { port(target) })
            }
        };
        let from = match self {
            Self::Labels => pod_end(1 + number % PODS),
            _ => End::Address(IpAddr::V4(from)),
        };
        Connection {
            from,
            to: pod_end(0),
            port: to_port,
        }
    }
}

/// Pods of a crowd's namespace.
const PODS: usize = 99;

impl Fleet {
    /// Policies that all select the same pod. Half of the connections are admitted by none.
    pub fn crowded(crowd: Crowd, policies: usize, seed: u64) -> Self {
        let mut random = Rand64::new(u128::from(seed));
        let mut objects = vec![namespace(0)];
        objects.extend((0..=PODS).map(|number| labelled(number, policies)));
        objects.extend((0..policies).map(|number| {
            let rules = NetworkRules {
                ingress: Some(vec![crowd.rule(number)]),
                egress: None,
            };
            network_policy(0, &format!("only-{number}"), &Selector::Everything, rules)
        }));
        let connections = (0..REQUESTS)
            .map(|number| crowd.connection(number, below(&mut random, policies)))
            .collect();
        Self {
            objects,
            connections,
        }
    }
}

/// A pod; every other one has a label that one of the policies admits.
fn labelled(number: usize, policies: usize) -> kordon::model::Object {
    let mut object = pod(number, Replicas::Alike);
    let value = if number.is_multiple_of(2) {
        number * 7919 % policies.max(1)
    } else {
        usize::MAX
    };
    for item in &mut object.items {
        if let kordon::model::Item::Workload(workload) = item {
            workload
                .labels
                .insert("crowd".to_owned(), format!("c-{value}"));
        }
    }
    object
}

/// An address outside the cluster.
fn outside(number: usize) -> Ipv4Addr {
    address(Ipv4Addr::new(20, 0, 0, 0), number)
}

/// A port above 1024, below the last.
fn port(number: usize) -> u16 {
    u16::try_from(1024 + number % 64_000).unwrap_or(HTTP)
}
