//! Three-valued answers about ports, of one side and of both together.
//!
//! Owns how sides meet. Must not know why a side says what it says.

use kordon_core::Posture;

use super::ports::PortSet;

/// The ports that are allowed, and those of which it cannot be told. All others are denied. No
/// port is in two of these sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Answer {
    /// A rule of every side that policies guard allows them.
    pub explicit: PortSet,
    /// No policy denies them, and on some side no rule speaks of them.
    pub implicit: PortSet,
    /// A fact is missing to tell. It is enforced as a denial.
    pub unknown: PortSet,
}

impl Answer {
    /// What passes because no policy can keep it away, or none speaks of it.
    pub(super) fn implicit(ports: PortSet) -> Self {
        Self {
            implicit: ports,
            ..Self::default()
        }
    }

    /// Whether everything is denied.
    pub fn is_denied(&self) -> bool {
        self.explicit.is_empty() && self.implicit.is_empty() && self.unknown.is_empty()
    }

    /// The ports that are allowed, explicitly or not.
    pub fn allowed(&self) -> PortSet {
        self.explicit.union(&self.implicit)
    }

    /// What either of two answers allows; what both of them leave open stays open.
    pub(super) fn or(&self, other: &Self) -> Self {
        let explicit = self.explicit.union(&other.explicit);
        let implicit = self.implicit.union(&other.implicit).difference(&explicit);
        let allowed = explicit.union(&implicit);
        Self {
            unknown: self.unknown.union(&other.unknown).difference(&allowed),
            explicit,
            implicit,
        }
    }

    /// The same for some ports alone.
    pub(super) fn within(&self, ports: &PortSet) -> Self {
        Self {
            explicit: self.explicit.intersection(ports),
            implicit: self.implicit.intersection(ports),
            unknown: self.unknown.intersection(ports),
        }
    }

    /// The same where it is not known whether there is anything to allow.
    pub(super) fn in_doubt(&self) -> Self {
        Self {
            unknown: self.allowed().union(&self.unknown),
            ..Self::default()
        }
    }

    /// Both of two answers: a denial first, then doubt, then what no rule grants.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let (left, right) = (self.allowed(), other.allowed());
        let allowed = left.intersection(&right);
        let explicit = self.explicit.intersection(&other.explicit);
        let open = left
            .union(&self.unknown)
            .intersection(&right.union(&other.unknown));
        Self {
            implicit: allowed.difference(&explicit),
            unknown: open.difference(&allowed),
            explicit,
        }
    }
}

/// What one side says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SideAnswer {
    /// It is outside the pod network, where no policy applies.
    NotGuarded,
    /// Its policies, or the lack of them, say this.
    Guarded(Answer),
}

impl SideAnswer {
    /// The answer that denies everything.
    pub(super) fn denied() -> Self {
        Self::Guarded(Answer::default())
    }

    /// The ports that are allowed, and those that are unknown; none where no policy applies.
    pub(crate) fn verdicts(&self) -> Option<(PortSet, PortSet)> {
        match self {
            Self::NotGuarded => None,
            Self::Guarded(answer) => Some((answer.allowed(), answer.unknown.clone())),
        }
    }

    /// What both sides of a connection say together.
    pub(super) fn meet(&self, other: &Self, posture: Posture) -> Answer {
        match (self, other) {
            (Self::Guarded(egress), Self::Guarded(ingress)) => egress.and(ingress),
            (Self::Guarded(answer), Self::NotGuarded)
            | (Self::NotGuarded, Self::Guarded(answer)) => answer.clone(),
            // Neither end is in the pod network: no policy can grant or deny it.
            (Self::NotGuarded, Self::NotGuarded) => Answer::implicit(open(posture)),
        }
    }
}

/// What passes where nobody denies it: all upstream, and nothing where only grants count.
pub(crate) fn open(posture: Posture) -> PortSet {
    match posture {
        Posture::Upstream => PortSet::all(),
        Posture::Strict => PortSet::EMPTY,
    }
}

#[cfg(test)]
mod tests {
    use kordon_core::model::Protocol;

    use super::*;

    fn port(port: u16) -> PortSet {
        PortSet::of(Protocol::TCP, port, port)
    }

    #[test]
    fn sides_meet_by_the_weaker_of_their_answers() {
        let set = |ports: &[u16]| {
            let ports = ports.iter().map(|number| port(*number));
            ports.fold(PortSet::EMPTY, |all, one| all.union(&one))
        };
        let answer = |explicit: &[u16], implicit: &[u16], unknown: &[u16]| Answer {
            explicit: set(explicit),
            implicit: set(implicit),
            unknown: set(unknown),
        };
        // Ports 1 to 4 are explicit, 5 to 8 implicit, 9 to 12 unknown and 13 to 16 denied on one
        // side, and of each four one is each of these on the other.
        let left = answer(&[1, 2, 3, 4], &[5, 6, 7, 8], &[9, 10, 11, 12]);
        let right = answer(&[1, 5, 9, 13], &[2, 6, 10, 14], &[3, 7, 11, 15]);
        let both = answer(&[1], &[2, 5, 6], &[3, 7, 9, 10, 11]);
        assert_eq!(left.and(&right), both);
        assert_eq!(right.and(&left), both);
        let unguarded = SideAnswer::NotGuarded;
        let guarded = SideAnswer::Guarded(left.clone());
        assert_eq!(guarded.meet(&unguarded, Posture::Strict), left);
        assert!(unguarded.meet(&unguarded, Posture::Strict).is_denied());
        let open = unguarded.meet(&unguarded, Posture::Upstream);
        assert!(open.implicit.is_all());
    }
}
