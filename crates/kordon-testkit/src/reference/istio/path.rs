//! How a proxy normalizes paths before policies see them.

/// How much of a path is normalized (`pathNormalization` of the mesh).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Normalization {
    /// Nothing.
    None,
    /// "Normalize according to RFC 3986": dots, backslashes, needless escapes.
    Base,
    /// In addition, slashes in a row become one.
    MergeSlashes,
    /// In addition and before all, escaped slashes and backslashes are decoded.
    DecodeAndMergeSlashes,
}

/// What becomes of a segment such as `..;a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DotParameters {
    /// It means `..`, and `.;a` means `.`, as for Envoy since 1.40, which looks for them before
    /// it knows escaped dots and backslashes.
    Strip,
    /// It is a name like any other.
    Keep,
}

/// The path that policies see, with its query; `None` if the proxy refuses the request.
pub fn normalize(path: &str, mode: Normalization, dots: DotParameters) -> Option<String> {
    let is_proper = path.starts_with('/')
        && path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if !is_proper {
        return None;
    }
    if mode == Normalization::None {
        return Some(path.to_owned());
    }
    // The query is never touched.
    let at = path.find('?').unwrap_or(path.len());
    let (path, query) = path.split_at_checked(at)?;
    let decoded = match mode {
        Normalization::DecodeAndMergeSlashes => decode(path, |byte| matches!(byte, b'/' | b'\\')),
        _ => path.to_owned(),
    };
    if decoded.contains("%00") {
        return None;
    }
    let stripped = match dots {
        DotParameters::Strip => decoded.split('/').map(strip).collect::<Vec<_>>().join("/"),
        DotParameters::Keep => decoded,
    };
    let plain = escape(&decode(&stripped.replace('\\', "/"), is_unreserved));
    let resolved = resolve(&plain);
    let merged = match mode {
        Normalization::Base => resolved,
        _ => merge(&resolved),
    };
    Some(format!("{merged}{query}"))
}

/// RFC 3986 section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Decodes the escapes of some characters; others stay as they are written.
fn decode(path: &str, wanted: impl Fn(u8) -> bool) -> String {
    let mut decoded = String::new();
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        let escaped = rest
            .strip_prefix('%')
            .and_then(|digits| digits.get(..2))
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .filter(|byte| wanted(*byte));
        decoded.push(escaped.map_or(first, char::from));
        let length = if escaped.is_some() { 3 } else { 1 };
        rest = rest.get(length..).unwrap_or_default();
    }
    decoded
}

/// Escapes what RFC 3986 has no place for in a path.
fn escape(path: &str) -> String {
    let escaped = |character: char| match character {
        '{' | '}' | '|' | '"' | '<' | '>' | '^' | '`' => {
            format!("%{:02X}", u32::from(character))
        }
        other => other.to_string(),
    };
    path.chars().map(escaped).collect()
}

/// A segment without the parameters behind dots.
fn strip(segment: &str) -> &str {
    match segment.split_once(';') {
        Some((dots @ ("." | ".."), _)) => dots,
        _ => segment,
    }
}

/// RFC 3986 section 5.2.4: `.` goes away, and `..` takes the segment before it along.
fn resolve(path: &str) -> String {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let mut kept: Vec<&str> = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        let is_up = *segment == "..";
        if is_up {
            kept.pop();
        }
        if !is_up && *segment != "." {
            kept.push(segment);
        } else if at + 1 == segments.len() {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

/// Envoy keeps the first slash of a path and the last, so that two are left of nothing else.
fn merge(path: &str) -> String {
    if path.len() > 1 && path.chars().all(|character| character == '/') {
        return "//".to_owned();
    }
    let mut merged = String::new();
    for character in path.chars() {
        if character != '/' || !merged.ends_with('/') {
            merged.push(character);
        }
    }
    merged
}
