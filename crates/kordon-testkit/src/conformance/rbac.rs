//! Cases about RBAC.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{ReadError, Suite, read_json, read_json_lines};

/// RBAC objects and what the authorizer says to requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RbacWorld {
    /// The file inside the suite.
    #[serde(skip)]
    pub file: String,
    /// The objects as stored.
    pub objects: Vec<Value>,
    /// Requests and answers.
    pub cases: Vec<RbacCase>,
    /// What users may do in a namespace.
    pub rules_for: Vec<RulesForCase>,
    /// Who may do something.
    pub who: Vec<WhoCase>,
    /// By name of an aggregated ClusterRole, its rules after the aggregation controller ran;
    /// empty in a world without one.
    #[serde(default)]
    pub filled_rules: BTreeMap<String, Value>,
    /// The objects that the API server would refuse; the authorizer judges by them all the same.
    pub api_server_rejects: Vec<Rejected>,
}

/// An object that the API server would refuse.
#[derive(Clone, Debug, Deserialize)]
pub struct Rejected {
    /// Its place in `objects`.
    pub index: usize,
    /// What the API server would say.
    pub errors: Vec<String>,
}

/// A request and its answers.
#[derive(Clone, Debug, Deserialize)]
pub struct RbacCase {
    /// The request in compact form.
    pub request: Value,
    /// The answer by the rules as stored.
    #[serde(flatten)]
    pub expected: Expected,
    /// The answer after the aggregation controller ran, where that may differ.
    pub filled: Option<Expected>,
}

/// What the authorizer says.
#[derive(Clone, Debug, Deserialize)]
pub struct Expected {
    /// Whether it allows.
    pub allowed: bool,
    /// Its reason when it walks bindings in file order.
    pub reason: String,
    /// All reasons it may give, if there is more than one.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// The errors of a full walk.
    #[serde(default)]
    pub errors: Vec<String>,
}

/// What one user may do in one namespace.
#[derive(Clone, Debug, Deserialize)]
pub struct RulesForCase {
    /// The user's name.
    pub user: String,
    /// The user's groups.
    pub groups: Vec<String>,
    /// The namespace.
    pub namespace: String,
    /// The rules by the roles as stored.
    pub result: RulesForResult,
    /// The rules after the aggregation controller ran, where that may differ.
    pub filled: Option<RulesForResult>,
}

/// Rules, and errors met.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct RulesForResult {
    /// Rules about resources.
    pub resource_rules: Vec<Value>,
    /// Rules about paths.
    pub non_resource_rules: Vec<Value>,
    /// The errors as one text.
    pub error: Option<String>,
}

/// Who may do what a request asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WhoCase {
    /// The request in compact form; its user is empty.
    pub request: Value,
    /// The subjects by the roles as stored.
    pub subjects: Vec<Value>,
    /// The errors as one text.
    pub error: Option<String>,
    /// The subjects after the aggregation controller ran, where that may differ.
    pub filled_subjects: Option<Vec<Value>>,
    /// The errors that go with them.
    pub filled_error: Option<String>,
}

/// An escalation check.
#[derive(Clone, Debug, Deserialize)]
pub struct CoversCase {
    /// Rules held.
    pub owner: Vec<Value>,
    /// Rules wanted.
    pub sub: Vec<Value>,
    /// Whether nothing is missing.
    pub covered: bool,
    /// The missing smallest rules, in order.
    pub missing: Vec<Value>,
}

/// An HTTP request and the attributes that the authorizer sees. Fields that do not apply are
/// empty.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    missing_docs,
    reason = "the fields are named as in the API server's attributes"
)]
pub struct HttpCase {
    pub method: String,
    pub url: String,
    pub resource_request: bool,
    pub path: String,
    pub verb: String,
    pub api_group: String,
    pub api_version: String,
    pub namespace: String,
    pub resource: String,
    pub subresource: String,
    pub name: String,
    pub field_selector: String,
    pub label_selector: String,
    pub error: Option<String>,
}

/// What a kube-apiserver sent to its authorization webhook.
#[derive(Clone, Debug, Deserialize)]
pub struct ReviewCase {
    /// The path of the webhook's URL.
    pub path: String,
    /// The `SubjectAccessReview`.
    pub body: Value,
}

#[derive(Deserialize)]
struct Cases<T> {
    cases: Vec<T>,
}

impl Suite {
    /// The worlds of RBAC objects.
    pub fn rbac_worlds(&self) -> Result<Vec<RbacWorld>, ReadError> {
        let files = self.json_files("rbac")?;
        let is_world = |file: &&std::path::PathBuf| {
            file.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("world-"))
        };
        files
            .iter()
            .filter(is_world)
            .map(|file| {
                Ok(RbacWorld {
                    file: self.name_of(file),
                    ..read_json(file)?
                })
            })
            .collect()
    }

    /// The escalation checks.
    pub fn covers(&self) -> Result<Vec<CoversCase>, ReadError> {
        let cases: Cases<CoversCase> = read_json(&self.root.join("rbac/covers.json"))?;
        Ok(cases.cases)
    }

    /// HTTP requests and their attributes.
    pub fn http_requests(&self) -> Result<Vec<HttpCase>, ReadError> {
        let cases: Cases<HttpCase> = read_json(&self.root.join("rbac/http-requestinfo.json"))?;
        Ok(cases.cases)
    }

    /// The reviews that a live kube-apiserver sent.
    pub fn webhook_reviews(&self) -> Result<Vec<ReviewCase>, ReadError> {
        read_json_lines(&self.root.join("rbac/webhook-sars.jsonl"))
    }
}
