//! Puts a generated mesh onto addresses of this machine.
//!
//! Owns how pods, clients and ports become ones that can be bound here, in objects and in requests
//! alike, so that what policies say of them stays as true as it was.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use kordon_testkit::facts::{HttpFacts, TokenState, Transport};
use kordon_testkit::world::{MeshRequest, MeshWorld};
use serde_json::{Value, json};

use crate::credentials::{CertificateNames, TokenKeys};

/// The ports that generated meshes use.
pub(crate) const PORTS: [u16; 4] = [80, 8080, 9000, 443];

/// A mesh on this machine.
pub(crate) struct Placed {
    pub(crate) objects: Vec<Value>,
    pub(crate) requests: Vec<PlacedRequest>,
}

/// A request that can be sent on this machine.
#[derive(Clone, Debug)]
pub(crate) struct PlacedRequest {
    /// The pod that it comes from, as `NAMESPACE/NAME`; `None` for a client outside.
    pub(crate) from: Option<String>,
    /// The pod that it goes to, as `NAMESPACE/NAME`.
    pub(crate) to: String,
    pub(crate) peer: IpAddr,
    /// The client, where trusted proxies name another than the peer.
    pub(crate) client: Option<IpAddr>,
    pub(crate) destination: IpAddr,
    pub(crate) port: u16,
    /// The names in the client's certificate; `None` without TLS.
    pub(crate) names: Option<CertificateNames>,
    pub(crate) server_name: String,
    pub(crate) http: HttpFacts,
}

/// Where one mesh lies: its addresses are those of `127.NUMBER.0.0/16`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) number: u8,
    /// The first of as many ports as there are in [`PORTS`].
    pub(crate) first_port: u16,
}

impl Place {
    /// Puts a mesh here. All its pods get a proxy of their own, and its rules about the security
    /// of connections go, since no filter of HTTP enforces those.
    pub(crate) fn put(self, world: &MeshWorld, keys: &TokenKeys) -> Placed {
        let objects = world
            .objects
            .iter()
            .filter(|object| is_enforced_by_filters(object));
        let requests = world.requests.iter().enumerate();
        Placed {
            objects: objects.map(|object| self.object(object)).collect(),
            requests: requests
                .filter_map(|(number, request)| self.request(number, request, keys))
                .collect(),
        }
    }

    /// The ports here.
    pub(crate) fn ports(self) -> impl Iterator<Item = u16> {
        let first = self.first_port;
        (first..).take(PORTS.len())
    }

    fn object(self, object: &Value) -> Value {
        let mut object = self.value(object);
        match object["kind"].as_str() {
            Some("Pod") => drop_ambient(&mut object["metadata"]["labels"]),
            Some("Namespace") => {
                object["metadata"]["labels"] = json!({"istio-injection": "enabled"});
            }
            _ => {}
        }
        object
    }

    /// A value with every text in it put here.
    fn value(self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(list) => list.iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => {
                let fields = fields.iter();
                fields
                    .map(|(name, field)| (name.clone(), self.value(field)))
                    .collect()
            }
            other => other.clone(),
        }
    }

    /// An address, a block of addresses or a port here; any other text as it is.
    fn text(self, text: &str) -> String {
        let number = self.number;
        if let Some(port) = text.parse().ok().and_then(|port| self.port(port)) {
            return port.to_string();
        }
        for (before, after) in [
            ("10.0.", ""),
            ("203.0.113.", "113."),
            ("198.51.100.", "100."),
        ] {
            if let Some(rest) = text.strip_prefix(before) {
                return format!("127.{number}.{after}{rest}");
            }
        }
        match text.parse() {
            Ok(IpAddr::V6(address)) if text.starts_with("fd00::") => {
                let [.., last] = address.octets();
                Ipv4Addr::new(127, number, 6, last).to_string()
            }
            _ => text.to_owned(),
        }
    }

    fn port(self, port: u16) -> Option<u16> {
        PORTS
            .iter()
            .zip(self.ports())
            .find(|(known, _)| **known == port)
            .map(|(_, here)| here)
    }

    fn address(self, address: IpAddr) -> IpAddr {
        self.text(&address.to_string()).parse().unwrap_or(address)
    }

    /// An address that a connection can come from: all here are of version 4.
    fn peer(self, address: IpAddr) -> IpAddr {
        match self.address(address) {
            IpAddr::V6(_) => Ipv4Addr::new(127, self.number, 99, 1).into(),
            address @ IpAddr::V4(_) => address,
        }
    }

    fn request(
        self,
        number: usize,
        request: &MeshRequest,
        keys: &TokenKeys,
    ) -> Option<PlacedRequest> {
        let connection = &request.facts.connection;
        let is_pod = request.from.parse::<IpAddr>().is_err();
        let is_forwarded = connection.remote_ip != connection.ip;
        Some(PlacedRequest {
            from: is_pod.then(|| request.from.clone()),
            to: request.to.clone(),
            peer: self.peer(connection.ip),
            client: is_forwarded.then(|| self.address(connection.remote_ip)),
            destination: self.peer(connection.destination_ip),
            port: self.port(connection.port)?,
            names: match connection.transport {
                Transport::Plaintext => None,
                Transport::Tls { .. } => Some(names(number, &connection.identities)),
            },
            server_name: connection.sni.clone(),
            http: signed(request.facts.http.clone()?, keys),
        })
    }
}

/// Whether filters of HTTP in front of pods enforce all that a policy says. Rules about the
/// security of connections are enforced elsewhere, and so are policies of waypoints.
fn is_enforced_by_filters(object: &Value) -> bool {
    let spec = &object["spec"];
    let several = spec["targetRefs"].as_array().into_iter().flatten();
    let mut targets = several.chain(spec.get("targetRef"));
    object["kind"] != "PeerAuthentication" && targets.all(|target| target["name"] == "edge")
}

fn drop_ambient(labels: &mut Value) {
    if let Some(labels) = labels.as_object_mut() {
        labels.remove("istio.io/dataplane-mode");
    }
}

/// The names that the generator has given, or at times others that policies must not take for
/// them.
fn names(number: usize, identities: &[String]) -> CertificateNames {
    let uris = identities.to_vec();
    let alike = || Some("spiffe://cluster.local/ns/a/sa/x".to_owned());
    match number % 12 {
        0 => CertificateNames {
            dns: vec!["web.example".to_owned()],
            ..CertificateNames::default()
        },
        1 => CertificateNames {
            common_name: alike(),
            ..CertificateNames::default()
        },
        2 => CertificateNames {
            uris,
            dns: vec!["web.example".to_owned()],
            common_name: alike(),
        },
        3 => CertificateNames {
            uris: uris
                .into_iter()
                .chain(["spiffe://td1/ns/b/sa/y".to_owned()])
                .collect(),
            ..CertificateNames::default()
        },
        _ => CertificateNames {
            uris,
            ..CertificateNames::default()
        },
    }
}

/// The request with tokens that are what the facts say of them.
fn signed(mut http: HttpFacts, keys: &TokenKeys) -> HttpFacts {
    for (text, token) in std::mem::take(&mut http.tokens) {
        let mut payload = token.payload.clone();
        let signed = match token.state {
            TokenState::Genuine => keys.genuine(&payload),
            TokenState::Forged => keys.forged(&payload),
            TokenState::Expired => {
                payload["exp"] = json!(1_000_000_000);
                keys.genuine(&payload)
            }
        };
        for (_, value) in &mut http.headers {
            *value = value.replace(&text, &signed);
        }
        http.tokens.insert(signed, token);
    }
    http
}

/// The pods that requests go to.
pub(crate) fn destinations(requests: &[PlacedRequest]) -> BTreeSet<(String, IpAddr)> {
    let each = requests.iter();
    each.map(|request| (request.to.clone(), request.destination))
        .collect()
}
