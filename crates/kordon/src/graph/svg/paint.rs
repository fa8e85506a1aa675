//! How things look.

use std::fmt::Write;

use super::layout::{LINE, Layout, Point, Rect, Route, SMALL_LINE, text_width};
use crate::connections::Allowance;
use crate::graph::text::plain;
use crate::graph::{Edge, Graph, Look, Node, Sort};

/// Height of the legend.
const LEGEND: f64 = 34.0;

/// The narrowest picture that the legend fits into.
const NARROWEST: f64 = 720.0;

const STYLE: &str = "\
text{font-family:Helvetica,Arial,sans-serif}
.box{fill:#f2f5f8;stroke:#c3cdd7}.title{font-size:12px;font-weight:bold;fill:#4a5a6a}
.node{fill:#fff;stroke:#5b6b7b;stroke-width:1.2}.name{font-size:12px;fill:#1c2733;text-anchor:middle}
.whole{fill:none;stroke:#8697a8;stroke-dasharray:4 3}.machines{fill:#e8edf2}
.beyond{fill:#fdeee6;stroke:#c2410c}
.edge{fill:none;stroke-width:1.3}.plain{stroke:#33506b}.light{stroke:#a9b6c2}
.exposed{stroke:#c2410c;stroke-width:1.8}
.implicit{stroke-dasharray:6 4}.unknown{stroke-dasharray:1.5 4}
.back{fill:#fff;fill-opacity:.88}.ports{font-size:10px;text-anchor:middle;fill:#33506b}
.light-text{fill:#7b8894}.exposed-text{fill:#c2410c}
.legend{font-size:11px;fill:#4a5a6a}
";

/// Draws a picture.
pub(super) fn paint(graph: &Graph, layout: &Layout) -> String {
    let (width, height) = (layout.width.max(NARROWEST), layout.height + LEGEND);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" \
         aria-label=\"connections that network policies allow\">\n<style>{STYLE}</style>\n<defs>\n"
    );
    for look in [Look::Exposed, Look::Light, Look::Plain] {
        marker(look, &mut out);
    }
    out.push_str("</defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
    for (area, rect) in graph.boxes.iter().zip(&layout.boxes) {
        let [x, y] = corner(rect);
        rectangle(rect, "box", 8.0, &mut out);
        text(x + 10.0, y + 15.0, "title", &area.title, &mut out);
    }
    for (edge, route) in graph.edges.iter().zip(&layout.routes) {
        curve(graph, edge, route, &mut out);
    }
    for (node, rect) in graph.nodes.iter().zip(&layout.nodes) {
        node_shape(node, rect, &mut out);
    }
    for (edge, route) in graph.edges.iter().zip(&layout.routes) {
        label(graph.look(edge), route, &mut out);
    }
    legend(layout.height + LEGEND / 2.0, &mut out);
    out.push_str("</svg>\n");
    out
}

impl Look {
    fn class(self) -> &'static str {
        match self {
            Self::Exposed => "exposed",
            Self::Light => "light",
            Self::Plain => "plain",
        }
    }

    fn color(self) -> &'static str {
        match self {
            Self::Exposed => "#c2410c",
            Self::Light => "#a9b6c2",
            Self::Plain => "#33506b",
        }
    }
}

/// The heads of arrows: one for the end and one for the beginning, which points back.
fn marker(look: Look, out: &mut String) {
    let (class, color) = (look.class(), look.color());
    for (name, tip, path) in [("to", 7, "M0,0L8,3.5L0,7z"), ("from", 1, "M8,0L0,3.5L8,7z")] {
        // A text cannot fail to take more, here and below.
        let _ = writeln!(
            out,
            "<marker id=\"{class}-{name}\" markerWidth=\"8\" markerHeight=\"7\" refX=\"{tip}\" \
             refY=\"3.5\" orient=\"auto\" markerUnits=\"userSpaceOnUse\">\
             <path d=\"{path}\" fill=\"{color}\"/></marker>"
        );
    }
}

fn corner(rect: &Rect) -> [f64; 2] {
    let Point { x, y } = rect.middle;
    [x - rect.width / 2.0, y - rect.height / 2.0]
}

fn rectangle(rect: &Rect, class: &str, radius: f64, out: &mut String) {
    let [x, y] = corner(rect);
    let (width, height) = (rect.width, rect.height);
    let _ = writeln!(
        out,
        "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" \
         height=\"{height:.1}\" rx=\"{radius}\"/>"
    );
}

fn text(x: f64, y: f64, class: &str, text: &str, out: &mut String) {
    let text = escaped(text);
    let _ = writeln!(
        out,
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>"
    );
}

fn node_shape(node: &Node, rect: &Rect, out: &mut String) {
    let (class, radius) = match node.sort {
        Sort::Workloads => ("node", 6.0),
        Sort::Namespace => ("node whole", 6.0),
        Sort::Machines => ("node machines", 0.0),
        Sort::Outside | Sort::Entry => ("node beyond", rect.height / 2.0),
    };
    rectangle(rect, class, radius.min(18.0), out);
    let [_, top] = corner(rect);
    let mut y = top + 6.0 + LINE * 0.75;
    for line in &node.lines {
        text(rect.middle.x, y, "name", line, out);
        y += LINE;
    }
}

fn curve(graph: &Graph, edge: &Edge, route: &Route, out: &mut String) {
    let path = if edge.from == edge.to {
        looped(&route.points)
    } else {
        smooth(&route.points)
    };
    let class = graph.look(edge).class();
    let allowance = edge.allowance.name();
    let back = if edge.is_mutual {
        format!(" marker-start=\"url(#{class}-from)\"")
    } else {
        String::new()
    };
    let title = escaped(&said(graph, edge));
    let _ = writeln!(
        out,
        "<path class=\"edge {class} {allowance}\" d=\"{path}\" \
         marker-end=\"url(#{class}-to)\"{back}><title>{title}</title></path>"
    );
}

/// A curve through points that is level at each of them.
fn smooth(points: &[Point]) -> String {
    let mut path = String::new();
    for point in points.iter().take(1) {
        let _ = write!(path, "M{:.1},{:.1}", point.x, point.y);
    }
    for pair in points.windows(2) {
        if let [from, to] = pair {
            let middle = f64::midpoint(from.x, to.x);
            let _ = write!(
                path,
                "C{middle:.1},{:.1} {middle:.1},{:.1} {:.1},{:.1}",
                from.y, to.y, to.x, to.y
            );
        }
    }
    path
}

/// A curve from the first point to the last that two between them pull out.
fn looped(points: &[Point]) -> String {
    let mut path = String::new();
    for (point, sign) in points.iter().zip(["M", "C", " ", " "]) {
        let _ = write!(path, "{sign}{:.1},{:.1}", point.x, point.y);
    }
    path
}

/// An edge in words.
fn said(graph: &Graph, edge: &Edge) -> String {
    let name = |node: usize| {
        let node = graph.nodes.get(node);
        node.map_or_else(String::new, |node| node.lines.join(", "))
    };
    let arrow = if edge.is_mutual { "<->" } else { "->" };
    let how = match edge.allowance {
        Allowance::Explicit => "by rule",
        Allowance::Implicit => "by default",
        Allowance::Unknown => "unknown",
    };
    let (from, to) = (name(edge.from), name(edge.to));
    format!("{from} {arrow} {to}: {}, {how}", edge.ports)
}

fn label(look: Look, route: &Route, out: &mut String) {
    let lines = f64::from(u32::try_from(route.label.len()).unwrap_or(u32::MAX));
    let longest = route.label.iter().map(|line| line.chars().count()).max();
    let longest = f64::from(u32::try_from(longest.unwrap_or_default()).unwrap_or(u32::MAX));
    let back = Rect {
        middle: route.at,
        width: longest * 5.4 + 4.0,
        height: lines * SMALL_LINE,
    };
    rectangle(&back, "back", 2.0, out);
    let [_, top] = corner(&back);
    let mut y = top + SMALL_LINE * 0.8;
    let class = format!("ports {}-text", look.class());
    for line in &route.label {
        text(route.at.x, y, &class, line, out);
        y += SMALL_LINE;
    }
}

fn legend(y: f64, out: &mut String) {
    let entries = [
        ("plain explicit", "allowed by rule"),
        ("plain implicit", "by default"),
        ("plain unknown", "cannot be told"),
        ("light explicit", "all ports"),
        ("exposed explicit", "from outside"),
    ];
    let mut x = 16.0;
    for (class, meaning) in entries {
        let end = x + 28.0;
        let _ = writeln!(
            out,
            "<path class=\"edge {class}\" d=\"M{x:.1},{y:.1}L{end:.1},{y:.1}\"/>"
        );
        text(x + 34.0, y + 4.0, "legend", meaning, out);
        x += 58.0 + text_width(meaning, 6.4);
    }
}

/// A text as the content of an element.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in plain(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_leave_its_element() {
        assert_eq!(
            escaped("</text><script>\"'&\u{0}\u{fffe}"),
            "&lt;/text&gt;&lt;script&gt;&quot;&#39;&amp;\\u{0}\\u{fffe}"
        );
    }
}
