//! The keys of `when`.

use serde_json::Value;

use super::address::holds;
use super::claims::claim_fits;
use super::pattern::{Pattern, fits};
use super::scene::Scene;
use super::{operation, source};

/// What a condition speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key<'a> {
    Header(Option<&'a str>),
    SourceIp,
    RemoteIp,
    SourceNamespace,
    SourceTrustDomain,
    SourceServiceAccount,
    SourcePrincipal,
    RequestPrincipal,
    Claim(Option<Vec<&'a str>>),
    DestinationIp,
    DestinationPort,
    Sni,
    Metadata(Option<(&'a str, &'a str)>),
}

impl<'a> Key<'a> {
    /// Reads a key; `None` if there is no such key.
    pub(super) fn read(key: &'a str) -> Option<Self> {
        Some(match key {
            "source.ip" => Self::SourceIp,
            "remote.ip" => Self::RemoteIp,
            "source.namespace" => Self::SourceNamespace,
            "source.trustDomain" => Self::SourceTrustDomain,
            "source.serviceAccount" => Self::SourceServiceAccount,
            "source.principal" => Self::SourcePrincipal,
            "request.auth.principal" => Self::RequestPrincipal,
            "request.auth.audiences" => Self::Claim(Some(vec!["aud"])),
            "request.auth.presenter" => Self::Claim(Some(vec!["azp"])),
            "destination.ip" => Self::DestinationIp,
            "destination.port" => Self::DestinationPort,
            "connection.sni" => Self::Sni,
            _ => Self::with_name(key)?,
        })
    }

    /// A key that names something in brackets.
    fn with_name(key: &'a str) -> Option<Self> {
        if let Some(name) = key.strip_prefix("request.headers") {
            return Some(Self::Header(single(name)));
        }
        if let Some(path) = key.strip_prefix("request.auth.claims") {
            return Some(Self::Claim(nested(path)));
        }
        // The filter's own name begins behind `experimental.`.
        let filter = key.strip_prefix("experimental.")?;
        let named = filter.starts_with("envoy.filters.").then_some(filter)?;
        let at = named.find('[').unwrap_or(named.len());
        let (filter, name) = named.split_at_checked(at)?;
        Some(Self::Metadata(single(name).map(|name| (filter, name))))
    }

    /// Whether one value holds; `None` if it cannot be used.
    pub(super) fn holds(&self, scene: &Scene<'_>, value: &str) -> Option<bool> {
        let connection = &scene.request.connection;
        match self {
            Self::Header(name) => header(scene, (*name)?, value),
            Self::SourceIp => source::ip(scene, value),
            Self::RemoteIp => source::remote_ip(scene, value),
            Self::SourceNamespace => Some(source::namespace(scene, value)),
            Self::SourceTrustDomain => Some(source::trust_domain(scene, value)),
            Self::SourceServiceAccount => Some(source::service_account(scene, value)),
            Self::SourcePrincipal => Some(source::principal(scene, value)),
            Self::RequestPrincipal => source::request_principal(scene, value),
            Self::Claim(path) => {
                scene.http()?;
                Some(claim_fits(scene.claims, path.as_ref()?, value))
            }
            Self::DestinationIp => holds(value, connection.destination_ip),
            Self::DestinationPort => operation::port(scene, value),
            Self::Sni => Some(fits(value, &connection.sni)),
            Self::Metadata(named) => {
                let (filter, name) = (*named)?;
                let found = scene.request.metadata.get(filter);
                Some(metadata_fits(
                    found.and_then(|found| found.get(name)),
                    value,
                ))
            }
        }
    }
}

/// The name in `[name]`.
fn single(bracketed: &str) -> Option<&str> {
    bracketed.strip_prefix('[')?.strip_suffix(']')
}

/// The names in `[one][other]`.
fn nested(bracketed: &str) -> Option<Vec<&str>> {
    Some(single(bracketed)?.split("][").collect())
}

/// Every line is matched on its own. `*` asks that there is one, be it empty.
fn header(scene: &Scene<'_>, name: &str, value: &str) -> Option<bool> {
    let http = scene.http()?;
    let is_fit = |line: &str| match Pattern::new(value) {
        Pattern::Present => true,
        pattern => pattern.matches(line),
    };
    Some(match name.to_ascii_lowercase().as_str() {
        ":method" => is_fit(&http.method),
        ":authority" => is_fit(&http.host),
        ":path" => is_fit(scene.path),
        name => http.header(name).any(is_fit),
    })
}

/// `[value]` asks for a list with a fitting string, and any other value for a string.
fn metadata_fits(found: Option<&Value>, value: &str) -> bool {
    let is_fit = |value: &str, found: &Value| found.as_str().is_some_and(|text| fits(value, text));
    match (found, single(value)) {
        (Some(Value::Array(items)), Some(value)) => items.iter().any(|item| is_fit(value, item)),
        (Some(found), None) => is_fit(value, found),
        _ => false,
    }
}
