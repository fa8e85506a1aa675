//! The picture in the language of Mermaid.

use std::fmt::Write;

use super::text::{lines, plain};
use super::{Edge, Graph, Look, Node, Sort};
use crate::connections::Allowance;

/// The columns of a label of ports.
const COLUMNS: usize = 24;

const CLASSES: &str = "  \
classDef whole fill:none,stroke:#8697a8,stroke-dasharray:4 3,color:#4a5a6a
  classDef beyond fill:#fdeee6,stroke:#c2410c
";

impl Graph {
    /// The picture in the language of Mermaid, as Markdown on many sites draws it.
    pub fn to_mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        for (number, area) in self.boxes.iter().enumerate() {
            // A text cannot fail to take more.
            let _ = writeln!(out, "  subgraph b{number}[{}]", quoted(&area.title));
            for node in &area.nodes {
                self.mermaid_node(*node, "    ", &mut out);
            }
            out.push_str("  end\n");
        }
        let first = self.boxes.iter().map(|area| area.nodes.len()).sum();
        for node in first..self.nodes.len() {
            self.mermaid_node(node, "  ", &mut out);
        }
        for edge in &self.edges {
            mermaid_edge(edge, &mut out);
        }
        for (look, style) in [
            (Look::Exposed, "stroke:#c2410c,color:#c2410c"),
            (Look::Light, "stroke:#a9b6c2,color:#7b8894"),
        ] {
            let edges = self.edges.iter().enumerate();
            let edges = edges.filter(|(_, edge)| self.look(edge) == look);
            let numbers: Vec<String> = edges.map(|(number, _)| number.to_string()).collect();
            if !numbers.is_empty() {
                let _ = writeln!(out, "  linkStyle {} {style}", numbers.join(","));
            }
        }
        out.push_str(CLASSES);
        out
    }

    fn mermaid_node(&self, number: usize, indent: &str, out: &mut String) {
        let Some(Node { lines, sort }) = self.nodes.get(number) else {
            return;
        };
        let label = quoted(&lines.join("\n"));
        let shape = match sort {
            Sort::Workloads => format!("[{label}]"),
            Sort::Namespace => format!("([{label}]):::whole"),
            Sort::Machines => format!("[[{label}]]"),
            Sort::Outside => format!("([{label}]):::beyond"),
            Sort::Entry => format!("{{{{{label}}}}}:::beyond"),
        };
        let _ = writeln!(out, "{indent}n{number}{shape}");
    }
}

fn mermaid_edge(edge: &Edge, out: &mut String) {
    let (before, after) = match (edge.allowance, edge.is_mutual) {
        (Allowance::Explicit, false) => ("", "-->"),
        (Allowance::Explicit, true) => ("<", "-->"),
        (Allowance::Implicit, false) => ("", "-.->"),
        (Allowance::Implicit, true) => ("<", "-.->"),
        (Allowance::Unknown, false) => ("", "-.-x"),
        (Allowance::Unknown, true) => ("x", "-.-x"),
    };
    let label = quoted(&lines(&edge.ports.to_string(), COLUMNS).join("\n"));
    let Edge { from, to, .. } = edge;
    let _ = writeln!(out, "  n{from} {before}{after}|{label}| n{to}");
}

/// A text in quotes. All punctuation but the plainest is written as the number of the character,
/// so that neither Mermaid nor the HTML that it makes finds a meaning in it.
fn quoted(text: &str) -> String {
    let line = |line: &str| {
        let mut out = String::new();
        for character in plain(line).chars() {
            let is_plain = character.is_alphanumeric() || " -./:,_".contains(character);
            if is_plain {
                out.push(character);
            } else {
                let _ = write!(out, "#{};", u32::from(character));
            }
        }
        out
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    format!("\"{}\"", lines.join("<br>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_leave_its_quotes() {
        assert_eq!(quoted("a\nb"), "\"a<br>b\"");
        assert_eq!(
            quoted("\"]--><img onerror=x>#end`"),
            "\"#34;#93;--#62;#60;img onerror#61;x#62;#35;end#96;\""
        );
    }
}
