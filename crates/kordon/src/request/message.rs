//! HTTP requests between workloads.

use std::collections::BTreeMap;
use std::fmt;

use kordon_core::model::{Claim, Claims};
use kordon_core::{Headers, HttpMessage, HttpRequest, Token};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::RequestError;
use super::connection::ConnectionSpec;

/// An HTTP request over a connection.
///
/// ```
/// use kordon::RequestSpec;
/// let request = RequestSpec::from_json_text(
///     r#"{"kind":"http","from":"shop/web","to":"shop/cart","port":8080,
///         "method":"GET","host":"cart","path":"/items"}"#,
/// )?;
/// assert_eq!(request.to_string(), "shop/web -> shop/cart on TCP 8080: GET cart/items");
/// assert_eq!(RequestSpec::from_json(&request.to_json()).as_ref(), Ok(&request));
/// # Ok::<(), kordon::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct HttpSpec {
    /// The connection that it comes over.
    pub connection: ConnectionSpec,
    /// The method.
    pub method: String,
    /// `http` or `https`, or empty.
    pub scheme: String,
    /// The host, with its port if the request names one; empty when it is not known.
    pub host: String,
    /// The path, with its query.
    pub path: String,
    /// The lines of its other headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The token.
    pub token: TokenSpec,
}

/// What is known of a request's token.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum TokenSpec {
    /// It carries none.
    #[default]
    Absent,
    /// It carries one that was verified.
    Verified(Claims),
    /// It carries one that is not to be trusted, for this reason.
    Refused(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Compact {
    method: String,
    #[serde(default)]
    scheme: String,
    #[serde(default)]
    host: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, Lines>,
    jwt: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Lines {
    One(String),
    Several(Vec<String>),
}

/// The fields that only an HTTP request has.
pub(super) const FIELDS: [&str; 6] = ["method", "scheme", "host", "path", "headers", "jwt"];

impl HttpSpec {
    pub(super) fn from_compact(value: &Value) -> Result<Self, RequestError> {
        let compact = Compact::deserialize(value)
            .map_err(|error| RequestError::new("", error.to_string()))?;
        let mut connection = value.as_object().cloned().unwrap_or_default();
        connection.retain(|field, _| !FIELDS.contains(&field.as_str()));
        let connection = ConnectionSpec::from_compact(&Value::Object(connection))?;
        if compact.method.is_empty() {
            return Err(RequestError::new(
                "method",
                "expected a method, such as `GET`",
            ));
        }
        Ok(Self {
            connection,
            method: compact.method,
            scheme: compact.scheme,
            host: compact.host,
            path: compact.path,
            headers: compact.headers.into_iter().flat_map(lines).collect(),
            token: match compact.jwt {
                None | Some(Value::Null) => TokenSpec::Absent,
                Some(token) => token_from_json(&token)?,
            },
        })
    }

    /// The compact form.
    pub(super) fn to_json(&self) -> Value {
        let mut value = self.connection.to_json();
        let Some(fields) = value.as_object_mut() else {
            return value;
        };
        let mut headers: Map<String, Value> = Map::new();
        for (name, line) in &self.headers {
            let lines = headers.entry(name).or_insert_with(|| json!([]));
            if let Some(lines) = lines.as_array_mut() {
                lines.push(json!(line));
            }
        }
        fields.extend([
            ("kind".to_owned(), json!("http")),
            ("method".to_owned(), json!(self.method)),
            ("path".to_owned(), json!(self.path)),
        ]);
        let others = [
            ("scheme", json!(self.scheme), self.scheme.is_empty()),
            ("host", json!(self.host), self.host.is_empty()),
            ("headers", json!(headers), headers.is_empty()),
            (
                "jwt",
                token_to_json(&self.token),
                self.token == TokenSpec::Absent,
            ),
        ];
        let said = others.into_iter().filter(|(.., is_absent)| !is_absent);
        fields.extend(said.map(|(name, value, _)| (name.to_owned(), value)));
        value
    }

    /// The request as the engine takes it.
    pub fn as_request(&self) -> HttpRequest<'_> {
        HttpRequest {
            connection: self.connection.as_request(),
            message: HttpMessage {
                method: &self.method,
                scheme: &self.scheme,
                host: &self.host,
                path: &self.path,
                headers: Headers::Owned(&self.headers),
                token: match &self.token {
                    TokenSpec::Absent => Token::Absent,
                    TokenSpec::Verified(claims) => Token::Verified(claims),
                    TokenSpec::Refused(reason) => Token::Refused(reason),
                },
                ..HttpMessage::default()
            },
        }
    }
}

fn lines((name, lines): (String, Lines)) -> impl Iterator<Item = (String, String)> {
    let name = name.to_ascii_lowercase();
    let lines = match lines {
        Lines::One(line) => vec![line],
        Lines::Several(lines) => lines,
    };
    lines.into_iter().map(move |line| (name.clone(), line))
}

/// `{"iss": .., "sub": .., "claims": {..}}`, or `{"refused": REASON}`.
fn token_from_json(value: &Value) -> Result<TokenSpec, RequestError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Form {
        iss: Option<String>,
        sub: Option<String>,
        #[serde(default)]
        claims: Map<String, Value>,
        refused: Option<String>,
    }
    let form =
        Form::deserialize(value).map_err(|error| RequestError::new("jwt", error.to_string()))?;
    if let Some(reason) = form.refused {
        return Ok(TokenSpec::Refused(reason));
    }
    let mut claims = claims_from_json(&form.claims);
    for (name, text) in [("iss", form.iss), ("sub", form.sub)] {
        if let Some(text) = text {
            claims.0.insert(name.to_owned(), Claim::Text(text));
        }
    }
    Ok(TokenSpec::Verified(claims))
}

fn token_to_json(token: &TokenSpec) -> Value {
    match token {
        TokenSpec::Absent => Value::Null,
        TokenSpec::Refused(reason) => json!({"refused": reason}),
        TokenSpec::Verified(claims) => json!({"claims": claims_to_json(&claims.0)}),
    }
}

fn claims_to_json(claims: &BTreeMap<String, Claim>) -> Map<String, Value> {
    let entries = claims.iter();
    entries
        .map(|(name, claim)| (name.clone(), claim_to_json(claim)))
        .collect()
}

fn claim_to_json(claim: &Claim) -> Value {
    match claim {
        Claim::Null => Value::Null,
        Claim::Bool(value) => json!(value),
        Claim::Number(number) => json!(number),
        Claim::Text(text) => json!(text),
        Claim::List(list) => list.iter().map(claim_to_json).collect(),
        Claim::Map(map) => Value::Object(claims_to_json(map)),
    }
}

/// The claims of a token whose payload has been verified.
pub fn claims_from_json(payload: &Map<String, Value>) -> Claims {
    Claims(
        payload
            .iter()
            .map(|(name, value)| (name.clone(), claim(value)))
            .collect(),
    )
}

fn claim(value: &Value) -> Claim {
    match value {
        Value::Null => Claim::Null,
        Value::Bool(value) => Claim::Bool(*value),
        Value::Number(number) => Claim::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => Claim::Text(text.clone()),
        Value::Array(list) => Claim::List(list.iter().map(claim).collect()),
        Value::Object(map) => Claim::Map(claims_from_json(map).0),
    }
}

impl fmt::Display for HttpSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            connection,
            method,
            host,
            path,
            ..
        } = self;
        write!(f, "{connection}: {method} {host}{path}")
    }
}
