//! Which crates of the workspace may reach the network stack, through however many crates.

use std::collections::{BTreeMap, VecDeque};

use crate::workspace::{Edge, Graph, GraphNode, Kind, Package};

/// Crates that bring an executor, sockets or a client.
const NETWORK: &[&str] = &["axum", "kube", "tokio", "tonic"];
/// The crates that exist to serve.
const SERVERS: &[&str] = &["kordon-serve", "kordon-tower"];

/// Every way from a crate of the workspace that is no server to the network stack.
pub(super) fn problems(packages: &[Package], graph: &Graph) -> Vec<String> {
    let index = Index::new(graph);
    packages
        .iter()
        .filter(|package| !SERVERS.contains(&package.name.as_str()))
        .filter_map(|package| index.way_to_network(&package.id))
        .map(|way| {
            format!(
                "`{}`: only {} may use the network stack",
                way.join(" -> "),
                SERVERS.join(" and ")
            )
        })
        .collect()
}

struct Index<'g> {
    names: BTreeMap<&'g str, &'g str>,
    nodes: BTreeMap<&'g str, &'g GraphNode>,
}

impl<'g> Index<'g> {
    fn new(graph: &'g Graph) -> Self {
        Self {
            names: graph
                .packages
                .iter()
                .map(|p| (p.id.as_str(), p.name.as_str()))
                .collect(),
            nodes: graph
                .nodes
                .iter()
                .map(|node| (node.id.as_str(), node))
                .collect(),
        }
    }

    /// The names on a shortest way from `start` to the network stack.
    ///
    /// Tests of a dependency are not built, so only the edges of `start` itself count as such;
    /// a server may be used, and what lies behind it is its own affair.
    fn way_to_network(&self, start: &'g str) -> Option<Vec<&'g str>> {
        let mut came_from: BTreeMap<&str, Option<&str>> = BTreeMap::from([(start, None)]);
        let mut queue = VecDeque::from([start]);
        while let Some(id) = queue.pop_front() {
            let name = self.names.get(id).copied().unwrap_or(id);
            if NETWORK.contains(&name) {
                return Some(self.way(&came_from, id));
            }
            if SERVERS.contains(&name) {
                continue;
            }
            let edges = self.nodes.get(id).map_or(&[][..], |node| &node.deps);
            for edge in edges
                .iter()
                .filter(|edge| id == start || is_built_for_others(edge))
            {
                came_from.entry(&edge.pkg).or_insert_with(|| {
                    queue.push_back(&edge.pkg);
                    Some(id)
                });
            }
        }
        None
    }

    fn way(&self, came_from: &BTreeMap<&'g str, Option<&'g str>>, end: &'g str) -> Vec<&'g str> {
        let step = |id: &&'g str| came_from.get(id).copied().flatten();
        let mut way: Vec<&str> = std::iter::successors(Some(end), step)
            .map(|id| self.names.get(id).copied().unwrap_or(id))
            .collect();
        way.reverse();
        way
    }
}

fn is_built_for_others(edge: &Edge) -> bool {
    edge.dep_kinds.iter().any(|kind| kind.kind != Kind::Dev)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::EdgeKind;

    /// A graph from `(from, kind, to)`; each package's id is its name.
    fn check(edges: &[(&str, Kind, &str)], start: &str) -> Vec<String> {
        let mut nodes: BTreeMap<&str, Vec<Edge>> = BTreeMap::new();
        for (from, kind, to) in edges {
            nodes.entry(to).or_default();
            let edge = Edge {
                pkg: (*to).into(),
                dep_kinds: vec![EdgeKind { kind: *kind }],
            };
            nodes.entry(from).or_default().push(edge);
        }
        let package = |name: &str| Package {
            name: name.into(),
            id: name.into(),
            ..Package::default()
        };
        let graph = Graph {
            packages: nodes.keys().map(|name| package(name)).collect(),
            nodes: nodes
                .into_iter()
                .map(|(id, deps)| GraphNode {
                    id: id.into(),
                    deps,
                })
                .collect(),
        };
        problems(&[package(start)], &graph)
    }

    #[test]
    fn a_way_to_the_network_stack_is_shown_whole() {
        let edges = [
            ("kordon", Kind::Normal, "kordon-core"),
            ("kordon-core", Kind::Normal, "some-client"),
            ("some-client", Kind::Normal, "tokio"),
        ];
        let problems = check(&edges, "kordon");
        assert!(
            problems[0].starts_with("`kordon -> kordon-core -> some-client -> tokio`"),
            "{problems:?}"
        );
    }

    #[test]
    fn tests_count_for_the_crate_itself_and_not_for_its_users() {
        let edges = [
            ("kordon", Kind::Normal, "kordon-core"),
            ("kordon-core", Kind::Dev, "tokio"),
        ];
        assert_eq!(check(&edges, "kordon-core").len(), 1);
        assert_eq!(check(&edges, "kordon"), Vec::<String>::new());
    }

    #[test]
    fn servers_may_use_it_and_may_be_used() {
        let edges = [
            ("kordon-cli", Kind::Normal, "kordon-serve"),
            ("kordon-serve", Kind::Normal, "axum"),
        ];
        assert_eq!(check(&edges, "kordon-serve"), Vec::<String>::new());
        assert_eq!(check(&edges, "kordon-cli"), Vec::<String>::new());
    }
}
