//! From the rows of the map to the picture.
//!
//! Owns which ends are drawn, and the order of nodes. What makes things alike is decided in
//! `twins` and `whole`.

use std::collections::{BTreeMap, BTreeSet};

use kordon_analyze::connectivity::Peer;

use super::twins::{EndId, Links};
use super::whole::{Complete, Tip, Wires, gather};
use super::{Area, Edge, Graph, Node, Sort};
use crate::connections::{Connections, Filter, Nodes, parts};

/// The title of the box of machines.
const MACHINES: &str = "nodes";

impl Connections<'_> {
    /// The rows that a filter lets through as a picture. Without a selection, workloads that
    /// nothing reaches are drawn as well.
    pub fn graph(&self, filter: &Filter) -> Graph {
        let mut sketch = Sketch::new(self);
        for row in self.rows(filter) {
            let ends = [&row.from, &row.to].map(|peer| sketch.end(peer));
            let parts = parts(&row.answer).map(|(how, ports)| (how, ports.clone()));
            sketch.links.add(ends[0], ends[1], parts.collect());
        }
        if [&filter.focus, &filter.from, &filter.to]
            .iter()
            .all(|list| list.is_empty())
        {
            sketch.draw_all(filter.nodes);
        }
        sketch.finish()
    }
}

/// A picture in the making.
struct Sketch<'c, 'e> {
    connections: &'c Connections<'e>,
    links: Links,
    drawn: BTreeSet<EndId>,
    /// The ends that are no workloads, whose numbers follow those of the map.
    beyond: Vec<Peer>,
}

/// The nodes of a box.
struct Filling {
    title: String,
    groups: Vec<Vec<EndId>>,
    /// Whether they are all that the namespace has.
    is_complete: bool,
}

impl<'c, 'e> Sketch<'c, 'e> {
    fn new(connections: &'c Connections<'e>) -> Self {
        Self {
            connections,
            links: Links::default(),
            drawn: BTreeSet::new(),
            beyond: Vec::new(),
        }
    }

    fn end(&mut self, peer: &Peer) -> EndId {
        let end = match peer {
            Peer::Workload(index) => *index,
            Peer::Outside(_) | Peer::Entry => {
                let known = self.beyond.iter().position(|known| known == peer);
                let place = known.unwrap_or_else(|| {
                    self.beyond.push(peer.clone());
                    self.beyond.len() - 1
                });
                self.workloads() + place
            }
        };
        self.drawn.insert(end);
        end
    }

    fn workloads(&self) -> usize {
        self.connections.map().workloads().len()
    }

    fn namespace(&self, end: EndId) -> Option<&'c str> {
        let workload = self.connections.map().workloads().get(end)?;
        Some(&workload.name.namespace)
    }

    fn draw_all(&mut self, nodes: Nodes) {
        for end in 0..self.workloads() {
            if nodes == Nodes::Kept || self.namespace(end) != Some("") {
                self.drawn.insert(end);
            }
        }
    }

    fn finish(self) -> Graph {
        let fillings = self.fillings();
        let beyond = self.drawn.range(self.workloads()..).map(|end| vec![*end]);
        let beyond: Vec<Vec<EndId>> = beyond.collect();
        let groups = fillings.iter().flat_map(|filling| &filling.groups);
        let groups: Vec<&Vec<EndId>> = groups.chain(&beyond).collect();
        let mut nodes: Vec<Node> = groups.iter().map(|group| self.node(group)).collect();
        let mut boxes = Vec::new();
        let mut first = 0;
        for filling in &fillings {
            let after = first + filling.groups.len();
            boxes.push(Area {
                title: filling.title.clone(),
                nodes: (first..after).collect(),
            });
            first = after;
        }
        let mut wires = self.wires(&groups);
        gather(&mut wires, &complete(&fillings, &boxes));
        let edges = edges(&wires, &mut boxes, &mut nodes);
        sorted(boxes, &nodes, edges)
    }

    /// The workloads that are drawn, by their namespaces; machines last.
    fn fillings(&self) -> Vec<Filling> {
        let mut by_namespace: BTreeMap<(bool, &str), Vec<EndId>> = BTreeMap::new();
        for end in self.drawn.range(..self.workloads()) {
            let namespace = self.namespace(*end).unwrap_or_default();
            let ends = by_namespace.entry((namespace.is_empty(), namespace));
            ends.or_default().push(*end);
        }
        let size = |namespace: &str| {
            let all = (0..self.workloads()).filter(|end| self.namespace(*end) == Some(namespace));
            all.count()
        };
        let filling = |((is_machines, namespace), ends): ((bool, &str), Vec<EndId>)| Filling {
            title: if is_machines { MACHINES } else { namespace }.to_owned(),
            groups: self.links.twins(&ends),
            is_complete: !is_machines && ends.len() == size(namespace),
        };
        by_namespace.into_iter().map(filling).collect()
    }

    fn peer(&self, end: EndId) -> Peer {
        let beyond = end.checked_sub(self.workloads());
        let beyond = beyond.map(|place| self.beyond.get(place).cloned());
        match beyond {
            None => Peer::Workload(end),
            Some(peer) => peer.unwrap_or(Peer::Entry),
        }
    }

    fn node(&self, group: &[EndId]) -> Node {
        let peers: Vec<Peer> = group.iter().map(|end| self.peer(*end)).collect();
        let sort = match peers.first() {
            Some(Peer::Workload(index)) if self.namespace(*index) == Some("") => Sort::Machines,
            Some(Peer::Workload(_)) => Sort::Workloads,
            Some(Peer::Outside(_)) => Sort::Outside,
            Some(Peer::Entry) | None => Sort::Entry,
        };
        let namespace = group.first().and_then(|end| self.namespace(*end));
        let namespace = format!("{}/", namespace.unwrap_or_default());
        let names = peers.iter().flat_map(|peer| self.connections.names(peer));
        // The title of the box says the namespace.
        let lines = names.map(|name| match sort {
            Sort::Workloads => name.replacen(&namespace, "", 1),
            Sort::Machines => name.replacen("node:", "", 1),
            _ => name,
        });
        Node {
            lines: lines.collect(),
            sort,
        }
    }

    /// The connections between groups, and between the ends of one.
    fn wires(&self, groups: &[&Vec<EndId>]) -> Wires {
        let numbers: BTreeMap<EndId, usize> = groups
            .iter()
            .enumerate()
            .flat_map(|(number, group)| group.iter().map(move |end| (*end, number)))
            .collect();
        let mut wires = Wires::new();
        for (from, to, parts) in self.links.iter() {
            let [Some(from), Some(to)] = [from, to].map(|end| numbers.get(&end)) else {
                continue;
            };
            for (allowance, ports) in parts {
                let wires = wires.entry((*allowance, ports.clone())).or_default();
                wires.insert((Tip::Node(*from), Tip::Node(*to)));
            }
        }
        wires
    }
}

fn complete(fillings: &[Filling], boxes: &[Area]) -> Vec<Complete> {
    let pairs = fillings.iter().zip(boxes).enumerate();
    let complete = pairs.filter(|(_, (filling, _))| filling.is_complete);
    complete
        .map(|(number, (filling, area))| {
            let several = area.nodes.iter().zip(&filling.groups);
            let several = several.filter(|(_, group)| group.len() > 1);
            Complete {
                number,
                nodes: area.nodes.clone(),
                several: several.map(|(node, _)| *node).collect(),
            }
        })
        .collect()
}

/// The edges, and the nodes that stand for whole boxes.
fn edges(wires: &Wires, boxes: &mut [Area], nodes: &mut Vec<Node>) -> Vec<Edge> {
    // What comes in from outside is drawn by itself.
    let beyond = |tip: Tip| matches!(tip, Tip::Node(node) if boxes.iter().all(|area| !area.nodes.contains(&node)));
    let beyond: BTreeSet<Tip> = wires
        .values()
        .flatten()
        .flat_map(|(from, to)| [*from, *to])
        .filter(|tip| beyond(*tip))
        .collect();
    let mut wholes: BTreeMap<usize, usize> = BTreeMap::new();
    let mut node_of = |tip: Tip| match tip {
        Tip::Node(node) => node,
        Tip::Whole(number) => *wholes.entry(number).or_insert_with(|| {
            let area = boxes.get_mut(number);
            let title = area.as_ref().map_or("", |area| area.title.as_str());
            nodes.push(Node {
                lines: vec![format!("all of {title}")],
                sort: Sort::Namespace,
            });
            if let Some(area) = area {
                area.nodes.push(nodes.len() - 1);
            }
            nodes.len() - 1
        }),
    };
    let mut edges = Vec::new();
    for ((allowance, ports), wires) in wires {
        for (from, to) in wires {
            let is_inside = !beyond.contains(from) && !beyond.contains(to);
            let is_mutual = from != to && is_inside && wires.contains(&(*to, *from));
            if is_mutual && to < from {
                continue;
            }
            edges.push(Edge {
                from: node_of(*from),
                to: node_of(*to),
                ports: ports.clone(),
                allowance: *allowance,
                is_mutual,
            });
        }
    }
    edges
}

/// The same with nodes in the order of boxes, and edges in that of nodes.
fn sorted(mut boxes: Vec<Area>, nodes: &[Node], mut edges: Vec<Edge>) -> Graph {
    let inside: BTreeSet<usize> = boxes.iter().flat_map(|area| &area.nodes).copied().collect();
    let outside = (0..nodes.len()).filter(|node| !inside.contains(node));
    let order: Vec<usize> = boxes
        .iter()
        .flat_map(|area| area.nodes.iter().copied())
        .chain(outside)
        .collect();
    let places: BTreeMap<usize, usize> = order
        .iter()
        .enumerate()
        .map(|(place, node)| (*node, place))
        .collect();
    let place = |node: usize| places.get(&node).copied().unwrap_or(node);
    for area in &mut boxes {
        area.nodes.iter_mut().for_each(|node| *node = place(*node));
    }
    for edge in &mut edges {
        (edge.from, edge.to) = (place(edge.from), place(edge.to));
    }
    edges.sort();
    Graph {
        boxes,
        nodes: order
            .iter()
            .filter_map(|node| nodes.get(*node).cloned())
            .collect(),
        edges,
    }
}
