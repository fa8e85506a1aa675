//! Lines of a `requests` block.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::{SpecRequest, SpecVerdict};

/// Reads `VERDICT REQUEST # why`.
pub(super) fn read(text: &str, line: usize) -> Result<SpecRequest, String> {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let verdict = SpecVerdict::read(word)
        .ok_or_else(|| format!("expected `allow`, `deny` or `unknown`, found `{word}`"))?;
    let rest = rest.trim_start();
    let (request, behind) = if rest.starts_with('{') {
        read_json(rest)?
    } else {
        read_words(rest)?
    };
    Ok(SpecRequest {
        verdict,
        request,
        because: read_because(behind)?,
        line,
    })
}

fn read_because(behind: &str) -> Result<Option<String>, String> {
    let behind = behind.trim();
    if behind.is_empty() {
        return Ok(None);
    }
    let because = behind
        .strip_prefix('#')
        .ok_or_else(|| format!("expected the end of the line or `# why`, found `{behind}`"))?;
    Ok(Some(because.trim().to_owned()))
}

/// A request in compact form, and what follows it.
fn read_json(text: &str) -> Result<(Value, &str), String> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = match values.next() {
        Some(Ok(value)) => value,
        Some(Err(error)) => return Err(format!("expected a JSON object: {error}")),
        None => return Err("expected a JSON object".to_owned()),
    };
    let behind = text.get(values.byte_offset()..).unwrap_or_default();
    Ok((value, behind))
}

fn read_words(text: &str) -> Result<(Value, &str), String> {
    let (tokens, behind) = tokens(text)?;
    let arrow = tokens.iter().position(|token| *token == Token::word("->"));
    let request = match arrow {
        Some(at) => {
            let (from, to) = tokens.split_at(at);
            read_connection(from, to.get(1..).unwrap_or_default())?
        }
        None => read_api(&tokens)?,
    };
    Ok((request, behind))
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Open,
    Comma,
    Close,
}

impl Token {
    fn word(text: &str) -> Self {
        Self::Word(text.to_owned())
    }
}

/// Words, quoted where they hold a space, parenthesis, comma or number sign, up to a `#` that
/// starts a word.
fn tokens(text: &str) -> Result<(Vec<Token>, &str), String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '#' => break,
            '(' | ',' | ')' => {
                tokens.push(match first {
                    '(' => Token::Open,
                    ',' => Token::Comma,
                    _ => Token::Close,
                });
                rest.get(1..).unwrap_or_default()
            }
            '"' => {
                let (word, behind) = read_json(rest)?;
                tokens.push(Token::word(word.as_str().unwrap_or_default()));
                behind
            }
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ',' | ')' | '"');
                let (word, behind) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
                tokens.push(Token::word(word));
                behind
            }
        }
        .trim_start();
    }
    Ok((tokens, rest))
}

fn read_connection(from: &[Token], to: &[Token]) -> Result<Value, String> {
    let expected = "expected `SOURCE -> DESTINATION:PORT/PROTOCOL [METHOD PATH]`";
    let (from, to, http) = match (from, to) {
        ([Token::Word(from)], [Token::Word(to)]) => (from, to, None),
        ([Token::Word(from)], [Token::Word(to), Token::Word(method), Token::Word(path)]) => {
            (from, to, Some((method, path)))
        }
        _ => return Err(expected.to_owned()),
    };
    let (to, port) = to.rsplit_once(':').ok_or(expected)?;
    let (port, protocol) = port.split_once('/').ok_or(expected)?;
    let number = port
        .parse::<u16>()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| format!("expected a port from 1 to 65535, found `{port}`"))?;
    if !matches!(protocol, "TCP" | "UDP" | "SCTP") {
        return Err(format!(
            "expected the protocol TCP, UDP or SCTP, found `{protocol}`"
        ));
    }
    let mut request = json!({
        "kind": "connection", "from": read_endpoint(from)?, "to": read_endpoint(to)?,
        "port": number, "protocol": protocol
    });
    if let Some((method, path)) = http {
        let (host, path) = match path.strip_prefix("http://") {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => ("", path.as_str()),
        };
        let fields = [
            ("kind", "http"),
            ("method", method),
            ("host", host),
            ("path", path),
        ];
        for (field, value) in fields {
            if let Some(fields) = request.as_object_mut() {
                fields.insert(field.to_owned(), json!(value));
            }
        }
    }
    Ok(request)
}

fn read_endpoint(text: &str) -> Result<Value, String> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    if bare.parse::<IpAddr>().is_ok() {
        return Ok(json!({"ip": bare}));
    }
    let parts: Vec<_> = text.split('/').collect();
    let is_whole = parts.iter().all(|part| !part.is_empty());
    match (text.split_once(':'), parts.as_slice()) {
        (Some(("node", name)), [_]) if !name.is_empty() => Ok(json!({"node": name})),
        (Some(("service", name)), [_, _]) if is_whole => Ok(json!({"service": name})),
        (None, [_, _]) if is_whole => Ok(json!(text)),
        (None, [_, _, _]) if is_whole => Ok(json!({"workload": text})),
        _ => Err(format!(
            "expected an endpoint such as `NS/NAME`, `NS/KIND/NAME`, an address, `node:NAME` or \
             `service:NS/NAME`, found `{text}`"
        )),
    }
}

/// Reads `USER [(GROUP, ..)] VERB RESOURCE[.GROUP][/SUBRESOURCE] [-n NAMESPACE] [NAME]`, or a path
/// in the place of the resource.
fn read_api(tokens: &[Token]) -> Result<Value, String> {
    let expected = "expected `USER (GROUP, ..) VERB RESOURCE -n NAMESPACE NAME`, `USER VERB /PATH` \
                    or `SOURCE -> DESTINATION:PORT/PROTOCOL`";
    let (Token::Word(user), rest) = tokens.split_first().ok_or(expected)? else {
        return Err(expected.to_owned());
    };
    let (groups, rest) = read_groups(rest)?;
    let [Token::Word(verb), Token::Word(target), rest @ ..] = rest else {
        return Err(expected.to_owned());
    };
    let mut request = Map::new();
    let mut set = |name: &str, value: Value| request.insert(name.to_owned(), value);
    set("kind", "api".into());
    set("user", user.as_str().into());
    set("groups", groups.into());
    set("verb", verb.as_str().into());
    if target.starts_with('/') {
        if !rest.is_empty() {
            return Err("expected nothing behind a path".to_owned());
        }
        set("path", target.as_str().into());
        return Ok(Value::Object(request));
    }
    let (resource, subresource) = target.split_once('/').unwrap_or((target, ""));
    let (resource, group) = resource.split_once('.').unwrap_or((resource, ""));
    let (namespace, name) = read_place(rest)?;
    let fields = [("apiGroup", group), ("resource", resource)];
    let optional = [
        ("subresource", subresource),
        ("namespace", namespace),
        ("name", name),
    ];
    let filled = optional.into_iter().filter(|(_, value)| !value.is_empty());
    for (field, value) in fields.into_iter().chain(filled) {
        set(field, value.into());
    }
    Ok(Value::Object(request))
}

fn read_groups(tokens: &[Token]) -> Result<(Vec<String>, &[Token]), String> {
    let [Token::Open, inside @ ..] = tokens else {
        return Ok((Vec::new(), tokens));
    };
    let end = inside.iter().position(|token| *token == Token::Close);
    let (listed, rest) = inside.split_at(end.ok_or("expected `)` behind the groups")?);
    let mut groups = Vec::new();
    for (at, token) in listed.iter().enumerate() {
        match (token, at % 2 == 0) {
            (Token::Word(group), true) => groups.push(group.clone()),
            (Token::Comma, false) if at + 1 < listed.len() => {}
            _ => return Err("expected groups as in `(dev, ops)`".to_owned()),
        }
    }
    Ok((groups, rest.get(1..).unwrap_or_default()))
}

/// The namespace and the name, in either order, both optional.
fn read_place(tokens: &[Token]) -> Result<(&str, &str), String> {
    let (mut namespace, mut name) = (None, None);
    let mut rest = tokens;
    while let [Token::Word(word), behind @ ..] = rest {
        rest = match (word.as_str(), behind) {
            ("-n", [Token::Word(value), behind @ ..]) if namespace.is_none() => {
                namespace = Some(value.as_str());
                behind
            }
            ("-n", _) => return Err("expected one `-n NAMESPACE`".to_owned()),
            (value, _) if name.is_none() => {
                name = Some(value);
                behind
            }
            (value, _) => return Err(format!("expected one name, found `{value}` as well")),
        };
    }
    if !rest.is_empty() {
        return Err("expected a namespace or a name, found groups".to_owned());
    }
    Ok((namespace.unwrap_or_default(), name.unwrap_or_default()))
}
