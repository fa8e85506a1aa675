//! What the kinds that serve services to the outside share.
//!
//! It knows the statements about entry points and no kind.

use kordon_core::model::{Entry, EntryPoint, EntryPort, Item, Opening, Protocol};
use kordon_syntax::{Diagnostic, Severity, quoted};

use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::names::is_subdomain;

/// A service as an entry point names it.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    pub(crate) namespace: String,
    pub(crate) service: String,
    pub(crate) port: EntryPort,
}

/// What all entry points of one object, or of one part of it, share.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    pub(crate) protocol: Protocol,
    pub(crate) hosts: Vec<String>,
    pub(crate) opening: Opening,
}

impl Served {
    /// TCP for some hosts, opened by the object itself.
    pub(crate) fn by_itself(hosts: Vec<String>) -> Self {
        Self {
            protocol: Protocol::TCP,
            hosts,
            opening: Opening::Itself,
        }
    }

    /// The entry point to a backend that a field names.
    pub(crate) fn point(&self, at: &At<'_>, backend: Backend) -> Item {
        Item::Entry(Entry::Point(EntryPoint {
            path: at.path(),
            namespace: backend.namespace,
            service: backend.service,
            port: backend.port,
            protocol: self.protocol,
            hosts: self.hosts.clone(),
            opening: self.opening.clone(),
        }))
    }
}

/// The text of a field that must be there.
pub(crate) fn required(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    field: &str,
    written: Option<&str>,
) -> Option<String> {
    if let Some(text) = written.filter(|text| !text.is_empty()) {
        return Some(text.to_owned());
    }
    let diagnostic = Diagnostic::error(codes::REQUIRED, format!("`{field}` is missing"))
        .help(format!("add `{field}: ..`"));
    ctx.report(&at.key(field), "required here", diagnostic);
    None
}

/// Checks a host name, which may begin with `*.`.
pub(crate) fn check_host(ctx: &mut Context<'_>, at: &At<'_>, host: &str) {
    let name = host.strip_prefix("*.").unwrap_or(host);
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    if is_subdomain(name) && !is_address {
        return;
    }
    let diagnostic =
        Diagnostic::error(codes::VALUE, format!("{} is not a host name", quoted(host))).help(
            "expected a DNS name in lowercase letters, such as `shop.example` or `*.example`",
        );
    ctx.report(at, "invalid host name", diagnostic);
}

/// Says that a reference leads to something that is not looked at.
pub(crate) fn note_not_followed(ctx: &mut Context<'_>, at: &At<'_>, kind: &str) {
    let message = format!("a reference to a {} is not followed", quoted(kind));
    let mut diagnostic = Diagnostic::new(codes::NOT_FOLLOWED, Severity::Note, message);
    diagnostic
        .help
        .push("connections that come in by it are not among those that are listed".to_owned());
    ctx.report(at, "not followed", diagnostic);
}
