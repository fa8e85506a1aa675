//! The keys of `when`.

use super::attribute::Attribute;

/// What a key of `when` means.
pub(super) enum Key {
    /// What is compared.
    Of(Attribute),
    /// A key that ends in a name in brackets, which is not written so.
    Malformed,
    /// Nothing.
    Unknown,
}

/// The keys, for messages.
pub(super) const KEYS: [&str; 15] = [
    "request.headers[..]",
    "source.ip",
    "remote.ip",
    "source.namespace",
    "source.serviceAccount",
    "source.trustDomain",
    "source.principal",
    "request.auth.principal",
    "request.auth.audiences",
    "request.auth.presenter",
    "request.auth.claims[..]",
    "destination.ip",
    "destination.port",
    "connection.sni",
    "experimental.envoy.filters.",
];

/// Reads a key.
pub(super) fn parse(key: &str) -> Key {
    let named = match key {
        "source.ip" => Attribute::Peer,
        "remote.ip" => Attribute::Client,
        "source.namespace" => Attribute::Namespace,
        "source.serviceAccount" => Attribute::ServiceAccount,
        "source.trustDomain" => Attribute::TrustDomain,
        "source.principal" => Attribute::Principal,
        "request.auth.principal" => Attribute::RequestPrincipal,
        "request.auth.audiences" => Attribute::Claim(vec!["aud".to_owned()]),
        "request.auth.presenter" => Attribute::Claim(vec!["azp".to_owned()]),
        "destination.ip" => Attribute::Destination,
        "destination.port" => Attribute::Port,
        "connection.sni" => Attribute::ServerName,
        _ => return with_brackets(key),
    };
    Key::Of(named)
}

fn with_brackets(key: &str) -> Key {
    let attribute = if let Some(rest) = key.strip_prefix("request.headers") {
        in_brackets(rest).map(|name| Attribute::Header(name.to_ascii_lowercase()))
    } else if let Some(rest) = key.strip_prefix("request.auth.claims") {
        claim(rest).map(Attribute::Claim)
    } else if let Some(rest) = key.strip_prefix("experimental.") {
        if !rest.starts_with("envoy.filters.") {
            return Key::Unknown;
        }
        metadata(rest)
    } else {
        return Key::Unknown;
    };
    attribute.map_or(Key::Malformed, Key::Of)
}

/// The name in `[name]`.
fn in_brackets(text: &str) -> Option<&str> {
    text.strip_prefix('[')?
        .strip_suffix(']')
        .filter(|name| !name.is_empty())
}

/// The names in `[a][b]`. Where the brackets do not stand one after the other, everything between
/// the outermost is one name.
fn claim(text: &str) -> Option<Vec<String>> {
    let whole = in_brackets(text)?;
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        if name.contains('[') {
            return Some(vec![whole.to_owned()]);
        }
        names.push(name.to_owned());
        rest = after;
    }
    if rest.is_empty() {
        Some(names)
    } else {
        Some(vec![whole.to_owned()])
    }
}

/// The filter and the key in `envoy.filters.a[key]`.
fn metadata(text: &str) -> Option<Attribute> {
    let (namespace, key) = text.strip_suffix(']').unwrap_or(text).split_once('[')?;
    Some(Attribute::Metadata {
        namespace: namespace.to_owned(),
        key: key.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_named_by_a_path_of_brackets() {
        let cases: [(&str, Option<&[&str]>); 8] = [
            ("[iss]", Some(&["iss"])),
            ("[a][b]", Some(&["a", "b"])),
            ("[https://x.y/z]", Some(&["https://x.y/z"])),
            ("[a[b]]", Some(&["a[b]"])),
            ("[a]b]", Some(&["a]b"])),
            ("", None),
            ("[]", None),
            (".a", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|names| names.iter().map(|n| (*n).to_owned()).collect());
            assert_eq!(claim(text), expected, "{text}");
        }
    }

    #[test]
    fn header_names_are_without_case() {
        let Key::Of(attribute) = parse("request.headers[X-Token]") else {
            panic!("a key")
        };
        assert_eq!(attribute, Attribute::Header("x-token".into()));
        assert!(matches!(parse("request.headers.x"), Key::Malformed));
        assert!(matches!(parse("destination.labels[a]"), Key::Unknown));
        assert!(matches!(
            parse("experimental.envoy.filters.a"),
            Key::Malformed
        ));
        assert!(matches!(parse("experimental.other[a]"), Key::Unknown));
    }
}
