//! A client that sends requests byte for byte.
//!
//! Owns connections from chosen addresses, plain or by TLS, and the reading of responses of
//! HTTP/1.1. It never mends what it sends.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

/// What Envoy answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// Whether the connection takes further requests.
    pub(crate) is_open: bool,
}

/// A stream of bytes in both directions.
pub(crate) trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens a plain connection from an address.
pub(crate) fn plain(from: SocketAddr, to: SocketAddr) -> io::Result<TcpStream> {
    let fd = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    bind(&fd, &from)?;
    connect(&fd, &to)?;
    let stream = TcpStream::from(fd);
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Speaks TLS on a connection, and asks for a name if it is not empty.
pub(crate) fn secured(
    stream: TcpStream,
    config: &ClientConfig,
    server_name: &str,
) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut config = config.clone();
    config.enable_sni = !server_name.is_empty();
    let asked = if server_name.is_empty() {
        "other"
    } else {
        server_name
    };
    let name = ServerName::try_from(asked.to_owned()).map_err(io::Error::other)?;
    let session = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    Ok(StreamOwned::new(session, stream))
}

/// Sends a request and reads the answer.
pub(crate) fn exchange(stream: &mut dyn Stream, request: &[u8]) -> io::Result<Response> {
    stream.write_all(request)?;
    stream.flush()?;
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        read_more(stream, &mut bytes)?;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length: Option<usize> =
        header(&head, "content-length").and_then(|length| length.parse().ok());
    let is_chunked = header(&head, "transfer-encoding").is_some();
    let complete = |bytes: &[u8]| match length {
        Some(length) => bytes.len() >= end + length,
        None => !is_chunked || bytes.ends_with(b"0\r\n\r\n"),
    };
    while !complete(&bytes) {
        read_more(stream, &mut bytes)?;
    }
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Ok(Response {
        status: status.ok_or_else(|| io::Error::other(head.clone()))?,
        body: String::from_utf8_lossy(&bytes[end..]).into_owned(),
        is_open: header(&head, "connection") != Some("close"),
    })
}

fn read_more(stream: &mut dyn Stream, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut chunk = [0; 4096];
    let count = stream.read(&mut chunk)?;
    bytes.extend_from_slice(&chunk[..count]);
    if count == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.trim())
}
