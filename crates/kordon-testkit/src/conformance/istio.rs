//! Cases about policies of Istio, with what a real Envoy answered.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use self::request::FileRequest;
use super::{ReadError, Suite, from_value, read_json};
use crate::facts::RequestFacts;

mod peer;
mod request;

pub use self::peer::{IstioChain, IstioModeCase, IstioModes, IstioPath};

const FOLDER: &str = "istio-authz";
/// The namespace of policies for the whole mesh, unless a pack names another.
const ROOT: &str = "istio-system";
/// The trust domain of a mesh, unless a pack names another.
const TRUST_DOMAIN: &str = "cluster.local";
/// A pack of an upstream file that upstream itself no longer translates so.
const OBSOLETE: [&str; 1] = ["golden-http-allow-host-before-111"];

/// Policies, a workload, and what its proxy answered to requests.
#[derive(Clone, Debug)]
pub struct IstioPack {
    /// The pack's name.
    pub name: String,
    /// The policies.
    pub policies: Vec<Value>,
    /// The workload.
    pub workload: IstioWorkload,
    /// The namespace of policies for the whole mesh.
    pub root_namespace: String,
    /// The trust domain and its aliases; empty if names are taken as written.
    pub trust_domains: Vec<String>,
    /// The external authorizers that exist.
    pub providers: Vec<String>,
    /// Sets of keys that policies name in place of their `jwks`.
    pub jwks: BTreeMap<String, Value>,
    /// The requests and answers.
    pub cases: Vec<IstioCase>,
    /// Whether upstream has left behind what the pack shows.
    pub is_obsolete: bool,
}

/// The workload that requests go to.
#[derive(Clone, Debug, Deserialize)]
pub struct IstioWorkload {
    /// Its namespace.
    pub namespace: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Whether it is a waypoint.
    #[serde(default, rename = "waypoint")]
    pub is_waypoint: bool,
}

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct IstioCase {
    /// The request.
    pub request: RequestFacts,
    /// The path that policies saw, with its query.
    pub effective_path: Option<String>,
    /// In what state the request's token is, if it speaks of one.
    pub token_state: Option<String>,
    /// The second at which it was sent, counted from 1970, if the case says.
    pub time: Option<i64>,
    /// The answer.
    pub expected: IstioExpected,
}

/// What the proxy answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IstioExpected {
    /// Whether the request passed.
    pub allowed: bool,
    /// The HTTP status; 403 also for a connection that was closed.
    pub status: u16,
    /// Who stopped it: `rbac`, `jwt` or `ext_authz`.
    pub denied_by: Option<String>,
    /// The key of the rule that decided; `none` if none matched.
    pub matched: Option<String>,
    /// The metadata of rules that are not enforced.
    pub shadow: Option<BTreeMap<String, String>>,
    /// What upstream's own test wants.
    pub istio_expected: Option<IstioWanted>,
    /// What the external authorizer answered, if it was asked: `ok` or `denied`.
    pub ext_authz: Option<String>,
}

/// What a test of upstream wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum IstioWanted {
    /// Whether the request passes.
    Passes(bool),
    /// This HTTP status.
    Status(u16),
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    note: String,
    policies: Vec<Value>,
    workload: Value,
    #[serde(default)]
    jwks: Value,
    cases: Vec<Value>,
}

#[derive(Deserialize)]
struct FileCase {
    request: FileRequest,
    #[serde(flatten)]
    expected: IstioExpected,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileMesh {
    trust_domain: Option<String>,
    #[serde(default)]
    trust_domain_aliases: Vec<String>,
    root_namespace: Option<String>,
}

impl Suite {
    /// The requests over HTTP and the connections over TCP.
    pub fn istio_packs(&self) -> Result<Vec<IstioPack>, ReadError> {
        let mut packs = Vec::new();
        for (path, file) in self.istio_files(&["http", "tcp"])? {
            packs.push(read_pack(&path, from_value(&path, file)?)?);
        }
        Ok(packs)
    }

    /// How many packs of each kind there are.
    pub fn istio_pack_kinds(&self) -> Result<BTreeMap<String, usize>, ReadError> {
        let mut kinds = BTreeMap::new();
        for path in self.json_files(FOLDER)? {
            *kinds.entry(kind_of(&read_json(&path)?)).or_default() += 1;
        }
        Ok(kinds)
    }

    /// The files of some kinds, each with its path.
    fn istio_files(&self, kinds: &[&str]) -> Result<Vec<(PathBuf, Value)>, ReadError> {
        let mut files = Vec::new();
        for path in self.json_files(FOLDER)? {
            let file: Value = read_json(&path)?;
            if kinds.contains(&kind_of(&file).as_str()) {
                files.push((path, file));
            }
        }
        Ok(files)
    }
}

fn kind_of(file: &Value) -> String {
    let kind = file.get("filterKind").and_then(Value::as_str);
    kind.unwrap_or_default().to_owned()
}

fn read_pack(path: &Path, file: File) -> Result<IstioPack, ReadError> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let mesh: FileMesh = from_value(path, file.workload.clone())?;
    let cases = file.cases.into_iter().map(|case| {
        let case: FileCase = from_value(path, case)?;
        Ok(case.read())
    });
    Ok(IstioPack {
        workload: from_value(path, file.workload)?,
        trust_domains: mesh.trust_domains(&name),
        root_namespace: mesh.root_namespace.unwrap_or_else(|| ROOT.to_owned()),
        providers: providers(&file.policies, &file.note),
        jwks: key_sets(file.jwks),
        cases: cases.collect::<Result<_, ReadError>>()?,
        is_obsolete: OBSOLETE.contains(&name.as_ref()),
        policies: file.policies,
        name: name.into_owned(),
    })
}

/// Every authorizer that a policy names exists, unless the pack's note calls it invalid.
fn providers(policies: &[Value], note: &str) -> Vec<String> {
    let named = policies
        .iter()
        .filter_map(|policy| policy.pointer("/spec/provider/name")?.as_str());
    named
        .filter(|name| !note.contains(&format!("\"{name}\" is invalid")))
        .map(str::to_owned)
        .collect()
}

/// Sets of keys by name; a pack with one set for all has it under the empty name.
fn key_sets(jwks: Value) -> BTreeMap<String, Value> {
    match jwks {
        Value::Object(sets) if !sets.contains_key("keys") => sets.into_iter().collect(),
        Value::Null => BTreeMap::new(),
        set => BTreeMap::from([(String::new(), set)]),
    }
}

impl FileMesh {
    /// Upstream's own files, the packs `golden-*`, were translated without any trust domain.
    fn trust_domains(&self, pack: &str) -> Vec<String> {
        let domain = match &self.trust_domain {
            None if pack.starts_with("golden-") => return Vec::new(),
            None => TRUST_DOMAIN,
            Some(domain) => domain,
        };
        let aliases = self.trust_domain_aliases.iter().cloned();
        std::iter::once(domain.to_owned()).chain(aliases).collect()
    }
}

impl FileCase {
    fn read(self) -> IstioCase {
        IstioCase {
            effective_path: self.request.effective_path.clone(),
            token_state: self.request.token_state.clone(),
            time: self.request.time,
            request: self.request.facts(),
            expected: self.expected,
        }
    }
}
