//! What a sidecar does with a connection before any policy sees it.

use super::mtls::MtlsMode;
use crate::facts::{ClientCertificate, Transport};

/// What a port is declared to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortProtocol {
    /// HTTP.
    Http,
    /// Anything over TCP.
    Tcp,
    /// Nothing is declared; the proxy finds out.
    Auto,
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reception {
    /// It is closed.
    Closed,
    /// It is read as HTTP.
    Http,
    /// It is passed on as bytes, with the client's identity if it has one.
    Tcp,
    /// It is passed on without being decrypted, so nothing of the client is known.
    TlsPassthrough,
}

/// The protocols that only proxies of the mesh offer.
const MESH_HTTP: [&str; 3] = ["istio-http/1.0", "istio-http/1.1", "istio-h2"];
const MESH_TCP: [&str; 2] = ["istio", "istio-peer-exchange"];

/// What a sidecar does with a connection under a mode. In plaintext to a port that declares
/// nothing, the client is taken to speak HTTP.
pub fn receive(mode: MtlsMode, protocol: PortProtocol, transport: &Transport) -> Reception {
    let Transport::Tls { certificate, alpn } = transport else {
        return match (mode, protocol) {
            (MtlsMode::Strict, _) => Reception::Closed,
            (_, PortProtocol::Tcp) => Reception::Tcp,
            (_, PortProtocol::Http | PortProtocol::Auto) => Reception::Http,
        };
    };
    let offers = |known: &[&str]| alpn.iter().any(|name| known.contains(&name.as_str()));
    let is_of_mesh = offers(&MESH_HTTP) || offers(&MESH_TCP);
    match mode {
        MtlsMode::Disable => Reception::Closed,
        // A client that is not of the mesh may speak TLS with the application itself.
        MtlsMode::Permissive if !is_of_mesh && protocol != PortProtocol::Http => {
            Reception::TlsPassthrough
        }
        MtlsMode::Permissive if !is_of_mesh => Reception::Closed,
        MtlsMode::Permissive | MtlsMode::Strict => match (certificate, protocol) {
            (ClientCertificate::Absent, _) => Reception::Closed,
            (ClientCertificate::Trusted, PortProtocol::Http) => Reception::Http,
            (ClientCertificate::Trusted, PortProtocol::Auto) if offers(&MESH_HTTP) => {
                Reception::Http
            }
            (ClientCertificate::Trusted, _) => Reception::Tcp,
        },
    }
}
