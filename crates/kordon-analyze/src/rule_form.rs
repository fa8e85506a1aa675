//! Rules in a form that is the same in every snapshot, and what they ask of ends.
//!
//! Owns what has to be told apart for a rule to say the same of all workloads of a region. Must
//! not know who takes part.

use ipnet::IpNet;
use kordon_core::model::{PortMatch, Protocol};
use kordon_core::rule::{Direction, Effect, End as EndOf};
use kordon_core::view::{Condition, Form, Property, RuleView, Values};

/// A rule. Two are equal if they say the same, whatever the objects are called that state them.
#[derive(Clone, Debug)]
pub(crate) struct RuleForm {
    effect: Effect,
    forms: Vec<Form>,
    /// The object and the path.
    pub(crate) name: (String, String),
}

impl PartialEq for RuleForm {
    fn eq(&self, other: &Self) -> bool {
        (self.effect, &self.forms) == (other.effect, &other.forms)
    }
}

impl RuleForm {
    /// The form of a rule that guards one direction.
    pub(crate) fn new(rule: RuleView<'_>, direction: Direction) -> Self {
        let forms = rule.clauses().map(|clause| clause.form(direction));
        Self {
            effect: rule.effect(),
            forms: forms.collect(),
            name: (rule.policy.object().to_string(), rule.path().to_owned()),
        }
    }

    /// What the rule asks of the ends of a connection; of a destination also under which names it
    /// declares the port.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = (EndOf, Condition)> {
        self.forms.iter().flat_map(|form| match form {
            Form::End(end, _, condition) => vec![(*end, condition.clone())],
            Form::Ports(_, ports) => port_names(ports)
                .map(|condition| (EndOf::Destination, condition))
                .collect(),
            Form::Unknown(_) => Vec::new(),
        })
    }

    /// The blocks of addresses that the rule speaks of.
    pub(crate) fn blocks(&self) -> Vec<IpNet> {
        let conditions = self.conditions();
        conditions
            .flat_map(|(_, condition)| blocks(&condition))
            .collect()
    }

    /// The ports at which the rule begins or ceases to hold.
    pub(crate) fn borders(&self) -> impl Iterator<Item = (Protocol, u16)> {
        let ports = self.forms.iter().flat_map(|form| match form {
            Form::Ports(_, ports) => ports.as_slice(),
            _ => &[],
        });
        let ends = ports.flat_map(|port| match port {
            PortMatch::Range {
                protocol,
                first,
                last,
            } => vec![(*protocol, *first), (*protocol, last.saturating_add(1))],
            PortMatch::Named { .. } => Vec::new(),
        });
        ends.filter(|(protocol, port)| protocol.has_ports() && *port > 0)
    }
}

fn port_names(ports: &[PortMatch]) -> impl Iterator<Item = Condition> {
    ports.iter().filter_map(|port| match port {
        PortMatch::Named { name, .. } => {
            let property = Property::PortName(name.clone());
            Some(Condition::Is(property, Values::Present))
        }
        PortMatch::Range { .. } => None,
    })
}

/// The parts of a condition that are not made of others.
fn leaves(condition: &Condition) -> Vec<&Condition> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().flat_map(leaves).collect(),
        Condition::Not(inner) => leaves(inner),
        leaf => vec![leaf],
    }
}

fn blocks(condition: &Condition) -> Vec<IpNet> {
    let leaves = leaves(condition).into_iter();
    leaves
        .filter_map(|leaf| match leaf {
            Condition::Is(_, Values::Block(net)) => Some(*net),
            _ => None,
        })
        .collect()
}

/// What a condition asks that a division into regions cannot answer for all workloads at once.
pub(crate) fn open_questions(condition: &Condition) -> Vec<&'static str> {
    let leaves = leaves(condition).into_iter();
    leaves
        .filter_map(|leaf| match leaf {
            Condition::Is(_, Values::Like(_)) => Some("for parts of a text"),
            Condition::Service(..) => Some("who serves a service"),
            _ => None,
        })
        .collect()
}

/// Whether a condition looks at labels of namespaces beyond the name.
pub(crate) fn asks_namespace_labels(condition: &Condition) -> bool {
    let mut leaves = leaves(condition).into_iter();
    leaves.any(|leaf| matches!(leaf, Condition::Is(Property::NamespaceLabel(_), _)))
}

/// Whether a condition looks at addresses.
pub(crate) fn asks_address(condition: &Condition) -> bool {
    let mut leaves = leaves(condition).into_iter();
    leaves.any(|leaf| matches!(leaf, Condition::Is(Property::Address, _)))
}

/// The keys of labels that a condition speaks of.
pub(crate) fn label_keys(condition: &Condition) -> Vec<&str> {
    let leaves = leaves(condition).into_iter();
    leaves
        .filter_map(|leaf| match leaf {
            Condition::Is(Property::Label(key), _) => Some(key.as_str()),
            _ => None,
        })
        .collect()
}
