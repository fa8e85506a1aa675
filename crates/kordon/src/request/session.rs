//! What a connection shows of its source, as it is written down.

use std::net::IpAddr;

use kordon_core::{Names, Session, SessionSecurity, Texts};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::RequestError;

/// What a connection shows of its source, where more is known than the inventory tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionSpec {
    /// How it is secured.
    pub security: SecuritySpec,
    /// The address that opened the connection.
    pub peer: Option<IpAddr>,
    /// The client's address, as trusted proxies name it.
    pub client: Option<IpAddr>,
    /// The name that TLS asks for (SNI), or empty.
    pub server_name: String,
}

/// How a connection is secured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SecuritySpec {
    /// As the mesh secures it between these two ends, if both are known to be in it.
    #[default]
    Inferred,
    /// Not at all.
    Plaintext,
    /// By TLS that is not the mesh's own.
    OtherTls,
    /// As workloads of the mesh secure it; the source is who its service account says.
    Mesh,
    /// By TLS with certificates of both sides, that of the source with these URIs.
    Mutual(Vec<String>),
}

/// The fields of a request that speak of the session.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct Fields {
    tls: Option<String>,
    peer_ip: Option<IpAddr>,
    client_ip: Option<IpAddr>,
    sni: Option<String>,
    principal: Option<String>,
}

/// Takes the fields that speak of the session out of a request, and gives the request without.
pub(super) fn split_fields(request: &Value) -> Result<(Value, Fields), RequestError> {
    let all = request.as_object().cloned().unwrap_or_default();
    let (own, others): (Map<_, _>, Map<_, _>) = all
        .into_iter()
        .partition(|(field, _)| FIELDS.contains(&field.as_str()));
    let fields = Fields::deserialize(Value::Object(own))
        .map_err(|error| RequestError::new("", error.to_string()))?;
    Ok((Value::Object(others), fields))
}

const FIELDS: [&str; 5] = ["tls", "peerIp", "clientIp", "sni", "principal"];

impl Fields {
    /// The session, for a source with a principal of its own or none; `None` when nothing is
    /// said.
    pub(super) fn read(
        self,
        of_source: Option<String>,
    ) -> Result<Option<SessionSpec>, RequestError> {
        if of_source.is_some() && self.principal.is_some() {
            let message = "expected one principal, in `from` or beside it";
            return Err(RequestError::new("principal", message));
        }
        let principal = of_source.or(self.principal);
        let security = match (self.tls.as_deref(), principal) {
            (None | Some("mtls"), Some(principal)) => SecuritySpec::Mutual(vec![principal]),
            (Some("mtls"), None) => SecuritySpec::Mesh,
            (None, None) => SecuritySpec::Inferred,
            (Some("plaintext"), None) => SecuritySpec::Plaintext,
            (Some("tls"), None) => SecuritySpec::OtherTls,
            (Some("plaintext" | "tls"), Some(_)) => {
                let message = "only mutual TLS shows a principal: expected `mtls`";
                return Err(RequestError::new("tls", message));
            }
            (Some(other), _) => {
                let message = format!(
                    "`{other}` is no way to secure a connection: expected `mtls`, `plaintext` or \
                     `tls`"
                );
                return Err(RequestError::new("tls", message));
            }
        };
        let session = SessionSpec {
            security,
            peer: self.peer_ip,
            client: self.client_ip,
            server_name: self.sni.unwrap_or_default().to_ascii_lowercase(),
        };
        Ok((session != SessionSpec::default()).then_some(session))
    }
}

impl SessionSpec {
    /// The fields of the compact form that speak of it.
    pub(super) fn to_fields(&self) -> Map<String, Value> {
        let (tls, principal) = match &self.security {
            SecuritySpec::Inferred => (None, None),
            SecuritySpec::Plaintext => (Some("plaintext"), None),
            SecuritySpec::OtherTls => (Some("tls"), None),
            SecuritySpec::Mesh => (Some("mtls"), None),
            // The compact form has one; of several the first stands for all.
            SecuritySpec::Mutual(uris) => (Some("mtls"), uris.first().cloned()),
        };
        let sni = Some(&self.server_name).filter(|name| !name.is_empty());
        let fields = [
            ("tls", tls.map(Value::from)),
            ("principal", principal.map(Value::from)),
            (
                "peerIp",
                self.peer.map(|address| address.to_string().into()),
            ),
            (
                "clientIp",
                self.client.map(|address| address.to_string().into()),
            ),
            ("sni", sni.map(|name| name.as_str().into())),
        ];
        let said = fields.into_iter();
        said.filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }

    /// The session as the engine takes it.
    pub(super) fn as_session(&self) -> Session<'_> {
        Session {
            security: match &self.security {
                SecuritySpec::Inferred => SessionSecurity::Inferred,
                SecuritySpec::Plaintext => SessionSecurity::Plaintext,
                SecuritySpec::OtherTls => SessionSecurity::OtherTls,
                SecuritySpec::Mesh => SessionSecurity::Mesh,
                SecuritySpec::Mutual(uris) => SessionSecurity::Mutual(Names {
                    uris: Texts::from(uris),
                    ..Names::default()
                }),
            },
            peer: self.peer,
            client: self.client,
            server_name: &self.server_name,
            providers: &[],
        }
    }
}

/// Takes the principal out of a source, and gives the source without it. A principal of a
/// workload in Kubernetes, `spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/NAME`, stands for its place too.
pub(super) fn split_principal(from: &Value) -> Result<(Value, Option<String>), RequestError> {
    let Some(principal) = from.get("principal") else {
        return Ok((from.clone(), None));
    };
    let Some(principal) = principal.as_str() else {
        return Err(RequestError::new("from.principal", "expected a text"));
    };
    let mut place = from.as_object().cloned().unwrap_or_default();
    place.remove("principal");
    if place.is_empty() {
        let account = service_account(principal).ok_or_else(|| {
            let message = "only a principal as `spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/NAME` says \
                           where it runs: name its pod or its address as well";
            RequestError::new("from.principal", message)
        })?;
        place.insert("serviceAccount".to_owned(), account.into());
    }
    Ok((Value::Object(place), Some(principal.to_owned())))
}

/// `NAMESPACE/NAME` of the service account that a principal names.
fn service_account(principal: &str) -> Option<String> {
    let parts: Vec<&str> = principal.strip_prefix("spiffe://")?.split('/').collect();
    match parts.as_slice() {
        [_, "ns", namespace, "sa", name] => Some(format!("{namespace}/{name}")),
        _ => None,
    }
}
