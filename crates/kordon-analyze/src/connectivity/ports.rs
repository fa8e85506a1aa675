//! Sets of protocols and ports.
//!
//! Owns how they are numbered, so that the set of all is one interval, and how they are written.

use std::fmt;

use kordon_core::model::Protocol;
use kordon_core::view::PortRange;

use crate::interval::IntervalSet;

/// The protocols with ports, in the order in which they are numbered and written.
const WITH_PORTS: [Protocol; 3] = [Protocol::TCP, Protocol::UDP, Protocol::SCTP];

/// How many protocols have no ports; their numbers come first.
const WITHOUT_PORTS: u32 = 253;

/// Ports of one protocol: 1 to 65535.
const PORTS: u32 = 65_535;

/// The largest number.
const LAST: u32 = WITHOUT_PORTS + 3 * PORTS - 1;

/// A set of protocols and, for those that have them, ports. Port 0 belongs to no connection.
///
/// ```
/// use kordon_analyze::connectivity::PortSet;
/// use kordon_core::model::Protocol;
///
/// let web = PortSet::of(Protocol::TCP, 80, 80).union(&PortSet::of(Protocol::TCP, 443, 443));
/// assert_eq!(web.to_string(), "TCP 80,443");
/// assert_eq!(PortSet::all().difference(&web).to_string(), "all but TCP 80,443");
/// assert!(web.contains(Protocol::TCP, 443) && !web.contains(Protocol::UDP, 443));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortSet(IntervalSet);

impl PortSet {
    /// Nothing.
    pub const EMPTY: Self = Self(IntervalSet::EMPTY);

    /// Every protocol and port.
    pub fn all() -> Self {
        Self(IntervalSet::range(0, LAST))
    }

    /// Some ports of a protocol. One without ports counts as port 0 alone.
    pub fn of(protocol: Protocol, first: u16, last: u16) -> Self {
        let (base, has_ports) = place(protocol);
        match (has_ports, first, last) {
            // A connection of a protocol without ports is asked for with port 0.
            (false, 0, _) => Self(IntervalSet::range(base, base)),
            (false, _, _) | (true, _, 0) => Self::EMPTY,
            (true, first, last) => {
                let number = |port: u16| base + u32::from(port) - 1;
                Self(IntervalSet::range(number(first.max(1)), number(last)))
            }
        }
    }

    /// The union of ranges.
    pub fn of_ranges(ranges: &[PortRange]) -> Self {
        let sets = ranges.iter().map(|r| Self::of(r.protocol, r.first, r.last));
        let intervals = sets.flat_map(|set| set.0.intervals().to_vec());
        Self(IntervalSet::from_unsorted(intervals.collect()))
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it holds everything.
    pub fn is_all(&self) -> bool {
        *self == Self::all()
    }

    /// Whether it holds a port of a protocol; of one without ports, the port is not looked at.
    pub fn contains(&self, protocol: Protocol, port: u16) -> bool {
        let port = if protocol.has_ports() { port } else { 0 };
        let one = Self::of(protocol, port, port);
        one.0
            .intervals()
            .first()
            .is_some_and(|(number, _)| self.0.contains(*number))
    }

    /// What either holds.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0))
    }

    /// What both hold.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0))
    }

    /// What this holds and the other does not.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0))
    }

    /// The ports of a protocol that it holds, as ranges with both ends included; for a protocol
    /// without ports that it holds, `(0, 0)`.
    pub fn ports_of(&self, protocol: Protocol) -> Vec<(u16, u16)> {
        let (base, has_ports) = place(protocol);
        let all = Self::of(protocol, 0, u16::MAX);
        let port = |number: u32| u16::try_from(number - base + 1).unwrap_or(u16::MAX);
        let held = self.0.intersection(&all.0);
        let ranges = held.intervals().iter();
        ranges
            .map(|&(first, last)| {
                if has_ports {
                    (port(first), port(last))
                } else {
                    (0, 0)
                }
            })
            .collect()
    }

    /// Whether it holds every protocol without ports.
    pub fn holds_all_without_ports(&self) -> bool {
        let all = IntervalSet::range(0, WITHOUT_PORTS - 1);
        self.0.intersection(&all) == all
    }

    /// The protocols of which it holds something, those with ports first.
    pub fn protocols(&self) -> impl Iterator<Item = Protocol> {
        let others = (0..=u8::MAX).map(Protocol).filter(|p| !p.has_ports());
        WITH_PORTS
            .into_iter()
            .chain(others)
            .filter(|protocol| !self.ports_of(*protocol).is_empty())
    }
}

/// The number of a protocol's first port, and whether it has ports at all.
fn place(protocol: Protocol) -> (u32, bool) {
    if let Some((index, _)) = (0..).zip(WITH_PORTS).find(|(_, with)| *with == protocol) {
        return (WITHOUT_PORTS + index * PORTS, true);
    }
    let before = WITH_PORTS.iter().filter(|with| **with < protocol).count();
    let before = u32::try_from(before).unwrap_or(0);
    (u32::from(protocol.0) - before, false)
}

impl fmt::Display for PortSet {
    /// `all`, `none`, `TCP 80,8000-8080; UDP`, or what is missing of all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = Self::all().difference(self);
        if missing.is_empty() {
            return f.write_str("all");
        }
        if self.is_empty() {
            return f.write_str("none");
        }
        if self.holds_all_without_ports() {
            f.write_str("all but ")?;
            return missing.write(f);
        }
        self.write(f)
    }
}

impl PortSet {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, protocol) in self.protocols().enumerate() {
            let separator = if index > 0 { "; " } else { "" };
            write!(f, "{separator}{protocol}")?;
            let ranges = self.ports_of(protocol);
            if matches!(ranges.as_slice(), [(0, 0) | (1, u16::MAX)]) {
                continue;
            }
            for (index, (first, last)) in ranges.into_iter().enumerate() {
                f.write_str(if index > 0 { "," } else { " " })?;
                if first == last {
                    write!(f, "{first}")?;
                } else {
                    write!(f, "{first}-{last}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_and_port_has_a_number_of_its_own() {
        let mut union = PortSet::EMPTY;
        for protocol in (0..=u8::MAX).map(Protocol) {
            let part = PortSet::of(protocol, 0, u16::MAX);
            assert!(part.intersection(&union).is_empty(), "{protocol}");
            union = union.union(&part);
        }
        assert!(union.is_all());
    }

    #[test]
    fn sets_are_written_as_people_write_them() {
        let tcp = |first, last| PortSet::of(Protocol::TCP, first, last);
        let dns = PortSet::of(Protocol::UDP, 53, 53).union(&tcp(53, 53));
        assert_eq!(dns.to_string(), "TCP 53; UDP 53");
        assert_eq!(tcp(1, u16::MAX).to_string(), "TCP");
        assert_eq!(tcp(0, 0).to_string(), "none");
        assert_eq!(
            PortSet::all().difference(&dns).to_string(),
            "all but TCP 53; UDP 53"
        );
        let ping = PortSet::of(Protocol::ICMP, 0, 0).union(&tcp(80, 90));
        assert_eq!(ping.to_string(), "TCP 80-90; ICMP");
    }
}
