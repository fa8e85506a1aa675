//! Where a request may carry tokens, and how they are taken from there, as Envoy's extractor does.

use std::borrow::Cow;

use super::HttpRequest;

const AUTHORIZATION: &str = "authorization";

/// Where tokens may stand. The default is `Authorization: Bearer` and the parameter
/// `access_token`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenLocations {
    /// Headers.
    pub headers: Vec<HeaderLocation>,
    /// Parameters of the query.
    pub params: Vec<String>,
    /// Cookies.
    pub cookies: Vec<String>,
}

/// A header that may carry a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderLocation {
    /// Its name, whose case does not matter.
    pub name: String,
    /// What stands before the token, such as `Bearer ` with its blank; or nothing.
    pub prefix: String,
}

impl Default for TokenLocations {
    fn default() -> Self {
        let bearer = HeaderLocation {
            name: AUTHORIZATION.to_owned(),
            prefix: "Bearer ".to_owned(),
        };
        Self {
            headers: vec![bearer],
            params: vec!["access_token".to_owned()],
            cookies: Vec::new(),
        }
    }
}

/// All tokens of the request, in the order of the locations.
pub(super) fn tokens<'r>(
    locations: &TokenLocations,
    request: &HttpRequest<'r>,
) -> Vec<Cow<'r, str>> {
    let headers = locations.headers.iter();
    let params = locations.params.iter();
    let cookies = locations.cookies.iter();
    headers
        .flat_map(|location| in_header(location, request))
        .chain(params.filter_map(|name| parameter(name, request.path)))
        .chain(cookies.filter_map(|name| cookie(name, request)))
        .collect()
}

fn in_header<'r>(location: &HeaderLocation, request: &HttpRequest<'r>) -> Vec<Cow<'r, str>> {
    let lines = lines(&location.name, request).map(Cow::Borrowed);
    // Envoy joins the lines of some headers that it knows, and this is one of them. So a second
    // credential makes the first one malformed.
    let values: Vec<Cow<'r, str>> = if location.name.eq_ignore_ascii_case(AUTHORIZATION) {
        lines
            .reduce(|all, line| Cow::Owned(format!("{all},{line}")))
            .into_iter()
            .collect()
    } else {
        lines.collect()
    };
    values
        .into_iter()
        .filter_map(|value| after_prefix(value, &location.prefix))
        .collect()
}

/// What follows the prefix, wherever it stands, from the first character that a token may have.
/// Envoy's `extractJWT`: "if it finds no suitable string, it returns `value_str` as-is".
fn after_prefix<'r>(value: Cow<'r, str>, prefix: &str) -> Option<Cow<'r, str>> {
    if prefix.is_empty() {
        return Some(value);
    }
    let start = value.find(prefix)? + prefix.len();
    let token_character = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let Some(at) = value.get(start..)?.find(token_character) else {
        return Some(value);
    };
    match value {
        Cow::Borrowed(text) => text.get(start + at..).map(Cow::Borrowed),
        Cow::Owned(text) => text.get(start + at..).map(|it| Cow::Owned(it.to_owned())),
    }
}

/// The first parameter of this name, decoded.
fn parameter<'r>(name: &str, path: &'r str) -> Option<Cow<'r, str>> {
    let path = path.split_once('#').map_or(path, |(path, _)| path);
    let (_, query) = path.split_once('?')?;
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (percent_decoded(key) == name).then(|| percent_decoded(value))
    })
}

/// The first cookie of this name, without quotes.
fn cookie<'r>(name: &str, request: &HttpRequest<'r>) -> Option<Cow<'r, str>> {
    let pairs = lines("cookie", request).flat_map(|line| line.split(';'));
    pairs.into_iter().find_map(|pair| {
        let (key, value) = pair.trim_start_matches(' ').split_once('=')?;
        let quoted = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        (key == name).then(|| Cow::Borrowed(quoted.unwrap_or(value)))
    })
}

fn lines<'r>(name: &str, request: &HttpRequest<'r>) -> impl Iterator<Item = &'r str> {
    let headers = request.headers.iter();
    headers
        .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| *value)
}

/// The text with each `%` and two hexadecimal digits replaced; others stay as they are.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let decoded = encoded(after).filter(|_| *first == b'%');
        let (byte, after) = decoded.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn encoded(text: &[u8]) -> Option<(u8, &[u8])> {
    let ([high, low], after) = text.split_first_chunk()?;
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = digit(*high)? * 16 + digit(*low)?;
    Some((u8::try_from(value).ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(locations: &TokenLocations, path: &str, headers: &[(&str, &str)]) -> Vec<String> {
        let request = HttpRequest {
            method: "GET",
            path,
            headers,
        };
        let tokens = tokens(locations, &request);
        tokens.into_iter().map(Cow::into_owned).collect()
    }

    fn header(name: &str, prefix: &str) -> TokenLocations {
        TokenLocations {
            headers: vec![HeaderLocation {
                name: name.to_owned(),
                prefix: prefix.to_owned(),
            }],
            params: Vec::new(),
            cookies: Vec::new(),
        }
    }

    #[test]
    fn a_bearer_token_and_a_parameter_are_looked_for_by_default() {
        let default = TokenLocations::default();
        for (value, expected) in [
            ("Bearer a.b.c", Some("a.b.c")),
            ("Bearer   a.b.c", Some("a.b.c")),
            ("x Bearer a.b.c d", Some("a.b.c d")),
            ("Bearer ", Some("Bearer ")),
            ("Bearer =", Some("Bearer =")),
            ("bearer a.b.c", None),
            ("Bearera.b.c", None),
            ("Basic dTpw", None),
        ] {
            let tokens = found(&default, "/", &[("Authorization", value)]);
            assert_eq!(tokens.first().map(String::as_str), expected, "{value}");
        }
        for (path, expected) in [
            ("/?access_token=a.b.c", Some("a.b.c")),
            ("/?x=1&access_token=a&access_token=b#f", Some("a")),
            ("/?access%5ftoken=a%2Eb%2", Some("a.b%2")),
            ("/?access_token", Some("")),
            ("/?Access_token=a", None),
            ("/access_token=a", None),
            ("/#?access_token=a", None),
        ] {
            let tokens = found(&default, path, &[]);
            assert_eq!(tokens.first().map(String::as_str), expected, "{path}");
        }
    }

    #[test]
    fn two_lines_of_authorization_are_one_value() {
        let lines = [("authorization", "Bearer a"), ("AUTHORIZATION", "Bearer b")];
        let tokens = found(&TokenLocations::default(), "/", &lines);
        assert_eq!(tokens, ["a,Bearer b"]);
    }

    #[test]
    fn lines_of_other_headers_are_values_by_themselves() {
        let lines = [("x-a", " a "), ("X-A", "b")];
        assert_eq!(found(&header("X-a", ""), "/", &lines), [" a ", "b"]);
        assert_eq!(found(&header("x-a", " "), "/", &lines), ["a "]);
    }

    #[test]
    fn a_cookie_is_found_by_its_name() {
        let locations = TokenLocations {
            cookies: vec!["s".to_owned()],
            ..header("x", "")
        };
        for (value, expected) in [
            ("s=a", Some("a")),
            ("t=b; s=a; s=c", Some("a")),
            ("t=b;s=\"a\"", Some("a")),
            ("S=a; ts=b", None),
        ] {
            let tokens = found(&locations, "/", &[("Cookie", value)]);
            assert_eq!(tokens.first().map(String::as_str), expected, "{value}");
        }
    }
}
