//! The URL library of Kubernetes, which reads what Go's `url.ParseRequestURI` reads.

use std::fmt;
use std::sync::Arc;

use super::{Entry, entry};
use crate::cost::Budget;
use crate::error::Reason;
use crate::value::{Key, Map, Opaque, Ref, Value};

pub(super) const FUNCTIONS: &[Entry] = &[
    entry(&["url(string): kubernetes.URL"], |args, budget| {
        let url = parsed(args, budget)?.ok_or(Reason::Conversion)?;
        Ok(Value::opaque(Opaque::Url(url)))
    }),
    entry(&["isURL(string): bool"], |args, budget| {
        Ok(Value::Bool(parsed(args, budget)?.is_some()))
    }),
    entry(&["<kubernetes.URL>.getScheme(): string"], |args, _| {
        Ok(Value::string(url(args)?.scheme.as_str()))
    }),
    entry(&["<kubernetes.URL>.getHost(): string"], |args, _| {
        Ok(Value::string(url(args)?.host.as_str()))
    }),
    entry(&["<kubernetes.URL>.getHostname(): string"], |args, _| {
        Ok(Value::string(url(args)?.host_and_port().0))
    }),
    entry(&["<kubernetes.URL>.getPort(): string"], |args, _| {
        Ok(Value::string(url(args)?.host_and_port().1))
    }),
    entry(&["<kubernetes.URL>.getEscapedPath(): string"], |args, _| {
        Ok(Value::string(url(args)?.path.as_str()))
    }),
    entry(
        &["<kubernetes.URL>.getQuery(): map(string, list(string))"],
        query,
    ),
];

/// An absolute URI, or an absolute path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    scheme: String,
    user: String,
    host: String,
    path: String,
    query: String,
}

fn parsed(args: &[Value<'_>], budget: &mut Budget) -> Result<Option<Url>, Reason> {
    let [Value::String(text)] = args else {
        return Err(Reason::NoOverload);
    };
    budget.charge_bytes(text.len())?;
    Ok(Url::parse(text))
}

fn url<'v>(args: &'v [Value<'_>]) -> Result<&'v Url, Reason> {
    match args {
        [Value::Opaque(value)] => match &**value {
            Opaque::Url(url) => Ok(url),
            _ => Err(Reason::NoOverload),
        },
        _ => Err(Reason::NoOverload),
    }
}

fn query<'a>(args: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Reason> {
    let url = url(args)?;
    budget.charge_elements(url.query.len())?;
    let mut entries: Vec<(String, Vec<Value<'a>>)> = Vec::new();
    let pairs = url
        .query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.contains(';'));
    for pair in pairs {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // Go leaves out a pair that it cannot read.
        let (Some(name), Some(value)) = (form_decoded(name), form_decoded(value)) else {
            continue;
        };
        budget.charge_elements(entries.len())?;
        match entries.iter_mut().find(|entry| entry.0 == name) {
            Some(entry) => entry.1.push(Value::string(value)),
            None => entries.push((name, vec![Value::string(value)])),
        }
    }
    let entries = entries.into_iter().map(|(name, values)| {
        (
            Key::String(Ref::Shared(Arc::from(name))),
            Value::list(values),
        )
    });
    Map::new(entries.collect())
        .map(Value::Map)
        .map_err(|_| Reason::DuplicateKey)
}

fn form_decoded(text: &str) -> Option<String> {
    String::from_utf8(percent_decoded(&text.replace('+', " "))?).ok()
}

fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend_from_slice(parts.next()?.as_bytes());
    for part in parts {
        let digits = part
            .get(..2)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(part.get(2..)?.as_bytes());
    }
    Some(bytes)
}

impl Url {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_plain = !text.bytes().any(|byte| byte < 0x20 || byte == 0x7f);
        if text.is_empty() || !is_plain {
            return None;
        }
        let (scheme, rest) = split_scheme(text)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        if !rest.starts_with('/') {
            // Without a slash only a scheme makes it a URI, and then it is one without parts.
            return None;
        }
        let (authority, path) = match rest.strip_prefix("//").filter(|_| !scheme.is_empty()) {
            Some(after) => after.split_at(after.find('/').unwrap_or(after.len())),
            None => ("", rest),
        };
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let is_valid = is_valid_host(host)
            && percent_decoded(path).is_some()
            && percent_decoded(user).is_some();
        is_valid.then(|| Self {
            scheme: scheme.to_ascii_lowercase(),
            user: user.to_owned(),
            host: host.to_owned(),
            path: escaped_path(path),
            query: query.to_owned(),
        })
    }

    /// The host without brackets, and the port without its colon.
    fn host_and_port(&self) -> (&str, &str) {
        if let Some((inside, after)) = self.host.strip_prefix('[').and_then(|h| h.split_once(']')) {
            return (inside, after.strip_prefix(':').unwrap_or_default());
        }
        self.host.rsplit_once(':').unwrap_or((&self.host, ""))
    }
}

/// The scheme and what follows its colon; no scheme if there is none. A colon first is an error.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    match text.find(|c: char| !is_letter(c)) {
        Some(0) if text.starts_with(':') => None,
        Some(end) if text.get(end..)?.starts_with(':') => {
            let scheme = text.get(..end)?;
            let starts_well = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
            starts_well.then_some((scheme, text.get(end + 1..)?))
        }
        _ => Some(("", text)),
    }
}

fn is_valid_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(inside) => match inside.split_once(']') {
            Some((name, after)) => (name, after),
            None => return false,
        },
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_port = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
    let is_allowed =
        |b: u8| b.is_ascii_alphanumeric() || b >= 0x80 || b"-_.~!$&'()*+,;=:%[]<>\"".contains(&b);
    is_port && name.bytes().all(is_allowed) && percent_decoded(name).is_some()
}

/// The path with everything escaped that a path cannot hold.
fn escaped_path(path: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:@/%[]".contains(&b);
    let mut escaped = String::with_capacity(path.len());
    for byte in path.bytes() {
        if is_plain(byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            escaped.push(hex_digit(byte >> 4));
            escaped.push(hex_digit(byte & 15));
        }
    }
    escaped
}

fn hex_digit(nibble: u8) -> char {
    let digit = char::from_digit(nibble.into(), 16).unwrap_or('0');
    digit.to_ascii_uppercase()
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.scheme.is_empty() {
            write!(f, "{}:", self.scheme)?;
        }
        if !self.host.is_empty() || !self.user.is_empty() {
            f.write_str("//")?;
        }
        if !self.user.is_empty() {
            write!(f, "{}@", self.user)?;
        }
        write!(f, "{}{}", self.host, self.path)?;
        if !self.query.is_empty() {
            write!(f, "?{}", self.query)?;
        }
        Ok(())
    }
}
