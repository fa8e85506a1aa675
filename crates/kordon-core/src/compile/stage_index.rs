//! The keys by which a stage's rules are found: labels, namespaces and addresses of the peer,
//! and the port.

mod message;

use std::net::IpAddr;

use ipnet::IpNet;
use rustc_hash::FxHashMap;

use super::index::{Dimension, Index, IndexBuilder, Keys};
use super::{
    CompiledAttribute, CompiledPeer, CompiledPolicy, CompiledPort, CompiledRule, CompiledTest,
    LabelView, NamespaceTest, RuleAt,
};
use crate::model::Protocol;
use crate::symbol::{Pair, Symbol};

pub(crate) use message::{host_key, identity_key, method_key, path_key};

/// The sizes of blocks of ports, as powers of two: from one port to all 65,536.
const PORT_LEVELS: u32 = 17;

/// An index over the rules of a stage.
#[derive(Clone, Debug)]
pub(crate) struct StageIndex {
    pub(crate) index: Index,
    /// The rules by their number in the index, in rank order.
    pub(crate) items: Box<[RuleAt]>,
    /// The prefix lengths that blocks of the stage have.
    pub(crate) prefixes: Box<[Prefix]>,
    /// The sizes of blocks of ports that the stage's ranges are made of, a bit for each.
    pub(crate) port_levels: u32,
    /// Whether any rule speaks of addresses.
    pub(crate) has_blocks: bool,
    /// Whether any rule speaks of what groups of addresses may be.
    pub(crate) has_endpoints: bool,
}

/// The length of a prefix in one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Prefix {
    V4(u8),
    V6(u8),
}

/// Builds the index of a stage over its policies in rank order.
pub(crate) fn build(policies: &[&CompiledPolicy]) -> StageIndex {
    let rules: Vec<(RuleAt, &CompiledRule)> = (0_u32..)
        .zip(policies)
        .flat_map(|(policy, compiled)| {
            (0_u32..)
                .zip(compiled.rules())
                .map(move |(rule, r)| (RuleAt { policy, rule }, r))
        })
        .collect();
    let frequency = frequencies(&rules);
    let mut builder = IndexBuilder::default();
    for (_, rule) in &rules {
        builder.push(rule_keys(rule, &frequency));
    }
    let blocks: Vec<IpNet> = rules
        .iter()
        .flat_map(|(_, rule)| peers(rule))
        .filter_map(net)
        .collect();
    let mut prefixes: Vec<Prefix> = blocks.iter().map(prefix).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    StageIndex {
        index: builder.build(),
        items: rules.iter().map(|(at, _)| *at).collect(),
        prefixes: prefixes.into(),
        port_levels: port_levels(&rules),
        has_blocks: !blocks.is_empty(),
        has_endpoints: rules
            .iter()
            .flat_map(|(_, rule)| peers(rule))
            .any(|peer| matches!(peer, CompiledPeer::Endpoints(_))),
    }
}

fn peers(rule: &CompiledRule) -> impl Iterator<Item = &CompiledPeer> {
    rule.clauses.iter().flat_map(|clause| match &clause.test {
        CompiledTest::Peers(peers) => &**peers,
        _ => &[],
    })
}

fn net(peer: &CompiledPeer) -> Option<IpNet> {
    match peer {
        CompiledPeer::Block(block) => Some(block.block),
        _ => None,
    }
}

/// How many peers could be found by each key.
fn frequencies(rules: &[(RuleAt, &CompiledRule)]) -> FxHashMap<u64, usize> {
    let mut frequency = FxHashMap::default();
    for key in rules
        .iter()
        .flat_map(|(_, rule)| peers(rule))
        .flat_map(alternatives)
        .flatten()
    {
        *frequency.entry(key).or_default() += 1;
    }
    frequency
}

fn rule_keys(rule: &CompiledRule, frequency: &FxHashMap<u64, usize>) -> Keys {
    let mut keys = Keys::default();
    for dimension in message::DIMENSIONS {
        keys.set(dimension, message::keys(&rule.clauses, dimension));
    }
    for clause in &rule.clauses {
        match &clause.test {
            CompiledTest::Peers(peers) => {
                let chosen: Option<Vec<Vec<u64>>> =
                    peers.iter().map(|peer| rarest(peer, frequency)).collect();
                // Of several clauses about the peer any will do; one without keys says nothing.
                if let Some(chosen) = chosen {
                    keys.set(Dimension::Peer, Some(chosen.concat()));
                }
            }
            CompiledTest::Ports(ports) => {
                let chosen: Option<Vec<Vec<u64>>> = ports.iter().copied().map(port_keys).collect();
                if let Some(chosen) = chosen {
                    keys.set(Dimension::Port, Some(chosen.concat()));
                }
            }
            _ => {}
        }
    }
    keys
}

/// The most telling of the key sets by which a peer can be found.
fn rarest(peer: &CompiledPeer, frequency: &FxHashMap<u64, usize>) -> Option<Vec<u64>> {
    let count = |key: &u64| frequency.get(key).copied().unwrap_or(0);
    alternatives(peer)
        .into_iter()
        .min_by_key(|keys| (keys.iter().map(count).max().unwrap_or(0), keys.len()))
}

/// Key sets, of each of which a matching peer has one key.
fn alternatives(peer: &CompiledPeer) -> Vec<Vec<u64>> {
    match peer {
        CompiledPeer::Workloads {
            namespaces,
            workloads,
        } => {
            let label_keys = |pairs: Vec<Pair>| pairs.into_iter().map(label_key).collect();
            let mut sets: Vec<Vec<u64>> = workloads
                .required_pairs()
                .into_iter()
                .map(label_keys)
                .collect();
            match namespaces {
                NamespaceTest::Any => {}
                NamespaceTest::Named(name) => sets.push(vec![namespace_key(*name)]),
                NamespaceTest::Matching(selector) => {
                    sets.extend(selector.required_pairs().into_iter().map(|pairs| {
                        pairs
                            .into_iter()
                            .map(namespace_label_key)
                            .collect::<Vec<_>>()
                    }));
                }
            }
            sets
        }
        CompiledPeer::Block(block) => vec![vec![block_key(block.block)]],
        CompiledPeer::Endpoints(endpoints) => endpoints
            .required()
            .into_iter()
            .filter_map(|(attribute, values)| {
                let key = |value: &Symbol| attribute_key(attribute, *value);
                values.iter().map(key).collect()
            })
            .collect(),
        CompiledPeer::Nodes(_) | CompiledPeer::Service { .. } | CompiledPeer::Unknown(_) => {
            Vec::new()
        }
    }
}

/// Calls `each` with every key by which a rule may find a peer: those of a pod's namespace, of its
/// labels and of its namespace's labels, and those of the address.
pub(crate) fn peer_keys(
    pod: Option<PodKeys<'_>>,
    address: Option<IpAddr>,
    prefixes: &[Prefix],
    each: &mut dyn FnMut(u64),
) {
    if let Some(pod) = pod {
        each(namespace_key(pod.namespace));
        for &pair in pod.labels.0 {
            each(label_key(pair));
        }
        for &pair in pod.namespace_labels.0 {
            each(namespace_label_key(pair));
        }
    }
    if let Some(address) = address {
        let blocks = prefixes
            .iter()
            .filter_map(|prefix| block_of(address, *prefix));
        blocks.for_each(each);
    }
}

/// What a pod is found by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PodKeys<'a> {
    pub(crate) namespace: Symbol,
    pub(crate) labels: LabelView<'a>,
    pub(crate) namespace_labels: LabelView<'a>,
}

fn block_of(address: IpAddr, prefix: Prefix) -> Option<u64> {
    let ((IpAddr::V4(_), Prefix::V4(length)) | (IpAddr::V6(_), Prefix::V6(length))) =
        (address, prefix)
    else {
        return None;
    };
    IpNet::new(address, length).ok().map(block_key)
}

fn prefix(net: &IpNet) -> Prefix {
    match net {
        IpNet::V4(net) => Prefix::V4(net.prefix_len()),
        IpNet::V6(net) => Prefix::V6(net.prefix_len()),
    }
}

fn port_keys(port: CompiledPort) -> Option<Vec<u64>> {
    match port {
        CompiledPort::Range {
            protocol,
            first,
            last,
        } => {
            let key = |(level, block)| port_block_key(protocol, level, block);
            Some(port_blocks(first, last).into_iter().map(key).collect())
        }
        CompiledPort::Named { .. } => None,
    }
}

/// A range of ports as blocks, each of a size that is a power of two and beginning at a multiple
/// of its size, at most two of any size: the size's exponent, and the number of the block among
/// those of its size.
fn port_blocks(first: u16, last: u16) -> Vec<(u32, u32)> {
    let (mut next, end) = (u32::from(first), u32::from(last) + 1);
    let mut blocks = Vec::new();
    while next < end {
        let fits = (end - next).ilog2();
        let level = fits.min(next.trailing_zeros());
        blocks.push((level, next >> level));
        next += 1 << level;
    }
    blocks
}

fn port_levels(rules: &[(RuleAt, &CompiledRule)]) -> u32 {
    let clauses = rules.iter().flat_map(|(_, rule)| &rule.clauses);
    let ports = clauses.flat_map(|clause| match &clause.test {
        CompiledTest::Ports(ports) => &**ports,
        _ => &[],
    });
    ports
        .flat_map(|port| match *port {
            CompiledPort::Range { first, last, .. } => port_blocks(first, last),
            CompiledPort::Named { .. } => Vec::new(),
        })
        .fold(0, |levels, (level, _)| levels | 1 << level)
}

/// Calls `each` with every key by which a rule may find a port: those of the blocks that it is in.
pub(crate) fn connection_port_keys(
    protocol: Protocol,
    port: u16,
    levels: u32,
    each: &mut dyn FnMut(u64),
) {
    for level in (0..PORT_LEVELS).filter(|level| levels & (1 << level) != 0) {
        each(port_block_key(protocol, level, u32::from(port) >> level));
    }
}

fn port_block_key(protocol: Protocol, level: u32, block: u32) -> u64 {
    u64::from(protocol.0) << 40 | u64::from(level) << 32 | u64::from(block)
}

/// The key of an attribute's value, for attributes by which rules are found.
pub(crate) fn attribute_key(attribute: CompiledAttribute, value: Symbol) -> Option<u64> {
    match attribute {
        CompiledAttribute::Label(key) => Some(label_key(Pair::new(key, value))),
        CompiledAttribute::NamespaceLabel(key) => Some(namespace_label_key(Pair::new(key, value))),
        CompiledAttribute::Namespace => Some(namespace_key(value)),
        CompiledAttribute::AccountLabel(_) | CompiledAttribute::Account => None,
    }
}

fn label_key(pair: Pair) -> u64 {
    tagged(1, pair.number())
}

fn namespace_label_key(pair: Pair) -> u64 {
    tagged(2, pair.number())
}

fn namespace_key(name: Symbol) -> u64 {
    tagged(3, u64::from(name.number()))
}

fn block_key(net: IpNet) -> u64 {
    match net.trunc() {
        IpNet::V4(net) => tagged(
            4,
            u64::from(net.network().to_bits()) << 8 | u64::from(net.prefix_len()),
        ),
        IpNet::V6(net) => {
            let bits = net.network().to_bits();
            let high = u64::try_from(bits >> 64).unwrap_or(0);
            let low = u64::try_from(bits & u128::from(u64::MAX)).unwrap_or(0);
            tagged(
                5,
                tagged(6, high) ^ low.rotate_left(8) ^ u64::from(net.prefix_len()),
            )
        }
    }
}

/// Keys of different sorts share one space. Two may fall together: a request then looks at a
/// rule that does not match, and evaluates it.
fn tagged(tag: u64, key: u64) -> u64 {
    key.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ tag.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::sync::Arc;

    use super::*;
    use crate::compile::Query;
    use crate::id::PolicyId;
    use crate::model::{NamespaceMatch, ObjectRef, PortMatch, Selector};
    use crate::rule::{
        Clause, Combine, Direction, Effect, Order, Peer, Plane, Policy, Rule, Rules, Stage, Target,
        Test, Ties,
    };
    use crate::symbol::Symbols;

    /// A rule for peers with two labels, of which all rules share the first.
    fn rule(number: u16) -> Rule {
        let label = |key: &str, value: String| Selector::In(key.to_owned(), vec![value]);
        let peer = Peer::Workloads {
            namespaces: NamespaceMatch::Matching(Selector::Everything),
            workloads: Selector::All(vec![
                label("team", "shop".to_owned()),
                label("app", number.to_string()),
            ]),
        };
        let clause = |field: &'static str, test| Clause {
            field: field.into(),
            test,
        };
        Rule {
            path: kordon_syntax::FieldPath::default(),
            name: None,
            effect: Effect::Allow,
            clauses: vec![
                clause("from", Test::Peers(vec![peer])),
                clause("ports", Test::Ports(vec![PortMatch::all(Protocol::TCP)])),
            ],
        }
    }

    struct Ask<'a> {
        labels: &'a [Pair],
        levels: u32,
    }

    impl Query for Ask<'_> {
        fn each_key(&self, dimension: Dimension, each: &mut dyn FnMut(u64)) {
            match dimension {
                Dimension::Peer => {
                    let labels = LabelView(self.labels);
                    let pod = PodKeys {
                        namespace: Symbol::ABSENT,
                        labels,
                        namespace_labels: LabelView(&[]),
                    };
                    peer_keys(Some(pod), None, &[], each);
                }
                Dimension::Port => connection_port_keys(Protocol::TCP, 80, self.levels, each),
                _ => {}
            }
        }
    }

    #[test]
    fn a_rule_is_found_by_the_label_that_few_rules_share() {
        let mut symbols = Symbols::default();
        let stage = Stage {
            order: Order(0.0),
            name: "test".to_owned(),
            combine: Combine::Isolate,
            ties: Ties::Reference,
        };
        let policy = Policy {
            plane: Plane::Network,
            stage: stage.clone(),
            order: Order(0.0),
            path: kordon_syntax::FieldPath::default(),
            target: Target::Workloads {
                direction: Direction::Ingress,
                namespaces: NamespaceMatch::Named("shop".to_owned()),
                workloads: Selector::Everything,
            },
            rules: Rules::Own((0..500).map(rule).collect()),
        };
        let object = Arc::new(ObjectRef::namespaced("", "Policy", "shop", "many"));
        let (id, stage) = (PolicyId(0), Arc::new(stage));
        let compiled = CompiledPolicy::new(&mut symbols, id, &object, 0, stage, None, &policy);
        let index = build(&[&compiled]);

        let pair = |symbols: &mut Symbols, key: &str, value: &str| {
            Pair::new(symbols.intern(key), symbols.intern(value))
        };
        let labels = [
            pair(&mut symbols, "team", "shop"),
            pair(&mut symbols, "app", "77"),
        ];
        let ask = Ask {
            labels: &labels,
            levels: index.port_levels,
        };
        let mut visited = Vec::new();
        index.index.visit(&ask, &mut |item| {
            visited.push(item);
            ControlFlow::Continue(())
        });
        assert_eq!(visited, [77]);
    }

    #[test]
    fn a_port_shares_a_key_with_exactly_the_ranges_that_hold_it() {
        let ranges = [
            (0, 65_535),
            (1, 65_535),
            (80, 80),
            (1_000, 2_000),
            (17, 4_711),
            (0, 0),
        ];
        let edges = [
            0_u16, 1, 16, 17, 79, 80, 81, 999, 1_000, 1_500, 2_000, 2_001, 4_711, 65_535,
        ];
        for (first, last) in ranges {
            let protocol = Protocol::TCP;
            let keys = port_keys(CompiledPort::Range {
                protocol,
                first,
                last,
            })
            .unwrap();
            let own_levels = port_blocks(first, last)
                .iter()
                .fold(0, |levels, (level, _)| levels | 1 << level);
            for (port, levels) in edges.iter().flat_map(|&p| [(p, u32::MAX), (p, own_levels)]) {
                let mut shares = false;
                connection_port_keys(protocol, port, levels, &mut |key| {
                    shares |= keys.contains(&key);
                });
                assert_eq!(
                    shares,
                    (first..=last).contains(&port),
                    "{port} in {first}-{last}"
                );
            }
        }
    }
}
