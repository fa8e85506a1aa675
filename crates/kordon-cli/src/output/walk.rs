//! The walk of an answer on a terminal or in a file.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use kordon::{Answer, Mark};

use super::{BAD, DOUBT, FAINT, GOOD, Output, STRONG, visible};

/// Writes the walk of an answer, with all lines indented by so many blanks.
pub(crate) fn write_walk(answer: &Answer, indent: usize, out: &mut Output) -> io::Result<()> {
    let width = out.width.saturating_sub(indent);
    for line in answer.walk() {
        let style = style(line.mark);
        for row in line.rows(sign(line.mark, out.is_unicode), width) {
            let (text, place) = (row.text, row.place);
            let is_empty = text.is_empty() && place.is_empty();
            let margin = if is_empty { 0 } else { indent };
            write!(out, "{:margin$}", "")?;
            styled(out, style, &text)?;
            styled(out, FAINT, &place)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

fn styled(out: &mut Output, style: Style, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    write!(out, "{style}{}{style:#}", visible(text))
}

fn style(mark: Mark) -> Style {
    match mark {
        Mark::Allow => GOOD,
        Mark::Deny => BAD,
        Mark::Unknown => DOUBT,
        Mark::Heading => STRONG,
        Mark::Holds => AnsiColor::Green.on_default(),
        Mark::Fails => AnsiColor::Red.on_default(),
        Mark::Doubtful => AnsiColor::Yellow.on_default(),
        Mark::Plain => Style::new(),
        Mark::Faint => FAINT,
    }
}

fn sign(mark: Mark, is_unicode: bool) -> &'static str {
    match (mark, is_unicode) {
        (Mark::Holds, true) => "✓ ",
        (Mark::Fails, true) => "✗ ",
        _ => mark.sign(),
    }
}
