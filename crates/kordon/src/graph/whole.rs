//! Edges of all nodes of a box as one edge of the box.
//!
//! Owns when several edges say the same as one to or from a whole namespace. Must not know what
//! nodes stand for.

use std::collections::{BTreeMap, BTreeSet};

use kordon_analyze::connectivity::PortSet;

use crate::connections::Allowance;

/// An end of an edge: a node, or all nodes of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tip {
    Node(usize),
    Whole(usize),
}

/// An edge between tips, without its meaning: ports and how they are allowed.
pub(super) type Wire = (Tip, Tip);

/// The wires of each meaning.
pub(super) type Wires = BTreeMap<(Allowance, PortSet), BTreeSet<Wire>>;

/// A box whose nodes are all that its namespace has.
#[derive(Debug)]
pub(super) struct Complete {
    pub(super) number: usize,
    pub(super) nodes: Vec<usize>,
    /// The nodes that stand for several workloads, which an edge to all must connect with each
    /// other as well.
    pub(super) several: BTreeSet<usize>,
}

/// Replaces wires between a tip and all nodes of a box by one wire of the box. Where the tip is a
/// node of the box, all others are meant.
pub(super) fn gather(wires: &mut Wires, boxes: &[Complete]) {
    for wires in wires.values_mut() {
        for area in boxes {
            toward(wires, area, |tip, node| (tip, node));
            toward(wires, area, |tip, node| (node, tip));
        }
    }
}

/// Replaces wires in one direction, which `wire` makes of the tip that stays and that which goes.
fn toward(wires: &mut BTreeSet<Wire>, area: &Complete, wire: impl Fn(Tip, Tip) -> Wire) {
    let stays = |found: &Wire| {
        let is_reversed = wire(Tip::Node(0), Tip::Node(1)) == (Tip::Node(1), Tip::Node(0));
        if is_reversed { found.1 } else { found.0 }
    };
    let tips: BTreeSet<Tip> = wires.iter().map(stays).collect();
    for tip in tips {
        let others: Vec<usize> = match tip {
            // A node of several workloads is to reach its own as well.
            Tip::Node(own) if !area.several.contains(&own) => {
                let nodes = area.nodes.iter().copied();
                nodes.filter(|node| *node != own).collect()
            }
            _ => area.nodes.clone(),
        };
        let replaced: Vec<Wire> = others
            .iter()
            .map(|node| wire(tip, Tip::Node(*node)))
            .collect();
        if replaced.len() > 1 && replaced.iter().all(|found| wires.contains(found)) {
            for found in &replaced {
                wires.remove(found);
            }
            wires.insert(wire(tip, Tip::Whole(area.number)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: usize = 7;

    fn gathered(wires: &[(usize, usize)], several: &[usize]) -> Vec<Wire> {
        let wires = wires
            .iter()
            .map(|(from, to)| (Tip::Node(*from), Tip::Node(*to)));
        let meaning = (Allowance::Explicit, PortSet::all());
        let mut all = Wires::from([(meaning.clone(), wires.collect())]);
        let area = Complete {
            number: BOX,
            nodes: vec![0, 1, 2],
            several: several.iter().copied().collect(),
        };
        gather(&mut all, &[area]);
        all.remove(&meaning)
            .unwrap_or_default()
            .into_iter()
            .collect()
    }

    #[test]
    fn edges_to_all_nodes_of_a_box_are_one() {
        let (outside, whole) = (Tip::Node(9), Tip::Whole(BOX));
        assert_eq!(gathered(&[(9, 0), (9, 1), (9, 2)], &[]), [(outside, whole)]);
        assert_eq!(gathered(&[(0, 9), (1, 9), (2, 9)], &[]), [(whole, outside)]);
        assert_eq!(gathered(&[(9, 0), (9, 1)], &[]).len(), 2, "not to all");
    }

    #[test]
    fn a_node_reaches_all_others_of_its_own_box() {
        let whole = Tip::Whole(BOX);
        assert_eq!(gathered(&[(0, 1), (0, 2)], &[]), [(Tip::Node(0), whole)]);
        let not_its_own = gathered(&[(0, 1), (0, 2)], &[0]);
        assert_eq!(
            not_its_own.len(),
            2,
            "its workloads do not reach each other"
        );
        let its_own = gathered(&[(0, 0), (0, 1), (0, 2)], &[0]);
        assert_eq!(its_own, [(Tip::Node(0), whole)]);
    }

    #[test]
    fn a_box_of_which_all_reach_all_has_one_edge() {
        let all = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)];
        assert_eq!(gathered(&all, &[]), [(Tip::Whole(BOX), Tip::Whole(BOX))]);
    }
}
