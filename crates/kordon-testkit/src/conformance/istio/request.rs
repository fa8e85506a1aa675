//! Requests as the packs write them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Deserialize;
use serde_json::Value;

use crate::facts::{ConnectionFacts, HttpFacts, RequestFacts, Transport};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileRequest {
    pub(super) effective_path: Option<String>,
    pub(super) token_state: Option<String>,
    pub(super) time: Option<i64>,
    protocol: String,
    principal: Option<String>,
    #[serde(default)]
    uri_sans: Vec<String>,
    #[serde(default)]
    dns_sans: Vec<String>,
    cn: Option<String>,
    tls: bool,
    ip: IpAddr,
    remote_ip: Option<IpAddr>,
    dest_ip: IpAddr,
    port: u16,
    #[serde(default)]
    sni: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    host: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, Vec<String>>,
    claims: Option<Value>,
    token: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, Value>,
}

impl FileRequest {
    pub(super) fn facts(self) -> RequestFacts {
        let is_http = self.protocol != "tcp";
        RequestFacts {
            connection: ConnectionFacts {
                transport: self.transport(is_http),
                identities: self.identities(),
                // RFC 4291 section 2.5.5.2: an IPv4-mapped address stands for the IPv4 address.
                ip: self.ip.to_canonical(),
                remote_ip: self.remote_ip.unwrap_or(self.ip).to_canonical(),
                destination_ip: self.dest_ip.to_canonical(),
                port: self.port,
                sni: self.sni.to_ascii_lowercase(),
            },
            metadata: self.metadata.clone(),
            http: is_http.then(|| self.http()),
        }
    }

    fn transport(&self, is_http: bool) -> Transport {
        match (self.tls, is_http) {
            (false, _) => Transport::Plaintext,
            (true, true) => Transport::mutual_http(),
            (true, false) => Transport::mutual_tcp(),
        }
    }

    fn identities(&self) -> Vec<String> {
        let principal = self.principal.iter().map(|name| format!("spiffe://{name}"));
        let subject = self.cn.iter().map(|name| format!("CN={name}"));
        principal
            .chain(self.uri_sans.iter().cloned())
            .chain(self.dns_sans.iter().cloned())
            .chain(subject)
            .collect()
    }

    /// Claims beside a state are those of the token that the request carries; on their own they
    /// were put where verified ones are.
    fn http(self) -> HttpFacts {
        // RFC 9112 section 5: blanks around a value are no part of it. HTTP/2 keeps them.
        let value = |value: &String| match self.protocol.as_str() {
            "http1" => value.trim_matches([' ', '\t']).to_owned(),
            _ => value.clone(),
        };
        let lines = |(name, values): (&String, &Vec<String>)| {
            let line = |written| (name.clone(), value(written));
            values.iter().map(line).collect::<Vec<_>>()
        };
        let mut headers: Vec<_> = self.headers.iter().flat_map(lines).collect();
        if let Some(token) = self.token {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        HttpFacts {
            method: self.method,
            host: self.host,
            path: self.path,
            headers,
            claims: self.claims.filter(|_| self.token_state.is_none()),
            tokens: BTreeMap::new(),
        }
    }
}
