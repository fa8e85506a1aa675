//! What is answered.

use std::fmt;

use crate::id::RuleId;
use crate::rule::{Direction, Plane};

/// What a plane, or all of them together, say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The request passes.
    Allow,
    /// The request does not pass.
    Deny,
    /// A fact is missing to tell. It is enforced as a denial.
    Unknown,
    /// The plane has no say.
    NotApplicable,
}

impl Verdict {
    /// The verdict's name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not_applicable",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Allow, deny or unknown. Only an allow lets the request pass.
    pub verdict: Verdict,
    /// Whether a rule says so. An allow that is not explicit is merely nobody's denial.
    pub explicit: bool,
    /// What decided.
    pub cause: Option<Cause>,
    /// Why the request could not be understood; it is denied then.
    pub problem: Option<Problem>,
}

impl Decision {
    /// Whether the request may pass.
    #[inline]
    pub fn is_allowed(&self) -> bool {
        self.verdict == Verdict::Allow
    }

    /// Whether this decision on one pair of parties speaks for another's: all pairs have to be
    /// allowed, so denials come first, then doubt, then allows that no rule grants.
    pub(crate) fn outweighs(&self, other: &Self) -> bool {
        let weight = |decision: &Self| match decision.verdict {
            Verdict::Deny => 3,
            Verdict::Unknown => 2,
            Verdict::Allow | Verdict::NotApplicable => u8::from(!decision.explicit),
        };
        weight(self) > weight(other)
    }

    /// The denial of a request that could not be understood.
    pub(crate) fn problem(problem: Problem) -> Self {
        Self {
            verdict: Verdict::Deny,
            explicit: false,
            cause: None,
            problem: Some(problem),
        }
    }
}

/// What decided: a plane, and a rule of it unless its silence did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The plane.
    pub plane: Plane,
    /// The side of the connection, for planes with sides.
    pub direction: Option<Direction>,
    /// The rule.
    pub rule: Option<RuleId>,
}

/// Why a request could not be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// There is no such workload.
    NoSuchWorkload,
    /// Workloads of several kinds have this name.
    AmbiguousWorkload,
    /// There is no such service.
    NoSuchService,
    /// The service has no such port, or leads nowhere in the cluster.
    NoSuchServicePort,
    /// The service stands for a name outside the cluster.
    ExternalService,
    /// The service selects no workload.
    ServiceWithoutWorkloads,
    /// A service opens no connections.
    ServiceAsSource,
    /// Nothing is known of the destination, so nothing can be said of what guards it.
    UnknownDestination,
    /// There is no such node.
    NoSuchNode,
    /// The destination declares no port of this name.
    NoSuchPort,
    /// A described workload cannot be prepared.
    DescribedWorkload,
    /// No known pod runs as the service account.
    NoSuchAccount,
    /// A proxy refuses the path of the request before it judges it.
    RefusedPath,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSuchWorkload => "no such workload is known",
            Self::AmbiguousWorkload => {
                "workloads of several kinds have this name: name the kind as well"
            }
            Self::NoSuchService => "no such service is known",
            Self::NoSuchServicePort => "the service has no such port that leads to a workload",
            Self::ExternalService => {
                "the service stands for a name outside the cluster: ask for an address instead"
            }
            Self::ServiceWithoutWorkloads => "the service selects no known workload",
            Self::ServiceAsSource => {
                "a service opens no connections: name the workload behind it as the source"
            }
            Self::UnknownDestination => {
                "nothing is known of the destination: name a workload or describe one"
            }
            Self::NoSuchNode => "no such node is known",
            Self::NoSuchPort => "the destination declares no port of this name",
            Self::NoSuchAccount => "no known workload runs as this service account",
            Self::RefusedPath => {
                "a proxy refuses this path with status 400: it has to begin with `/` and be printable ASCII without blanks and `#`"
            }
            Self::DescribedWorkload => "a described workload cannot be prepared: decide it at once",
        })
    }
}

impl std::error::Error for Problem {}
