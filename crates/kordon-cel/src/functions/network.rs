//! The libraries `ip` and `cidr` of Kubernetes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv6Net};

use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(&["ip(string): net.IP"], |args, _| match args {
        [Value::String(text)] => parse_ip(text).map(Value::Ip).ok_or(Reason::Conversion),
        _ => Err(Reason::NoOverload),
    }),
    entry(&["isIP(string): bool"], |args, _| match args {
        [Value::String(text)] => Ok(Value::Bool(parse_ip(text).is_some())),
        _ => Err(Reason::NoOverload),
    }),
    entry(&["ip.isCanonical(string): bool"], |args, _| match args {
        [Value::String(text)] => {
            let ip = parse_ip(text).ok_or(Reason::Conversion)?;
            Ok(Value::Bool(ip.to_string() == **text))
        }
        _ => Err(Reason::NoOverload),
    }),
    entry(&["<net.IP>.family(): int"], |args, _| match args {
        [Value::Ip(IpAddr::V4(_))] => Ok(Value::Int(4)),
        [Value::Ip(IpAddr::V6(_))] => Ok(Value::Int(6)),
        _ => Err(Reason::NoOverload),
    }),
    entry(&["<net.IP>.isUnspecified(): bool"], |args, _| {
        test(args, IpAddr::is_unspecified)
    }),
    entry(&["<net.IP>.isLoopback(): bool"], |args, _| {
        test(args, IpAddr::is_loopback)
    }),
    entry(&["<net.IP>.isLinkLocalMulticast(): bool"], |args, _| {
        test(args, is_link_local_multicast)
    }),
    entry(&["<net.IP>.isLinkLocalUnicast(): bool"], |args, _| {
        test(args, is_link_local_unicast)
    }),
    entry(&["<net.IP>.isGlobalUnicast(): bool"], |args, _| {
        test(args, is_global_unicast)
    }),
    entry(&["cidr(string): net.CIDR"], |args, _| match args {
        [Value::String(text)] => parse_cidr(text).map(Value::Cidr).ok_or(Reason::Conversion),
        _ => Err(Reason::NoOverload),
    }),
    entry(&["isCIDR(string): bool"], |args, _| match args {
        [Value::String(text)] => Ok(Value::Bool(parse_cidr(text).is_some())),
        _ => Err(Reason::NoOverload),
    }),
    entry(
        &[
            "<net.CIDR>.containsIP(net.IP): bool",
            "<net.CIDR>.containsIP(string): bool",
        ],
        contains_ip,
    ),
    entry(
        &[
            "<net.CIDR>.containsCIDR(net.CIDR): bool",
            "<net.CIDR>.containsCIDR(string): bool",
        ],
        contains_cidr,
    ),
    entry(&["<net.CIDR>.ip(): net.IP"], |args, _| match args {
        [Value::Cidr(cidr)] => Ok(Value::Ip(cidr.addr())),
        _ => Err(Reason::NoOverload),
    }),
    entry(&["<net.CIDR>.masked(): net.CIDR"], |args, _| match args {
        [Value::Cidr(cidr)] => Ok(Value::Cidr(cidr.trunc())),
        _ => Err(Reason::NoOverload),
    }),
    entry(&["<net.CIDR>.prefixLength(): int"], |args, _| match args {
        [Value::Cidr(cidr)] => Ok(Value::Int(cidr.prefix_len().into())),
        _ => Err(Reason::NoOverload),
    }),
];

/// An address. An IPv4 address written inside of an IPv6 address is refused; one that only has
/// that value counts as the IPv4 address.
pub(crate) fn parse_ip(text: &str) -> Option<IpAddr> {
    if text.contains(':') && text.contains('.') {
        return None;
    }
    let ip: IpAddr = text.parse().ok()?;
    Some(ip.to_canonical())
}

/// A block of addresses; one of IPv4 addresses inside of IPv6 is refused.
fn parse_cidr(text: &str) -> Option<IpNet> {
    let (_, length) = text.split_once('/')?;
    let is_plain = length == "0" || !length.starts_with(['0', '+']);
    let cidr: IpNet = text.parse().ok().filter(|_| is_plain)?;
    let is_mapped = matches!(cidr, IpNet::V6(block) if is_mapped(&block));
    (!is_mapped).then_some(cidr)
}

fn is_mapped(block: &Ipv6Net) -> bool {
    block.addr().to_ipv4_mapped().is_some()
}

fn test<'a>(args: &[Value<'a>], holds: fn(&IpAddr) -> bool) -> Result<Value<'a>, Reason> {
    match args {
        [Value::Ip(ip)] => Ok(Value::Bool(holds(ip))),
        _ => Err(Reason::NoOverload),
    }
}

/// `224.0.0.0/24`, and `ff02::/16` whatever the flags.
fn is_link_local_multicast(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => matches!(ip.octets(), [224, 0, 0, _]),
        IpAddr::V6(ip) => matches!(ip.octets(), [0xff, second, ..] if second & 0x0f == 2),
    }
}

fn is_link_local_unicast(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

/// Anything that is not unspecified, loopback, multicast, link-local or the broadcast address;
/// private addresses count as global.
fn is_global_unicast(ip: &IpAddr) -> bool {
    let is_broadcast = *ip == IpAddr::V4(Ipv4Addr::BROADCAST);
    let is_unspecified = matches!(
        ip,
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) | IpAddr::V6(Ipv6Addr::UNSPECIFIED)
    );
    !is_broadcast
        && !is_unspecified
        && !ip.is_loopback()
        && !ip.is_multicast()
        && !is_link_local_unicast(ip)
}

fn contains_ip<'a>(args: &[Value<'a>], _: &mut Budget) -> Result<Value<'a>, Reason> {
    let (cidr, ip) = match args {
        [Value::Cidr(cidr), Value::Ip(ip)] => (cidr, *ip),
        [Value::Cidr(cidr), Value::String(text)] => {
            (cidr, parse_ip(text).ok_or(Reason::Conversion)?)
        }
        _ => return Err(Reason::NoOverload),
    };
    Ok(Value::Bool(cidr.contains(&ip)))
}

fn contains_cidr<'a>(args: &[Value<'a>], _: &mut Budget) -> Result<Value<'a>, Reason> {
    let (outer, inner) = match args {
        [Value::Cidr(outer), Value::Cidr(inner)] => (outer, *inner),
        [Value::Cidr(outer), Value::String(text)] => {
            (outer, parse_cidr(text).ok_or(Reason::Conversion)?)
        }
        _ => return Err(Reason::NoOverload),
    };
    let holds = inner.prefix_len() >= outer.prefix_len() && outer.contains(&inner.addr());
    Ok(Value::Bool(holds))
}
