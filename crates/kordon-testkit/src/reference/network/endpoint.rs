//! Endpoints of connections, in compact form.

use std::net::IpAddr;

use serde_json::Value;

use crate::reference::value::text;

/// One end of a connection as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A pod, or a controller's template standing for its pods.
    Workload {
        /// The namespace.
        namespace: String,
        /// The kind; if absent, a pod or, failing that, a controller of that name.
        kind: Option<String>,
        /// The name.
        name: String,
    },
    /// An address. One that a pod or a node has is that pod or node.
    Ip(IpAddr),
    /// A node.
    Node(String),
}

/// Why a connection cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It is no connection in compact form.
    #[error(
        "expected a connection with from, to, a port from 1 to 65535 and a protocol, found `{0}`"
    )]
    Connection(String),
    /// It is in none of the known forms.
    #[error(
        "expected an endpoint such as `NS/NAME` or an object with pod, workload, ip or node, found `{0}`"
    )]
    Form(String),
    /// The inventory holds no such thing that could open or accept a connection.
    #[error("no pod, controller or node `{0}` that is running; name one of the inventory")]
    Absent(String),
}

impl Endpoint {
    /// A pod.
    pub fn pod(namespace: &str, name: &str) -> Self {
        Self::workload(namespace, Some("Pod"), name)
    }

    /// Reads an endpoint in compact form.
    pub fn read(value: &Value) -> Result<Self, EndpointError> {
        let refused = || EndpointError::Form(value.to_string());
        if let Some(short) = value.as_str() {
            let (namespace, name) = short.split_once('/').ok_or_else(refused)?;
            return Ok(Self::workload(namespace, None, name));
        }
        let mut fields = value.as_object().into_iter().flatten();
        let (Some((field, _)), None) = (fields.next(), fields.next()) else {
            return Err(refused());
        };
        let named = text(value, &format!("/{field}"));
        let parts: Vec<_> = named.split('/').collect();
        match (field.as_str(), parts.as_slice()) {
            ("pod", [namespace, name]) => Ok(Self::pod(namespace, name)),
            ("workload", [namespace, kind, name]) => {
                Ok(Self::workload(namespace, Some(kind), name))
            }
            // RFC 4291 section 2.5.5.2: an IPv4-mapped address stands for the IPv4 address.
            ("ip", _) => named
                .parse()
                .map(|ip: IpAddr| Self::Ip(ip.to_canonical()))
                .map_err(|_| refused()),
            ("node", [name]) if !name.is_empty() => Ok(Self::Node((*name).to_owned())),
            _ => Err(refused()),
        }
    }

    fn workload(namespace: &str, kind: Option<&str>, name: &str) -> Self {
        Self::Workload {
            namespace: namespace.to_owned(),
            kind: kind.map(str::to_owned),
            name: name.to_owned(),
        }
    }
}
