//! Whether two snapshots answer every connection alike, and a request that shows it if they do
//! not.
//!
//! Owns which pairs of ends have to be looked at so that none is left out: every workload that
//! could be, in regions that no rule of either snapshot tells apart, every address, and every node
//! and workload of the inventories that the two know differently. Must not know what rules say of
//! a pair: that is [`connectivity`](crate::connectivity)'s.

mod doubts;
mod known;
mod part;
mod search;

use std::net::IpAddr;

use kordon_core::model::Protocol;
use kordon_core::view::EndName;
use kordon_core::{DescribedWorkload, Snapshot, Verdict};

use crate::connectivity::{Answer, PortSet};

/// Whether two snapshots answer alike.
#[derive(Clone, Debug, PartialEq)]
pub enum Equivalence {
    /// Every connection is answered alike.
    Equal,
    /// Some is not; of those that were found, this one is the smallest.
    Different(Box<Witness>),
    /// No difference was found, and for these reasons there may be one.
    Unproven(Vec<Doubt>),
}

/// A connection that two snapshots answer in different ways.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// Who opens it.
    pub from: WitnessEnd,
    /// Where it goes.
    pub to: WitnessEnd,
    /// Its protocol.
    pub protocol: Protocol,
    /// The port it goes to; 0 for protocols without ports.
    pub port: u16,
    /// What the first snapshot says.
    pub old: Verdict,
    /// What the second one says.
    pub new: Verdict,
}

/// One end of such a connection.
#[derive(Clone, Debug, PartialEq)]
pub enum WitnessEnd {
    /// A workload or node of an inventory, which the other may lack.
    Named(EndName),
    /// An address outside the cluster.
    Outside(IpAddr),
    /// A workload that need not exist.
    Described(DescribedWorkload),
}

/// Why equality could not be proven.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// A rule asks what is not divided into regions; its object and path, and what it asks.
    Rule {
        /// The object.
        object: String,
        /// The rule, or the field by which the object selects.
        path: String,
        /// What it asks.
        asks: &'static str,
    },
    /// The labels of this namespace differ, and rules look at labels of namespaces.
    NamespaceLabels(String),
    /// This address leads to one end in one snapshot, and to another in the other.
    Address(IpAddr),
    /// There are more kinds of workloads to tell apart, or of pairs of them, than are looked at.
    TooMany,
}

/// Compares the answers of two snapshots to every connection: allowed, denied or unknown.
///
/// ```
/// use kordon_analyze::equivalence::{Equivalence, connections};
/// use kordon_core::{Options, Snapshot};
///
/// let empty = Snapshot::new(Options::default());
/// assert_eq!(connections(&empty, &empty), Equivalence::Equal);
/// ```
pub fn connections(old: &Snapshot, new: &Snapshot) -> Equivalence {
    let (best, doubts) = search::search(old, new);
    match best {
        Some(witness) => Equivalence::Different(Box::new(witness)),
        None if doubts.is_empty() => Equivalence::Equal,
        None => Equivalence::Unproven(doubts),
    }
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rule { object, path, asks } => write!(f, "{object} {path} asks {asks}"),
            Self::NamespaceLabels(name) => write!(
                f,
                "namespace `{name}` has other labels in the two sets, and rules look at labels of \
                 namespaces"
            ),
            Self::Address(address) => {
                write!(f, "{address} does not lead to the same in the two sets")
            }
            Self::TooMany => {
                f.write_str("the rules tell more kinds of workloads apart than are looked at")
            }
        }
    }
}

/// The first port that two answers differ on, and what each says of it.
fn difference(old: &Answer, new: &Answer) -> Option<(Protocol, u16, Verdict, Verdict)> {
    let apart = |a: &PortSet, b: &PortSet| a.difference(b).union(&b.difference(a));
    let differs = apart(&old.allowed(), &new.allowed()).union(&apart(&old.unknown, &new.unknown));
    let protocol = differs.protocols().next()?;
    let (port, _) = differs.ports_of(protocol).first().copied()?;
    let verdict = |answer: &Answer| {
        if answer.allowed().contains(protocol, port) {
            Verdict::Allow
        } else if answer.unknown.contains(protocol, port) {
            Verdict::Unknown
        } else {
            Verdict::Deny
        }
    };
    Some((protocol, port, verdict(old), verdict(new)))
}
