//! Blocks of addresses.

use std::net::IpAddr;

use ipnet::IpNet;

/// Whether an address lies in a block or is the one address given; `None` if it is neither form.
///
/// Families never meet: `0.0.0.0/0` holds no IPv6 address. Bits behind the prefix may be set.
pub(super) fn holds(value: &str, ip: IpAddr) -> Option<bool> {
    Some(block(value)?.contains(&ip))
}

/// The block that a value writes.
pub(super) fn block(value: &str) -> Option<IpNet> {
    if value.contains('/') {
        value.parse().ok()
    } else {
        value.parse::<IpAddr>().ok().map(IpNet::from)
    }
}

/// The port that a value writes in decimal digits.
pub(super) fn port(value: &str) -> Option<u16> {
    let is_decimal = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|_| is_decimal)
}
