//! Cases about tokens in HTTP requests.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{ReadError, Suite, read_json};

/// The beginnings of the names of the files that are about tokens.
const PREFIXES: [&str; 3] = ["e2e-jwt", "e2e-requestauthn", "ra-"];

/// Policies, keys, and what a proxy says to requests.
#[derive(Clone, Debug, Deserialize)]
pub struct TokenPack {
    /// The file inside the suite.
    #[serde(skip)]
    pub file: String,
    /// The policies, as they are written.
    pub policies: Vec<Value>,
    /// The workload that is asked.
    pub workload: TokenWorkload,
    /// Key sets by the name that policies use for them, or the one key set.
    pub jwks: Value,
    /// Requests and answers.
    pub cases: Vec<TokenCase>,
}

/// A workload.
#[derive(Clone, Debug, Deserialize)]
pub struct TokenWorkload {
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// A request and the answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenCase {
    /// The request.
    pub request: TokenRequest,
    /// Whether it passes.
    pub allowed: bool,
    /// The status of HTTP.
    pub status: u16,
    /// What refuses it.
    pub denied_by: Option<String>,
    /// The proxy's own words.
    pub details: Option<String>,
}

/// A request.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenRequest {
    /// When it is sent, in seconds since 1970, where that matters to the second.
    pub time: Option<u64>,
    /// The method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The headers, each name with its lines.
    #[serde(default)]
    pub headers: BTreeMap<String, Vec<String>>,
    /// The bearer token, beside the headers.
    pub token: Option<String>,
    /// The claims of that token.
    pub claims: Option<Map<String, Value>>,
    /// What is special about it, for messages.
    pub token_state: Option<String>,
}

impl Suite {
    /// All packs about tokens.
    pub fn token_packs(&self) -> Result<Vec<TokenPack>, ReadError> {
        let files = self.json_files("istio-authz")?;
        let about_tokens = files.iter().filter(|file| {
            let name = file.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| PREFIXES.iter().any(|it| name.starts_with(it)))
        });
        about_tokens
            .map(|file| {
                let mut pack: TokenPack = read_json(file)?;
                pack.file = self.name_of(file);
                Ok(pack)
            })
            .collect()
    }
}
