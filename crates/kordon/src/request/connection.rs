//! Connections.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use kordon_core::model::{NamedPort, Protocol};
use kordon_core::{ConnectionRequest, DescribedWorkload, Endpoint, Port};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::RequestError;
use super::session::{self, SessionSpec, split_principal};
use super::shorthand::{INGRESS_CONTROLLER, endpoint};

/// A connection.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionSpec {
    /// Who opens it.
    pub from: EndpointSpec,
    /// Where it goes.
    pub to: EndpointSpec,
    /// Its protocol.
    pub protocol: Protocol,
    /// The port it goes to.
    pub port: PortSpec,
    /// What it shows of its source, where more is known than the inventory tells.
    pub session: Option<SessionSpec>,
}

/// A port, by number or by the name that the destination declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortSpec {
    /// By number.
    Number(u16),
    /// By name.
    Name(String),
}

/// One end of a connection.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EndpointSpec {
    /// A pod of this name or, failing that, the workload of this name.
    Named(String, String),
    /// A pod, by namespace and name.
    Pod(String, String),
    /// A controller, by namespace, kind and name.
    Workload(String, String, String),
    /// A service, by namespace and name.
    Service(String, String),
    /// An address.
    Address(IpAddr),
    /// A node.
    Node(String),
    /// All pods that run as a service account, by namespace and name.
    ServiceAccount(String, String),
    /// A workload that need not exist.
    Described(DescribedWorkload),
    /// The controller that lets connections in for Ingresses, Gateways and Routes. It is usually
    /// not among the manifests, so it counts as a pod of which nothing is known.
    IngressController,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Compact {
    #[serde(rename = "kind")]
    _kind: String,
    from: Value,
    to: Value,
    port: Option<Value>,
    #[serde(default = "tcp")]
    protocol: String,
}

fn tcp() -> String {
    "TCP".to_owned()
}

/// The forms of an endpoint: one of the names, or a description.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Form {
    pod: Option<String>,
    workload: Option<String>,
    service: Option<String>,
    node: Option<String>,
    ip: Option<String>,
    namespace: Option<String>,
    namespace_labels: Option<BTreeMap<String, String>>,
    labels: Option<BTreeMap<String, String>>,
    service_account: Option<String>,
    ports: Option<Vec<PortForm>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PortForm {
    #[serde(default)]
    name: String,
    port: u16,
    #[serde(default = "tcp")]
    protocol: String,
}

impl ConnectionSpec {
    pub(super) fn from_compact(value: &Value) -> Result<Self, RequestError> {
        let (value, fields) = session::split_fields(value)?;
        let compact = Compact::deserialize(value)
            .map_err(|error| RequestError::new("", error.to_string()))?;
        let protocol = protocol(&compact.protocol)?;
        let (from, principal) = split_principal(&compact.from)?;
        Ok(Self {
            session: fields.read(principal)?,
            from: EndpointSpec::from_json(&from, "from")?,
            to: EndpointSpec::from_json(&compact.to, "to")?,
            protocol,
            port: PortSpec::from_json(compact.port.as_ref(), protocol)?,
        })
    }

    /// The compact form.
    pub(super) fn to_json(&self) -> Value {
        let name = self.protocol.to_string();
        let protocol = match name.parse::<Protocol>() {
            Ok(_) => name,
            Err(()) => self.protocol.0.to_string(),
        };
        let mut value = json!({
            "kind": "connection",
            "from": self.from.to_json(),
            "to": self.to.to_json(),
            "protocol": protocol,
        });
        let port = match &self.port {
            PortSpec::Number(number) => json!(number),
            PortSpec::Name(name) => json!(name),
        };
        if let Some(fields) = value.as_object_mut() {
            if self.protocol.has_ports() {
                fields.insert("port".to_owned(), port);
            }
            fields.extend(self.session.iter().flat_map(SessionSpec::to_fields));
        }
        value
    }

    /// The request as the engine takes it.
    pub fn as_request(&self) -> ConnectionRequest<'_> {
        ConnectionRequest {
            from: self.from.as_endpoint(),
            to: self.to.as_endpoint(),
            protocol: self.protocol,
            port: match &self.port {
                PortSpec::Number(number) => Port::Number(*number),
                PortSpec::Name(name) => Port::Name(name),
            },
            session: self.session.as_ref().map(SessionSpec::as_session),
        }
    }
}

impl ConnectionSpec {
    /// The two words by which [`shorthand::connection`](crate::shorthand::connection) reads the
    /// request; `None` where it has no such form: for protocols without ports, and for workloads
    /// that need not exist.
    ///
    /// ```
    /// let request = kordon::shorthand::connection("shop/web", "2001:db8::1", None);
    /// assert!(request.is_err(), "a destination has a port");
    /// let request = kordon::shorthand::connection("shop/web", "[2001:db8::1]:53/UDP", None)?;
    /// assert_eq!(request.to_shorthand().unwrap(), "shop/web [2001:db8::1]:53/UDP");
    /// # Ok::<(), kordon::RequestError>(())
    /// ```
    pub fn to_shorthand(&self) -> Option<String> {
        let from = self.from.to_shorthand()?;
        let to = match &self.to {
            EndpointSpec::Address(IpAddr::V6(address)) => format!("[{address}]"),
            to => to.to_shorthand()?,
        };
        let port = match &self.port {
            PortSpec::Number(number) => number.to_string(),
            PortSpec::Name(name) => name.clone(),
        };
        let protocol = match self.protocol {
            Protocol::TCP => String::new(),
            protocol if protocol.has_ports() => format!("/{protocol}"),
            _ => return None,
        };
        Some(format!("{from} {to}:{port}{protocol}"))
    }
}

impl EndpointSpec {
    /// The word by which [`shorthand::endpoint`](crate::shorthand::endpoint) reads the endpoint;
    /// `None` for a workload that need not exist.
    pub fn to_shorthand(&self) -> Option<String> {
        match self {
            Self::Pod(namespace, name) => Some(format!("pod:{namespace}/{name}")),
            Self::Service(namespace, name) => Some(format!("service:{namespace}/{name}")),
            Self::Node(name) => Some(format!("node:{name}")),
            Self::ServiceAccount(namespace, name) => {
                Some(format!("serviceaccount:{namespace}/{name}"))
            }
            Self::Named(..) | Self::Workload(..) | Self::Address(_) | Self::IngressController => {
                Some(self.to_string())
            }
            Self::Described(_) => None,
        }
    }
}

/// A protocol by its name, or by its number in the IP header.
fn protocol(text: &str) -> Result<Protocol, RequestError> {
    let by_number = || text.parse().ok().map(Protocol);
    text.parse().ok().or_else(by_number).ok_or_else(|| {
        let message = format!(
            "`{text}` is not a protocol: expected `TCP`, `UDP`, `SCTP`, `ICMP` or `ICMPv6`"
        );
        RequestError::new("protocol", message)
    })
}

impl PortSpec {
    fn from_json(value: Option<&Value>, protocol: Protocol) -> Result<Self, RequestError> {
        let expected = || RequestError::new("port", "expected a number from 1 to 65535 or a name");
        match value {
            Some(Value::Number(number)) => number
                .as_u64()
                .and_then(|number| u16::try_from(number).ok())
                .filter(|number| *number > 0)
                .map(Self::Number)
                .ok_or_else(expected),
            Some(Value::String(name)) if !name.is_empty() => Ok(Self::Name(name.clone())),
            None if !protocol.has_ports() => Ok(Self::Number(0)),
            _ => Err(expected()),
        }
    }
}

impl EndpointSpec {
    fn from_json(value: &Value, path: &str) -> Result<Self, RequestError> {
        if let Some(text) = value.as_str() {
            return endpoint(text, None).map_err(|error| RequestError::new(path, error.message));
        }
        let form =
            Form::deserialize(value).map_err(|error| RequestError::new(path, error.to_string()))?;
        form.read(path)
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Named(namespace, name) => json!(format!("{namespace}/{name}")),
            Self::Pod(namespace, name) => json!({"pod": format!("{namespace}/{name}")}),
            Self::Workload(namespace, kind, name) => {
                json!({"workload": format!("{namespace}/{kind}/{name}")})
            }
            Self::Service(namespace, name) => json!({"service": format!("{namespace}/{name}")}),
            Self::Address(address) => json!({"ip": address}),
            Self::Node(name) => json!({"node": name}),
            Self::ServiceAccount(namespace, name) => {
                json!({"serviceAccount": format!("{namespace}/{name}")})
            }
            Self::IngressController => json!(INGRESS_CONTROLLER),
            Self::Described(described) => described_json(described),
        }
    }

    /// The endpoint as the engine takes it.
    pub fn as_endpoint(&self) -> Endpoint<'_> {
        match self {
            Self::Named(namespace, name) => Endpoint::Named { namespace, name },
            Self::Pod(namespace, name) => Endpoint::Pod { namespace, name },
            Self::Workload(namespace, kind, name) => Endpoint::Workload {
                namespace,
                kind,
                name,
            },
            Self::Service(namespace, name) => Endpoint::Service { namespace, name },
            Self::Address(address) => Endpoint::Address(*address),
            Self::Node(name) => Endpoint::Node(name),
            Self::ServiceAccount(namespace, name) => Endpoint::ServiceAccount { namespace, name },
            Self::Described(described) => Endpoint::Described(described),
            Self::IngressController => Endpoint::UnknownPod,
        }
    }
}

const SEVERAL: &str = "expected one of `pod`, `workload`, `service`, `node`, `ip`, \
                       `serviceAccount` or a description by `namespace` and `labels`, found several";

impl Form {
    fn read(self, path: &str) -> Result<EndpointSpec, RequestError> {
        let named = [
            self.pod.is_some(),
            self.workload.is_some(),
            self.service.is_some(),
            self.node.is_some(),
        ];
        let described = self.namespace.is_some()
            || self.labels.is_some()
            || self.namespace_labels.is_some()
            || self.ports.is_some();
        if let (false, Some(account)) = (described, &self.service_account) {
            let (namespace, name) = pair(account, path)?;
            return match self {
                Self {
                    pod: None,
                    workload: None,
                    service: None,
                    node: None,
                    ip: None,
                    ..
                } => Ok(EndpointSpec::ServiceAccount(namespace, name)),
                _ => Err(RequestError::new(path, SEVERAL)),
            };
        }
        let count = named.into_iter().filter(|is_some| *is_some).count();
        if count + usize::from(described) > 1 || (count == 1 && self.ip.is_some()) {
            return Err(RequestError::new(path, SEVERAL));
        }
        if described {
            return self.describe(path);
        }
        match self {
            Self { pod: Some(pod), .. } => {
                let (namespace, name) = pair(&pod, path)?;
                Ok(EndpointSpec::Pod(namespace, name))
            }
            Self {
                workload: Some(workload),
                ..
            } => triple(&workload, path),
            Self {
                service: Some(service),
                ..
            } => {
                let (namespace, name) = pair(&service, path)?;
                Ok(EndpointSpec::Service(namespace, name))
            }
            Self {
                node: Some(node), ..
            } => Ok(EndpointSpec::Node(node)),
            Self { ip: Some(ip), .. } => address(&ip, path).map(EndpointSpec::Address),
            _ => Err(RequestError::new(
                path,
                "expected `pod`, `workload`, `service`, `node`, `ip`, `serviceAccount`, or \
                 `namespace` and `labels`",
            )),
        }
    }

    fn describe(self, path: &str) -> Result<EndpointSpec, RequestError> {
        let Some(namespace) = self.namespace else {
            let message = "a described workload needs a `namespace`";
            return Err(RequestError::new(path, message));
        };
        let port = |port: PortForm| {
            Ok(NamedPort {
                name: port.name,
                protocol: protocol(&port.protocol)?,
                port: port.port,
            })
        };
        let ports: Result<Vec<NamedPort>, RequestError> = self
            .ports
            .unwrap_or_default()
            .into_iter()
            .map(port)
            .collect();
        Ok(EndpointSpec::Described(DescribedWorkload {
            namespace,
            namespace_labels: self.namespace_labels,
            labels: self.labels.unwrap_or_default(),
            service_account: self.service_account.unwrap_or_else(|| "default".to_owned()),
            addresses: match self.ip {
                Some(ip) => vec![address(&ip, path)?],
                None => Vec::new(),
            },
            ports: ports?,
        }))
    }
}

/// A description as [`Form`] reads it. It has one address at most, the primary one.
fn described_json(described: &DescribedWorkload) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("namespace", json!(described.namespace));
    put("labels", json!(described.labels));
    if let Some(labels) = &described.namespace_labels {
        put("namespaceLabels", json!(labels));
    }
    if described.service_account != "default" {
        put("serviceAccount", json!(described.service_account));
    }
    if let Some(address) = described.addresses.first() {
        put("ip", json!(address));
    }
    if !described.ports.is_empty() {
        let ports = described.ports.iter().map(|port| {
            json!({"name": port.name, "port": port.port, "protocol": port.protocol.to_string()})
        });
        put("ports", ports.collect());
    }
    Value::Object(fields)
}

fn pair(text: &str, path: &str) -> Result<(String, String), RequestError> {
    match text.split('/').collect::<Vec<_>>().as_slice() {
        [namespace, name] if !namespace.is_empty() && !name.is_empty() => {
            Ok(((*namespace).to_owned(), (*name).to_owned()))
        }
        _ => Err(RequestError::new(
            path,
            format!("expected `NAMESPACE/NAME`, found `{text}`"),
        )),
    }
}

fn triple(text: &str, path: &str) -> Result<EndpointSpec, RequestError> {
    match text.split('/').collect::<Vec<_>>().as_slice() {
        [namespace, kind, name] if ![namespace, kind, name].iter().any(|part| part.is_empty()) => {
            let owned = |part: &str| part.to_owned();
            Ok(EndpointSpec::Workload(
                owned(namespace),
                owned(kind),
                owned(name),
            ))
        }
        _ => Err(RequestError::new(
            path,
            format!("expected `NAMESPACE/KIND/NAME`, found `{text}`"),
        )),
    }
}

fn address(text: &str, path: &str) -> Result<IpAddr, RequestError> {
    text.parse()
        .map_err(|_| RequestError::new(path, format!("`{text}` is not an IP address")))
}

impl fmt::Display for ConnectionSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.from, self.to)?;
        match &self.port {
            _ if !self.protocol.has_ports() => write!(f, " by {}", self.protocol),
            PortSpec::Number(number) => write!(f, " on {} {number}", self.protocol),
            PortSpec::Name(name) => write!(f, " on {} port {name}", self.protocol),
        }
    }
}

impl fmt::Display for EndpointSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(namespace, name) | Self::Pod(namespace, name) => {
                write!(f, "{namespace}/{name}")
            }
            Self::Workload(namespace, kind, name) => write!(f, "{namespace}/{kind}/{name}"),
            Self::Service(namespace, name) => write!(f, "service {namespace}/{name}"),
            Self::Address(address) => address.fmt(f),
            Self::Node(name) => write!(f, "node {name}"),
            Self::ServiceAccount(namespace, name) => {
                write!(f, "service account {namespace}/{name}")
            }
            Self::IngressController => f.write_str(INGRESS_CONTROLLER),
            Self::Described(described) => {
                let labels: Vec<String> = described
                    .labels
                    .iter()
                    .map(|(key, value)| format!("{key}={value}"))
                    .collect();
                let labels = match labels.as_slice() {
                    [] => "no labels".to_owned(),
                    labels => labels.join(","),
                };
                write!(f, "a pod of {} with {labels}", described.namespace)
            }
        }
    }
}
