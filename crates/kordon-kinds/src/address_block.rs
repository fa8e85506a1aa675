//! CIDR blocks as the API server reads them, which several kinds share.
//!
//! It knows no kind. Upstream accepts more than Rust's parsers do: leading zeros and host bits,
//! with a warning (apimachinery, `IsValidCIDRForLegacyField`), and so does this.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use kordon_syntax::{Diagnostic, quoted};

use crate::at::At;
use crate::codes;
use crate::context::Context;

/// Reads one block and reports what is wrong or odd about it.
pub(crate) fn read_block(ctx: &mut Context<'_>, at: &At<'_>, text: &str) -> Option<IpNet> {
    let Some(block) = parse(text) else {
        let message = format!("{text} is not a block of addresses", text = quoted(text));
        let mut diagnostic = Diagnostic::error(codes::BLOCK, message)
            .help("expected an address, `/` and the length of the prefix, such as `10.0.0.0/16` or `fd00::/8`");
        if let Some(address) = parse_address(text) {
            let length = if address.is_ipv4() { 32 } else { 128 };
            diagnostic = diagnostic.help(format!("for this address alone write `{text}/{length}`"));
        }
        ctx.report(at, "not a block", diagnostic);
        return None;
    };
    if is_mapped(&block) {
        let message = format!(
            "{text} writes IPv4 addresses as IPv6, which implementations read differently",
            text = quoted(text)
        );
        let diagnostic = Diagnostic::error(codes::BLOCK, message).help("write the block as IPv4");
        ctx.report(at, "IPv4 inside IPv6", diagnostic);
        return None;
    }
    if text != block.trunc().to_string() && block.addr() != block.network() {
        let message = format!(
            "{text} has bits beyond its prefix, which are not significant",
            text = quoted(text)
        );
        let diagnostic = Diagnostic::warning(codes::HOST_BITS, message).help(format!(
            "write `{}`, or check that the prefix is as long as you meant",
            block.trunc()
        ));
        ctx.report(at, "the prefix is shorter than the address", diagnostic);
    }
    Some(block.trunc())
}

fn parse(text: &str) -> Option<IpNet> {
    let (address, length) = text.split_once('/')?;
    let digits =
        !length.is_empty() && length.len() <= 3 && length.bytes().all(|b| b.is_ascii_digit());
    let length = digits.then(|| length.parse().ok()).flatten()?;
    IpNet::new(parse_address(address)?, length).ok()
}

/// An address, in which an IPv4 part may have leading zeros (`ParseCIDRSloppy`).
fn parse_address(text: &str) -> Option<IpAddr> {
    text.parse()
        .ok()
        .or_else(|| sloppy_v4(text).map(IpAddr::V4))
}

fn sloppy_v4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0_u8; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        *octet = digits.then(|| part.parse().ok()).flatten()?;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets))
}

fn is_mapped(block: &IpNet) -> bool {
    matches!(block, IpNet::V6(net) if net.addr().to_ipv4_mapped().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_as_upstream_reads_them() {
        let cases = [
            ("10.0.0.0/8", Some("10.0.0.0/8")),
            ("010.0.0.0/8", Some("10.0.0.0/8")),
            ("10.1.2.3/8", Some("10.1.2.3/8")),
            ("::/0", Some("::/0")),
            ("10.0.0.0", None),
            ("10.0.0.0/33", None),
            ("10.0.0.0/+8", None),
            ("10.0.0/8", None),
            ("10.0.0.0.0/8", None),
            ("fe80::1%eth0/64", None),
            ("/8", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(
                parse(text).map(|block| block.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
    }
}
