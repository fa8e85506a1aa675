//! The path of a field in an object, written as Kubernetes writes it.
//!
//! It owns the notation: `spec.ingress[0].from[1].ipBlock.cidr`, and brackets for a key that is
//! no plain word: `metadata.labels[kubernetes.io/name]`.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// The path of a field from the root of an object. The empty path is the root.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<Segment>);

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// Into a mapping.
    Key(Box<str>),
    /// Into a sequence, counted from 0.
    Index(u32),
}

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsePathError {
    /// The offset of the byte that does not fit.
    pub offset: usize,
    /// What was expected there.
    pub expected: &'static str,
}

impl FieldPath {
    /// The path of the root.
    pub fn root() -> Self {
        Self::default()
    }

    /// The steps from the root.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Goes one step down.
    pub fn push(&mut self, segment: Segment) {
        self.0.push(segment);
    }

    /// Goes one step up.
    pub fn pop(&mut self) -> Option<Segment> {
        self.0.pop()
    }

    /// The field under a key.
    #[must_use]
    pub fn key(&self, key: impl Into<Box<str>>) -> Self {
        self.child(Segment::Key(key.into()))
    }

    /// The element at a place of a sequence.
    #[must_use]
    pub fn index(&self, index: u32) -> Self {
        self.child(Segment::Index(index))
    }

    /// The field one step down.
    #[must_use]
    pub fn child(&self, segment: Segment) -> Self {
        let mut path = self.clone();
        path.push(segment);
        path
    }

    /// Whether this is `ancestor` or a field below it.
    pub fn starts_with(&self, ancestor: &Self) -> bool {
        self.0.starts_with(&ancestor.0)
    }
}

impl FromIterator<Segment> for FieldPath {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

impl Extend<Segment> for FieldPath {
    fn extend<I: IntoIterator<Item = Segment>>(&mut self, segments: I) {
        self.0.extend(segments);
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) if is_word(key) && at == 0 => f.write_str(key)?,
                Segment::Key(key) if is_word(key) => write!(f, ".{key}")?,
                Segment::Key(key) if stands_in_brackets(key) => write!(f, "[{key}]")?,
                Segment::Key(key) => write!(f, "[{}]", Quoted(key))?,
            }
        }
        Ok(())
    }
}

impl FromStr for FieldPath {
    type Err = ParsePathError;

    fn from_str(text: &str) -> Result<Self, ParsePathError> {
        let mut reader = Reader { text, at: 0 };
        let mut path = Self::default();
        while let Some(segment) = reader.segment()? {
            path.push(segment);
        }
        Ok(path)
    }
}

impl fmt::Display for ParsePathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "not a field path: expected {} at byte {}",
            self.expected, self.offset
        )
    }
}

impl std::error::Error for ParsePathError {}

/// A key in double quotes with the escapes of JSON.
struct Quoted<'k>(&'k str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self.0).map_err(|_| fmt::Error)?)
    }
}

fn is_word(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key.bytes().all(is_word_byte)
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Whether brackets around the key say all: it is not empty, no number, and holds none of the
/// characters that the notation itself uses.
fn stands_in_brackets(key: &str) -> bool {
    let plain = |c: char| !matches!(c, '[' | ']' | '"') && !c.is_control();
    !key.is_empty() && !key.bytes().all(|byte| byte.is_ascii_digit()) && key.chars().all(plain)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn segment(&mut self) -> Result<Option<Segment>, ParsePathError> {
        let rest = self.rest();
        if rest.is_empty() {
            return Ok(None);
        }
        if rest.starts_with('[') {
            self.at += 1;
            return self.bracket().map(Some);
        }
        if self.at > 0 {
            self.expect('.', "`.` or `[`")?;
        }
        self.word().map(Some)
    }

    fn word(&mut self) -> Result<Segment, ParsePathError> {
        let rest = self.rest();
        let length = rest
            .bytes()
            .position(|byte| !is_word_byte(byte))
            .unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        if !is_word(word) {
            return Err(self.error("a name that starts with a letter"));
        }
        self.at += length;
        Ok(Segment::Key(word.into()))
    }

    fn bracket(&mut self) -> Result<Segment, ParsePathError> {
        if self.rest().starts_with('"') {
            let key = self.quoted()?;
            self.expect(']', "`]`")?;
            return Ok(Segment::Key(key.into()));
        }
        let Some((inner, _)) = self.rest().split_once(']') else {
            return Err(self.error("a key or a number, then `]`"));
        };
        let segment = match inner {
            digits if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                let index = digits
                    .parse()
                    .map_err(|_| self.error("a number below 4294967296"))?;
                Segment::Index(index)
            }
            key if stands_in_brackets(key) => Segment::Key(key.into()),
            _ => return Err(self.error("a key or a number; other keys in double quotes")),
        };
        self.at += inner.len() + 1;
        Ok(segment)
    }

    fn quoted(&mut self) -> Result<String, ParsePathError> {
        let rest = self.rest();
        let mut escaped = false;
        let end = rest.bytes().skip(1).position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let literal = end.and_then(|end| rest.get(..end + 2));
        let key = literal.and_then(|literal| serde_json::from_str(literal).ok());
        let key = key.ok_or_else(|| self.error("a key in double quotes, as in JSON"))?;
        self.at += literal.map_or(0, str::len);
        Ok(key)
    }

    fn expect(&mut self, character: char, expected: &'static str) -> Result<(), ParsePathError> {
        if !self.rest().starts_with(character) {
            return Err(self.error(expected));
        }
        self.at += character.len_utf8();
        Ok(())
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn error(&self, expected: &'static str) -> ParsePathError {
        ParsePathError {
            offset: self.at,
            expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(key: &str) -> Segment {
        Segment::Key(key.into())
    }

    #[test]
    fn paths_are_written_as_kubernetes_writes_them() {
        let table: &[(&str, &[Segment])] = &[
            ("", &[]),
            ("spec", &[key("spec")]),
            (
                "spec.ingress[0].from[1]",
                &[
                    key("spec"),
                    key("ingress"),
                    Segment::Index(0),
                    key("from"),
                    Segment::Index(1),
                ],
            ),
            (
                "metadata.labels[kubernetes.io/name]",
                &[key("metadata"), key("labels"), key("kubernetes.io/name")],
            ),
            ("data[\"0\"].x-y", &[key("data"), key("0"), key("x-y")]),
            ("[\"\"]", &[key("")]),
            ("[\"a]\\\"\\n\"][3]", &[key("a]\"\n"), Segment::Index(3)]),
        ];
        for (text, segments) in table {
            let path: FieldPath = segments.iter().cloned().collect();
            assert_eq!(path.to_string(), *text);
            assert_eq!(text.parse(), Ok(path));
        }
    }

    #[test]
    fn what_is_no_path_is_refused_with_the_place() {
        for (text, offset) in [
            (".a", 0),
            ("a.", 2),
            ("a..b", 2),
            ("a[", 2),
            ("a[]", 2),
            ("a[1", 2),
            ("a]", 1),
            ("a[4294967296]", 2),
            ("a[\"x]", 2),
            ("a[\"x\"", 5),
            ("1a", 0),
            ("a b", 1),
        ] {
            assert_eq!(
                text.parse::<FieldPath>().map_err(|error| error.offset),
                Err(offset),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_path_is_read_back_as_it_was(segments in prop::collection::vec(
            prop_oneof![
                any::<String>().prop_map(|key| Segment::Key(key.into())),
                "[a-z0-9./\\[\\]\"\\\\]{0,6}".prop_map(|key| Segment::Key(key.into())),
                any::<u32>().prop_map(Segment::Index),
            ],
            0..6,
        )) {
            let path: FieldPath = segments.into_iter().collect();
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }

        #[test]
        fn any_text_is_a_path_or_refused(text in ".{0,20}") {
            if let Ok(path) = text.parse::<FieldPath>() {
                prop_assert_eq!(path.to_string().parse(), Ok(path));
            }
        }
    }
}
