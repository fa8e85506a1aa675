//! The address spaces of both families, cut where policies may tell addresses apart.
//!
//! Owns cells: ranges of addresses that are alike to every rule. Must not know what rules say.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Addresses of one family from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    /// The lowest address.
    pub first: IpAddr,
    /// The highest address.
    pub last: IpAddr,
}

impl AddressRange {
    /// Whether an address lies in the range; none of the other family does.
    pub fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && (self.first..=self.last).contains(&address)
    }
}

impl std::fmt::Display for AddressRange {
    /// A block where the range is one, else both ends.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.first == self.last {
            return write!(f, "{}", self.first);
        }
        let bits = if self.first.is_ipv4() { 32 } else { 128 };
        let block = (0..=bits)
            .filter_map(|length| IpNet::new(self.first, length).ok())
            .find(|net| net.network() == self.first && net.broadcast() == self.last);
        match block {
            Some(net) => write!(f, "{net}"),
            None => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

/// Where cells begin, in each family ascending.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    v4: Vec<u32>,
    v6: Vec<u128>,
}

impl Cut {
    /// The coarsest cut of which each block is a union of cells.
    pub(crate) fn new(blocks: impl Iterator<Item = IpNet>) -> Self {
        let (mut v4, mut v6) = (BTreeSet::from([0]), BTreeSet::from([0]));
        for block in blocks {
            match block {
                IpNet::V4(net) => {
                    v4.insert(net.network().to_bits());
                    v4.extend(net.broadcast().to_bits().checked_add(1));
                }
                IpNet::V6(net) => {
                    v6.insert(net.network().to_bits());
                    v6.extend(net.broadcast().to_bits().checked_add(1));
                }
            }
        }
        Self {
            v4: v4.into_iter().collect(),
            v6: v6.into_iter().collect(),
        }
    }

    /// The coarsest cut that is at least as fine as two others.
    pub(super) fn union(&self, other: &Self) -> Self {
        let v4: BTreeSet<u32> = self.v4.iter().chain(&other.v4).copied().collect();
        let v6: BTreeSet<u128> = self.v6.iter().chain(&other.v6).copied().collect();
        Self {
            v4: v4.into_iter().collect(),
            v6: v6.into_iter().collect(),
        }
    }

    /// The cells in ascending order, those of IPv4 first.
    pub(crate) fn cells(&self) -> Vec<AddressRange> {
        let next = |index: usize| self.v4.get(index + 1).map_or(u32::MAX, |next| next - 1);
        let v4 = self
            .v4
            .iter()
            .enumerate()
            .map(|(index, first)| AddressRange {
                first: Ipv4Addr::from_bits(*first).into(),
                last: Ipv4Addr::from_bits(next(index)).into(),
            });
        let next = |index: usize| self.v6.get(index + 1).map_or(u128::MAX, |next| next - 1);
        let v6 = self
            .v6
            .iter()
            .enumerate()
            .map(|(index, first)| AddressRange {
                first: Ipv6Addr::from_bits(*first).into(),
                last: Ipv6Addr::from_bits(next(index)).into(),
            });
        v4.chain(v6).collect()
    }

    /// The number of the cell that an address is in.
    pub(super) fn cell(&self, address: IpAddr) -> usize {
        match address {
            IpAddr::V4(address) => {
                let after = self.v4.partition_point(|first| *first <= address.to_bits());
                after.saturating_sub(1)
            }
            IpAddr::V6(address) => {
                let after = self.v6.partition_point(|first| *first <= address.to_bits());
                self.v4.len() + after.saturating_sub(1)
            }
        }
    }
}

/// Ranges in ascending order with neighbours of one family joined.
pub(super) fn joined(ranges: impl IntoIterator<Item = AddressRange>) -> Vec<AddressRange> {
    let mut joined: Vec<AddressRange> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(before) if follows(before.last, range.first) => before.last = range.last,
            _ => joined.push(range),
        }
    }
    joined
}

fn follows(last: IpAddr, first: IpAddr) -> bool {
    match (last, first) {
        (IpAddr::V4(last), IpAddr::V4(first)) => {
            last.to_bits().checked_add(1) == Some(first.to_bits())
        }
        (IpAddr::V6(last), IpAddr::V6(first)) => {
            last.to_bits().checked_add(1) == Some(first.to_bits())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(blocks: &[&str]) -> Cut {
        Cut::new(blocks.iter().map(|block| block.parse().unwrap()))
    }

    #[test]
    fn cells_cover_both_families_without_gap_or_overlap() {
        let cut = cut(&[
            "10.0.0.0/8",
            "10.1.0.0/16",
            "255.0.0.0/8",
            "fd00::/8",
            "::/0",
        ]);
        let cells = cut.cells();
        let texts: Vec<String> = cells.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "0.0.0.0-9.255.255.255",
                "10.0.0.0/16",
                "10.1.0.0/16",
                "10.2.0.0-10.255.255.255",
                "11.0.0.0-254.255.255.255",
                "255.0.0.0/8",
                "::-fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "fd00::/8",
                "fe00::/7",
            ]
        );
        for (number, cell) in cells.iter().enumerate() {
            assert_eq!(
                (cut.cell(cell.first), cut.cell(cell.last)),
                (number, number)
            );
        }
        let whole: Vec<String> = joined(cells).iter().map(ToString::to_string).collect();
        assert_eq!(whole, ["0.0.0.0/0", "::/0"]);
    }
}
