//! Why a row is allowed.

use kordon_analyze::connectivity::{Peer, PortSet, Row};
use kordon_core::model::{ObjectRef, Protocol};
use kordon_core::rule::Direction;
use kordon_core::view::PortRange;

use super::{Connections, parts};
use crate::reason::Reason;
use crate::request::{ConnectionSpec, EndpointSpec, PortSpec, RequestSpec};

/// Of a row with more ranges of ports, the first ones are explained.
const RANGES: usize = 16;

impl Connections<'_> {
    /// What each side says of a row, without repetition: the first port of each range is explained
    /// as any request is. Empty for addresses that the cluster itself uses.
    pub fn why(&self, row: &Row) -> Vec<String> {
        let mut reasons = self.entry_reasons(row);
        let is_entry = !reasons.is_empty();
        for request in self.questions(row).into_iter().take(RANGES) {
            let answer = self.engine.answer(&RequestSpec::Connection(request));
            let planes = answer.explanation().planes.iter();
            // Of the policies that guard a controller nothing is known, so nothing is to be said.
            let planes =
                planes.filter(|plane| !is_entry || plane.direction != Some(Direction::Egress));
            for reason in planes.map(|plane| Reason::of_plane(self.engine, plane).to_string()) {
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
        }
        reasons.sort_by_key(|reason| reason.starts_with("ingress:"));
        reasons
    }

    /// The fields that open a row from outside; none for other rows.
    fn entry_reasons(&self, row: &Row) -> Vec<String> {
        let ways = match (&row.from, &row.to) {
            (Peer::Entry, Peer::Workload(to)) => self.ways.get(to),
            _ => None,
        };
        let reason = |(object, path): &(&ObjectRef, String)| {
            let place = self.engine.position(object, path);
            let place = place.map_or_else(String::new, |place| format!(" ({place})"));
            format!("entry: {object} {path} leads there{place}")
        };
        ways.into_iter().flatten().map(reason).collect()
    }

    /// A question about one port of a row, to be asked of `kordon explain`.
    pub fn question(&self, row: &Row) -> Option<ConnectionSpec> {
        self.questions(row).into_iter().next()
    }

    fn questions(&self, row: &Row) -> Vec<ConnectionSpec> {
        let (Some(from), Some(to)) = (self.endpoint(&row.from), self.endpoint(&row.to)) else {
            return Vec::new();
        };
        let sets = parts(&row.answer).map(|(_, ports)| ports);
        sets.flat_map(|ports| questions(&from, &to, ports))
            .collect()
    }
}

/// A question about the first port of each range of a set.
pub(crate) fn questions(
    from: &EndpointSpec,
    to: &EndpointSpec,
    ports: &PortSet,
) -> impl Iterator<Item = ConnectionSpec> {
    ranges(ports).into_iter().map(|range| ConnectionSpec {
        session: None,
        from: from.clone(),
        to: to.clone(),
        protocol: range.protocol,
        port: PortSpec::Number(range.first),
    })
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
