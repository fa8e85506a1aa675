//! Cases about what comes before the policies of requests: modes of mutual TLS, the reception of
//! connections, and the normalization of paths.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use super::super::{ReadError, Suite, from_value};
use super::IstioWorkload;
use crate::facts::{ClientCertificate, Transport};

/// A path and what policies see of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IstioPath {
    /// The mode of normalization, such as `MERGE_SLASHES`.
    pub mode: String,
    /// The path as sent.
    pub path: String,
    /// The path that policies see; none if the proxy refused the request.
    pub effective_path: Option<String>,
}

/// Sets of PeerAuthentication and the modes that they come to.
#[derive(Clone, Debug)]
pub struct IstioModes {
    /// The namespace of policies for the whole mesh.
    pub root_namespace: String,
    /// The workload.
    pub workload: IstioWorkload,
    /// The policies of each set.
    pub sets: BTreeMap<String, Vec<Value>>,
    /// The modes.
    pub cases: Vec<IstioModeCase>,
}

/// The mode for a port under one set.
#[derive(Clone, Debug, Deserialize)]
pub struct IstioModeCase {
    /// The name of the set.
    pub set: String,
    /// The port.
    pub port: u16,
    /// The mode, such as `STRICT`.
    pub mode: String,
}

/// A connection to a port under a mode of mutual TLS.
#[derive(Clone, Debug)]
pub struct IstioChain {
    /// `HTTP`, `TCP` or `AUTO`.
    pub protocol: String,
    /// The mode, such as `STRICT`.
    pub mode: String,
    /// How the client comes.
    pub transport: Transport,
    /// `http`, `tcp`, `tls-passthrough` or `closed`.
    pub result: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModesFile {
    root_namespace: String,
    workload: IstioWorkload,
    sets: BTreeMap<String, Set>,
    cases: Vec<IstioModeCase>,
}

#[derive(Deserialize)]
struct Set {
    policies: Vec<Value>,
}

#[derive(Deserialize)]
struct ChainCase {
    request: ChainRequest,
    result: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChainRequest {
    port_protocol: String,
    mode: String,
    tls: bool,
    client_cert: bool,
    alpn: Option<Vec<String>>,
}

impl Suite {
    /// Paths and what policies see of them.
    pub fn istio_paths(&self) -> Result<Vec<IstioPath>, ReadError> {
        self.istio_cases("normalization")
    }

    /// Connections and what becomes of them.
    pub fn istio_chains(&self) -> Result<Vec<IstioChain>, ReadError> {
        let cases: Vec<ChainCase> = self.istio_cases("peerauth-chains")?;
        Ok(cases.into_iter().map(IstioChain::from).collect())
    }

    /// Sets of PeerAuthentication and the modes that they come to.
    pub fn istio_modes(&self) -> Result<Vec<IstioModes>, ReadError> {
        let read = |(path, file): (PathBuf, Value)| {
            let file: ModesFile = from_value(&path, file)?;
            let policies = |(name, set): (String, Set)| (name, set.policies);
            Ok(IstioModes {
                root_namespace: file.root_namespace,
                workload: file.workload,
                sets: file.sets.into_iter().map(policies).collect(),
                cases: file.cases,
            })
        };
        let files = self.istio_files(&["peerauth"])?;
        files.into_iter().map(read).collect()
    }

    fn istio_cases<T: serde::de::DeserializeOwned>(&self, kind: &str) -> Result<Vec<T>, ReadError> {
        let mut cases = Vec::new();
        for (path, mut file) in self.istio_files(&[kind])? {
            let of_file = file.get_mut("cases").map(Value::take).unwrap_or_default();
            let of_file: Vec<T> = from_value(&path, of_file)?;
            cases.extend(of_file);
        }
        Ok(cases)
    }
}

impl From<ChainCase> for IstioChain {
    fn from(case: ChainCase) -> Self {
        let request = case.request;
        let certificate = if request.client_cert {
            ClientCertificate::Trusted
        } else {
            ClientCertificate::Absent
        };
        let tls = Transport::Tls {
            certificate,
            alpn: request.alpn.unwrap_or_default(),
        };
        Self {
            protocol: request.port_protocol,
            mode: request.mode,
            transport: if request.tls {
                tls
            } else {
                Transport::Plaintext
            },
            result: case.result,
        }
    }
}
