//! The ends of a connection in one word.

use std::net::{IpAddr, Ipv6Addr};

use kordon_core::model::Protocol;

use super::resource::kind_of;
use crate::request::{ConnectionSpec, EndpointSpec, PortSpec, RequestError};

const FORMS: &str = "expected an endpoint such as `NAMESPACE/NAME`, `service:NAMESPACE/NAME`, \
                     `deployment:NAMESPACE/NAME`, `node:NAME` or an address";

/// The word for the controller that lets connections in for Ingresses, Gateways and Routes.
pub const INGRESS_CONTROLLER: &str = "ingress-controller";

/// Reads a connection from its source, and its destination with port and protocol:
/// `NS/NAME` and `NS/NAME:PORT[/PROTOCOL]`.
///
/// # Errors
/// What was expected, with the side of the connection.
pub fn connection(
    from: &str,
    to: &str,
    namespace: Option<&str>,
) -> Result<ConnectionSpec, RequestError> {
    let (to, port, protocol) = destination(to)?;
    Ok(ConnectionSpec {
        session: None,
        from: at("from", endpoint(from, namespace))?,
        to: at("to", endpoint(to, namespace))?,
        protocol,
        port,
    })
}

fn at<T>(path: &str, read: Result<T, RequestError>) -> Result<T, RequestError> {
    read.map_err(|error| RequestError::new(path, error.message))
}

/// Reads one end of a connection.
///
/// | form | meaning |
/// | --- | --- |
/// | `NS/NAME` | the pod of this name or, failing that, the workload |
/// | `NAME` | the same in the namespace that is given beside it |
/// | `pod:NS/NAME`, `service:NS/NAME` | a pod, a service |
/// | `deployment:NS/NAME`, `sts:NS/NAME`, .. | a controller, by kind or short name |
/// | `NS/KIND/NAME` | the same, kind and all as the cluster spells it |
/// | `203.0.113.7`, `ip:2001:db8::1`, `[2001:db8::1]` | an address |
/// | `node:NAME` | a node |
/// | `sa:NS/NAME` | all pods that run as a service account |
/// | `ingress-controller` | the controller that lets connections in, as a source; not where a namespace is given beside it |
///
/// Where a namespace is given beside it, `KIND:NAME` and, as for `kubectl`, `KIND/NAME` will do.
///
/// # Errors
/// What was expected.
pub fn endpoint(text: &str, namespace: Option<&str>) -> Result<EndpointSpec, RequestError> {
    if let Some(address) = address(text) {
        return Ok(EndpointSpec::Address(address));
    }
    if text == INGRESS_CONTROLLER && namespace.is_none() {
        return Ok(EndpointSpec::IngressController);
    }
    if let Some((kind, place)) = text.split_once(':') {
        return typed(text, kind, place, namespace);
    }
    match (text.split('/').collect::<Vec<_>>().as_slice(), namespace) {
        ([kind, name], Some(namespace)) if kind_of(kind).is_some() && !name.is_empty() => {
            typed(text, kind, name, Some(namespace))
        }
        ([kind, ..], None) if !text.contains('/') && !kind.is_empty() => Err(RequestError::new(
            "",
            format!("`{text}` has no namespace: write `NAMESPACE/{text}`"),
        )),
        ([namespace, kind, name], _) if [namespace, kind, name].iter().all(|p| !p.is_empty()) => {
            Ok(EndpointSpec::Workload(
                owned(namespace),
                owned(kind),
                owned(name),
            ))
        }
        _ => {
            let (namespace, name) = place(text, text, namespace)?;
            Ok(EndpointSpec::Named(namespace, name))
        }
    }
}

/// `KIND:NS/NAME` and its relatives.
fn typed(
    text: &str,
    kind: &str,
    rest: &str,
    namespace: Option<&str>,
) -> Result<EndpointSpec, RequestError> {
    if kind == "ip" {
        let message = || RequestError::new("", format!("`{rest}` is not an IP address"));
        return address(rest).map(EndpointSpec::Address).ok_or_else(message);
    }
    let known = kind_of(kind).map(|kind| kind.kind);
    if known == Some("Node") && !rest.is_empty() && !rest.contains('/') {
        return Ok(EndpointSpec::Node(owned(rest)));
    }
    let (namespace, name) = place(text, rest, namespace)?;
    if matches!(kind, "serviceaccount" | "sa") {
        return Ok(EndpointSpec::ServiceAccount(namespace, name));
    }
    match known {
        Some("Pod") => Ok(EndpointSpec::Pod(namespace, name)),
        Some("Service") => Ok(EndpointSpec::Service(namespace, name)),
        Some("Node") | None if !kind.starts_with(char::is_uppercase) => Err(unreadable(text)),
        known => Ok(EndpointSpec::Workload(
            namespace,
            owned(known.unwrap_or(kind)),
            name,
        )),
    }
}

fn place(
    text: &str,
    place: &str,
    namespace: Option<&str>,
) -> Result<(String, String), RequestError> {
    match (place.split('/').collect::<Vec<_>>().as_slice(), namespace) {
        ([namespace, name], _) if !namespace.is_empty() && !name.is_empty() => {
            Ok((owned(namespace), owned(name)))
        }
        ([name], Some(namespace)) if !name.is_empty() => Ok((owned(namespace), owned(name))),
        _ => Err(unreadable(text)),
    }
}

fn unreadable(text: &str) -> RequestError {
    RequestError::new("", format!("{FORMS}, found `{text}`"))
}

fn owned(text: &str) -> String {
    text.to_owned()
}

/// An address, that of IPv6 with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    match bare {
        Some(inside) => inside.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

/// Parts `ENDPOINT:PORT[/PROTOCOL]`.
fn destination(text: &str) -> Result<(&str, PortSpec, Protocol), RequestError> {
    let (endpoint, port) = text.rsplit_once(':').unwrap_or((text, ""));
    if text.parse::<Ipv6Addr>().is_ok() || endpoint.parse::<Ipv6Addr>().is_ok() {
        let message =
            format!("an IPv6 address with a port stands in brackets, as in `[{endpoint}]:443`");
        return Err(RequestError::new("to", message));
    }
    // `service:shop/cart` has a colon, but no port.
    let is_kind = !endpoint.contains(['/', ':', '.', ']']) && kind_of(endpoint).is_some();
    if port.is_empty() || (is_kind && port.contains('/')) {
        let message = format!(
            "`{text}` has no port: write `{}:PORT`",
            text.trim_end_matches(':')
        );
        return Err(RequestError::new("to", message));
    }
    let (port, protocol) = port.split_once('/').unwrap_or((port, "TCP"));
    Ok((endpoint, port_spec(port)?, transport(protocol)?))
}

fn port_spec(text: &str) -> Result<PortSpec, RequestError> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u16>() {
        Ok(number) if number > 0 => Ok(PortSpec::Number(number)),
        Err(_) if !is_number => Ok(PortSpec::Name(owned(text))),
        _ => {
            let message = format!("expected a number from 1 to 65535 or a name, found `{text}`");
            Err(RequestError::new("port", message))
        }
    }
}

fn transport(text: &str) -> Result<Protocol, RequestError> {
    let protocol = text
        .to_uppercase()
        .parse()
        .ok()
        .filter(|protocol: &Protocol| protocol.has_ports());
    protocol.ok_or_else(|| {
        let message = format!("expected the protocol `TCP`, `UDP` or `SCTP`, found `{text}`");
        RequestError::new("protocol", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, namespace: Option<&str>) -> String {
        match endpoint(text, namespace) {
            Ok(endpoint) => format!("{endpoint:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_form_of_an_endpoint_is_read() {
        let cases = [
            ("shop/cart", None, r#"Named("shop", "cart")"#),
            ("cart", Some("shop"), r#"Named("shop", "cart")"#),
            ("other/cart", Some("shop"), r#"Named("other", "cart")"#),
            ("pod:shop/cart-0", None, r#"Pod("shop", "cart-0")"#),
            ("po:cart-0", Some("shop"), r#"Pod("shop", "cart-0")"#),
            ("svc:shop/cart", None, r#"Service("shop", "cart")"#),
            ("svc/cart", Some("shop"), r#"Service("shop", "cart")"#),
            (
                "deploy:shop/cart",
                None,
                r#"Workload("shop", "Deployment", "cart")"#,
            ),
            (
                "StatefulSet:shop/db",
                None,
                r#"Workload("shop", "StatefulSet", "db")"#,
            ),
            (
                "deployment/cart",
                Some("shop"),
                r#"Workload("shop", "Deployment", "cart")"#,
            ),
            (
                "shop/Deployment/cart",
                None,
                r#"Workload("shop", "Deployment", "cart")"#,
            ),
            (
                "Rollout:shop/cart",
                None,
                r#"Workload("shop", "Rollout", "cart")"#,
            ),
            ("ingress-controller", None, "IngressController"),
            (
                "ingress-controller",
                Some("shop"),
                r#"Named("shop", "ingress-controller")"#,
            ),
            ("node:n1.example", None, r#"Node("n1.example")"#),
            ("203.0.113.7", None, "Address(203.0.113.7)"),
            ("ip:203.0.113.7", None, "Address(203.0.113.7)"),
            ("2001:db8::1", None, "Address(2001:db8::1)"),
            ("[2001:db8::1]", None, "Address(2001:db8::1)"),
            ("ip:2001:db8::1", None, "Address(2001:db8::1)"),
        ];
        for (text, namespace, expected) in cases {
            assert_eq!(shown(text, namespace), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_endpoint_says_what_was_expected() {
        assert_eq!(
            shown("cart", None),
            "`cart` has no namespace: write `NAMESPACE/cart`"
        );
        assert_eq!(shown("ip:cart", None), "`cart` is not an IP address");
        for text in [
            "", "/", "a/", "/b", "a/b/c/d", "http:a/b", "pod:a", "node:a/b", "node:", "[a]",
        ] {
            assert!(endpoint(text, None).is_err(), "{text}");
        }
    }

    #[test]
    fn a_destination_needs_a_port() {
        let read = |to| match connection("a/b", to, None) {
            Ok(spec) => spec.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(read("c/d:80"), "a/b -> c/d on TCP 80");
        assert_eq!(
            read("svc:c/d:http/udp"),
            "a/b -> service c/d on UDP port http"
        );
        assert_eq!(read("c/d"), "`to`: `c/d` has no port: write `c/d:PORT`");
        assert_eq!(
            read("svc:c/d"),
            "`to`: `svc:c/d` has no port: write `svc:c/d:PORT`"
        );
        assert_eq!(read("c/d:"), "`to`: `c/d:` has no port: write `c/d:PORT`");
        assert_eq!(
            read("2001:db8::1:443"),
            "`to`: an IPv6 address with a port stands in brackets, as in `[2001:db8::1]:443`"
        );
        for to in [
            "c/d:0",
            "c/d:65536",
            "c/d:99999999999",
            "c/d:80/ICMP",
            "c/d:80/",
        ] {
            assert!(connection("a/b", to, None).is_err(), "{to}");
        }
    }
}
