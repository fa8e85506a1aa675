//! Policies of Istio: AuthorizationPolicy, RequestAuthentication and PeerAuthentication.
//!
//! Owns what a sidecar, a gateway, a waypoint or the node proxy of ambient mode answers to a
//! request. Must not know the engine. Two things are decided outside policies and asked for:
//! whether a token is genuine, and what an external authorizer says ([`Outside`]).
//!
//! Sources of the sentences: the API documentation of `security.istio.io`, Istio's translation to
//! the configuration of Envoy (`pilot/pkg/security`), and what Envoy 1.40 answers to it.

use std::collections::BTreeMap;

use serde_json::Value;

pub use self::answer::{Answer, DeniedBy};
pub use self::authn::JwtRule;
pub use self::chain::{PortProtocol, Reception, receive};
pub use self::config::{MeshConfig, ProviderProtocol};
pub use self::mtls::MtlsMode;
pub use self::outside::{AsStated, Outside, Verification};
pub use self::path::{DotParameters, Normalization, normalize};
pub use self::workload::{Proxy, ServiceRef, Workload};

use self::mtls::PeerAuthentication;
use self::policy::Policy;
use super::value::{flatten, text};
use crate::facts::RequestFacts;

mod address;
mod answer;
mod attach;
mod authn;
mod chain;
mod claims;
mod condition;
mod config;
mod glob;
mod identity;
mod location;
mod mtls;
mod operation;
mod outside;
mod path;
mod pattern;
mod policy;
mod rule;
mod scene;
mod source;
mod stage;
mod template;
mod trust_domain;
mod workload;
mod ztunnel;

/// The policies of a mesh.
#[derive(Clone, Debug)]
pub struct Mesh {
    config: MeshConfig,
    policies: Vec<Policy>,
    requests: Vec<Value>,
    peers: Vec<PeerAuthentication>,
}

impl Mesh {
    /// Reads the policies among some objects; other objects are passed over.
    pub fn new(objects: &[Value], config: MeshConfig) -> Self {
        let mut objects = flatten(objects);
        objects.sort_by_key(|object| {
            (
                text(object, "/metadata/namespace"),
                text(object, "/metadata/name"),
            )
        });
        let of = |kind: &'static str| {
            objects.iter().copied().filter(move |object| {
                text(object, "/kind") == kind
                    && text(object, "/apiVersion").starts_with("security.istio.io/")
            })
        };
        let mut peers: Vec<_> = of("PeerAuthentication")
            .map(PeerAuthentication::read)
            .collect();
        peers.sort_by_key(PeerAuthentication::age);
        Self {
            config,
            policies: of("AuthorizationPolicy").filter_map(Policy::read).collect(),
            requests: of("RequestAuthentication").cloned().collect(),
            peers,
        }
    }

    /// What the proxy in front of a workload answers to a request.
    pub fn decide(
        &self,
        workload: &Workload,
        request: &RequestFacts,
        outside: &dyn Outside,
    ) -> Answer {
        let mode = self.mtls_mode(workload, request.connection.port);
        let mut seen = request.clone();
        match workload.proxy {
            Proxy::Ztunnel => {
                return ztunnel::decide(&self.policies, &self.config, workload, request, mode);
            }
            // A gateway listens as its Gateway says, whatever the mode of the mesh.
            Proxy::Gateway | Proxy::Waypoint => {}
            Proxy::Sidecar => match reception(mode, request) {
                Reception::Closed => return Answer::denied(DeniedBy::Mtls),
                // What is not terminated has shown nothing to the proxy.
                Reception::TlsPassthrough => seen.connection.identities.clear(),
                Reception::Http | Reception::Tcp => {}
            },
        }
        stage::decide(self, workload, seen, outside)
    }

    /// The path of an HTTP request as policies see it, normalized and without a valid token in its
    /// query; `None` if the request does not come so far.
    pub fn effective_path(
        &self,
        workload: &Workload,
        request: &RequestFacts,
        outside: &dyn Outside,
    ) -> Option<String> {
        stage::effective_path(self, workload, request.clone(), outside)
    }

    /// The mode of mutual TLS that holds for a port of a workload.
    pub fn mtls_mode(&self, workload: &Workload, port: u16) -> MtlsMode {
        mtls::mode(&self.peers, &self.config.root_namespace, workload, port)
    }
}

/// What a sidecar does with a connection to a port that declares what it carries.
fn reception(mode: MtlsMode, request: &RequestFacts) -> Reception {
    let protocol = match request.http {
        Some(_) => PortProtocol::Http,
        None => PortProtocol::Tcp,
    };
    receive(mode, protocol, &request.connection.transport)
}

/// The labels that a selector asks for.
fn match_labels(selector: &Value) -> BTreeMap<String, String> {
    super::value::string_map(selector, "/matchLabels")
}

#[cfg(test)]
mod tests;
