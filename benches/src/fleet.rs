//! Fleets: namespaces, pods and network policies as objects, and connections among them.

mod crowd;
mod objects;

use std::net::{IpAddr, Ipv4Addr};

use kordon::model::{AddressBlock, Object, PortMatch, Protocol, Selector};
use kordon::rule::Peer;
use kordon::{ConnectionRequest, Endpoint, Port, Request};
use oorandom::Rand64;

use crate::choice::{below, chance, pick};
use crate::company::REQUESTS;

pub use self::crowd::Crowd;
pub use self::objects::{NetworkRules, namespace, network_policy, pod};

const APPS: usize = 20;
const REPLICAS: usize = 5;
const PODS_A_NAMESPACE: usize = APPS * REPLICAS;
const TIERS: [&str; 3] = ["front", "back", "data"];
/// The port that every pod declares as `http`.
const HTTP: u16 = 8080;

/// Objects and requests.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// The objects.
    pub objects: Vec<Object>,
    /// What is asked.
    pub connections: Vec<Connection>,
}

/// How alike the replicas of an application are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replicas {
    /// Of a `Deployment`: they share all labels.
    Alike,
    /// Of a `StatefulSet`: each has a label with its own name.
    Distinct,
}

/// A connection to ask about.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Who opens it.
    pub from: End,
    /// Where it goes.
    pub to: End,
    /// The port.
    pub port: u16,
}

/// An end of a connection.
#[derive(Clone, Debug)]
pub enum End {
    /// A pod, by namespace and name.
    Pod(String, String),
    /// An address.
    Address(IpAddr),
}

impl End {
    fn as_endpoint(&self) -> Endpoint<'_> {
        match self {
            Self::Pod(namespace, name) => Endpoint::Named { namespace, name },
            Self::Address(address) => Endpoint::Address(*address),
        }
    }
}

impl Connection {
    /// The request as the engine takes it.
    pub fn as_connection(&self) -> ConnectionRequest<'_> {
        ConnectionRequest {
            from: self.from.as_endpoint(),
            to: self.to.as_endpoint(),
            protocol: Protocol::TCP,
            port: Port::Number(self.port),
            session: None,
        }
    }

    /// The request as the engine takes it.
    pub fn as_request(&self) -> Request<'_> {
        Request::Connection(self.as_connection())
    }
}

impl Fleet {
    /// A fleet as they are: a hundred pods a namespace, five of each of twenty applications.
    /// Policies come evenly to all namespaces: one that denies by default, one that lets egress
    /// to DNS pass, then for each application one for ingress and one for egress, then the same
    /// again with other ports.
    pub fn realistic(policies: usize, pods: usize, replicas: Replicas, seed: u64) -> Self {
        let namespaces = pods.div_ceil(PODS_A_NAMESPACE).max(1);
        let mut draft = Draft {
            random: Rand64::new(u128::from(seed)),
            namespaces,
        };
        let mut objects: Vec<Object> = (0..namespaces).map(namespace).collect();
        objects.extend((0..pods).map(|number| pod(number, replicas)));
        objects.extend((0..policies).map(|n| draft.policy(n / namespaces, n % namespaces)));
        let guarded = (policies / namespaces)
            .saturating_sub(2)
            .div_ceil(2)
            .clamp(1, APPS);
        let connections = (0..REQUESTS)
            .map(|_| draft.connection(pods, guarded))
            .collect();
        Self {
            objects,
            connections,
        }
    }
}

impl Fleet {
    /// Namespaces with a policy each that has many rules for ingress, drawn as those of a
    /// realistic fleet; no pods and no connections.
    pub fn of_long_policies(policies: usize, rules: usize, seed: u64) -> Self {
        let mut draft = Draft {
            random: Rand64::new(u128::from(seed)),
            namespaces: policies,
        };
        let mut objects: Vec<Object> = (0..policies).map(namespace).collect();
        objects.extend((0..policies).map(|number| {
            let ingress = (0..rules)
                .filter_map(|app| draft.ingress(number, app, 9000).ingress)
                .flatten()
                .collect();
            let rules = NetworkRules {
                ingress: Some(ingress),
                egress: None,
            };
            network_policy(number, "long", &Selector::Everything, rules)
        }));
        Self {
            objects,
            connections: Vec::new(),
        }
    }
}

/// What a realistic fleet is drawn from.
struct Draft {
    random: Rand64,
    namespaces: usize,
}

impl Draft {
    /// The policy of a round for a namespace.
    fn policy(&mut self, round: usize, namespace: usize) -> Object {
        let app = round.saturating_sub(2) / 2;
        let target = Selector::In("app".to_owned(), vec![app_name(app)]);
        // After the last application the rounds go on with other ports.
        let port = u16::try_from(9000 + app / APPS * 100).unwrap_or(u16::MAX - 10);
        let (name, selector, rules) = match (round, round % 2) {
            (0, _) => ("default-deny".to_owned(), Selector::Everything, isolating()),
            (1, _) => ("dns".to_owned(), Selector::Everything, dns()),
            (_, 0) => (
                format!("in-{round}"),
                target,
                self.ingress(namespace, app, port),
            ),
            _ => (format!("out-{round}"), target, self.egress(namespace, port)),
        };
        network_policy(namespace, &name, &selector, rules)
    }

    /// From two applications of other namespaces, from two tiers of its own and, in every fifth
    /// policy, from a block.
    fn ingress(&mut self, namespace: usize, app: usize, port: u16) -> NetworkRules {
        let mut peers: Vec<Peer> = (0..2)
            .map(|_| {
                let other = below(&mut self.random, self.namespaces);
                objects::pods_of(
                    objects::namespace_labelled("kubernetes.io/metadata.name", &ns(other)),
                    Selector::In(
                        "app".to_owned(),
                        vec![app_name(below(&mut self.random, APPS))],
                    ),
                )
            })
            .collect();
        let tiers = vec!["front".to_owned(), "back".to_owned()];
        let own = Selector::In("tier".to_owned(), tiers);
        peers.push(objects::pods_of(objects::namespace_named(namespace), own));
        if app.is_multiple_of(5) {
            let except = format!("10.{}.0.0/16", below(&mut self.random, 4));
            peers.extend(block("10.0.0.0/8", &[&except]));
        }
        let ports = vec![
            PortMatch::Named {
                protocol: Some(Protocol::TCP),
                name: "http".to_owned(),
            },
            PortMatch::Range {
                protocol: Protocol::TCP,
                first: port,
                last: port + 10,
            },
        ];
        NetworkRules {
            ingress: Some(vec![(peers, ports)]),
            egress: None,
        }
    }

    /// To its own namespace, to production and to a block outside.
    fn egress(&mut self, namespace: usize, port: u16) -> NetworkRules {
        let ports = || {
            vec![
                PortMatch::single(Protocol::TCP, HTTP),
                PortMatch::single(Protocol::TCP, port + 5),
            ]
        };
        let tier = pick(&mut self.random, &TIERS).to_owned();
        let own = objects::pods_of(
            objects::namespace_named(namespace),
            Selector::NotIn("tier".to_owned(), vec![tier]),
        );
        let production = objects::pods_of(
            objects::namespace_labelled("env", "production"),
            Selector::Everything,
        );
        let outside = block("203.0.113.0/24", &[]).into_iter().collect();
        NetworkRules {
            ingress: None,
            egress: Some(vec![
                (vec![own, production], ports()),
                (outside, vec![PortMatch::single(Protocol::TCP, 443)]),
            ]),
        }
    }

    /// Half of the connections stay in a namespace, most go between applications with policies.
    fn connection(&mut self, pods: usize, guarded: usize) -> Connection {
        let from = self.place(pods, guarded);
        let to = if chance(&mut self.random, 50) {
            let near = from / PODS_A_NAMESPACE * PODS_A_NAMESPACE;
            near + self.place(PODS_A_NAMESPACE, guarded)
        } else {
            self.place(pods, guarded)
        };
        let outside = chance(&mut self.random, 5);
        Connection {
            from: pod_end(from),
            to: if outside {
                End::Address(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)))
            } else {
                pod_end(to.min(pods.saturating_sub(1)))
            },
            port: if outside {
                443
            } else {
                pick(&mut self.random, &[HTTP, HTTP, HTTP, 9005, 5432])
            },
        }
    }

    /// A pod, in four of five cases of an application with policies.
    fn place(&mut self, pods: usize, guarded: usize) -> usize {
        let number = below(&mut self.random, pods);
        if chance(&mut self.random, 20) {
            return number;
        }
        let in_namespace = below(&mut self.random, guarded) * REPLICAS + number % REPLICAS;
        (number / PODS_A_NAMESPACE * PODS_A_NAMESPACE + in_namespace).min(pods.saturating_sub(1))
    }
}

fn isolating() -> NetworkRules {
    NetworkRules {
        ingress: Some(Vec::new()),
        egress: Some(Vec::new()),
    }
}

fn dns() -> NetworkRules {
    let system = objects::namespace_labelled("kubernetes.io/metadata.name", "kube-system");
    let peers = vec![objects::pods_of(system, Selector::Everything)];
    let ports = [Protocol::UDP, Protocol::TCP].map(|protocol| PortMatch::single(protocol, 53));
    NetworkRules {
        ingress: None,
        egress: Some(vec![(peers, ports.into())]),
    }
}

/// A block of addresses as a peer. The texts of this crate are blocks; another gives no peer.
fn block(block: &str, except: &[&str]) -> Option<Peer> {
    let block = AddressBlock::new(block, except.iter().copied()).ok()?;
    Some(Peer::Block(block))
}

fn pod_end(number: usize) -> End {
    End::Pod(ns(number / PODS_A_NAMESPACE), pod_name(number))
}

fn ns(number: usize) -> String {
    format!("ns-{number}")
}

fn app_name(app: usize) -> String {
    format!("app-{}", app % APPS)
}

/// The application of a pod: the first pods of a namespace are those of its first application.
fn app_of(pod: usize) -> usize {
    pod % PODS_A_NAMESPACE / REPLICAS
}

fn pod_name(number: usize) -> String {
    format!("{}-{}", app_name(app_of(number)), number % REPLICAS)
}

/// The numbers from an address on.
fn address(first: Ipv4Addr, number: usize) -> Ipv4Addr {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    Ipv4Addr::from_bits(first.to_bits().wrapping_add(number))
}
