//! Requests in the words of the command line: `shop/web -> shop/cart:8080`, the same with
//! `GET /items` behind it, and `alice (dev) get pods/log -n shop`.
//!
//! It owns the grammar of these words, so that the command, the bindings and policy tests read
//! them alike. It knows nothing of what is in the cluster.

mod endpoint;
mod impersonation;
mod resource;

use crate::request::{
    ApiSpec, ApiTargetSpec, ConnectionSpec, HttpSpec, RequestError, RequestSpec, TokenSpec,
};

pub use endpoint::{INGRESS_CONTROLLER, connection, endpoint};
pub use impersonation::impersonated_groups;
pub use resource::{Place, ResourceTarget, target};

const FORMS: &str = "expected `SOURCE -> DESTINATION:PORT[/PROTOCOL] [METHOD PATH]` or \
                     `USER [(GROUP, ..)] VERB RESOURCE [-n NAMESPACE] [NAME]`";

/// Reads one request from a line of text.
///
/// Groups are taken literally, and without `-n` the request is about the cluster. Names with
/// blanks, commas or parentheses need the JSON form, which is accepted as well.
///
/// ```
/// use kordon::shorthand;
///
/// let request = shorthand::request("shop/web -> shop/cart:8080")?;
/// assert_eq!(request.to_string(), "shop/web -> shop/cart on TCP 8080");
/// let request = shorthand::request("shop/web -> shop/cart:8080 GET http://cart/items")?;
/// assert_eq!(request.to_string(), "shop/web -> shop/cart on TCP 8080: GET cart/items");
/// let request = shorthand::request("alice (dev, ops) get deploy -n shop cart")?;
/// assert_eq!(request.to_string(), "alice get deployments.apps cart in namespace shop");
/// # Ok::<(), kordon::RequestError>(())
/// ```
///
/// # Errors
/// What was expected.
pub fn request(text: &str) -> Result<RequestSpec, RequestError> {
    let text = text.trim();
    if text.starts_with('{') {
        return RequestSpec::from_json_text(text);
    }
    if let Some((from, to)) = text.split_once("->") {
        let (to, behind) = word(to.trim());
        let connection = connection(from.trim(), to, None)?;
        return match behind {
            "" => Ok(RequestSpec::Connection(connection)),
            behind => http(connection, behind).map(RequestSpec::Http),
        };
    }
    api(text).map(RequestSpec::Api)
}

/// Reads an HTTP request over a connection: `METHOD PATH` or `METHOD http://HOST/PATH`.
///
/// # Errors
/// What was expected.
pub fn http(connection: ConnectionSpec, text: &str) -> Result<HttpSpec, RequestError> {
    let (method, url) = word(text.trim());
    let url = url.trim();
    let (scheme, host, path) = match url.split_once("://") {
        Some((scheme, rest)) => {
            let slash = rest.find('/').unwrap_or(rest.len());
            let (host, path) = rest.split_at(slash);
            (scheme, host, path)
        }
        None => ("", "", url),
    };
    let path = if path.is_empty() && !host.is_empty() {
        "/"
    } else {
        path
    };
    if method.is_empty() || !path.starts_with('/') || path.contains(char::is_whitespace) {
        let message = format!(
            "expected `METHOD PATH`, as in `GET /items`, or `METHOD http://HOST/PATH`, found \
             `{text}`"
        );
        return Err(RequestError::new("", message));
    }
    Ok(HttpSpec {
        connection,
        method: method.to_owned(),
        scheme: scheme.to_owned(),
        host: host.to_owned(),
        path: path.to_owned(),
        headers: Vec::new(),
        token: TokenSpec::Absent,
    })
}

fn api(text: &str) -> Result<ApiSpec, RequestError> {
    let (user, rest) = word(text);
    let (groups, rest) = groups(rest)?;
    let (verb, rest) = word(rest);
    let (about, rest) = word(rest);
    if user.is_empty() || verb.is_empty() || about.is_empty() {
        return Err(RequestError::new("", format!("{FORMS}, found `{text}`")));
    }
    let (namespace, name) = place(rest)?;
    let target = match target(about)? {
        ResourceTarget::Path(path) if rest.is_empty() => ApiTargetSpec::Path(path),
        ResourceTarget::Path(path) => {
            let message = format!("expected nothing behind the path `{path}`, found `{rest}`");
            return Err(RequestError::new("", message));
        }
        ResourceTarget::Resource {
            group,
            resource,
            subresource,
            ..
        } => ApiTargetSpec::Resource {
            group,
            resource,
            subresource,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        },
    };
    Ok(ApiSpec {
        user: user.to_owned(),
        groups,
        verb: verb.to_owned(),
        target,
    })
}

/// The first word, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim_start())
}

fn groups(text: &str) -> Result<(Vec<String>, &str), RequestError> {
    let Some(inside) = text.strip_prefix('(') else {
        return Ok((Vec::new(), text));
    };
    let expected = || {
        RequestError::new(
            "",
            format!("expected groups as in `(dev, ops)`, found `{text}`"),
        )
    };
    let (listed, rest) = inside.split_once(')').ok_or_else(expected)?;
    let groups: Vec<String> = listed
        .split(',')
        .map(|group| group.trim().to_owned())
        .collect();
    if groups.iter().any(String::is_empty) {
        return Err(expected());
    }
    Ok((groups, rest.trim_start()))
}

/// The namespace and the name, in either order, both optional.
fn place(text: &str) -> Result<(&str, &str), RequestError> {
    let (mut namespace, mut name) = ("", "");
    let mut rest = text;
    while !rest.is_empty() {
        let (first, behind) = word(rest);
        rest = behind;
        let (slot, value) = match first {
            "-n" | "--namespace" => {
                let (value, behind) = word(rest);
                rest = behind;
                (&mut namespace, value)
            }
            value => (&mut name, value),
        };
        if value.is_empty() || !slot.is_empty() {
            let message =
                format!("expected at most one `-n NAMESPACE` and one name, found `{text}`");
            return Err(RequestError::new("", message));
        }
        *slot = value;
    }
    Ok((namespace, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match request(text) {
            Ok(request) => format!("{request}"),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn a_line_with_an_arrow_is_a_connection() {
        let cases = [
            ("a/b -> c/d:80", "a/b -> c/d on TCP 80"),
            ("a/b->c/d:53/UDP", "a/b -> c/d on UDP 53"),
            ("  a/b  ->  c/d:http/tcp ", "a/b -> c/d on TCP port http"),
            ("10.0.0.1 -> [::1]:443", "10.0.0.1 -> ::1 on TCP 443"),
            ("node:n1 -> svc:c/d:80", "node n1 -> service c/d on TCP 80"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn a_line_without_an_arrow_is_about_the_api() {
        let cases = [
            ("alice get pods", "alice get pods"),
            (
                "alice get pods/log -n shop cart-0",
                "alice get pods/log cart-0 in namespace shop",
            ),
            (
                "alice get pods cart-0 -n shop",
                "alice get pods cart-0 in namespace shop",
            ),
            (
                "system:anonymous get /healthz",
                "system:anonymous get /healthz",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn groups_stand_in_parentheses_and_are_taken_literally() {
        let Ok(RequestSpec::Api(api)) = request("alice (dev, ops) get pods") else {
            panic!("expected a request to the API");
        };
        assert_eq!(api.groups, ["dev", "ops"]);
    }

    #[test]
    fn the_json_form_is_accepted_as_well() {
        let text = r#"{"kind":"api","user":"a b","verb":"get","path":"/healthz"}"#;
        assert_eq!(shown(text), "a b get /healthz");
    }

    #[test]
    fn a_line_that_is_no_request_says_what_was_expected() {
        for text in [
            "",
            "alice",
            "alice get",
            "alice (dev get pods",
            "alice (dev,) get pods",
        ] {
            assert!(
                shown(text).starts_with("error: expected"),
                "{text}: {}",
                shown(text)
            );
        }
        for text in [
            "alice get pods -n",
            "alice get pods a b",
            "a get /healthz x",
            "a get p -n b -n c",
        ] {
            assert!(
                shown(text).starts_with("error: expected"),
                "{text}: {}",
                shown(text)
            );
        }
    }
}
