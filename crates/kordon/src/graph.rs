//! The map of connections as a picture: boxes, nodes and edges, and the languages that draw them.
//!
//! Owns what is drawn and how alike things become one. What is allowed is the map's,
//! [`connections`](crate::connections).

mod build;
mod dot;
mod mermaid;
mod svg;
mod text;
mod twins;
mod whole;

use kordon_analyze::connectivity::PortSet;

use crate::connections::Allowance;

pub use svg::TooLarge;

/// The map of connections as a picture. It says what the map says, no more and no less: a node
/// stands for several workloads only where these have the same connections, and an edge between
/// nodes holds for each workload of both.
///
/// ```
/// use kordon::connections::Filter;
/// use kordon::{Cluster, Engine};
///
/// let mut cluster = Cluster::new();
/// cluster.read("shop.yaml", "
/// apiVersion: v1
/// kind: Pod
/// metadata: {name: web, namespace: shop, labels: {app: web}}
/// ---
/// apiVersion: v1
/// kind: Pod
/// metadata: {name: cart, namespace: shop, labels: {app: cart}}
/// ---
/// apiVersion: networking.k8s.io/v1
/// kind: NetworkPolicy
/// metadata: {name: cart, namespace: shop}
/// spec:
///   podSelector: {matchLabels: {app: cart}}
///   policyTypes: [Ingress, Egress]
///   ingress:
///   - from: [{podSelector: {matchLabels: {app: web}}}]
///     ports: [{port: 7070}]
/// ");
/// let engine = Engine::new(&cluster);
/// let graph = engine.connections().graph(&Filter::default());
/// assert_eq!(graph.boxes().len(), 1);
/// assert!(graph.to_dot().contains("label=\"TCP 7070\""));
/// assert!(graph.to_mermaid().starts_with("flowchart LR\n"));
/// assert!(graph.to_svg()?.starts_with("<svg "));
/// # Ok::<(), kordon::graph::TooLarge>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    boxes: Vec<Area>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

/// A box around nodes: a namespace, or the machines of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Its title.
    pub title: String,
    /// Its nodes, by their places in [`Graph::nodes`].
    pub nodes: Vec<usize>,
}

/// Something that connections lead from or to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it stands for, a line for each.
    pub lines: Vec<String>,
    /// What sort of thing that is.
    pub sort: Sort,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// Workloads of one namespace that have the same connections.
    Workloads,
    /// All workloads of a namespace.
    Namespace,
    /// Machines of the cluster.
    Machines,
    /// Addresses outside the cluster.
    Outside,
    /// Whoever opens connections at entry points on behalf of the outside.
    Entry,
}

/// Connections from a node to another, or between the workloads of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The source, by its place in [`Graph::nodes`].
    pub from: usize,
    /// The destination, likewise. Where it is the source, each workload of it reaches the others.
    pub to: usize,
    /// The ports.
    pub ports: PortSet,
    /// How they are allowed.
    pub allowance: Allowance,
    /// Whether the same holds the other way round.
    pub is_mutual: bool,
}

/// How an edge is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    /// From outside the cluster: what anybody may reach.
    Exposed,
    /// All ports: it says that nothing restricts them.
    Light,
    /// Some ports.
    Plain,
}

impl Graph {
    /// The boxes, by their titles.
    pub fn boxes(&self) -> &[Area] {
        &self.boxes
    }

    /// The nodes: those of boxes first, in the order of boxes.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The edges, in the order of their nodes.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    fn look(&self, edge: &Edge) -> Look {
        let source = self.nodes.get(edge.from).map(|node| node.sort);
        match source {
            Some(Sort::Outside | Sort::Entry) => Look::Exposed,
            _ if edge.ports.is_all() => Look::Light,
            _ => Look::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_place_in_any_language() {
        let hostile = "\"]}; evil --> <script>'&#0;\\\n\u{1b}\u{202e}`%%{init}%%";
        let node = |sort| Node {
            lines: vec![hostile.to_owned(), "plain".to_owned()],
            sort,
        };
        let edge = |from, to| Edge {
            from,
            to,
            ports: PortSet::all(),
            allowance: Allowance::Implicit,
            is_mutual: false,
        };
        let graph = Graph {
            boxes: vec![Area {
                title: hostile.to_owned(),
                nodes: vec![0, 1],
            }],
            nodes: vec![
                node(Sort::Workloads),
                node(Sort::Namespace),
                node(Sort::Outside),
            ],
            edges: vec![edge(0, 1), edge(2, 0), edge(1, 1)],
        };
        let [dot, mermaid] = [graph.to_dot(), graph.to_mermaid()];
        let svg = graph.to_svg().unwrap();
        // To Graphviz an angle bracket in quotes means nothing.
        assert!(!mermaid.contains("<script>") && !svg.contains("<script>"));
        for text in [&dot, &mermaid, &svg] {
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
        }
        // Each quote that is not escaped opens or closes a text, so what lies outside of texts is
        // every other part.
        let outside = |text: &str| text.split('"').step_by(2).collect::<String>();
        assert!(!outside(&dot.replace("\\\\", "").replace("\\\"", "")).contains("evil"));
        assert!(!outside(&mermaid).contains("evil"));
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
        assert_eq!(svg.matches("<title>").count(), graph.edges.len());
    }
}
