//! Lines in groups: as many as are there, without waiting for more.

use std::io::{self, BufRead, BufReader, Read};

/// So much is read at a time.
const BUFFER: usize = 1 << 20;

/// A longer line is no request.
pub(super) const LONGEST: usize = 1 << 20;

/// Reads lines.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    number: usize,
}

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number, from 1.
    pub(super) number: usize,
    /// Its text; `None` if it is longer than [`LONGEST`].
    pub(super) text: Option<Vec<u8>>,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            reader: BufReader::with_capacity(BUFFER, input),
            number: 0,
        }
    }

    /// The next line and all that have arrived with it; none at the end of the input. It waits
    /// for one line only: whoever sends lines one by one may wait for each answer.
    pub(super) fn group(&mut self) -> io::Result<Vec<Line>> {
        let mut group: Vec<Line> = self.line()?.into_iter().collect();
        while !group.is_empty() && self.reader.buffer().contains(&b'\n') {
            group.extend(self.line()?);
        }
        Ok(group)
    }

    fn line(&mut self) -> io::Result<Option<Line>> {
        let mut text = Vec::new();
        let most = u64::try_from(LONGEST).unwrap_or(u64::MAX) + 1;
        let read = self
            .reader
            .by_ref()
            .take(most)
            .read_until(b'\n', &mut text)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let ended = text.pop_if(|last| *last == b'\n').is_some();
        let is_long = !ended && read > LONGEST;
        if is_long {
            self.reader.skip_until(b'\n')?;
        }
        Ok(Some(Line {
            number: self.number,
            text: (!is_long).then_some(text),
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// Input that arrives in pieces.
    struct Pieces(VecDeque<Vec<u8>>);

    impl Read for Pieces {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let piece = self.0.pop_front().unwrap_or_default();
            into[..piece.len()].copy_from_slice(&piece);
            Ok(piece.len())
        }
    }

    fn groups(pieces: &[&str]) -> Vec<Vec<String>> {
        let pieces = pieces.iter().map(|piece| piece.as_bytes().to_vec());
        let mut lines = Lines::new(Pieces(pieces.collect()));
        let mut groups = Vec::new();
        loop {
            let group = lines.group().unwrap();
            if group.is_empty() {
                return groups;
            }
            let text = |line: Line| String::from_utf8(line.text.unwrap()).unwrap();
            groups.push(group.into_iter().map(text).collect());
        }
    }

    #[test]
    fn what_arrives_together_is_one_group() {
        assert_eq!(
            groups(&["a\nb\nc", "c\n", "d\n", "e"]),
            [vec!["a", "b"], vec!["cc"], vec!["d"], vec!["e"]]
        );
    }

    #[test]
    fn a_line_without_end_is_not_kept() {
        let long = "x".repeat(LONGEST + 5);
        let input = format!("{long}\nshort\n{}\n", "y".repeat(LONGEST));
        let mut lines = Lines::new(input.as_bytes());
        let first = lines.line().unwrap().unwrap();
        assert_eq!((first.number, first.text), (1, None));
        let second = lines.line().unwrap().unwrap();
        assert_eq!(
            (second.number, second.text.as_deref()),
            (2, Some(&b"short"[..]))
        );
        let third = lines.line().unwrap().unwrap();
        assert_eq!(third.text.map(|text| text.len()), Some(LONGEST));
        assert_eq!(lines.line().unwrap(), None);
    }
}
