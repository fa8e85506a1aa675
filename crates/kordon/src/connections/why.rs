//! Why a row is allowed.

use kordon_analyze::connectivity::{PortSet, Row};
use kordon_core::PlaneFinding;
use kordon_core::model::Protocol;
use kordon_core::view::PortRange;

use super::{Connections, parts};
use crate::request::{ConnectionSpec, PortSpec, RequestSpec};

/// Of a row with more ranges of ports, the first ones are explained.
const RANGES: usize = 16;

impl Connections<'_> {
    /// What each side says of a row, without repetition: the first port of each range is explained
    /// as any request is. Empty for addresses that the cluster itself uses.
    pub fn why(&self, row: &Row) -> Vec<String> {
        let mut reasons: Vec<String> = Vec::new();
        for request in self.questions(row).into_iter().take(RANGES) {
            let answer = self.engine.answer(&RequestSpec::Connection(request));
            let planes = answer.explanation().planes.iter();
            for reason in planes.map(|plane| self.reason(plane)) {
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
        }
        reasons.sort_by_key(|reason| reason.starts_with("ingress"));
        reasons
    }

    /// A question about one port of a row, to be asked of `kordon explain`.
    pub fn question(&self, row: &Row) -> Option<ConnectionSpec> {
        self.questions(row).into_iter().next()
    }

    fn questions(&self, row: &Row) -> Vec<ConnectionSpec> {
        let (Some(from), Some(to)) = (self.endpoint(&row.from), self.endpoint(&row.to)) else {
            return Vec::new();
        };
        let ranges = parts(&row.answer).flat_map(|(_, ports)| ranges(ports));
        ranges
            .map(|range| ConnectionSpec {
                session: None,
                from: from.clone(),
                to: to.clone(),
                protocol: range.protocol,
                port: PortSpec::Number(range.first),
            })
            .collect()
    }

    fn reason(&self, plane: &PlaneFinding) -> String {
        let direction = plane.direction.map_or("", |direction| direction.name());
        let rule = plane
            .stages
            .last()
            .filter(|_| plane.explicit)
            .and_then(|stage| stage.matching.first());
        let position = rule.and_then(|rule| self.engine.position(&rule.object, &rule.path));
        match position {
            Some(position) => format!("{direction}: {} ({position})", plane.reason),
            None => format!("{direction}: {}", plane.reason),
        }
    }
}

/// The ranges of a set, those of TCP, UDP and SCTP; of a set with none of these, all others.
fn ranges(ports: &PortSet) -> Vec<PortRange> {
    let (with, without): (Vec<Protocol>, Vec<Protocol>) =
        ports.protocols().partition(|protocol| protocol.has_ports());
    let protocols = if with.is_empty() { without } else { with };
    let of = |protocol: Protocol| {
        let ranges = ports.ports_of(protocol).into_iter();
        ranges.map(move |(first, last)| PortRange {
            protocol,
            first,
            last,
        })
    };
    protocols.into_iter().flat_map(of).collect()
}
