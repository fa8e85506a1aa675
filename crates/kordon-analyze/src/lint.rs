//! What in a set of policies has no effect, or has one by accident.
//!
//! Owns the questions that are asked of every rule and policy: would any answer change without it,
//! does an earlier rule always decide before it, does it depend on an order that nothing states.
//! They are asked for every workload that could be, not only for those that exist. Must not know
//! how findings are shown.

mod cell;
mod gather;
mod judge;
mod rights;

use kordon_core::Snapshot;
use kordon_core::model::ObjectRef;
use kordon_core::rule::Direction;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// The findings, by their objects. All rules and policies that are redundant, shadowed or match
    /// nothing can be removed together.
    pub found: Vec<Finding>,
    /// Whether rules about connections were not judged: there are more kinds of connections than
    /// are looked at, or a policy selects by parts of texts.
    pub is_incomplete: bool,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The rule or policy.
    pub at: At,
    /// What is the matter with it.
    pub problem: Problem,
    /// The rules or policies that make it so, at most three; none if silence does.
    pub by: Vec<At>,
}

/// A rule, or a policy by the field by which it selects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The object.
    pub object: ObjectRef,
    /// The field.
    pub path: String,
}

/// What can be the matter with a rule or policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// A rule that never decides: earlier ones always do.
    Shadowed,
    /// A rule without which every answer is the same.
    Redundant,
    /// A policy without which every answer is the same, in this direction or, if none is given,
    /// in all that it guards.
    RedundantPolicy(Option<Direction>),
    /// A rule whose conditions nothing can satisfy.
    MatchesNothing,
    /// A rule of which it depends on the order of two policies whether it decides, and they have
    /// the same place.
    Contradicts,
    /// A rule of a role that other rules of the role cover.
    CoveredRule,
    /// A policy that grants a subject what others grant it already.
    CoveredGrant,
}

/// Judges all rules and policies of a snapshot.
///
/// ```
/// use kordon_analyze::lint::findings;
/// use kordon_core::{Options, Snapshot};
///
/// let empty = Snapshot::new(Options::default());
/// assert!(findings(&empty).found.is_empty());
/// ```
pub fn findings(snapshot: &Snapshot) -> Findings {
    let mut findings = match gather::gather(snapshot) {
        Ok(set) => Findings {
            found: judge::judge(&set),
            is_incomplete: false,
        },
        Err(_) => Findings {
            found: Vec::new(),
            is_incomplete: true,
        },
    };
    findings.found.extend(rights::covered(snapshot));
    findings.found.sort();
    findings
}
