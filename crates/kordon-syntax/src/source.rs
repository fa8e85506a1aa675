//! The texts that were read, and places in them.
//!
//! It owns offsets, lines and columns. It knows no syntax.

use std::sync::Arc;

use serde::Serialize;

/// Names one text among [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct SourceId(u32);

/// A range of bytes in a text. It starts and ends between two characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// The offset of the first byte.
    pub start: u32,
    /// The offset after the last byte.
    pub end: u32,
}

/// A place as people count it: both numbers start at 1, and the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

/// A text with its name.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name that messages show, most often a path.
    pub name: Arc<str>,
    /// The text.
    pub text: Arc<str>,
    /// Offsets at which lines start.
    lines: Vec<u32>,
    /// How many characters start before each block of [`BLOCK`] bytes.
    blocks: Vec<u32>,
}

/// All texts of one run.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    sources: Vec<Source>,
}

/// The size of the blocks for which the number of characters is kept.
const BLOCK: usize = 1024;

impl Span {
    /// The range from `start` to `end`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The number of bytes.
    pub fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it covers nothing.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The smallest range that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The text there; nothing if the range does not fit the text.
    pub fn text(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

impl Source {
    /// A text under a name.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let line_ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0)
            .chain(line_ends.map(|(at, _)| offset(at + 1)))
            .collect();
        let mut before = 0;
        let count = |block: &[u8]| {
            let start = before;
            before += characters(block);
            start
        };
        let blocks = text.as_bytes().chunks(BLOCK).map(count).collect();
        Self {
            name: name.into(),
            text,
            lines,
            blocks,
        }
    }

    /// The line and column of an offset. An offset beyond the text counts as its end.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_at(offset);
        let start = self.line_start(line);
        let column = self
            .characters_before(offset)
            .saturating_sub(self.characters_before(start));
        Position {
            line: line.saturating_add(1),
            column: column.saturating_add(1),
        }
    }

    /// The number, from 0, of the line that holds an offset.
    pub(crate) fn line_at(&self, offset: u32) -> u32 {
        let after = self.lines.partition_point(|start| *start <= offset);
        self::offset(after.saturating_sub(1))
    }

    /// Where a line, counted from 0, starts; the end of the text for a line beyond it.
    pub(crate) fn line_start(&self, line: u32) -> u32 {
        self.lines
            .get(line as usize)
            .copied()
            .unwrap_or(offset(self.text.len()))
    }

    fn characters_before(&self, offset: u32) -> u32 {
        let offset = (offset as usize).min(self.text.len());
        let block = offset / BLOCK;
        let rest = self
            .text
            .as_bytes()
            .get(block * BLOCK..offset)
            .unwrap_or_default();
        match self.blocks.get(block) {
            Some(before) => before + characters(rest),
            None => characters(self.text.as_bytes()),
        }
    }
}

impl Sources {
    /// Adds a text and gives its id.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceId {
        let id = SourceId(offset(self.sources.len()));
        self.sources.push(Source::new(name, text));
        id
    }

    /// The text of an id.
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }

    /// All texts in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.sources
            .iter()
            .enumerate()
            .map(|(at, source)| (SourceId(offset(at)), source))
    }
}

/// An offset in the width that the tree keeps. Longer texts are refused before they are parsed.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The number of characters that start in some bytes of UTF-8.
fn characters(bytes: &[u8]) -> u32 {
    offset(bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: u32) -> (u32, u32) {
        let position = Source::new("a.yaml", text).position(offset);
        (position.line, position.column)
    }

    #[test]
    fn lines_and_columns_start_at_one() {
        assert_eq!(at("a: 1\nb: 2\n", 0), (1, 1));
        assert_eq!(at("a: 1\nb: 2\n", 4), (1, 5));
        assert_eq!(at("a: 1\nb: 2\n", 5), (2, 1));
        assert_eq!(at("a: 1\nb: 2\n", 10), (3, 1));
        assert_eq!(at("", 0), (1, 1));
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(at("é: ü\nß", 3), (1, 3));
        assert_eq!(at("é: ü\nß", 7), (2, 1));
        assert_eq!(at("é: ü\nß", 9), (2, 2));
    }

    #[test]
    fn an_offset_beyond_the_text_is_its_end() {
        assert_eq!(at("ab\nc", 99), (2, 2));
    }

    #[test]
    fn columns_are_right_beyond_the_first_block() {
        let text = format!("{}\n{}x", "ü".repeat(3000), "é".repeat(2000));
        assert_eq!(at(&text, 6000), (1, 3001));
        assert_eq!(at(&text, 6001 + 4000), (2, 2001));
        assert_eq!(at(&text, 6001 + 4001), (2, 2002));
    }

    #[test]
    fn sources_are_found_by_their_id() {
        let mut sources = Sources::default();
        let first = sources.add("a", "1");
        let second = sources.add("b", "2");
        assert_eq!(&*sources.source(first).unwrap().text, "1");
        assert_eq!(&*sources.source(second).unwrap().name, "b");
        assert_eq!(
            sources.iter().map(|(id, _)| id).collect::<Vec<_>>(),
            [first, second]
        );
    }
}
