//! Conditions on the ends of connections in a form that an analysis can take apart.
//!
//! Owns the way back from compiled selectors, peers and ports to texts. Must not know what is made
//! of a condition.

use ipnet::IpNet;

use crate::compile::{
    CompiledAttribute, CompiledMatch, CompiledPeer, CompiledPort, CompiledSelector, CompiledTest,
    CompiledValue, NamespaceTest,
};
use crate::model::PortMatch;
use crate::rule::{self, Direction, Sense};
use crate::snapshot::{NAME_LABEL, Snapshot};
use crate::symbol::Symbol;

/// By what conditions tell workloads apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// The name of the namespace, which is also the value of the namespace's name label.
    Namespace,
    /// Any other label of the namespace.
    NamespaceLabel(String),
    /// A label of its own.
    Label(String),
    /// The name of the service account.
    Account,
    /// The address by which it takes part.
    Address,
    /// That it declares the connection's port under this name.
    PortName(String),
}

/// Values of a property.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Values {
    /// Any value, as long as there is one.
    Present,
    /// One of these.
    OneOf(Vec<String>),
    /// An address of the block.
    Block(IpNet),
    /// Such a value among others: a condition on parts of texts, which no list of values says.
    Like(String),
}

/// A condition on a workload.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// The property has such a value.
    Is(Property, Values),
    /// All hold; an empty list always does.
    All(Vec<Condition>),
    /// At least one holds; an empty list never does.
    Any(Vec<Condition>),
    /// The inner condition does not hold.
    Not(Box<Condition>),
    /// It has the address of a node whose labels satisfy the condition, as no pod has.
    Node(Box<Condition>),
    /// It serves this service, which depends on the port as well.
    Service(String, String),
    /// A snapshot lacks the fact to tell, for this reason.
    Unknown(String),
}

/// What a clause of a rule asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// One end has to satisfy the condition, or must not.
    End(rule::End, Sense, Condition),
    /// The port has to be among these, or must not.
    Ports(Sense, Vec<PortMatch>),
    /// A snapshot lacks the fact to tell, for this reason.
    Unknown(String),
}

impl Condition {
    /// A condition that always holds.
    pub const ALWAYS: Self = Self::All(Vec::new());

    /// A condition that never holds.
    pub const NEVER: Self = Self::Any(Vec::new());

    fn any(parts: impl Iterator<Item = Self>) -> Self {
        let parts: Vec<Self> = parts.collect();
        match <[Self; 1]>::try_from(parts) {
            Ok([part]) => part,
            Err(parts) => Self::Any(parts),
        }
    }
}

impl Snapshot {
    /// What a condition of a rule that guards one direction asks.
    pub(super) fn form(&self, test: &CompiledTest, direction: Direction) -> Form {
        let peer = match direction {
            Direction::Egress => rule::End::Destination,
            Direction::Ingress => rule::End::Source,
        };
        match test {
            CompiledTest::Peers(peers) => Form::End(peer, Sense::OneOf, self.any_peer(peers)),
            CompiledTest::End(test) => {
                Form::End(test.end, test.sense, self.any_peer(&test.alternatives))
            }
            CompiledTest::Ports(ports) => Form::Ports(Sense::OneOf, self.port_matches(ports)),
            CompiledTest::NotPorts(ports) => Form::Ports(Sense::NoneOf, self.port_matches(ports)),
            CompiledTest::Api(_) => Form::End(peer, Sense::OneOf, Condition::NEVER),
            CompiledTest::Unknown(reason) => Form::Unknown(reason.to_string()),
            _ => Form::Unknown("only a proxy of the mesh can tell".to_owned()),
        }
    }

    fn port_matches(&self, ports: &[CompiledPort]) -> Vec<PortMatch> {
        let port = |port: &CompiledPort| match *port {
            CompiledPort::Range {
                protocol,
                first,
                last,
            } => PortMatch::Range {
                protocol,
                first,
                last,
            },
            CompiledPort::Named { protocol, name } => PortMatch::Named {
                protocol,
                name: self.owned(name),
            },
        };
        ports.iter().map(port).collect()
    }

    fn any_peer(&self, peers: &[CompiledPeer]) -> Condition {
        Condition::any(peers.iter().map(|peer| self.peer_condition(peer)))
    }

    fn peer_condition(&self, peer: &CompiledPeer) -> Condition {
        match peer {
            CompiledPeer::Workloads {
                namespaces,
                workloads,
            } => Condition::All(vec![
                self.namespace_condition(namespaces),
                self.selector_condition(workloads, Property::Label),
            ]),
            CompiledPeer::Block(block) => {
                let except = block.except.iter();
                let except = except.map(|net| Condition::Not(Box::new(in_block(*net))));
                let parts = std::iter::once(in_block(block.block)).chain(except);
                has_address(Condition::All(parts.collect()))
            }
            CompiledPeer::Nodes(selector) => {
                Condition::Node(Box::new(self.selector_condition(selector, Property::Label)))
            }
            CompiledPeer::Endpoints(condition) => {
                let mut blocks = self.blocks_of_groups(condition);
                blocks.sort_unstable();
                blocks.dedup();
                let blocks = Condition::any(blocks.into_iter().map(in_block));
                let workload = self.match_condition(condition);
                Condition::Any(vec![workload, has_address(blocks)])
            }
            CompiledPeer::Service { namespace, name } => {
                Condition::Service(self.owned(*namespace), self.owned(*name))
            }
            CompiledPeer::Unknown(reason) => Condition::Unknown(reason.to_string()),
        }
    }

    /// A condition on namespaces.
    pub(super) fn namespace_condition(&self, namespaces: &NamespaceTest) -> Condition {
        match namespaces {
            NamespaceTest::Any => Condition::ALWAYS,
            NamespaceTest::Named(name) => {
                Condition::Is(Property::Namespace, Values::OneOf(vec![self.owned(*name)]))
            }
            NamespaceTest::Matching(selector) => self.selector_condition(selector, namespace_label),
        }
    }

    /// A condition on labels.
    pub(super) fn selector_condition(
        &self,
        selector: &CompiledSelector,
        of: fn(String) -> Property,
    ) -> Condition {
        let is = |key: Symbol, values: Values| Condition::Is(of(self.owned(key)), values);
        let one_of = |values: &[Symbol]| {
            let values = values.iter().map(|value| self.owned(*value));
            Values::OneOf(values.collect())
        };
        let not = |condition| Condition::Not(Box::new(condition));
        let each = |parts: &[CompiledSelector]| -> Vec<Condition> {
            let parts = parts.iter();
            parts
                .map(|part| self.selector_condition(part, of))
                .collect()
        };
        match selector {
            CompiledSelector::Everything => Condition::ALWAYS,
            CompiledSelector::Has(key) => is(*key, Values::Present),
            CompiledSelector::Lacks(key) => not(is(*key, Values::Present)),
            CompiledSelector::Pair(pair) => is(pair.key(), one_of(&[pair.value()])),
            CompiledSelector::In(key, values) => is(*key, one_of(values)),
            CompiledSelector::NotIn(key, values) => not(is(*key, one_of(values))),
            CompiledSelector::All(parts) => Condition::All(each(parts)),
            CompiledSelector::Any(parts) => Condition::Any(each(parts)),
            CompiledSelector::Not(inner) => not(self.selector_condition(inner, of)),
        }
    }

    /// A condition on attributes, for workloads.
    pub(super) fn match_condition(&self, condition: &CompiledMatch) -> Condition {
        let each = |parts: &[CompiledMatch]| -> Vec<Condition> {
            parts
                .iter()
                .map(|part| self.match_condition(part))
                .collect()
        };
        match condition {
            CompiledMatch::Everything => Condition::ALWAYS,
            CompiledMatch::All(parts) => Condition::All(each(parts)),
            CompiledMatch::Any(parts) => Condition::Any(each(parts)),
            CompiledMatch::Not(inner) => Condition::Not(Box::new(self.match_condition(inner))),
            CompiledMatch::Is(attribute, value) => self.attribute_condition(*attribute, value),
        }
    }

    fn attribute_condition(
        &self,
        attribute: CompiledAttribute,
        value: &CompiledValue,
    ) -> Condition {
        let property = match attribute {
            CompiledAttribute::Label(key) => Property::Label(self.owned(key)),
            CompiledAttribute::NamespaceLabel(key) => namespace_label(self.owned(key)),
            CompiledAttribute::Namespace => Property::Namespace,
            CompiledAttribute::Account => Property::Account,
            CompiledAttribute::AccountLabel(key) => return self.account_condition(key, value),
        };
        Condition::Is(
            property,
            match value {
                CompiledValue::Present => Values::Present,
                CompiledValue::In(values) => {
                    Values::OneOf(values.iter().map(|value| self.owned(*value)).collect())
                }
                CompiledValue::Contains(text)
                | CompiledValue::StartsWith(text)
                | CompiledValue::EndsWith(text) => Values::Like(text.to_string()),
            },
        )
    }

    /// A condition on a label of the service account: it holds for those of the accounts with
    /// known labels that satisfy it.
    fn account_condition(&self, key: Symbol, value: &CompiledValue) -> Condition {
        let accounts = self.accounts_with_label(key, |found| {
            value.admits_text(found, || self.symbols.text(found))
        });
        let is =
            |property, name: Symbol| Condition::Is(property, Values::OneOf(vec![self.owned(name)]));
        Condition::any(accounts.into_iter().map(|(namespace, name)| {
            Condition::All(vec![
                is(Property::Namespace, namespace),
                is(Property::Account, name),
            ])
        }))
    }

    fn owned(&self, symbol: Symbol) -> String {
        self.symbols.text(symbol).to_owned()
    }
}

/// A label of a namespace: the name label is the name.
fn namespace_label(key: String) -> Property {
    if key == NAME_LABEL {
        Property::Namespace
    } else {
        Property::NamespaceLabel(key)
    }
}

/// Where no address is known no block holds it.
fn has_address(condition: Condition) -> Condition {
    let known = Condition::Is(Property::Address, Values::Present);
    Condition::All(vec![known, condition])
}

fn in_block(net: IpNet) -> Condition {
    Condition::Is(Property::Address, Values::Block(net))
}
