//! Where edges leave nodes and arrive at them.
//!
//! Owns the ends of routes: on the sides of nodes that face the way, side by side. The library
//! would let them end wherever the straight line to the next point crosses the border.

use std::collections::BTreeMap;

use super::{Layout, Point, Rect, Route};
use crate::graph::Graph;

/// How far the loop of an edge from a node to itself is wide.
const LOOP: f64 = 14.0;

/// A side of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

/// Which end of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Which {
    First,
    Last,
}

/// The height from which an end comes, the number of its route, and which end it is.
type RouteEnd = (f64, usize, Which);

/// Moves the ends of all routes to the sides of their nodes.
pub(super) fn attach(graph: &Graph, layout: &mut Layout) {
    let mut sides: BTreeMap<(usize, Side), Vec<RouteEnd>> = BTreeMap::new();
    for (number, edge) in graph.edges.iter().enumerate() {
        let Some(route) = layout.routes.get_mut(number) else {
            continue;
        };
        if edge.from == edge.to {
            if let Some(node) = layout.nodes.get(edge.from) {
                loop_below(node, route);
            }
            continue;
        }
        for (node, which) in [(edge.from, Which::First), (edge.to, Which::Last)] {
            let (Some(rect), Some(next)) = (layout.nodes.get(node), next_to(route, which)) else {
                continue;
            };
            let side = if next.x < rect.middle.x {
                Side::Left
            } else {
                Side::Right
            };
            let ends = sides.entry((node, side)).or_default();
            ends.push((next.y, number, which));
        }
    }
    for ((node, side), mut ends) in sides {
        ends.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let Some(rect) = layout.nodes.get(node).copied() else {
            continue;
        };
        for (point, (_, number, which)) in places(&rect, side, ends.len()).zip(ends) {
            let points = layout.routes.get_mut(number).map(|route| &mut route.points);
            let end = points.and_then(|points| match which {
                Which::First => points.first_mut(),
                Which::Last => points.last_mut(),
            });
            if let Some(end) = end {
                *end = point;
            }
        }
    }
}

/// The point of a route that follows on its end, or goes before it.
fn next_to(route: &Route, which: Which) -> Option<Point> {
    let mut points = route.points.iter().copied();
    match which {
        Which::First => points.nth(1),
        Which::Last => points.rev().nth(1),
    }
}

/// So many places on a side, from top to bottom.
fn places(rect: &Rect, side: Side, number: usize) -> impl Iterator<Item = Point> {
    let half = rect.width / 2.0;
    let x = match side {
        Side::Left => rect.middle.x - half,
        Side::Right => rect.middle.x + half,
    };
    let step = rect.height / (super::count(number) + 1.0);
    let top = rect.middle.y - rect.height / 2.0;
    (1..=number).map(move |place| Point {
        x,
        y: top + step * super::count(place),
    })
}

/// A loop below the node, as deep as the label that the library has placed.
fn loop_below(node: &Rect, route: &mut Route) {
    let bottom = node.middle.y + node.height / 2.0;
    let x = node.middle.x;
    route.at = Point {
        x,
        y: route.at.y.max(bottom + LOOP),
    };
    let point = |x, y| Point { x, y };
    route.points = vec![
        point(x - LOOP, bottom),
        point(x - LOOP * 2.0, route.at.y),
        point(x + LOOP * 2.0, route.at.y),
        point(x + LOOP, bottom),
    ];
}
