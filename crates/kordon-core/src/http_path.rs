//! Paths of HTTP requests as a proxy of the mesh sees them before it judges them.
//!
//! Source: Envoy's `PathUtil` and the canonicalization of paths in googleurl that it calls, and
//! the four options of Istio's mesh configuration (`pathNormalization`).

use std::borrow::Cow;

use smallvec::SmallVec;

/// What a proxy does to a path before policies see it. The query is left alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PathNormalization {
    /// Nothing.
    None,
    /// `.` and `..` are resolved, `\` is `/`, escaped letters, digits and `-._~` are unescaped.
    #[default]
    Base,
    /// And several `/` in a row are one.
    MergeSlashes,
    /// And `%2F` and `%5C` are `/`, before all else.
    DecodeAndMergeSlashes,
}

/// Room for a path on the stack.
type Buffer = SmallVec<[u8; 512]>;

/// A path without its query, normalized. What needs no change is borrowed.
#[derive(Clone, Debug)]
pub(crate) struct HttpPath<'a> {
    sent: &'a str,
    normalized: Option<Buffer>,
}

impl PathNormalization {
    /// The path that policies see of a request's path, without its query; `None` for one that a
    /// proxy refuses with status 400.
    ///
    /// ```
    /// use kordon_core::PathNormalization;
    /// let seen = PathNormalization::Base.normalize("/a/../b%41?c");
    /// assert_eq!(seen.as_deref(), Some("/bA"));
    /// ```
    pub fn normalize(self, sent: &str) -> Option<Cow<'_, str>> {
        let path = normalize(sent, self)?;
        Some(match path.normalized {
            None => Cow::Borrowed(path.sent),
            Some(_) => Cow::Owned(path.as_str().to_owned()),
        })
    }
}

impl HttpPath<'_> {
    /// The path.
    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        match &self.normalized {
            None => self.sent,
            // All of it is ASCII, hence UTF-8.
            Some(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
        }
    }
}

/// Normalizes the path of a request; `None` for one that a proxy refuses.
pub(crate) fn normalize(sent: &str, how: PathNormalization) -> Option<HttpPath<'_>> {
    let is_bad = |byte: u8| byte <= b' ' || byte == 0x7f || byte == b'#' || !byte.is_ascii();
    if !sent.starts_with('/') || sent.bytes().any(is_bad) {
        return None;
    }
    let path = sent.split_once('?').map_or(sent, |(path, _)| path);
    if how == PathNormalization::None || is_plain(path, how) {
        return Some(HttpPath {
            sent: path,
            normalized: None,
        });
    }
    let mut bytes = Buffer::from_slice(path.as_bytes());
    if how == PathNormalization::DecodeAndMergeSlashes {
        bytes = unescape_slashes(&bytes);
    }
    bytes = strip_parameters(&bytes);
    // A path that would end early in C is refused.
    if bytes.windows(3).any(|three| three == b"%00") {
        return None;
    }
    bytes = unescape(&bytes);
    bytes = resolve_dots(&bytes);
    if how != PathNormalization::Base {
        merge_slashes(&mut bytes);
    }
    Some(HttpPath {
        sent: path,
        normalized: Some(bytes),
    })
}

/// Whether nothing in a path could be changed.
fn is_plain(path: &str, how: PathNormalization) -> bool {
    let bytes = path.as_bytes();
    let merges = how != PathNormalization::Base;
    let is_special =
        |byte: &u8| matches!(byte, b'%' | b'\\') || is_escaped_by_canonicalization(*byte);
    let is_changed = |pair: &[u8]| pair == b"/." || (merges && pair == b"//");
    !bytes.iter().any(is_special) && !bytes.windows(2).any(is_changed)
}

/// Bytes that a canonical path has only as escapes.
fn is_escaped_by_canonicalization(byte: u8) -> bool {
    matches!(byte, b'{' | b'}' | b'|' | b'"' | b'<' | b'>' | b'^' | b'`')
}

/// The byte that an escape stands for, with the two digits as written.
fn escape_at(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let [b'%', high, low] = bytes.get(at..at + 3)? else {
        return None;
    };
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Unescapes slashes and backslashes.
fn unescape_slashes(bytes: &[u8]) -> Buffer {
    let mut out = Buffer::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let (put, length) = match escape_at(bytes, at) {
            Some(slash @ (b'/' | b'\\')) => (slash, 3),
            _ => (byte, 1),
        };
        out.push(put);
        at += length;
    }
    out
}

/// Takes the parameters off `.;x` and `..;x`, as servers do that know path parameters.
///
/// Envoy does so since 1.40 (CVE-2026-73551), before it canonicalizes the path: it finds neither
/// escaped dots nor segments that a backslash ends.
fn strip_parameters(bytes: &[u8]) -> Buffer {
    let mut out = Buffer::new();
    for (number, segment) in bytes.split(|byte| *byte == b'/').enumerate() {
        if number > 0 {
            out.push(b'/');
        }
        let dots = [b"..;".as_slice(), b".;"]
            .into_iter()
            .find(|dots| segment.starts_with(dots));
        let kept = dots.map_or(segment, |dots| dots.get(..dots.len() - 1).unwrap_or(dots));
        out.extend_from_slice(kept);
    }
    out
}

/// Unescapes what needs no escape, escapes what does, and turns `\` into `/`.
fn unescape(bytes: &[u8]) -> Buffer {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| DIGITS.get(usize::from(value & 15)).copied().unwrap_or(b'0');
    let needs_no_escape =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let mut out = Buffer::new();
    let mut bare_percent = None;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = escape_at(bytes, at);
        if let Some(plain) = escaped.filter(needs_no_escape) {
            out.push(plain);
            at += 3;
            split_nested_escape(&mut out, bare_percent, bytes.get(at));
            continue;
        }
        at += 1;
        match byte {
            b'\\' => out.push(b'/'),
            byte if is_escaped_by_canonicalization(byte) => {
                out.extend([b'%', digit(byte >> 4), digit(byte)]);
            }
            byte => {
                if byte == b'%' && escaped.is_none() {
                    bare_percent = Some(out.len());
                }
                out.push(byte);
            }
        }
    }
    out
}

/// Escapes a `%` that began no escape and, by what was unescaped last, would begin one (googleurl,
/// `CheckForNestedEscapes`): `%%41%41` is `%25AA`, so that no later reader takes it for an escape.
fn split_nested_escape(out: &mut Buffer, bare_percent: Option<usize>, next: Option<&u8>) {
    let Some((at, tail)) = bare_percent.and_then(|at| Some((at, out.get(at..)?))) else {
        return;
    };
    let nested = match (tail, next) {
        ([b'%', digit], Some(next)) => [b'%', *digit, *next],
        ([b'%', first, second], _) => [b'%', *first, *second],
        _ => return,
    };
    if escape_at(&nested, 0).is_some() {
        out.insert_from_slice(at + 1, b"25");
    }
}

/// Resolves `.` and `..`. Between two slashes without anything stands a segment like any other.
fn resolve_dots(bytes: &[u8]) -> Buffer {
    let mut out: Buffer = SmallVec::from_slice(b"/");
    let segments = bytes.strip_prefix(b"/").unwrap_or(bytes);
    let mut rest = Some(segments);
    while let Some(now) = rest {
        let end = now.iter().position(|byte| *byte == b'/');
        let (segment, after) = match end {
            Some(end) => (now.get(..end).unwrap_or(now), now.get(end + 1..)),
            None => (now, None),
        };
        match segment {
            b"." => {}
            b".." => leave_segment(&mut out),
            _ => {
                out.extend_from_slice(segment);
                if after.is_some() {
                    out.push(b'/');
                }
            }
        }
        rest = after;
    }
    out
}

/// Takes off the last segment of a path that ends with a slash, and leaves that before it.
fn leave_segment(path: &mut Buffer) {
    path.pop();
    let end = path.iter().rposition(|byte| *byte == b'/');
    path.truncate(end.map_or(0, |slash| slash + 1));
    if path.is_empty() {
        path.push(b'/');
    }
}

/// Makes one slash of several. Of nothing but slashes two are left, since Envoy keeps the first of
/// a path and the last (`PathUtil::mergeSlashes`).
fn merge_slashes(path: &mut Buffer) {
    let is_bare = path.len() > 1 && path.iter().all(|byte| *byte == b'/');
    path.dedup_by(|next, last| *next == b'/' && *last == b'/');
    if is_bare {
        path.push(b'/');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalized(path: &str, how: PathNormalization) -> Option<String> {
        normalize(path, how).map(|path| path.as_str().to_owned())
    }

    #[test]
    fn dots_backslashes_and_needless_escapes_go() {
        let cases = [
            ("/a/./b/../c?x=/../y", "/a/c"),
            ("/%61/%2e%2E/%7e", "/~"),
            ("/a\\..\\b", "/b"),
            ("/a//../b", "/a/b"),
            ("/..", "/"),
            ("/a/..;x/b", "/b"),
            ("/.../a..;/b", "/.../a..;/b"),
            // As a real Envoy 1.40 answers.
            ("/a/.;x/b", "/a/b"),
            ("/a/%2e%2e;x/b", "/a/..;x/b"),
            ("/a\\..;x\\b", "/a/..;x/b"),
            ("/a/..%3b/b", "/a/..%3b/b"),
            ("/a/b/.;/..", "/a/"),
            ("/a|{b}%2f%5C", "/a%7C%7Bb%7D%2f%5C"),
            ("/%zz%", "/%zz%"),
            ("/%%41%41/", "/%25AA/"),
            ("/%%41B", "/%25AB"),
            ("/%4%31", "/%2541"),
            ("/%%41/%4%7e", "/%A/%4~"),
            ("/.;%00/a", "/a"),
        ];
        for (sent, seen) in cases {
            assert_eq!(
                normalized(sent, PathNormalization::Base).as_deref(),
                Some(seen),
                "{sent}"
            );
        }
    }

    #[test]
    fn each_option_adds_to_the_one_before() {
        let sent = "/a//b%2F%2e%2e%5cc";
        let seen = |how| normalized(sent, how).unwrap();
        assert_eq!(seen(PathNormalization::None), sent);
        assert_eq!(seen(PathNormalization::Base), "/a//b%2F..%5cc");
        assert_eq!(seen(PathNormalization::MergeSlashes), "/a/b%2F..%5cc");
        assert_eq!(seen(PathNormalization::DecodeAndMergeSlashes), "/a/c");
        for (sent, merged) in [
            ("///", "//"),
            ("//..//", "//"),
            ("//a//", "/a/"),
            ("/", "/"),
        ] {
            let seen = normalized(sent, PathNormalization::MergeSlashes);
            assert_eq!(seen.as_deref(), Some(merged), "{sent}");
        }
    }

    #[test]
    fn a_path_that_a_proxy_refuses_is_none() {
        for sent in ["", "*", "a", "/a b", "/\u{e9}", "/a#b", "/a\u{7f}"] {
            assert_eq!(normalized(sent, PathNormalization::Base), None, "{sent:?}");
        }
        assert_eq!(normalized("/a%00", PathNormalization::Base), None);
        let none = normalized("/a%00", PathNormalization::None);
        assert_eq!(none.as_deref(), Some("/a%00"));
    }

    #[test]
    fn slashes_are_unescaped_before_parameters_go_and_backslashes_turn() {
        let seen = |path| normalized(path, PathNormalization::DecodeAndMergeSlashes).unwrap();
        assert_eq!(seen("/a%2f..;x%2fb"), "/b");
        assert_eq!(seen("/a%5c..;x%5cb"), "/a/..;x/b");
    }
}
