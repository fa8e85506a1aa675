//! Where things are.
//!
//! Owns sizes of texts, and the way to the library that places nodes in ranks. Must not know how
//! things look.

mod ends;

use dagre::graph::{Edge as Key, Graph as Plan, GraphOptions};
use dagre::{Acyclicer, EdgeLabel, LayoutOptions, NodeLabel, RankDir, Ranker};

use crate::graph::text::{lines, plain};
use crate::graph::{Edge, Graph};

/// Height of a line of a node's text.
pub(super) const LINE: f64 = 16.0;

/// Height of a line of an edge's text.
pub(super) const SMALL_LINE: f64 = 12.0;

/// Around everything.
const MARGIN: f64 = 16.0;

/// Beside the nodes of a box, in addition to what the library leaves. Above and below, that is
/// enough, and holds the title.
const PADDING: f64 = 8.0;

/// The columns of a label of ports.
const COLUMNS: usize = 16;

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A rectangle by its middle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rect {
    pub(super) middle: Point,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// The way of an edge.
#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    /// From the source to the destination.
    pub(super) points: Vec<Point>,
    pub(super) label: Vec<String>,
    /// The middle of the label.
    pub(super) at: Point,
}

/// Where everything is.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) boxes: Vec<Rect>,
    pub(super) nodes: Vec<Rect>,
    pub(super) routes: Vec<Route>,
}

/// Places everything.
pub(super) fn layout(graph: &Graph) -> Layout {
    let mut plan = plan(graph);
    let options = LayoutOptions {
        rankdir: RankDir::LR,
        nodesep: 26.0,
        edgesep: 20.0,
        ranksep: 34.0,
        acyclicer: Some(Acyclicer::Greedy),
        ranker: Ranker::NetworkSimplex,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut plan, Some(options));
    let nodes = (0..graph.nodes.len()).map(|node| rect(&plan, &node_id(node)));
    let boxes = (0..graph.boxes.len()).map(|area| {
        let inner = rect(&plan, &box_id(area));
        Rect {
            width: inner.width + PADDING * 2.0,
            ..inner
        }
    });
    let routes = graph.edges.iter().enumerate();
    let routes = routes.map(|(number, edge)| route(&plan, number, edge));
    let mut layout = Layout {
        boxes: boxes.collect(),
        nodes: nodes.collect(),
        routes: routes.collect(),
        ..Layout::default()
    };
    ends::attach(graph, &mut layout);
    layout.move_to_origin();
    layout
}

/// What the library is to place.
fn plan(graph: &Graph) -> Plan<NodeLabel, EdgeLabel> {
    let mut plan = Plan::with_options(GraphOptions {
        directed: true,
        multigraph: true,
        compound: true,
    });
    for (number, node) in graph.nodes.iter().enumerate() {
        let widest = node.lines.iter().map(|line| text_width(line, 6.6));
        let area = graph.boxes.iter().find(|area| area.nodes.contains(&number));
        let title = area.map_or(0.0, |area| text_width(&area.title, 7.4) - 20.0);
        let label = NodeLabel {
            width: widest.fold(title.max(40.0), f64::max) + 20.0,
            height: count(node.lines.len()) * LINE + 12.0,
            ..NodeLabel::default()
        };
        plan.set_node(node_id(number), Some(label));
    }
    for (number, area) in graph.boxes.iter().enumerate() {
        plan.set_node(box_id(number), Some(NodeLabel::default()));
        for node in &area.nodes {
            plan.set_parent(&node_id(*node), Some(&box_id(number)));
        }
    }
    for (number, edge) in graph.edges.iter().enumerate() {
        let texts = label(edge);
        let widest = texts.iter().map(|line| text_width(line, 5.6));
        let label = EdgeLabel {
            width: widest.fold(0.0, f64::max) + 8.0,
            height: count(texts.len()) * SMALL_LINE + 4.0,
            labelpos: dagre::layout::types::LabelPos::Center,
            ..EdgeLabel::default()
        };
        let name = number.to_string();
        plan.set_edge(
            node_id(edge.from),
            node_id(edge.to),
            Some(label),
            Some(&name),
        );
    }
    plan
}

fn label(edge: &Edge) -> Vec<String> {
    lines(&edge.ports.to_string(), COLUMNS)
}

fn route(plan: &Plan<NodeLabel, EdgeLabel>, number: usize, edge: &Edge) -> Route {
    let key = Key::with_name(node_id(edge.from), node_id(edge.to), number.to_string());
    let Some(placed) = plan.edge_by_obj(&key) else {
        return Route::default();
    };
    let points = placed.points.iter();
    let points: Vec<Point> = points
        .map(|point| Point {
            x: point.x,
            y: point.y,
        })
        .collect();
    let middle = points.get(points.len() / 2).copied().unwrap_or_default();
    Route {
        at: Point {
            x: placed.x.unwrap_or(middle.x),
            y: placed.y.unwrap_or(middle.y),
        },
        label: label(edge),
        points,
    }
}

fn rect(plan: &Plan<NodeLabel, EdgeLabel>, id: &str) -> Rect {
    plan.node(id).map_or_else(Rect::default, |node| Rect {
        middle: Point {
            x: node.x.unwrap_or_default(),
            y: node.y.unwrap_or_default(),
        },
        width: node.width,
        height: node.height,
    })
}

impl Layout {
    /// Moves everything so that it begins at the margin, and measures it.
    fn move_to_origin(&mut self) {
        let rects = self.boxes.iter().chain(&self.nodes);
        let corners = rects.flat_map(|rect| {
            let (x, y) = (rect.width / 2.0, rect.height / 2.0);
            let Point { x: left, y: top } = rect.middle;
            [(left - x, top - y), (left + x, top + y)]
        });
        let points = self.routes.iter().flat_map(|route| &route.points);
        let all = corners.chain(points.map(|point| (point.x, point.y)));
        let bounds = all.fold(None, |known: Option<[f64; 4]>, (x, y)| {
            let [left, top, right, bottom] = known.unwrap_or([x, y, x, y]);
            Some([left.min(x), top.min(y), right.max(x), bottom.max(y)])
        });
        let [left, top, right, bottom] = bounds.unwrap_or_default();
        let (x, y) = (MARGIN - left, MARGIN - top);
        let rects = self.boxes.iter_mut().chain(&mut self.nodes);
        let middles = rects.map(|rect| &mut rect.middle);
        let of_routes = self
            .routes
            .iter_mut()
            .flat_map(|route| route.points.iter_mut().chain([&mut route.at]));
        for point in middles.chain(of_routes) {
            point.x += x;
            point.y += y;
        }
        self.width = right - left + MARGIN * 2.0;
        self.height = bottom - top + MARGIN * 2.0;
    }
}

/// About how wide a text is, where its letters are about so wide. Letters beyond Latin ones are
/// taken to be wide.
pub(super) fn text_width(text: &str, letter: f64) -> f64 {
    let widths = plain(text)
        .chars()
        .map(|c| if c.is_ascii() { 1.0 } else { 1.8 })
        .sum::<f64>();
    widths * letter
}

fn count(lines: usize) -> f64 {
    f64::from(u32::try_from(lines).unwrap_or(u32::MAX))
}

fn node_id(number: usize) -> String {
    format!("n{number}")
}

fn box_id(number: usize) -> String {
    format!("b{number}")
}

#[cfg(test)]
mod tests {
    use kordon_analyze::connectivity::PortSet;
    use kordon_core::model::Protocol;

    use super::*;
    use crate::connections::Allowance;
    use crate::graph::{Area, Node, Sort};

    /// The generator of Knuth's MMIX.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, below: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap() % below
        }
    }

    fn random(seed: u64, most: usize) -> Graph {
        let mut dice = Dice(seed);
        let mut nodes = Vec::new();
        let mut boxes = Vec::new();
        let node = |sort, lines: usize| Node {
            lines: vec!["a-workload".to_owned(); lines],
            sort,
        };
        for number in 0..dice.roll(5) {
            let inside = 1 + dice.roll(most);
            boxes.push(Area {
                title: format!("namespace-{number}"),
                nodes: (nodes.len()..nodes.len() + inside).collect(),
            });
            for _ in 0..inside {
                nodes.push(node(Sort::Workloads, 1 + dice.roll(4)));
            }
        }
        for _ in 0..dice.roll(3) {
            nodes.push(node(Sort::Outside, 1));
        }
        let mut edges = Vec::new();
        if !nodes.is_empty() {
            let port = u16::try_from(1 + dice.roll(9)).unwrap();
            for _ in 0..dice.roll(nodes.len() * 3) {
                edges.push(Edge {
                    from: dice.roll(nodes.len()),
                    to: dice.roll(nodes.len()),
                    ports: PortSet::of(Protocol::TCP, port, port),
                    allowance: Allowance::Explicit,
                    is_mutual: false,
                });
            }
        }
        Graph {
            boxes,
            nodes,
            edges,
        }
    }

    fn overlap(one: &Rect, other: &Rect) -> bool {
        let apart = |a: f64, b: f64, sizes: f64| (a - b).abs() >= sizes / 2.0 - 0.01;
        !apart(one.middle.x, other.middle.x, one.width + other.width)
            && !apart(one.middle.y, other.middle.y, one.height + other.height)
    }

    fn holds(outer: &Rect, inner: &Rect) -> bool {
        let fits = |a: f64, b: f64, room: f64| (a - b).abs() <= room / 2.0 + 0.01;
        fits(outer.middle.x, inner.middle.x, outer.width - inner.width)
            && fits(outer.middle.y, inner.middle.y, outer.height - inner.height)
    }

    #[test]
    fn every_graph_is_laid_out_with_nodes_in_their_boxes_and_apart() {
        for seed in 0..200 {
            let graph = random(seed, 6);
            let layout = layout(&graph);
            for (area, rect) in graph.boxes.iter().zip(&layout.boxes) {
                for node in &area.nodes {
                    assert!(
                        holds(rect, &layout.nodes[*node]),
                        "seed {seed}, node {node}"
                    );
                }
            }
            for (number, one) in layout.nodes.iter().enumerate() {
                for other in &layout.nodes[number + 1..] {
                    assert!(!overlap(one, other), "seed {seed}, node {number}");
                }
            }
            for route in &layout.routes {
                assert!(route.points.len() > 1, "seed {seed}");
                let points = route.points.iter().chain([&route.at]);
                for point in points {
                    assert!(
                        (0.0..=layout.width).contains(&point.x),
                        "seed {seed}: {point:?}"
                    );
                    assert!(
                        (0.0..=layout.height).contains(&point.y),
                        "seed {seed}: {point:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_same_graph_is_laid_out_the_same() {
        for seed in 0..20 {
            let graph = random(seed, 8);
            let [one, other] = [layout(&graph), layout(&graph)];
            assert_eq!(one.nodes, other.nodes, "seed {seed}");
        }
    }
}
