//! The workspace as `cargo metadata` describes it.
//!
//! It owns the reading of that format and where the root and the target folder are; it judges
//! nothing.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::step::cargo_program;

/// Where things are, and the packages of the workspace in the order of their names.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Where build products and tools go: `CARGO_TARGET_DIR` if it is set.
    pub(crate) target: PathBuf,
    pub(crate) packages: Vec<Package>,
}

/// One package and what its manifest asks for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) manifest_path: PathBuf,
    #[serde(default)]
    pub(crate) dependencies: Vec<Dependency>,
    #[serde(default)]
    pub(crate) targets: Vec<Target>,
}

/// One line of a manifest's dependency tables.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    #[serde(default, deserialize_with = "kind_or_normal")]
    pub(crate) kind: Kind,
}

/// Which table a dependency stands in.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    #[default]
    Normal,
    Build,
    Dev,
}

/// One library, program, test or benchmark of a package.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
}

/// The resolved dependency graph, foreign packages included.
pub(crate) struct Graph {
    pub(crate) packages: Vec<Package>,
    pub(crate) nodes: Vec<GraphNode>,
}

/// One package of the resolved graph.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct GraphNode {
    pub(crate) id: String,
    pub(crate) deps: Vec<Edge>,
}

/// One resolved dependency.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Edge {
    pub(crate) pkg: String,
    pub(crate) dep_kinds: Vec<EdgeKind>,
}

/// Which table of the manifest leads to an edge.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct EdgeKind {
    #[serde(default, deserialize_with = "kind_or_normal")]
    pub(crate) kind: Kind,
}

impl Workspace {
    /// Asks cargo about the workspace that the current folder lies in.
    pub(crate) fn load() -> Result<Self> {
        let metadata = metadata(&["--no-deps"])?;
        let mut packages = metadata.packages;
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            root: metadata.workspace_root,
            target: metadata.target_directory,
            packages,
        })
    }

    /// The resolved graph with every dependency, whatever the platform.
    pub(crate) fn graph(&self) -> Result<Graph> {
        let manifest = self.root.join("Cargo.toml");
        let manifest = manifest
            .to_str()
            .context("the workspace's path is not UTF-8")?;
        let metadata = metadata(&["--all-features", "--manifest-path", manifest])?;
        let resolve = metadata
            .resolve
            .context("cargo metadata gave no resolved graph")?;
        Ok(Graph {
            packages: metadata.packages,
            nodes: resolve.nodes,
        })
    }
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    packages: Vec<Package>,
    resolve: Option<Resolve>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<GraphNode>,
}

fn metadata(args: &[&str]) -> Result<Metadata> {
    let output = Command::new(cargo_program())
        .args(["metadata", "--format-version", "1"])
        .args(args)
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!(
            "cargo metadata failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    serde_json::from_slice(&output.stdout).context("cannot read the answer of cargo metadata")
}

/// `cargo metadata` writes a normal dependency as `"kind": null`.
fn kind_or_normal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
    Ok(Option::<Kind>::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_kind_is_a_normal_one() {
        let kind = |text| serde_json::from_str::<Dependency>(text).unwrap().kind;
        assert_eq!(kind(r#"{"name":"a","kind":null}"#), Kind::Normal);
        assert_eq!(kind(r#"{"name":"a","kind":"dev"}"#), Kind::Dev);
        assert_eq!(kind(r#"{"name":"a","kind":"build"}"#), Kind::Build);
    }
}
