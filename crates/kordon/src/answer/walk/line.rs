//! Lines of the walk, and how they fit a width.

use crate::wrap::wrap;

/// What a line of the walk is, so that a terminal can colour it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The heading of an allowed request or plane.
    Allow,
    /// The heading of a denied request or plane.
    Deny,
    /// The heading of an undecided request or plane.
    Unknown,
    /// Another heading.
    Heading,
    /// A condition that holds.
    Holds,
    /// A condition that does not hold.
    Fails,
    /// A condition of which it is not known whether it holds.
    Doubtful,
    /// A fact.
    Plain,
    /// A detail.
    Faint,
}

/// One line of the walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How deep it stands.
    pub depth: usize,
    /// What it is.
    pub mark: Mark,
    /// Its text.
    pub text: String,
    /// The place in a source that it speaks of.
    pub place: Option<String>,
}

/// A line, or part of one, that fits a width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its text, indented.
    pub text: String,
    /// The place behind the text, with the blanks before it; may be empty.
    pub place: String,
}

impl Mark {
    /// The sign before a condition, in ASCII; empty for other lines.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Holds => "+ ",
            Self::Fails => "- ",
            Self::Doubtful => "? ",
            _ => "",
        }
    }
}

impl Line {
    /// The line in rows of at most `width` characters, with a sign before its text. The place
    /// stands behind the text where it fits, else on a row of its own.
    pub fn rows(&self, sign: &str, width: usize) -> Vec<Row> {
        let indent = self.depth * 2;
        let room = width.saturating_sub(indent);
        let mut rows: Vec<Row> = wrap(&format!("{sign}{}", self.text), room, 2)
            .into_iter()
            .map(|text| format!("{:indent$}{text}", ""))
            .map(|text| Row {
                text: text.trim_end().to_owned(),
                place: String::new(),
            })
            .collect();
        let (Some(place), Some(last)) = (&self.place, rows.last_mut()) else {
            return rows;
        };
        let needed = last.text.chars().count() + 2 + place.chars().count();
        if needed <= width {
            last.place = format!("  {place}");
        } else {
            rows.push(Row {
                text: String::new(),
                place: format!("{:indent$}  {place}", ""),
            });
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, place: &str, width: usize) -> Vec<String> {
        let place = Some(place.to_owned());
        let line = Line {
            depth: 1,
            mark: Mark::Fails,
            text: text.to_owned(),
            place,
        };
        let rows = line.rows(line.mark.sign(), width);
        rows.into_iter().map(|row| row.text + &row.place).collect()
    }

    #[test]
    fn the_place_stands_behind_the_text_if_it_fits() {
        assert_eq!(rows("a b", "f:1:2", 80), ["  - a b  f:1:2"]);
        assert_eq!(rows("a b", "f:1:2", 13), ["  - a b", "    f:1:2"]);
        assert_eq!(rows("a b c", "f:1:2", 7), ["  - a b", "    c", "    f:1:2"]);
    }
}
