//! Requests as they are written down: owned, read from JSON, and turned into the borrowed
//! [`Request`] that the engine takes.

mod api;
mod connection;
mod http;
mod message;
mod session;
pub mod shorthand;

use std::fmt;

use kordon_core::Request;
use serde_json::Value;

pub use api::{ApiSpec, ApiTargetSpec};
pub use connection::{ConnectionSpec, EndpointSpec, PortSpec};
pub use http::ApiCall;
pub use message::{HttpSpec, TokenSpec, claims_from_json};
pub use session::{SecuritySpec, SessionSpec};

/// A request as it is written down.
///
/// ```
/// use kordon::RequestSpec;
/// let request = RequestSpec::from_json_text(
///     r#"{"kind":"api","user":"alice","verb":"get","resource":"pods","namespace":"shop"}"#,
/// )?;
/// assert_eq!(request.to_string(), "alice get pods in namespace shop");
/// # Ok::<(), kordon::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RequestSpec {
    /// A request to the Kubernetes API.
    Api(ApiSpec),
    /// A connection.
    Connection(ConnectionSpec),
    /// An HTTP request between workloads.
    Http(HttpSpec),
}

/// Why a request could not be read: what was expected, and where in the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", if path.is_empty() { String::new() } else { format!("`{path}`: ") })]
pub struct RequestError {
    /// The field, empty for the request as a whole.
    pub path: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl RequestError {
    pub(crate) fn new(path: &str, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            message: message.into(),
        }
    }
}

impl RequestSpec {
    /// Reads one request in any of its forms: the compact one, or a `SubjectAccessReview`.
    ///
    /// # Errors
    /// What was expected, with the field.
    pub fn from_json(value: &Value) -> Result<Self, RequestError> {
        let kind = value.get("kind").and_then(Value::as_str);
        match kind {
            Some("api") => ApiSpec::from_compact(value).map(Self::Api),
            Some("connection") => ConnectionSpec::from_compact(value).map(Self::Connection),
            Some("http") => HttpSpec::from_compact(value).map(Self::Http),
            Some("SubjectAccessReview" | "LocalSubjectAccessReview") => {
                ApiSpec::from_review(value).map(Self::Api)
            }
            Some(other) => Err(RequestError::new(
                "kind",
                format!(
                    "`{other}` is not a kind of request: expected `api`, `connection`, `http` \
                     or `SubjectAccessReview`"
                ),
            )),
            None => Err(RequestError::new(
                "",
                "expected an object with a `kind`: `api`, `connection`, `http` or \
                 `SubjectAccessReview`",
            )),
        }
    }

    /// Reads one request from JSON text.
    ///
    /// # Errors
    /// What was expected, with the field.
    pub fn from_json_text(text: &str) -> Result<Self, RequestError> {
        let value: Value = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        Self::from_json(&value)
    }

    /// The request in its compact form, as [`RequestSpec::from_json`] reads it.
    ///
    /// ```
    /// use kordon::RequestSpec;
    /// let text = r#"{"from":{"ip":"192.0.2.1"},"kind":"connection","port":80,"protocol":"TCP","to":"shop/cart"}"#;
    /// let request = RequestSpec::from_json_text(text)?;
    /// assert_eq!(request.to_json().to_string(), text);
    /// # Ok::<(), kordon::RequestError>(())
    /// ```
    pub fn to_json(&self) -> Value {
        match self {
            Self::Api(api) => api.to_json(),
            Self::Connection(connection) => connection.to_json(),
            Self::Http(http) => http.to_json(),
        }
    }

    /// The request as the engine takes it.
    pub fn as_request(&self) -> Request<'_> {
        match self {
            Self::Api(api) => Request::Api(api.as_request()),
            Self::Connection(connection) => Request::Connection(connection.as_request()),
            Self::Http(http) => Request::Http(http.as_request()),
        }
    }
}

/// What is wrong with a text that is no JSON, without the line where there is but one.
fn not_json(error: &serde_json::Error) -> RequestError {
    let message = error
        .to_string()
        .replace(" at line 1 column ", " at column ");
    RequestError::new("", format!("expected a JSON object: {message}"))
}

impl fmt::Display for RequestSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(api) => api.fmt(f),
            Self::Connection(connection) => connection.fmt(f),
            Self::Http(http) => http.fmt(f),
        }
    }
}
