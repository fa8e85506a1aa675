//! From an HTTP request to the attributes that the authorizer sees (`RequestInfoFactory` of
//! `k8s.io/apiserver`, with the prefixes `api` and `apis`).

use std::collections::VecDeque;

/// What an HTTP request to the API server asks. Fields that do not apply are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpAttributes {
    /// Whether it is about a resource; about a path otherwise.
    pub is_resource: bool,
    /// The decoded path.
    pub path: String,
    /// The verb.
    pub verb: String,
    /// The API group.
    pub api_group: String,
    /// The API version.
    pub api_version: String,
    /// The namespace.
    pub namespace: String,
    /// The resource.
    pub resource: String,
    /// The subresource.
    pub subresource: String,
    /// The object's name.
    pub name: String,
    /// The field selector of a list, watch or deletion of a collection.
    pub field_selector: String,
    /// The label selector of the same.
    pub label_selector: String,
    /// Why the URL cannot be read; the server refuses the request.
    pub error: Option<String>,
}

/// Reads a method and a URL without scheme and host.
pub fn http_to_attributes(method: &str, url: &str) -> HttpAttributes {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let path = decode(path);
    let mut info = HttpAttributes {
        verb: method.to_lowercase(),
        path: path.clone(),
        ..HttpAttributes::default()
    };
    let trimmed = path.trim_matches('/');
    let mut parts: VecDeque<&str> = trimmed.split('/').collect();
    let has_group = match parts.front() {
        Some(&"api") => false,
        Some(&"apis") => true,
        _ => return info,
    };
    if parts.len() < if has_group { 4 } else { 3 } {
        return info;
    }
    let mut next = || parts.pop_front().unwrap_or_default().to_owned();
    next();
    info.is_resource = true;
    if has_group {
        info.api_group = next();
    }
    info.api_version = next();
    read_resource(&mut info, parts, method, url);
    if info.error.is_none() {
        read_collection(&mut info, query);
    }
    info
}

/// Reads what follows the version: `[watch|proxy/][namespaces/NS/]RESOURCE/NAME/SUBRESOURCE`.
fn read_resource(info: &mut HttpAttributes, mut parts: VecDeque<&str>, method: &str, url: &str) {
    // "handle input of form /{specialVerb}/*"
    let special = parts
        .front()
        .copied()
        .filter(|part| matches!(*part, "proxy" | "watch"));
    if let Some(verb) = special {
        if parts.len() < 2 {
            info.error = Some(format!(
                "unable to determine kind and namespace from url, {url}"
            ));
            return;
        }
        verb.clone_into(&mut info.verb);
        parts.pop_front();
    } else {
        verb_of(method).clone_into(&mut info.verb);
    }
    // "URL forms: /namespaces/{namespace}/{kind}/*, where parts are adjusted to be relative to
    // kind"
    if let (Some(&"namespaces"), Some(&namespace)) = (parts.front(), parts.get(1)) {
        namespace.clone_into(&mut info.namespace);
        // "if there is another step after the namespace name and it is not a known namespace
        // subresource move currentParts to include it as a resource in its own right"
        if parts
            .get(2)
            .is_some_and(|part| !matches!(*part, "status" | "finalize"))
        {
            parts.drain(..2);
        }
    }
    let part = |at: usize| parts.get(at).copied().unwrap_or_default().to_owned();
    info.resource = part(0);
    info.name = part(1);
    // "specialVerbsNoSubresources contains root verbs which do not allow subresources"
    if info.verb != "proxy" {
        info.subresource = part(2);
    }
}

fn verb_of(method: &str) -> &'static str {
    match method {
        "POST" => "create",
        "GET" | "HEAD" => "get",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "",
    }
}

/// Without a name, `get` is a list or a watch and `delete` is about the collection.
fn read_collection(info: &mut HttpAttributes, query: &str) {
    let parameters = parameters(query);
    let first = |name: &str| {
        parameters
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    if info.name.is_empty() && info.verb == "get" {
        // "Any query value that is not 0 or false is considered true"
        let watch = first("watch").map(str::to_lowercase);
        let is_watch = watch.is_some_and(|watch| !matches!(watch.as_str(), "false" | "0"));
        let verb = if is_watch { "watch" } else { "list" };
        verb.clone_into(&mut info.verb);
        if let Some(name) = first("fieldSelector").and_then(exact_name) {
            info.name = name;
        }
    }
    if info.name.is_empty() && info.verb == "delete" {
        "deletecollection".clone_into(&mut info.verb);
    }
    if matches!(info.verb.as_str(), "list" | "watch" | "deletecollection") {
        first("fieldSelector")
            .unwrap_or_default()
            .clone_into(&mut info.field_selector);
        first("labelSelector")
            .unwrap_or_default()
            .clone_into(&mut info.label_selector);
    }
}

/// The name that a field selector requires, if it may stand in a path.
fn exact_name(selector: &str) -> Option<String> {
    let terms = split_terms(selector)?;
    let name = terms
        .into_iter()
        .find_map(|(key, value)| (key == "metadata.name").then_some(value));
    // IsValidPathSegmentName: neither `.` nor `..`, without `/` and `%`.
    name.flatten()
        .filter(|name| !matches!(name.as_str(), "." | "..") && !name.contains(['/', '%']))
}

/// The terms of a field selector: keys, with the value that each must have, if it must have one.
/// `None` if the selector cannot be read.
fn split_terms(selector: &str) -> Option<Vec<(String, Option<String>)>> {
    let mut terms = vec![String::new()];
    let mut escaped = false;
    for c in selector.chars() {
        if c == ',' && !escaped {
            terms.push(String::new());
        } else if let Some(term) = terms.last_mut() {
            term.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    terms
        .iter()
        .filter(|term| !term.is_empty())
        .map(|term| read_term(term))
        .collect()
}

fn read_term(term: &str) -> Option<(String, Option<String>)> {
    let at = term.find(['!', '='])?;
    let (key, rest) = term.split_at(at);
    let (differs, value) = match (rest.strip_prefix("!="), rest.strip_prefix("==")) {
        (Some(value), _) => (true, value),
        (None, Some(value)) => (false, value),
        (None, None) => (false, rest.strip_prefix('=')?),
    };
    let value = unescape(value)?;
    Some((key.to_owned(), (!differs).then_some(value)))
}

/// A backslash may stand before a backslash, a comma or an equals sign, which may not stand alone.
fn unescape(value: &str) -> Option<String> {
    let mut plain = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.push(
                chars
                    .next()
                    .filter(|next| matches!(next, '\\' | ',' | '='))?,
            ),
            ',' | '=' => return None,
            other => plain.push(other),
        }
    }
    Some(plain)
}

fn parameters(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (
                decode(&key.replace('+', " ")),
                decode(&value.replace('+', " ")),
            )
        })
        .collect()
}

/// Percent-decoding; what is no valid escape stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| first == b'%');
        let byte = escape
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_selector_names_an_object_only_when_it_requires_one_name() {
        for (selector, name) in [
            ("metadata.name=web", Some("web")),
            ("metadata.name==web,spec.nodeName=n1", Some("web")),
            ("metadata.name!=web", None),
            (r"metadata.name=a\,b", Some("a,b")),
            ("metadata.name=a=b", None),
            ("metadata.name=..", None),
            ("metadata.name=a%b", None),
            ("metadata.name", None),
        ] {
            assert_eq!(exact_name(selector).as_deref(), name, "{selector}");
        }
    }

    #[test]
    fn escapes_are_decoded_and_broken_ones_stay() {
        assert_eq!(decode("/a%2Fb%zz%+%4"), "/a/b%zz%+%4");
    }
}
