//! The query of a URL, as far as the authorizer reads it.
//!
//! Owns escapes and the selectors in `ListOptions`. Must not know paths or verbs.

/// The parameters of a query, decoded, in their order.
pub(super) struct Query {
    parameters: Vec<(String, String)>,
}

/// Parameters that the server reads as whole numbers.
const NUMBERS: [&str; 2] = ["limit", "timeoutSeconds"];

impl Query {
    /// Reads a query. As in Go's `url.ParseQuery`, a parameter with a broken escape or a semicolon
    /// does not count.
    pub(super) fn new(query: &str) -> Self {
        let read = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode_parameter(key)?, decode_parameter(value)?))
        };
        let pairs = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.contains(';'));
        Self {
            parameters: pairs.filter_map(read).collect(),
        }
    }

    /// The first value of a parameter.
    pub(super) fn first(&self, name: &str) -> Option<String> {
        let found = self.parameters.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    }

    /// "Any query value that is not 0 or false is considered true".
    pub(super) fn is_watch(&self) -> bool {
        self.first("watch")
            .is_some_and(|value| !matches!(value.to_lowercase().as_str(), "false" | "0"))
    }

    /// The name that the field selector requires. "An error in parsing request will result in
    /// default to "list" and not setting "name" field."
    pub(super) fn required_name(&self) -> Option<String> {
        let is_number = |name: &&str| {
            self.first(name)
                .is_none_or(|value| value.parse::<i64>().is_ok())
        };
        let labels = self.first("labelSelector").unwrap_or_default();
        if !NUMBERS.iter().all(is_number) || !is_label_selector(&labels) {
            return None;
        }
        let terms = field_terms(&self.first("fieldSelector")?)?;
        let (_, value) = terms.into_iter().find(|(key, _)| key == "metadata.name")?;
        // `IsValidPathSegmentName`: "may not be '.'", "may not be '..'", "may not contain '/'",
        // "may not contain '%'".
        value.filter(|name| !matches!(name.as_str(), "." | "..") && !name.contains(['/', '%']))
    }
}

/// Decodes the escapes of a path; `None` if one is broken or the result is no UTF-8.
pub(super) fn decode_path(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// In a query a plus sign is a space.
fn decode_parameter(text: &str) -> Option<String> {
    decode_path(&text.replace('+', " "))
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

/// The terms of a field selector: each a key and the value that it must have, or `None` where it
/// must differ from one. `None` as a whole if the server could not read it.
fn field_terms(selector: &str) -> Option<Vec<(String, Option<String>)>> {
    let terms = split_unescaped(selector);
    terms
        .into_iter()
        .filter(|term| !term.is_empty())
        .map(field_term)
        .collect()
}

/// The parts between commas that no backslash precedes.
fn split_unescaped(selector: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let (mut start, mut is_escaped) = (0, false);
    for (at, c) in selector.char_indices() {
        if c == ',' && !is_escaped {
            terms.push(selector.get(start..at).unwrap_or_default());
            start = at + 1;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    terms.push(selector.get(start..).unwrap_or_default());
    terms
}

/// "termOperators holds the recognized operators supported in fieldSelectors", the first of which
/// ends the key.
fn field_term(term: &str) -> Option<(String, Option<String>)> {
    term.char_indices()
        .find_map(|(at, _)| {
            let (key, rest) = term.split_at_checked(at)?;
            let split = |operator| rest.strip_prefix(operator);
            let (value, must_differ) = match (split("!="), split("==").or_else(|| split("="))) {
                (Some(value), _) => (value, true),
                (None, Some(value)) => (value, false),
                (None, None) => return None,
            };
            Some((key, value, must_differ))
        })
        .and_then(|(key, value, must_differ)| {
            let value = unescape(value)?;
            Some((key.to_owned(), (!must_differ).then_some(value)))
        })
}

/// A backslash stands before a backslash, a comma or an equals sign and before nothing else; the
/// other two stand alone nowhere.
fn unescape(value: &str) -> Option<String> {
    let mut plain = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => chars
                .next()
                .filter(|next| matches!(next, '\\' | ',' | '='))?,
            ',' | '=' => return None,
            other => other,
        });
    }
    Some(plain)
}

/// Whether the server can read a label selector. Selectors at the edge of its grammar count as
/// unreadable, which grants less.
fn is_label_selector(selector: &str) -> bool {
    let mut depth = 0_i32;
    let mut terms = vec![String::new()];
    for c in selector.chars() {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        match terms.last_mut() {
            Some(_) if c == ',' && depth == 0 => terms.push(String::new()),
            Some(term) => term.push(c),
            None => {}
        }
    }
    selector.trim().is_empty() || terms.iter().all(|term| is_label_term(term.trim()))
}

fn is_label_term(term: &str) -> bool {
    let term_without = |operator| term.split_once(operator);
    if let Some((key, value)) = term_without("!=")
        .or_else(|| term_without("=="))
        .or_else(|| term_without("="))
    {
        return is_label_key(key.trim()) && is_label_value(value.trim());
    }
    match term.split_once(char::is_whitespace) {
        Some((key, rest)) => {
            let rest = rest.trim_start();
            let set = rest
                .strip_prefix("notin")
                .or_else(|| rest.strip_prefix("in"));
            let inside = set
                .map(str::trim)
                .and_then(|set| set.strip_prefix('(')?.strip_suffix(')'));
            is_label_key(key)
                && inside
                    .is_some_and(|set| set.split(',').all(|value| is_label_value(value.trim())))
        }
        None => is_label_key(term.strip_prefix('!').unwrap_or(term)),
    }
}

fn is_label_key(key: &str) -> bool {
    let (prefix, name) = key
        .rsplit_once('/')
        .map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let is_prefix = |prefix: &str| {
        let is_plain =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        !prefix.is_empty() && prefix.len() <= 253 && prefix.chars().all(is_plain)
    };
    !name.is_empty() && is_label_value(name) && prefix.is_none_or(is_prefix)
}

fn is_label_value(value: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_end = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    value.len() <= 63
        && value.chars().all(is_inner)
        && is_end(value.chars().next())
        && is_end(value.chars().next_back())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, name: Option<&str>) {
        assert_eq!(
            Query::new(query).required_name().as_deref(),
            name,
            "{query}"
        );
    }

    #[test]
    fn a_field_selector_names_an_object_only_if_it_requires_one_name() {
        check("fieldSelector=metadata.name%3Dweb", Some("web"));
        check(
            "fieldSelector=spec.nodeName=n1,metadata.name==web",
            Some("web"),
        );
        check("fieldSelector=metadata.name!=web", None);
        check(r"fieldSelector=metadata.name=a\,b", Some("a,b"));
        check("fieldSelector=metadata.name=a=b", None);
        check("fieldSelector=metadata.name=..", None);
        check("fieldSelector=metadata.name", None);
        check("fieldSelector=metadata.namespace=shop", None);
    }

    #[test]
    fn a_parameter_that_the_server_cannot_read_leaves_the_request_without_a_name() {
        check("fieldSelector=metadata.name=web&limit=5", Some("web"));
        check("fieldSelector=metadata.name=web&limit=many", None);
        check("fieldSelector=metadata.name=web&timeoutSeconds=", None);
        check(
            "fieldSelector=metadata.name=web&labelSelector=a=b",
            Some("web"),
        );
        check(
            "fieldSelector=metadata.name=web&labelSelector=x/a+in+(b,c),!d",
            Some("web"),
        );
        check("fieldSelector=metadata.name=web&labelSelector=a+in+b", None);
        check("fieldSelector=metadata.name=web&labelSelector=-a", None);
    }

    #[test]
    fn a_parameter_with_a_broken_escape_or_a_semicolon_does_not_count() {
        assert!(Query::new("watch=1").is_watch());
        assert!(!Query::new("watch=%zz").is_watch());
        assert!(!Query::new("watch=1;a=b").is_watch());
        assert!(!Query::new("watch=False").is_watch());
        assert!(Query::new("watch").is_watch());
    }
}
