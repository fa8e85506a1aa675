//! The picture in the language of Graphviz.

use std::fmt::Write;

use super::text::{lines, plain};
use super::{Edge, Graph, Look, Node, Sort};
use crate::connections::Allowance;

/// The columns of a label of ports.
const COLUMNS: usize = 24;

const HEAD: &str = "\
digraph kordon {
  graph [rankdir=LR, fontname=\"Helvetica\", fontsize=12, ranksep=0.9, nodesep=0.25];
  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", color=\"#5b6b7b\", fontname=\"Helvetica\", fontsize=11];
  edge [color=\"#33506b\", fontname=\"Helvetica\", fontsize=9];
";

impl Graph {
    /// The picture in the language of Graphviz, for `dot`.
    pub fn to_dot(&self) -> String {
        let mut out = HEAD.to_owned();
        for (number, area) in self.boxes.iter().enumerate() {
            // A text cannot fail to take more, here and below.
            let _ = write!(
                out,
                "  subgraph cluster_{number} {{\n    label={}; style=\"rounded,filled\"; \
                 fillcolor=\"#f2f5f8\"; color=\"#c3cdd7\";\n",
                quoted(&area.title)
            );
            for node in &area.nodes {
                self.write_node(*node, "    ", &mut out);
            }
            out.push_str("  }\n");
        }
        let first = self.boxes.iter().map(|area| area.nodes.len()).sum();
        for node in first..self.nodes.len() {
            self.write_node(node, "  ", &mut out);
        }
        for edge in &self.edges {
            self.write_edge(edge, &mut out);
        }
        out.push_str("}\n");
        out
    }

    fn write_node(&self, number: usize, indent: &str, out: &mut String) {
        let Some(Node { lines, sort }) = self.nodes.get(number) else {
            return;
        };
        let look = match sort {
            Sort::Workloads => "",
            Sort::Namespace => {
                ", style=\"rounded,dashed\", color=\"#8697a8\", fontcolor=\"#4a5a6a\""
            }
            Sort::Machines => ", shape=box3d",
            Sort::Outside => ", shape=ellipse, fillcolor=\"#fdeee6\", color=\"#c2410c\"",
            Sort::Entry => {
                ", shape=house, orientation=270, fillcolor=\"#fdeee6\", color=\"#c2410c\""
            }
        };
        let label = quoted(&lines.join("\n"));
        let _ = writeln!(out, "{indent}n{number} [label={label}{look}];");
    }

    fn write_edge(&self, edge: &Edge, out: &mut String) {
        let label = quoted(&lines(&edge.ports.to_string(), COLUMNS).join("\n"));
        let look = match self.look(edge) {
            Look::Exposed => ", color=\"#c2410c\", fontcolor=\"#c2410c\", penwidth=1.6",
            Look::Light => ", color=\"#a9b6c2\", fontcolor=\"#7b8894\"",
            Look::Plain => "",
        };
        let style = match edge.allowance {
            Allowance::Explicit => "",
            Allowance::Implicit => ", style=dashed",
            Allowance::Unknown => ", style=dotted, arrowhead=empty",
        };
        let both = if edge.is_mutual { ", dir=both" } else { "" };
        let Edge { from, to, .. } = edge;
        let _ = writeln!(
            out,
            "  n{from} -> n{to} [label={label}{look}{style}{both}];"
        );
    }
}

/// A text in quotes. Inside of them the quote and the backslash mean something, and the ampersand
/// begins a character by its name.
fn quoted(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = plain(line);
        line.replace('&', "&amp;")
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
    });
    let lines: Vec<String> = lines.collect();
    format!("\"{}\"", lines.join("\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_leave_its_quotes() {
        assert_eq!(quoted("a\nb"), "\"a\\nb\"");
        assert_eq!(
            quoted("\"]; evil [label=\"\\\"x\\N"),
            r#""\"]; evil [label=\"\\\"x\\N""#
        );
        assert_eq!(quoted("a&lt;b"), "\"a&amp;lt;b\"");
        assert_eq!(quoted("a\u{7}\u{202e}"), r#""a\\u{7}\\u{202e}""#);
    }
}
