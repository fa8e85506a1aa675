//! Where a request carries tokens.

use serde_json::Value;

use crate::facts::HttpFacts;
use crate::reference::value::{list, text, texts};

/// Where the tokens of a rule stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Locations {
    /// Names of headers, each with what stands before the token.
    headers: Vec<(String, String)>,
    params: Vec<String>,
    cookies: Vec<String>,
}

impl Locations {
    /// `JWTRule`: "If no explicit location is specified, the following default locations are tried in
    /// order": the header `Authorization` with `Bearer`, and the parameter `access_token`.
    pub(super) fn read(rule: &Value) -> Self {
        let headers = list(rule, "/fromHeaders").iter();
        let read = Self {
            headers: headers
                .map(|header| {
                    (
                        text(header, "/name").to_owned(),
                        text(header, "/prefix").to_owned(),
                    )
                })
                .collect(),
            params: texts(rule, "/fromParams"),
            cookies: texts(rule, "/fromCookies"),
        };
        if read.headers.is_empty() && read.params.is_empty() && read.cookies.is_empty() {
            return Self {
                headers: vec![("authorization".to_owned(), "Bearer ".to_owned())],
                params: vec!["access_token".to_owned()],
                cookies: Vec::new(),
            };
        }
        read
    }

    /// The tokens that a request carries at these places.
    pub(super) fn tokens(&self, http: &HttpFacts) -> Vec<String> {
        let headers = self
            .headers
            .iter()
            .filter_map(|(name, prefix)| in_header(http, name, prefix));
        let params = self
            .params
            .iter()
            .filter_map(|name| in_query(&http.path, name));
        let cookies = self.cookies.iter().filter_map(|name| in_cookie(http, name));
        headers.chain(params).chain(cookies).collect()
    }

    /// A request without what stood at these places, as a valid token is not passed on. Cookies
    /// stay.
    pub(super) fn remove(&self, http: &HttpFacts) -> HttpFacts {
        let is_token = |(name, _): &(String, String)| {
            let held = self
                .headers
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            held.is_some_and(|(name, prefix)| in_header(http, name, prefix).is_some())
        };
        let is_param = |pair: &&str| {
            let name = pair.split('=').next();
            !self.params.iter().any(|known| Some(known.as_str()) == name)
        };
        let (path, query) = http.path.split_once('?').unwrap_or((&http.path, ""));
        let kept: Vec<&str> = query.split('&').filter(is_param).collect();
        let path = match kept.join("&").as_str() {
            "" if !query.is_empty() => path.to_owned(),
            kept if query.len() != kept.len() => format!("{path}?{kept}"),
            _ => http.path.clone(),
        };
        let headers = http.headers.iter().filter(|line| !is_token(line));
        HttpFacts {
            path,
            headers: headers.cloned().collect(),
            ..http.clone()
        }
    }
}

/// Several lines of a header are one value with commas, so two tokens in two lines are no token.
fn in_header(http: &HttpFacts, name: &str, prefix: &str) -> Option<String> {
    let lines: Vec<&str> = http.header(name).collect();
    let joined = (!lines.is_empty()).then(|| lines.join(","))?;
    joined.strip_prefix(prefix).map(str::to_owned)
}

fn in_query(path: &str, name: &str) -> Option<String> {
    let (_, query) = path.split_once('?')?;
    named(query.split('&'), name)
}

fn in_cookie(http: &HttpFacts, name: &str) -> Option<String> {
    let lines: Vec<&str> = http.header("cookie").collect();
    named(lines.join("; ").split(';').map(str::trim), name)
}

fn named<'a>(mut pairs: impl Iterator<Item = &'a str>, name: &str) -> Option<String> {
    pairs.find_map(|pair| {
        let (found, value) = pair.split_once('=')?;
        (found == name).then(|| value.to_owned())
    })
}
