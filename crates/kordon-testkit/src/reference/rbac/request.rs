//! Requests to the Kubernetes API, in compact form and as `SubjectAccessReview`.

use serde_json::Value;

use crate::reference::value::{at, text, texts};

/// What the authorizer is asked: who wants to do what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// The user's name.
    pub user: String,
    /// The user's groups, taken literally.
    pub groups: Vec<String>,
    /// The verb of the API, or the HTTP method in lower case for a path.
    pub verb: String,
    /// What it is to be done to.
    pub scope: Scope,
}

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A resource of the API.
    Resource {
        /// The API group, empty for the core group.
        api_group: String,
        /// The resource.
        resource: String,
        /// The subresource, or empty.
        subresource: String,
        /// The namespace, empty for a cluster-wide request.
        namespace: String,
        /// The object's name, or empty.
        name: String,
    },
    /// A path outside the resources.
    Path(String),
}

/// Why a request cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It is in none of the known forms.
    #[error(
        "expected a request with `kind` api or SubjectAccessReview, found `{0}`; see the compact \
         form of requests"
    )]
    Kind(String),
    /// It has not exactly one of a resource and a path.
    #[error("expected either `resourceAttributes` or `nonResourceAttributes` in `spec`")]
    Attributes,
}

impl Attributes {
    /// Reads a request in compact form (without `kind` as well) or as a `SubjectAccessReview`.
    pub fn read(request: &Value) -> Result<Self, RequestError> {
        match text(request, "/kind") {
            "SubjectAccessReview" => Self::from_review(request),
            "api" | "" if request.is_object() => Ok(Self::from_compact(request)),
            other => Err(RequestError::Kind(other.to_owned())),
        }
    }

    /// The namespace asked for; a path is in none.
    pub fn namespace(&self) -> &str {
        match &self.scope {
            Scope::Resource { namespace, .. } => namespace,
            Scope::Path(_) => "",
        }
    }

    fn from_compact(request: &Value) -> Self {
        let scope = match at(request, "/path").and_then(Value::as_str) {
            Some(path) => Scope::Path(path.to_owned()),
            None => Scope::resource(request, "/apiGroup"),
        };
        Self {
            user: text(request, "/user").to_owned(),
            groups: texts(request, "/groups"),
            verb: text(request, "/verb").to_owned(),
            scope,
        }
    }

    fn from_review(review: &Value) -> Result<Self, RequestError> {
        // ValidateSubjectAccessReviewSpec: "exactly one of nonResourceAttributes or
        // resourceAttributes must be specified".
        let resource = at(review, "/spec/resourceAttributes");
        let path = at(review, "/spec/nonResourceAttributes");
        let (asked, scope) = match (resource, path) {
            (Some(asked), None) => (asked, Scope::resource(asked, "/group")),
            (None, Some(asked)) => (asked, Scope::Path(text(asked, "/path").to_owned())),
            _ => return Err(RequestError::Attributes),
        };
        Ok(Self {
            user: text(review, "/spec/user").to_owned(),
            groups: texts(review, "/spec/groups"),
            verb: text(asked, "/verb").to_owned(),
            scope,
        })
    }
}

impl Scope {
    fn resource(fields: &Value, group: &str) -> Self {
        Self::Resource {
            api_group: text(fields, group).to_owned(),
            resource: text(fields, "/resource").to_owned(),
            subresource: text(fields, "/subresource").to_owned(),
            namespace: text(fields, "/namespace").to_owned(),
            name: text(fields, "/name").to_owned(),
        }
    }
}
