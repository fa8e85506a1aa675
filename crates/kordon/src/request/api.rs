//! Requests to the Kubernetes API.

use std::fmt;

use kordon_core::{ApiRequest, ApiTarget, Texts};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::RequestError;

/// A request to the Kubernetes API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiSpec {
    /// The user's name.
    pub user: String,
    /// The user's groups; none is added to them.
    pub groups: Vec<String>,
    /// The verb.
    pub verb: String,
    /// What it is about.
    pub target: ApiTargetSpec,
}

/// What an API request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiTargetSpec {
    /// A resource; empty texts mean that the part is absent.
    Resource {
        /// The API group; empty for the core group.
        group: String,
        /// The resource, in the plural.
        resource: String,
        /// The subresource.
        subresource: String,
        /// The namespace.
        namespace: String,
        /// The name.
        name: String,
    },
    /// A path outside the resources.
    Path(String),
}

/// The compact form.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Compact {
    #[serde(rename = "kind")]
    _kind: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    groups: Vec<String>,
    verb: String,
    #[serde(default)]
    api_group: String,
    resource: Option<String>,
    #[serde(default)]
    subresource: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    name: String,
    path: Option<String>,
}

/// `SubjectAccessReview` of `authorization.k8s.io/v1`, as far as RBAC reads it: it looks at
/// neither `extra` nor `uid` nor selectors.
#[derive(Deserialize)]
struct Review {
    spec: ReviewSpec,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReviewSpec {
    #[serde(default)]
    user: String,
    #[serde(default)]
    groups: Option<Vec<String>>,
    resource_attributes: Option<ResourceAttributes>,
    non_resource_attributes: Option<NonResourceAttributes>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct ResourceAttributes {
    namespace: String,
    verb: String,
    group: String,
    resource: String,
    subresource: String,
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NonResourceAttributes {
    path: String,
    verb: String,
}

impl ApiSpec {
    /// The compact form; parts that are absent are left out.
    pub(super) fn to_json(&self) -> Value {
        let (needed, optional) = match &self.target {
            ApiTargetSpec::Path(path) => (("path", path), Vec::new()),
            ApiTargetSpec::Resource {
                group,
                resource,
                subresource,
                namespace,
                name,
            } => (
                ("resource", resource),
                vec![
                    ("apiGroup", group),
                    ("subresource", subresource),
                    ("namespace", namespace),
                    ("name", name),
                ],
            ),
        };
        let present = optional.into_iter().filter(|(_, text)| !text.is_empty());
        let texts = [("user", &self.user), ("verb", &self.verb), needed].into_iter();
        let mut fields: Map<String, Value> = texts
            .chain(present)
            .map(|(name, text)| (name.to_owned(), json!(text)))
            .collect();
        fields.insert("kind".to_owned(), json!("api"));
        if !self.groups.is_empty() {
            fields.insert("groups".to_owned(), json!(self.groups));
        }
        Value::Object(fields)
    }

    pub(super) fn from_compact(value: &Value) -> Result<Self, RequestError> {
        let compact = Compact::deserialize(value)
            .map_err(|error| RequestError::new("", error.to_string()))?;
        let target = match (compact.resource, compact.path) {
            (Some(resource), None) => ApiTargetSpec::Resource {
                group: compact.api_group,
                resource,
                subresource: compact.subresource,
                namespace: compact.namespace,
                name: compact.name,
            },
            (None, Some(path)) => ApiTargetSpec::Path(path),
            (Some(_), Some(_)) => {
                return Err(RequestError::new(
                    "path",
                    "a request is about a `resource` or a `path`, not both",
                ));
            }
            (None, None) => {
                return Err(RequestError::new("", "expected a `resource` or a `path`"));
            }
        };
        Ok(Self {
            user: compact.user,
            groups: compact.groups,
            verb: compact.verb,
            target,
        })
    }

    pub(super) fn from_review(value: &Value) -> Result<Self, RequestError> {
        let Review { spec } =
            Review::deserialize(value).map_err(|error| RequestError::new("", error.to_string()))?;
        let (verb, target) = match (spec.resource_attributes, spec.non_resource_attributes) {
            (Some(attributes), None) => (
                attributes.verb,
                ApiTargetSpec::Resource {
                    group: attributes.group,
                    resource: attributes.resource,
                    subresource: attributes.subresource,
                    namespace: attributes.namespace,
                    name: attributes.name,
                },
            ),
            (None, Some(attributes)) => (attributes.verb, ApiTargetSpec::Path(attributes.path)),
            // The API server refuses both of these.
            (Some(_), Some(_)) => {
                return Err(RequestError::new(
                    "spec",
                    "expected `resourceAttributes` or `nonResourceAttributes`, found both",
                ));
            }
            (None, None) => {
                return Err(RequestError::new(
                    "spec",
                    "expected `resourceAttributes` or `nonResourceAttributes`",
                ));
            }
        };
        Ok(Self {
            user: spec.user,
            groups: spec.groups.unwrap_or_default(),
            verb,
            target,
        })
    }

    /// The request as the engine takes it.
    pub fn as_request(&self) -> ApiRequest<'_> {
        ApiRequest {
            user: &self.user,
            groups: Texts::from(&self.groups),
            verb: &self.verb,
            target: match &self.target {
                ApiTargetSpec::Resource {
                    group,
                    resource,
                    subresource,
                    namespace,
                    name,
                } => ApiTarget::Resource {
                    group,
                    resource,
                    subresource,
                    namespace,
                    name,
                },
                ApiTargetSpec::Path(path) => ApiTarget::Path(path),
            },
        }
    }
}

impl fmt::Display for ApiSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = if self.user.is_empty() {
            "nobody"
        } else {
            &self.user
        };
        write!(f, "{user} {}", self.as_request())
    }
}
