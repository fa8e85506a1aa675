//! What the fields of a rule and the keys of `when` compare, and the conditions that a list of
//! values becomes.

use std::net::IpAddr;

use ipnet::IpNet;
use kordon_core::model::{Case, PortMatch, Protocol, TextMatch};
use kordon_core::rule::{AddressOf, Fact, Sense, Test};
use kordon_syntax::{Diagnostic, quoted};

use super::lint::check_values;
use super::reader::Reader;
use super::token_principal::token_principal;
use crate::at::At;
use crate::codes;
use crate::istio::identity::{self, Forms};
use crate::istio::mesh::own_clause;
use crate::istio::text::{is_template, pattern, template};

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    Principal,
    RequestPrincipal,
    Namespace,
    ServiceAccount,
    TrustDomain,
    Peer,
    Client,
    Destination,
    Port,
    Host,
    Method,
    Path,
    ServerName,
    Header(String),
    Claim(Vec<String>),
    Metadata { namespace: String, key: String },
}

impl Attribute {
    /// Whether only HTTP requests have it.
    pub(super) fn is_of_http(&self) -> bool {
        match self {
            Self::RequestPrincipal
            | Self::Host
            | Self::Method
            | Self::Path
            | Self::Header(_)
            | Self::Claim(_) => true,
            Self::Principal
            | Self::Namespace
            | Self::ServiceAccount
            | Self::TrustDomain
            | Self::Peer
            | Self::Client
            | Self::Destination
            | Self::Port
            | Self::ServerName
            | Self::Metadata { .. } => false,
        }
    }

    /// Whether the source's certificate says it.
    pub(super) fn is_of_certificate(&self) -> bool {
        matches!(
            self,
            Self::Principal | Self::Namespace | Self::ServiceAccount | Self::TrustDomain
        )
    }

    /// Whether it is not known yet when a provider is asked, or Istio does not let it be compared
    /// then.
    pub(super) fn is_barred_from_custom(&self) -> bool {
        self.is_of_certificate() || matches!(self, Self::RequestPrincipal | Self::Claim(_))
    }

    /// The conditions that a list of values becomes; none if it is empty.
    pub(super) fn tests(
        &self,
        reader: &mut Reader<'_, '_>,
        list: &At<'_>,
        sense: Sense,
    ) -> Vec<Test> {
        let values: Vec<String> = reader.ctx.read(list);
        if values.is_empty() {
            return Vec::new();
        }
        if self.is_barred_from_custom() {
            let what = list.path().to_string();
            reader.refuse_in_custom(list, what.rsplit('.').next().unwrap_or(&what));
        }
        check_values(reader, self, list, &values);
        match self {
            Self::Peer => addresses(reader, list, &values, AddressOf::Peer, sense),
            Self::Client => addresses(reader, list, &values, AddressOf::Client, sense),
            Self::Destination => addresses(reader, list, &values, AddressOf::Destination, sense),
            Self::Port => ports(reader, list, &values, sense),
            _ => {
                reader.refuse_empty(list, &values);
                self.text_tests(reader, list, &values, sense)
            }
        }
    }

    fn text_tests(
        &self,
        reader: &mut Reader<'_, '_>,
        list: &At<'_>,
        values: &[String],
        sense: Sense,
    ) -> Vec<Test> {
        let plain = |of: Fact, case: Case| {
            let patterns = values.iter().map(|value| pattern(value)).collect();
            vec![text_test(of, sense, case, patterns)]
        };
        match self {
            Self::Host => plain(Fact::Host, Case::Ignored),
            Self::Method => plain(Fact::Method, Case::Sensitive),
            Self::ServerName => plain(Fact::ServerName, Case::Sensitive),
            Self::Header(name) => plain(Fact::Header(name.clone()), Case::Sensitive),
            Self::Claim(path) => plain(claim(path), Case::Sensitive),
            Self::Path => paths(reader, list, values, sense),
            Self::RequestPrincipal => vec![Test::TokenPrincipal {
                sense,
                patterns: values.iter().map(|value| token_principal(value)).collect(),
            }],
            Self::Metadata { namespace, key } => metadata(namespace, key, values, sense),
            _ => self.identities(reader, list, values, sense),
        }
    }

    /// Conditions on the identity in the source's certificate.
    fn identities(
        &self,
        reader: &mut Reader<'_, '_>,
        list: &At<'_>,
        values: &[String],
        sense: Sense,
    ) -> Vec<Test> {
        let (mut forms, mut is_clear) = (Vec::new(), true);
        for (index, value) in values.iter().enumerate() {
            if let Some(more) = self.forms(reader, value) {
                forms.extend(more);
            } else {
                is_clear = false;
                warn_of_expression(reader, &list.index(index), value);
            }
        }
        let known = text_test(Fact::Identity, sense, Case::Sensitive, forms);
        if is_clear {
            return vec![known];
        }
        let unclear = Test::Unknown(format!("`{}` holds a regular expression", list.path()));
        match sense {
            Sense::NoneOf => vec![known, unclear],
            Sense::OneOf => vec![Test::Any(
                [known, unclear].map(|test| vec![own_clause(test)]).to_vec(),
            )],
        }
    }

    fn forms(&self, reader: &Reader<'_, '_>, value: &str) -> Forms {
        let mesh = &reader.ctx.settings.mesh;
        match self {
            Self::Namespace => identity::namespace(value),
            Self::ServiceAccount => identity::service_account(value, reader.ctx.namespace()),
            Self::TrustDomain => {
                let domains = identity::with_alias_domains(value, mesh);
                Some(
                    domains
                        .iter()
                        .map(|domain| identity::trust_domain(domain))
                        .collect(),
                )
            }
            _ => {
                let values = identity::with_aliases(value, mesh);
                values
                    .iter()
                    .map(|value| identity::principal(value))
                    .collect()
            }
        }
    }
}

fn text_test(of: Fact, sense: Sense, case: Case, patterns: Vec<TextMatch>) -> Test {
    Test::Text {
        of,
        sense,
        case,
        patterns,
    }
}

fn claim(path: &[String]) -> Fact {
    Fact::Claim {
        path: path.to_vec(),
    }
}

fn warn_of_expression(reader: &mut Reader<'_, '_>, at: &At<'_>, value: &str) {
    let message = format!(
        "Istio puts {} into a regular expression as it is, where it may mean something else",
        quoted(value)
    );
    let diagnostic = Diagnostic::warning(codes::IDENTITY_PATTERN, message)
        .help("write a value without the characters `\\^$|?+()[]{}`, and with a star at an end alone; what depends on this one is answered as unknown");
    reader.ctx.report(at, "no plain text", diagnostic);
}

fn paths(reader: &mut Reader<'_, '_>, list: &At<'_>, values: &[String], sense: Sense) -> Vec<Test> {
    let mut patterns = Vec::new();
    for (index, value) in values.iter().enumerate() {
        if is_template(value) {
            check_template(reader, &list.index(index), value);
            patterns.push(template(value));
        } else {
            patterns.push(pattern(value));
        }
    }
    vec![text_test(Fact::Path, sense, Case::Sensitive, patterns)]
}

/// Envoy refuses templates of another form, and with them the whole configuration of the proxy.
fn check_template(reader: &mut Reader<'_, '_>, at: &At<'_>, value: &str) {
    let last_operator = value.rfind('{').map(|start| value.split_at(start).1);
    let early = value
        .find("{**}")
        .is_some_and(|at| Some(value.split_at(at).1) != last_operator);
    let literal = value.replace("{**}", "").replace("{*}", "");
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~%!$&'()+,;:@=/".contains(c);
    let expected = if !value.starts_with('/') {
        "a template begins with `/`"
    } else if early {
        "`{**}` can only be the last operator of a template"
    } else if !literal.chars().all(allowed) {
        "beside `{*}` and `{**}` a template has letters, digits and `-._~%!$&'()+,;:@=` alone"
    } else {
        return;
    };
    let message = format!("{} is not a template of paths", quoted(value));
    let diagnostic = Diagnostic::error(codes::VALUE, message).help(expected);
    reader.ctx.report(at, "not a template", diagnostic);
}

/// "If value is of format `[v]`, create a list matcher. Else, a string matcher."
fn metadata(namespace: &str, key: &str, values: &[String], sense: Sense) -> Vec<Test> {
    let in_list = |value: &&String| value.starts_with('[') && value.ends_with(']');
    let (of_lists, plain): (Vec<&String>, Vec<&String>) = values.iter().partition(in_list);
    let of = |list: bool| Fact::Metadata {
        namespace: namespace.to_owned(),
        key: key.to_owned(),
        list,
    };
    let plain = plain.into_iter().map(|value| pattern(value)).collect();
    let of_lists = of_lists
        .into_iter()
        .map(|value| pattern(value.trim_matches(['[', ']'])))
        .collect();
    let found: Vec<Test> = [(of(false), plain), (of(true), of_lists)]
        .into_iter()
        .filter(|(_, patterns): &(Fact, Vec<TextMatch>)| !patterns.is_empty())
        .map(|(of, patterns)| text_test(of, sense, Case::Sensitive, patterns))
        .collect();
    if sense == Sense::NoneOf || found.len() < 2 {
        return found;
    }
    let alternatives = found.into_iter().map(|test| vec![own_clause(test)]);
    vec![Test::Any(alternatives.collect())]
}

fn addresses(
    reader: &mut Reader<'_, '_>,
    list: &At<'_>,
    values: &[String],
    of: AddressOf,
    sense: Sense,
) -> Vec<Test> {
    let mut blocks = Vec::new();
    for (index, value) in values.iter().enumerate() {
        if let Some(block) = block(value) {
            blocks.push(block);
        } else {
            let message = format!(
                "{} is neither an address nor a block of addresses",
                quoted(value)
            );
            let diagnostic = Diagnostic::error(codes::BLOCK, message)
                .help("write `10.1.2.3`, `10.1.0.0/16`, `fd00::1` or `fd00::/8`");
            reader.refuse(&list.index(index), "no address", diagnostic);
            reader.ignore_value();
        }
    }
    if blocks.is_empty() {
        return Vec::new();
    }
    vec![Test::Address { of, sense, blocks }]
}

fn block(value: &str) -> Option<IpNet> {
    let Some((address, length)) = value.split_once('/') else {
        return value.parse::<IpAddr>().ok().map(IpNet::from);
    };
    // Go refuses signs and leading zeros.
    let is_number = length == "0"
        || (!length.starts_with('0') && length.bytes().all(|byte| byte.is_ascii_digit()));
    let length = is_number.then(|| length.parse().ok()).flatten()?;
    let net = IpNet::new(address.parse().ok()?, length).ok()?;
    Some(net.trunc())
}

fn ports(reader: &mut Reader<'_, '_>, list: &At<'_>, values: &[String], sense: Sense) -> Vec<Test> {
    let mut ports = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let digits = value.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(port) = value.parse::<u16>().ok().filter(|_| digits) {
            ports.push(PortMatch::single(Protocol::TCP, port));
        } else {
            let message = format!("{} is not a port", quoted(value));
            let diagnostic = Diagnostic::error(codes::PORT, message)
                .help("write a number in quotes, from 0 to 65535; there are no names, ranges and wildcards");
            reader.refuse(&list.index(index), "no port", diagnostic);
            reader.ignore_value();
        }
    }
    match (ports.is_empty(), sense) {
        (true, _) => Vec::new(),
        (false, Sense::OneOf) => vec![Test::Ports(ports)],
        (false, Sense::NoneOf) => vec![Test::NotPorts(ports)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_go_reads_them() {
        let cases = [
            ("10.1.2.3", Some("10.1.2.3/32")),
            ("10.1.2.3/16", Some("10.1.0.0/16")),
            ("fd00::1", Some("fd00::1/128")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("10.0.0.0/08", None),
            ("10.0.0.0/+8", None),
            ("10.0.0.0/33", None),
            ("010.0.0.1", None),
            ("fe80::1%eth0", None),
            ("", None),
        ];
        for (value, expected) in cases {
            let found = block(value).map(|block| block.to_string());
            assert_eq!(found.as_deref(), expected, "{value}");
        }
    }
}
