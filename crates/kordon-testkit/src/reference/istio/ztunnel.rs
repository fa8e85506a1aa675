//! The node proxy of ambient mode: it knows addresses, ports and identities, and no HTTP.
//!
//! Owns what that proxy makes of AuthorizationPolicy and PeerAuthentication, which differs from
//! what a sidecar makes of it on TCP. Source: ambient's translation in Istio, and the matching of
//! ztunnel.

use serde_json::Value;

use super::address::{block, port};
use super::answer::{Answer, DeniedBy};
use super::attach::{has_target, selects};
use super::config::MeshConfig;
use super::mtls::MtlsMode;
use super::pattern::fits;
use super::policy::{Action, Policy};
use super::workload::Workload;
use crate::facts::{ConnectionFacts, RequestFacts, Transport};
use crate::reference::value::{at, list, text, texts};

/// The keys of `when` that it can decide.
const KEYS: [&str; 5] = [
    "source.ip",
    "source.namespace",
    "source.principal",
    "destination.ip",
    "destination.port",
];
const HTTP_OPERATION: [&str; 6] = [
    "hosts",
    "notHosts",
    "methods",
    "notMethods",
    "paths",
    "notPaths",
];
const HTTP_SOURCE: [&str; 4] = [
    "remoteIpBlocks",
    "notRemoteIpBlocks",
    "requestPrincipals",
    "notRequestPrincipals",
];

/// A client as it knows it: a SPIFFE name of a service account.
struct Client<'a> {
    name: &'a str,
    namespace: &'a str,
    account: &'a str,
}

/// What a connection is to one policy.
struct Scene<'a> {
    connection: &'a ConnectionFacts,
    client: Option<Client<'a>>,
    policy_namespace: &'a str,
}

/// What the node proxy answers to a connection: DENY first, then whether there is an ALLOW policy,
/// then ALLOW. Mutual TLS is a rule like any other; DISABLE means no more than PERMISSIVE.
pub(super) fn decide(
    policies: &[Policy],
    config: &MeshConfig,
    workload: &Workload,
    request: &RequestFacts,
    mode: MtlsMode,
) -> Answer {
    let connection = &request.connection;
    if mode == MtlsMode::Strict && client_of(connection).is_none() {
        return Answer::denied(DeniedBy::Mtls);
    }
    // CUSTOM and AUDIT are refused with a status, and what is dry run or names a target is not
    // for this proxy.
    let root = config.root_namespace.as_str();
    let held: Vec<&Policy> = policies
        .iter()
        .filter(|policy| !policy.is_dry_run && !has_target(&policy.object))
        .filter(|policy| selects(&policy.object, root, workload))
        .collect();
    let first = |action: Action| {
        let of_action = held.iter().filter(move |policy| policy.action == action);
        let mut keys = of_action
            .filter(|policy| policy_matches(policy, connection))
            .map(|policy| format!("{}/{}", policy.namespace, policy.name));
        keys.next()
    };
    let denied = first(Action::Deny);
    if denied.is_some() {
        return Answer::denied(DeniedBy::Rbac).with_matched(denied);
    }
    if !held.iter().any(|policy| policy.action == Action::Allow) {
        return Answer::allowed(None, false);
    }
    match first(Action::Allow) {
        Some(matched) => Answer::allowed(Some(matched), true),
        None => Answer::denied(DeniedBy::Rbac),
    }
}

fn policy_matches(policy: &Policy, connection: &ConnectionFacts) -> bool {
    let scene = Scene {
        connection,
        client: client_of(connection),
        policy_namespace: &policy.namespace,
    };
    policy
        .rules()
        .iter()
        .any(|rule| rule_matches(&scene, policy.action, rule))
}

/// A rule of ALLOW that speaks of HTTP never matches. In a rule of DENY what speaks of HTTP is
/// passed over, and an entry of which nothing is left matches nothing.
fn rule_matches(scene: &Scene<'_>, action: Action, rule: &Value) -> bool {
    if action == Action::Allow && speaks_of_http(rule) {
        return false;
    }
    let any_of = |entries: &[Value], holds: &dyn Fn(&Value) -> Option<bool>| {
        entries.is_empty() || entries.iter().any(|entry| holds(entry) == Some(true))
    };
    any_of(list(rule, "/to"), &|entry| {
        scene.operation(at(entry, "/operation"))
    }) && any_of(list(rule, "/from"), &|entry| {
        scene.source(at(entry, "/source"))
    }) && list(rule, "/when")
        .iter()
        .all(|condition| scene.condition(condition) == Some(true))
}

fn speaks_of_http(rule: &Value) -> bool {
    let names = |entries: &str, entry: &str, fields: &[&str]| {
        list(rule, entries).iter().any(|found| {
            fields
                .iter()
                .any(|field| !list(found, &format!("{entry}/{field}")).is_empty())
        })
    };
    names("/to", "/operation", &HTTP_OPERATION)
        || names("/from", "/source", &HTTP_SOURCE)
        || list(rule, "/when")
            .iter()
            .any(|condition| !KEYS.contains(&text(condition, "/key")))
}

impl Scene<'_> {
    /// Whether an operation matches; `None` if nothing of it can be decided.
    fn operation(&self, operation: Option<&Value>) -> Option<bool> {
        let (ports, not_ports) = both(operation, "ports", "notPorts");
        combine([field(&ports, &not_ports, |value| self.port(value))])
    }

    /// Whether a source matches, likewise. It does not look at `trustDomains` at all.
    fn source(&self, source: Option<&Value>) -> Option<bool> {
        let (ips, not_ips) = both(source, "ipBlocks", "notIpBlocks");
        let (namespaces, not_namespaces) = both(source, "namespaces", "notNamespaces");
        let (accounts, not_accounts) = both(source, "serviceAccounts", "notServiceAccounts");
        let (principals, not_principals) = both(source, "principals", "notPrincipals");
        combine([
            field(&ips, &not_ips, |value| self.source_ip(value)),
            field(&namespaces, &not_namespaces, |value| {
                Some(self.namespace(value))
            }),
            field(&accounts, &not_accounts, |value| Some(self.account(value))),
            field(&principals, &not_principals, |value| {
                Some(self.principal(value))
            }),
        ])
    }

    /// Whether a condition matches, likewise.
    fn condition(&self, condition: &Value) -> Option<bool> {
        let (values, not_values) = both(Some(condition), "values", "notValues");
        let of = |holds: &dyn Fn(&str) -> Option<bool>| field(&values, &not_values, holds);
        let found = match text(condition, "/key") {
            "source.ip" => of(&|value| self.source_ip(value)),
            "source.namespace" => of(&|value| Some(self.namespace(value))),
            "source.principal" => of(&|value| Some(self.principal(value))),
            "destination.ip" => {
                of(&|value| Some(block(value)?.contains(&self.connection.destination_ip)))
            }
            "destination.port" => of(&|value| self.port(value)),
            _ => None,
        };
        combine([found])
    }

    fn port(&self, value: &str) -> Option<bool> {
        Some(port(value)? == self.connection.port)
    }

    fn source_ip(&self, value: &str) -> Option<bool> {
        Some(block(value)?.contains(&self.connection.ip))
    }

    /// The namespace is that of the parsed name, with a star at one end at most.
    fn namespace(&self, value: &str) -> bool {
        let namespace = self.client.as_ref().map_or("", |client| client.namespace);
        fits(value, namespace)
    }

    fn account(&self, value: &str) -> bool {
        let (namespace, account) = value
            .split_once('/')
            .unwrap_or((self.policy_namespace, value));
        let is_same =
            |client: &Client<'_>| client.namespace == namespace && client.account == account;
        self.client.as_ref().is_some_and(is_same)
    }

    /// Aliases of trust domains play no part.
    fn principal(&self, value: &str) -> bool {
        let is_fit = |client: &Client<'_>| fits(value, client.name);
        self.client.as_ref().is_some_and(is_fit)
    }
}

fn both(object: Option<&Value>, name: &str, negation: &str) -> (Vec<String>, Vec<String>) {
    let values =
        |name: &str| object.map_or_else(Vec::new, |object| texts(object, &format!("/{name}")));
    (values(name), values(negation))
}

/// Whether a field holds; `None` if no value of it can be read, which is as if it were absent.
fn field(
    values: &[String],
    not_values: &[String],
    holds: impl Fn(&str) -> Option<bool>,
) -> Option<bool> {
    let read = |values: &[String]| -> Vec<bool> {
        values.iter().filter_map(|value| holds(value)).collect()
    };
    let (found, not_found) = (read(values), read(not_values));
    let is_any = found.is_empty() || found.contains(&true);
    (!found.is_empty() || !not_found.is_empty()).then(|| is_any && !not_found.contains(&true))
}

/// All fields hold; `None` if there are none.
fn combine<const N: usize>(fields: [Option<bool>; N]) -> Option<bool> {
    let known: Vec<bool> = fields.into_iter().flatten().collect();
    (!known.is_empty()).then(|| !known.contains(&false))
}

fn client_of(connection: &ConnectionFacts) -> Option<Client<'_>> {
    match connection.transport {
        Transport::Plaintext => None,
        Transport::Tls { .. } => connection.identities.iter().find_map(|name| parse(name)),
    }
}

/// Reads `spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT`.
fn parse(identity: &str) -> Option<Client<'_>> {
    let name = identity.strip_prefix("spiffe://")?;
    let parts: Vec<&str> = name.split('/').collect();
    match parts.as_slice() {
        [_, "ns", namespace, "sa", account] => Some(Client {
            name,
            namespace,
            account,
        }),
        _ => None,
    }
}
