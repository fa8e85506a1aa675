//! How a stage answers a connection.

use std::net::IpAddr;
use std::ops::ControlFlow;

use super::exchange::Exchange;
use super::matching::{Connection, Holds};
use super::party::Place;
use crate::compile::{
    Dimension, LabelView, PodKeys, Query, RuleAt, StageIndex, StageProgram, attribute_key,
    connection_port_keys, peer_keys,
};
use crate::rule::{Combine, Effect, Otherwise};

/// What a stage says, and the rule that says it; silence has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StageAnswer {
    pub(crate) outcome: StageOutcome,
    pub(crate) rule: Option<RuleAt>,
}

/// The answer of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StageOutcome {
    Allow,
    Deny,
    Pass,
    Unknown,
}

impl StageOutcome {
    /// The answer's name in output.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Pass => "pass",
            Self::Unknown => "unknown",
        }
    }
}

impl From<Effect> for StageOutcome {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Allow => Self::Allow,
            Effect::Deny => Self::Deny,
            Effect::Pass => Self::Pass,
        }
    }
}

impl StageProgram {
    /// What the stage says of a connection.
    #[inline]
    pub(crate) fn answer(&self, connection: &Connection<'_>) -> StageAnswer {
        if self.combine == Combine::Declared {
            return StageAnswer {
                outcome: StageOutcome::Unknown,
                rule: None,
            };
        }
        let mut tally = Tally::new(self.combine);
        match &self.index {
            Some(index) if index.finds(connection) => {
                let query = ConnectionQuery { connection, index };
                index.index.visit(&query, &mut |item| {
                    let at = index.items.get(item as usize).copied();
                    let Some(at) = at.filter(|at| tally.is_open_to(*at)) else {
                        return ControlFlow::Break(());
                    };
                    if let Some(rule) = self.rule(at) {
                        tally.add(at, rule.effect, rule.matches(connection));
                    }
                    ControlFlow::Continue(())
                });
            }
            _ => self.walk(connection, &mut tally),
        }
        tally.answer()
    }

    #[inline]
    fn walk(&self, connection: &Connection<'_>, tally: &mut Tally) {
        let ruled = (0_u32..)
            .zip(&self.policies)
            .filter(|(_, member)| member.has_rules);
        for (policy, member) in ruled {
            for (rule, compiled) in (0_u32..).zip(member.policy.rules()) {
                let at = RuleAt { policy, rule };
                tally.add(at, compiled.effect, compiled.matches(connection));
                if tally.decisive.is_some() {
                    return;
                }
            }
        }
    }
}

/// Rules seen so far, and how they combine.
struct Tally {
    combine: Combine,
    /// The first rule in rank order that matches.
    decisive: Option<(RuleAt, Effect)>,
    /// By effect, the first rule of which it is not known whether it matches.
    unknown: [Option<RuleAt>; 3],
}

impl Tally {
    fn new(combine: Combine) -> Self {
        Self {
            combine,
            decisive: None,
            unknown: [None; 3],
        }
    }

    /// Whether a rule at this place can still matter: none after the first match can.
    #[inline]
    fn is_open_to(&self, at: RuleAt) -> bool {
        self.decisive.is_none_or(|(first, _)| at < first)
    }

    #[inline]
    fn add(&mut self, at: RuleAt, effect: Effect, holds: Holds) {
        match holds {
            Holds::Yes if self.is_open_to(at) => self.decisive = Some((at, effect)),
            Holds::Yes | Holds::No => {}
            Holds::Unknown => {
                if let Some(first) = self.unknown.get_mut(effect as usize) {
                    *first = Some(first.map_or(at, |known| known.min(at)));
                }
            }
        }
    }

    #[inline]
    fn answer(&self) -> StageAnswer {
        let (rule, outcome) = match self.decisive {
            Some((at, effect)) => (Some(at), StageOutcome::from(effect)),
            None => (None, self.silence()),
        };
        match self.unknown_before(rule, outcome) {
            Some(at) => StageAnswer {
                outcome: StageOutcome::Unknown,
                rule: Some(at),
            },
            None => StageAnswer { outcome, rule },
        }
    }

    /// What no matching rule means.
    fn silence(&self) -> StageOutcome {
        match self.combine {
            Combine::Isolate
            | Combine::FirstMatch {
                otherwise: Otherwise::Deny,
            } => StageOutcome::Deny,
            // Only the object that declares the stage could tell.
            Combine::Declared
            | Combine::AnyAllow
            | Combine::FirstMatch {
                otherwise: Otherwise::Pass,
            } => StageOutcome::Pass,
        }
    }

    /// A rule that may match and would then change the outcome: one of another effect that
    /// stands before the decisive rule, where rules have an order.
    fn unknown_before(&self, decisive: Option<RuleAt>, outcome: StageOutcome) -> Option<RuleAt> {
        let has_order = matches!(self.combine, Combine::FirstMatch { .. });
        if self.unknown == [None; 3] || (decisive.is_some() && !has_order) {
            return None;
        }
        [Effect::Allow, Effect::Deny, Effect::Pass]
            .into_iter()
            .zip(self.unknown)
            .filter(|(effect, _)| StageOutcome::from(*effect) != outcome)
            .filter_map(|(_, at)| at)
            .filter(|at| decisive.is_none_or(|decisive| *at < decisive))
            .min()
    }
}

struct ConnectionQuery<'a> {
    connection: &'a Connection<'a>,
    index: &'a StageIndex,
}

impl StageIndex {
    /// Whether every rule that may match a connection can be looked up: nothing can be for an
    /// address, a pod or names that are not known.
    #[inline]
    fn finds(&self, connection: &Connection<'_>) -> bool {
        connection.exchange.is_none_or(Exchange::is_known)
            && connection.peer().place != Place::UnknownPod
            && (!self.asks_address(connection) || connection.peer_address().is_some())
    }

    /// Whether rules are found by the address of the connection's other end.
    #[inline]
    fn asks_address(&self, connection: &Connection<'_>) -> bool {
        self.has_blocks || (self.has_endpoints && connection.snapshot.has_groups())
    }
}

impl ConnectionQuery<'_> {
    /// The keys of the groups that hold an address.
    fn group_keys(&self, address: IpAddr, each: &mut dyn FnMut(u64)) {
        let snapshot = self.connection.snapshot;
        snapshot.any_group_at(address, |group| {
            for &(attribute, value) in &group.attributes {
                attribute_key(attribute, value)
                    .into_iter()
                    .for_each(&mut *each);
            }
            let namespace = group
                .namespace
                .and_then(|id| snapshot.namespaces.get(id.index()));
            if let Some(namespace) = namespace {
                let pod = PodKeys {
                    namespace: namespace.name,
                    labels: LabelView(&[]),
                    namespace_labels: LabelView(&namespace.labels),
                };
                peer_keys(Some(pod), None, &[], &mut *each);
            }
            false
        });
    }
}

impl Query for ConnectionQuery<'_> {
    #[inline]
    fn each_key(&self, dimension: Dimension, each: &mut dyn FnMut(u64)) {
        match dimension {
            Dimension::Peer => {
                let peer = self.connection.peer();
                let pod = (peer.place == Place::Pod).then(|| PodKeys {
                    namespace: peer.namespace,
                    labels: peer.label_view(),
                    namespace_labels: peer.namespace_view(),
                });
                let prefixes = &self.index.prefixes;
                let asks = self.index.asks_address(self.connection);
                let address = asks.then(|| self.connection.peer_address()).flatten();
                peer_keys(pod, address, prefixes, each);
                if let Some(address) = address.filter(|_| self.index.has_endpoints) {
                    self.group_keys(address, each);
                }
            }
            Dimension::Port => connection_port_keys(
                self.connection.protocol,
                self.connection.port,
                self.index.port_levels,
                each,
            ),
            others => {
                if let Some(exchange) = self.connection.exchange {
                    exchange.each_key(others, each);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: RuleAt = RuleAt { policy: 0, rule: 0 };
    const SECOND: RuleAt = RuleAt { policy: 0, rule: 1 };

    fn tally(combine: Combine, rules: &[(RuleAt, Effect, Holds)]) -> StageOutcome {
        let mut tally = Tally::new(combine);
        for &(at, effect, holds) in rules {
            tally.add(at, effect, holds);
        }
        tally.answer().outcome
    }

    #[test]
    fn isolation_allows_what_any_rule_allows_and_denies_the_rest() {
        use Holds::{No, Unknown, Yes};
        let run = |first, second| {
            tally(
                Combine::Isolate,
                &[
                    (FIRST, Effect::Allow, first),
                    (SECOND, Effect::Allow, second),
                ],
            )
        };
        assert_eq!(run(No, No), StageOutcome::Deny);
        assert_eq!(run(No, Yes), StageOutcome::Allow);
        assert_eq!(run(Unknown, No), StageOutcome::Unknown);
        assert_eq!(run(Unknown, Yes), StageOutcome::Allow);
    }

    #[test]
    fn the_first_match_decides_unless_an_earlier_rule_may_differ() {
        use Holds::{No, Unknown, Yes};
        let pass = Combine::FirstMatch {
            otherwise: Otherwise::Pass,
        };
        let run = |first, second| {
            tally(
                pass,
                &[
                    (SECOND, Effect::Allow, second),
                    (FIRST, Effect::Deny, first),
                ],
            )
        };
        assert_eq!(run(Yes, Yes), StageOutcome::Deny);
        assert_eq!(run(No, Yes), StageOutcome::Allow);
        assert_eq!(run(Unknown, Yes), StageOutcome::Unknown);
        assert_eq!(run(Yes, Unknown), StageOutcome::Deny);
        assert_eq!(run(No, No), StageOutcome::Pass);
        assert_eq!(run(Unknown, No), StageOutcome::Unknown);
        assert_eq!(
            tally(pass, &[(FIRST, Effect::Pass, Unknown)]),
            StageOutcome::Pass,
            "passing either way is no doubt"
        );
    }
}
