//! Ends with the same connections.
//!
//! Owns the ends and connections that are drawn, and which ends are twins: connected alike to
//! everything else, and alike to each other both ways. Must not know how they are drawn.

use std::collections::BTreeMap;

use kordon_analyze::connectivity::PortSet;

use crate::connections::Allowance;

/// Identifies an end.
pub(super) type EndId = usize;

/// What is allowed from one end to another: each way of allowing with its ports.
pub(super) type Parts = Vec<(Allowance, PortSet)>;

/// Connections between ends.
#[derive(Debug, Default)]
pub(super) struct Links {
    from: BTreeMap<EndId, BTreeMap<EndId, Parts>>,
    to: BTreeMap<EndId, BTreeMap<EndId, Parts>>,
}

impl Links {
    /// Adds what is allowed from one end to another.
    pub(super) fn add(&mut self, from: EndId, to: EndId, parts: Parts) {
        let outgoing = self.from.entry(from).or_default();
        outgoing.insert(to, parts.clone());
        self.to.entry(to).or_default().insert(from, parts);
    }

    /// All connections, by their ends.
    pub(super) fn iter(&self) -> impl Iterator<Item = (EndId, EndId, &Parts)> {
        let from = self.from.iter();
        from.flat_map(|(from, to)| to.iter().map(|(to, parts)| (*from, *to, parts)))
    }

    /// Groups ends into twins; the first of each group stands for all.
    pub(super) fn twins(&self, ends: &[EndId]) -> Vec<Vec<EndId>> {
        let mut groups: Vec<Vec<EndId>> = Vec::new();
        // Only ends with equally many connections can be twins.
        let mut by_degree: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for end in ends {
            let degree = (of(&self.from, *end).len(), of(&self.to, *end).len());
            let candidates = by_degree.entry(degree).or_default();
            let is_alike = |group: &&usize| {
                let first = groups.get(**group).and_then(|group| group.first());
                first.is_some_and(|first| self.are_twins(*first, *end))
            };
            let known = candidates.iter().find(is_alike).copied();
            if let Some(group) = known.and_then(|group| groups.get_mut(group)) {
                group.push(*end);
            } else {
                candidates.push(groups.len());
                groups.push(vec![*end]);
            }
        }
        groups
    }

    fn are_twins(&self, one: EndId, other: EndId) -> bool {
        let is_alike = |links: &BTreeMap<EndId, BTreeMap<EndId, Parts>>| {
            let to_others = |end| {
                let links = of(links, end).iter();
                links.filter(|(peer, _)| **peer != one && **peer != other)
            };
            to_others(one).eq(to_others(other))
        };
        let between = |from: EndId, to: EndId| of(&self.from, from).get(&to);
        is_alike(&self.from) && is_alike(&self.to) && between(one, other) == between(other, one)
    }
}

/// The connections of an end in one direction.
fn of(links: &BTreeMap<EndId, BTreeMap<EndId, Parts>>, end: EndId) -> &BTreeMap<EndId, Parts> {
    static NONE: BTreeMap<EndId, Parts> = BTreeMap::new();
    links.get(&end).unwrap_or(&NONE)
}

#[cfg(test)]
mod tests {
    use kordon_core::model::Protocol;

    use super::*;

    fn parts(port: u16) -> Parts {
        vec![(Allowance::Explicit, PortSet::of(Protocol::TCP, port, port))]
    }

    fn links(links: &[(EndId, EndId, u16)]) -> Links {
        let mut all = Links::default();
        for (from, to, port) in links {
            all.add(*from, *to, parts(*port));
        }
        all
    }

    #[test]
    fn ends_are_twins_if_they_are_connected_alike_to_all_others() {
        let shared = links(&[(0, 2, 80), (1, 2, 80), (3, 0, 1), (3, 1, 1)]);
        assert_eq!(shared.twins(&[0, 1]), [vec![0, 1]]);
        let apart = links(&[(0, 2, 80), (1, 3, 80)]);
        assert_eq!(apart.twins(&[0, 1]), [vec![0], vec![1]]);
        let other_ports = links(&[(0, 2, 80), (1, 2, 81)]);
        assert_eq!(other_ports.twins(&[0, 1]), [vec![0], vec![1]]);
    }

    #[test]
    fn twins_may_reach_each_other_but_not_one_way_alone() {
        let mutual = links(&[
            (0, 1, 80),
            (1, 0, 80),
            (0, 2, 80),
            (2, 0, 80),
            (1, 2, 80),
            (2, 1, 80),
        ]);
        assert_eq!(mutual.twins(&[0, 1, 2]), [vec![0, 1, 2]]);
        let one_way = links(&[(0, 1, 80)]);
        assert_eq!(one_way.twins(&[0, 1]), [vec![0], vec![1]]);
        let ring = links(&[(0, 1, 80), (1, 2, 80), (2, 0, 80)]);
        assert_eq!(ring.twins(&[0, 1, 2]), [vec![0], vec![1], vec![2]]);
    }
}
