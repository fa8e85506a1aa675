//! Protocols and ports.

use std::fmt;
use std::str::FromStr;

/// A transport protocol, by its number in the IP header.
///
/// ```
/// use kordon_core::model::Protocol;
/// assert_eq!("UDP".parse(), Ok(Protocol::UDP));
/// assert_eq!(Protocol::SCTP.to_string(), "SCTP");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol(pub u8);

impl Protocol {
    /// Internet Control Message Protocol, for IPv4.
    pub const ICMP: Self = Self(1);
    /// Transmission Control Protocol.
    pub const TCP: Self = Self(6);
    /// User Datagram Protocol.
    pub const UDP: Self = Self(17);
    /// Internet Control Message Protocol, for IPv6.
    pub const ICMPV6: Self = Self(58);
    /// Stream Control Transmission Protocol.
    pub const SCTP: Self = Self(132);
    /// Lightweight User Datagram Protocol.
    pub const UDP_LITE: Self = Self(136);

    const NAMES: [(Self, &'static str); 6] = [
        (Self::TCP, "TCP"),
        (Self::UDP, "UDP"),
        (Self::SCTP, "SCTP"),
        (Self::ICMP, "ICMP"),
        (Self::ICMPV6, "ICMPv6"),
        (Self::UDP_LITE, "UDPLite"),
    ];

    /// Whether connections of this protocol go to a port.
    pub fn has_ports(self) -> bool {
        matches!(self, Self::TCP | Self::UDP | Self::SCTP)
    }
}

impl FromStr for Protocol {
    type Err = ();

    /// Reads a name as Kubernetes spells it; case matters there.
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::NAMES
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(protocol, _)| *protocol)
            .ok_or(())
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Self::NAMES.iter().find(|(protocol, _)| protocol == self) {
            Some((_, name)) => f.write_str(name),
            None => write!(f, "protocol {}", self.0),
        }
    }
}

/// One alternative of a rule's ports.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PortMatch {
    /// Ports `first` to `last`, both included, of one protocol. All ports are 0 to 65535.
    Range {
        /// The protocol.
        protocol: Protocol,
        /// The lowest port.
        first: u16,
        /// The highest port.
        last: u16,
    },
    /// The port that the **destination** declares under this name. Without a protocol, the one
    /// that the destination declares with it.
    Named {
        /// The protocol, if the rule gives one.
        protocol: Option<Protocol>,
        /// The name.
        name: String,
    },
}

impl PortMatch {
    /// Every port of a protocol.
    pub fn all(protocol: Protocol) -> Self {
        Self::Range {
            protocol,
            first: 0,
            last: u16::MAX,
        }
    }

    /// One port.
    pub fn single(protocol: Protocol, port: u16) -> Self {
        Self::Range {
            protocol,
            first: port,
            last: port,
        }
    }
}

/// A port that a workload declares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamedPort {
    /// Its name; empty when it has none.
    pub name: String,
    /// Its protocol.
    pub protocol: Protocol,
    /// Its number.
    pub port: u16,
}
