//! Cases about network policies.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{ReadError, Suite, read_json, read_json_lines, read_text};

/// The folders of `netpol-verdict`.
const VERDICTS: [&str; 9] = [
    "e2e",
    "conformance-v1alpha2",
    "conformance-v1alpha1",
    "policy-assistant",
    "kube-network-policies",
    "netpol-analyzer-eval",
    "recipes",
    "cyclonus",
    "own",
];

/// Objects and the connections that they allow or not.
#[derive(Clone, Debug)]
pub struct NetworkWorld {
    /// The file inside the suite.
    pub file: String,
    /// The cluster's objects.
    pub objects: Vec<Value>,
    /// The connections.
    pub cases: Vec<NetworkCase>,
}

/// One connection and its verdicts.
#[derive(Clone, Debug)]
pub struct NetworkCase {
    /// The source, as an endpoint in compact form.
    pub from: Value,
    /// The destination, likewise.
    pub to: Value,
    /// The destination's port.
    pub port: u16,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// Whether the source's side allows it, where the case says so.
    pub egress: Option<bool>,
    /// Whether the destination's side allows it, where the case says so.
    pub ingress: Option<bool>,
    /// Whether both sides allow it.
    pub allowed: bool,
}

/// Objects and all connections between their workloads, as rows `{src, dst, conns}`.
#[derive(Clone, Debug, Deserialize)]
pub struct ConnectionMap {
    /// The case's name.
    pub name: String,
    /// The cluster's objects.
    pub objects: Vec<Value>,
    /// The rows; pairs that are not listed have no connection.
    pub expected: Vec<Value>,
}

/// Manifests and all connections between their workloads, as in [`ConnectionMap`].
#[derive(Clone, Debug)]
pub struct ManifestMap {
    /// The case's name.
    pub name: String,
    /// The texts of the manifests, each with its file.
    pub manifests: Vec<(String, String)>,
    /// The rows.
    pub expected: Vec<Value>,
}

/// Manifests that another tool refuses, and what Kubernetes does with them.
#[derive(Clone, Debug)]
pub struct RefusedManifests {
    /// The case's name.
    pub name: String,
    /// The texts of the manifests, each with its file.
    pub manifests: Vec<(String, String)>,
    /// Whether the API server takes every object, each of them once.
    pub is_valid_upstream: bool,
}

/// Two sets of manifests and the connections in which they differ, as rows
/// `{type, src, dst, old, new}`.
#[derive(Clone, Debug)]
pub struct MapDiff {
    /// The case's name.
    pub name: String,
    /// The texts of the manifests before, each with its file.
    pub old: Vec<(String, String)>,
    /// Those after.
    pub new: Vec<(String, String)>,
    /// The rows; pairs that are not listed have the same connections.
    pub expected: Vec<Value>,
}

#[derive(Deserialize)]
struct Refusal {
    upstream_api_server: String,
}

#[derive(Deserialize)]
struct File {
    objects: Vec<Value>,
    #[serde(default)]
    cases: Vec<FileCase>,
    matrix: Option<Matrix>,
}

#[derive(Deserialize)]
struct FileCase {
    from: FileEndpoint,
    to: FileEndpoint,
    port: u16,
    protocol: String,
    egress: Option<bool>,
    ingress: Option<bool>,
    allowed: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FileEndpoint {
    Pod { namespace: String, pod: String },
    Ip { ip: String },
}

#[derive(Deserialize)]
struct Matrix {
    pods: Vec<String>,
    probes: Vec<Probe>,
}

/// Rows of characters: row = source, column = destination.
#[derive(Deserialize)]
struct Probe {
    port: u16,
    protocol: String,
    ingress: Vec<String>,
    egress: Vec<String>,
    allowed: Vec<String>,
}

impl Suite {
    /// The connections with verdicts from upstream's own tests and from four tools.
    pub fn network_verdicts(&self) -> Result<Vec<NetworkWorld>, ReadError> {
        let mut worlds = Vec::new();
        for folder in VERDICTS {
            worlds.extend(self.network_worlds(&format!("netpol-verdict/{folder}"))?);
        }
        Ok(worlds)
    }

    /// Random clusters with ClusterNetworkPolicy, on which two engines agree.
    pub fn fuzzed_cluster_policies(&self) -> Result<Vec<NetworkWorld>, ReadError> {
        self.network_worlds("netpol-fuzz-cnp")
    }

    /// Whole maps of random clusters, on which two engines agree.
    pub fn fuzzed_maps(&self) -> Result<Vec<ConnectionMap>, ReadError> {
        read_json_lines(&self.root.join("netpol-fuzz/cases.jsonl"))
    }

    /// Whole maps of manifests, as another tool draws them.
    pub fn manifest_maps(&self) -> Result<Vec<ManifestMap>, ReadError> {
        let read = |folder: &Path| {
            Ok(ManifestMap {
                name: self.name_of(folder),
                manifests: self.manifests(&folder.join("manifests"))?,
                expected: read_json(&folder.join("expected.json"))?,
            })
        };
        let folders = self.entries("netpol-connlist")?;
        folders
            .iter()
            .filter(|f| f.is_dir())
            .map(|f| read(f))
            .collect()
    }

    /// Manifests that another tool refuses.
    pub fn refused_manifests(&self) -> Result<Vec<RefusedManifests>, ReadError> {
        let read = |folder: &Path| {
            let refusal: Refusal = read_json(&folder.join("expected.json"))?;
            Ok(RefusedManifests {
                name: self.name_of(folder),
                manifests: self.manifests(&folder.join("manifests"))?,
                is_valid_upstream: refusal.upstream_api_server.starts_with("valid"),
            })
        };
        let folders = self.entries("netpol-invalid")?;
        folders
            .iter()
            .filter(|f| f.is_dir())
            .map(|f| read(f))
            .collect()
    }

    /// Differences between manifests, as another tool finds them.
    pub fn map_diffs(&self) -> Result<Vec<MapDiff>, ReadError> {
        let read = |folder: &Path| {
            Ok(MapDiff {
                name: self.name_of(folder),
                old: self.manifests(&folder.join("old"))?,
                new: self.manifests(&folder.join("new"))?,
                expected: read_json(&folder.join("expected.json"))?,
            })
        };
        let folders = self.entries("netpol-diff")?;
        folders
            .iter()
            .filter(|f| f.is_dir())
            .map(|f| read(f))
            .collect()
    }

    fn manifests(&self, folder: &Path) -> Result<Vec<(String, String)>, ReadError> {
        let files = self.entries(folder)?;
        let read = |file: &std::path::PathBuf| Ok((self.name_of(file), read_text(file)?));
        files.iter().map(read).collect()
    }

    fn network_worlds(&self, folder: &str) -> Result<Vec<NetworkWorld>, ReadError> {
        let files = self.json_files(folder)?;
        let read = |path: &std::path::PathBuf| {
            let file: File = read_json(path)?;
            let cases = file.cases.into_iter().map(NetworkCase::from);
            let expanded = file.matrix.iter().flat_map(Matrix::expand);
            Ok(NetworkWorld {
                file: self.name_of(path),
                objects: file.objects,
                cases: cases.chain(expanded).collect(),
            })
        };
        files.iter().map(read).collect()
    }
}

impl From<FileCase> for NetworkCase {
    fn from(case: FileCase) -> Self {
        Self {
            from: case.from.compact(),
            to: case.to.compact(),
            port: case.port,
            protocol: case.protocol,
            egress: case.egress,
            ingress: case.ingress,
            allowed: case.allowed,
        }
    }
}

impl FileEndpoint {
    fn compact(&self) -> Value {
        match self {
            Self::Pod { namespace, pod } => json!({"pod": format!("{namespace}/{pod}")}),
            Self::Ip { ip } => json!({"ip": ip}),
        }
    }
}

impl Matrix {
    fn expand(&self) -> Vec<NetworkCase> {
        let mut cases = Vec::new();
        for probe in &self.probes {
            for (row, from) in self.pods.iter().enumerate() {
                for (column, to) in self.pods.iter().enumerate() {
                    let cell = |table: &[String]| read_cell(table, row, column);
                    // A pod's connection to itself is undefined and has no verdict.
                    if let Some(allowed) = cell(&probe.allowed) {
                        cases.push(NetworkCase {
                            from: json!({"pod": from}),
                            to: json!({"pod": to}),
                            port: probe.port,
                            protocol: probe.protocol.clone(),
                            egress: cell(&probe.egress),
                            ingress: cell(&probe.ingress),
                            allowed,
                        });
                    }
                }
            }
        }
        cases
    }
}

fn read_cell(table: &[String], row: usize, column: usize) -> Option<bool> {
    match table.get(row)?.as_bytes().get(column)? {
        b'.' => Some(true),
        b'X' => Some(false),
        _ => None,
    }
}
