//! HTTP requests to the API server, and what its authorizer makes of them.
//!
//! Owns the reading of methods and URLs as `RequestInfoFactory` of `k8s.io/apiserver` reads them,
//! with its prefixes `api` and `apis`. Must not know who asks or what is granted. Quoted
//! sentences are that code's comments.

use super::RequestError;
use super::api::{ApiSpec, ApiTargetSpec};

mod query;

use query::Query;

/// An HTTP request to the API server, as its authorizer sees it.
///
/// ```
/// use kordon::ApiCall;
/// let call = ApiCall::from_http("GET", "/api/v1/namespaces/shop/pods?watch=true")?;
/// let request = call.by("alice", ["dev"]);
/// assert_eq!(request.to_string(), "alice watch pods in namespace shop");
/// # Ok::<(), kordon::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCall {
    /// The verb; empty for a method that resources do not know.
    pub verb: String,
    /// The resource, or the path outside the resources.
    pub target: ApiTargetSpec,
    /// The decoded path.
    pub path: String,
    /// The version in the path; empty outside the resources.
    pub api_version: String,
    /// The field selector of a request for several objects, as written.
    pub field_selector: String,
    /// The label selector of a request for several objects, as written.
    pub label_selector: String,
}

impl ApiSpec {
    /// The request that a user makes by an HTTP method and URL.
    ///
    /// # Errors
    /// What the server would refuse before it asks its authorizer.
    pub fn from_http(
        user: impl Into<String>,
        groups: impl IntoIterator<Item = impl Into<String>>,
        method: &str,
        url: &str,
    ) -> Result<Self, RequestError> {
        Ok(ApiCall::from_http(method, url)?.by(user, groups))
    }
}

impl ApiCall {
    /// Reads a method and a URL: a path with an optional query, with or without scheme and host.
    ///
    /// # Errors
    /// What the server would refuse before it asks its authorizer.
    pub fn from_http(method: &str, url: &str) -> Result<Self, RequestError> {
        let (path, query) = split_url(url);
        let path = query::decode_path(path).ok_or_else(|| {
            let message = format!(
                "`{url}` has a broken escape: expected `%` with two hexadecimal digits, which \
                 together are UTF-8"
            );
            RequestError::new("url", message)
        })?;
        let Some(parts) = ResourceParts::of(&path) else {
            return Ok(Self::outside(method, path));
        };
        let mut call = parts.call(method, url)?;
        call.settle_collection(&Query::new(query), parts.special_verb().is_some());
        call.path = path;
        Ok(call)
    }

    /// The request if this user makes it.
    pub fn by(
        self,
        user: impl Into<String>,
        groups: impl IntoIterator<Item = impl Into<String>>,
    ) -> ApiSpec {
        ApiSpec {
            user: user.into(),
            groups: groups.into_iter().map(Into::into).collect(),
            verb: self.verb,
            target: self.target,
        }
    }

    fn outside(method: &str, path: String) -> Self {
        Self {
            verb: method.to_lowercase(),
            target: ApiTargetSpec::Path(path.clone()),
            path,
            api_version: String::new(),
            field_selector: String::new(),
            label_selector: String::new(),
        }
    }

    /// "if there's no name on the request and we thought it was a get before, then the actual
    /// verb is a list or a watch"; likewise `delete` is about the collection.
    fn settle_collection(&mut self, query: &Query, is_special: bool) {
        let ApiTargetSpec::Resource { name, .. } = &mut self.target else {
            return;
        };
        if name.is_empty() && self.verb == "get" {
            let verb = if query.is_watch() { "watch" } else { "list" };
            verb.clone_into(&mut self.verb);
            *name = query.required_name().unwrap_or_default();
        }
        if name.is_empty() && self.verb == "delete" {
            "deletecollection".clone_into(&mut self.verb);
        }
        // "Don't support selector authorization on requests that used the deprecated
        // verb-via-path mechanism, since they don't support selectors consistently."
        let is_for_many = matches!(self.verb.as_str(), "list" | "watch" | "deletecollection");
        if is_for_many && !is_special {
            self.field_selector = query.first("fieldSelector").unwrap_or_default();
            self.label_selector = query.first("labelSelector").unwrap_or_default();
        }
    }
}

/// Path and query of a URL.
fn split_url(url: &str) -> (&str, &str) {
    let after_scheme = ["https://", "http://"]
        .into_iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    let local = after_scheme.map_or(url, |rest| {
        rest.find(['/', '?'])
            .and_then(|at| rest.get(at..))
            .unwrap_or("/")
    });
    local.split_once('?').unwrap_or((local, ""))
}

/// The parts of a path to a resource.
struct ResourceParts<'a> {
    group: &'a str,
    version: &'a str,
    /// What follows the version: at least one part.
    rest: Vec<&'a str>,
}

impl<'a> ResourceParts<'a> {
    /// `/api/{version}/{resource}..` or `/apis/{group}/{version}/{resource}..`.
    fn of(path: &'a str) -> Option<Self> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (group, version, rest) = match parts.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => return None,
        };
        (!rest.is_empty()).then(|| Self {
            group,
            version,
            rest: rest.to_vec(),
        })
    }

    /// "handle input of form /{specialVerb}/*"
    fn special_verb(&self) -> Option<&'a str> {
        let first = self.rest.first().copied()?;
        matches!(first, "proxy" | "watch").then_some(first)
    }

    fn call(&self, method: &str, url: &str) -> Result<ApiCall, RequestError> {
        let special = self.special_verb();
        let after = self
            .rest
            .get(usize::from(special.is_some())..)
            .unwrap_or_default();
        if after.is_empty() {
            let message = format!("`{url}` names no resource: expected one behind the verb");
            return Err(RequestError::new("url", message));
        }
        let verb = special.unwrap_or_else(|| verb_of(method));
        let (namespace, parts) = split_namespace(after);
        let part = |at: usize| parts.get(at).copied().unwrap_or_default().to_owned();
        Ok(ApiCall {
            verb: verb.to_owned(),
            target: ApiTargetSpec::Resource {
                group: self.group.to_owned(),
                resource: part(0),
                // "specialVerbsNoSubresources contains root verbs which do not allow
                // subresources"
                subresource: if verb == "proxy" {
                    String::new()
                } else {
                    part(2)
                },
                namespace: namespace.to_owned(),
                name: part(1),
            },
            path: String::new(),
            api_version: self.version.to_owned(),
            field_selector: String::new(),
            label_selector: String::new(),
        })
    }
}

/// "if there is another step after the namespace name and it is not a known namespace subresource
/// move currentParts to include it as a resource in its own right"
fn split_namespace<'p, 'a>(parts: &'p [&'a str]) -> (&'a str, &'p [&'a str]) {
    match parts {
        ["namespaces", namespace, "status" | "finalize", ..] | ["namespaces", namespace] => {
            (namespace, parts)
        }
        ["namespaces", namespace, inside @ ..] => (namespace, inside),
        _ => ("", parts),
    }
}

fn verb_of(method: &str) -> &'static str {
    match method {
        "POST" => "create",
        "GET" | "HEAD" => "get",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_and_host_do_not_matter() {
        let short = ApiCall::from_http("GET", "/api/v1/pods").unwrap();
        let long = ApiCall::from_http("GET", "https://10.0.0.1:6443/api/v1/pods").unwrap();
        assert_eq!(short, long);
        assert_eq!(ApiCall::from_http("GET", "https://k").unwrap().path, "/");
    }

    #[test]
    fn a_broken_escape_in_a_path_is_refused_as_the_server_does() {
        for url in ["/api/v1/pods/%zz", "/api/v1/pods/%f", "/api/v1/pods/%ff"] {
            let error = ApiCall::from_http("GET", url).unwrap_err();
            assert_eq!(error.path, "url", "{url}");
        }
    }

    #[test]
    fn a_special_verb_without_a_resource_is_refused() {
        let error = ApiCall::from_http("GET", "/api/v1/watch").unwrap_err();
        assert!(
            error
                .message
                .starts_with("`/api/v1/watch` names no resource"),
            "{error}"
        );
    }

    #[test]
    fn a_watch_by_path_has_no_selectors() {
        let call =
            ApiCall::from_http("GET", "/api/v1/watch/pods?fieldSelector=metadata.name=a").unwrap();
        assert_eq!(
            (call.verb.as_str(), call.field_selector.as_str()),
            ("watch", "")
        );
    }
}
