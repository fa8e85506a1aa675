//! Standard output and standard error: colours, widths, tables, JSON and YAML.

mod table;
mod walk;
mod yaml;

use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use kordon::syntax::render::{self, Color, TerminalOptions};
use kordon::syntax::{Diagnostic, Sources};
use serde_json::Value;

pub(crate) use table::Table;
pub(crate) use walk::write_walk;

/// Of allows.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Of denials and errors.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Of doubts and warnings.
pub(crate) const DOUBT: Style = AnsiColor::Yellow.on_default().bold();
/// Of details.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Of headings.
pub(crate) const STRONG: Style = Style::new().bold();

/// Columns where there is no terminal.
const COLUMNS: usize = 80;

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// The choice for a stream, settled.
    fn settle(self, stream: &impl anstream::stream::RawStream) -> anstream::ColorChoice {
        match self {
            Self::Auto => AutoStream::choice(stream),
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
    }
}

/// Standard output, or nothing at all.
pub(crate) struct Output {
    stream: Box<dyn Write>,
    /// Whether colours show.
    pub(crate) is_colored: bool,
    /// How many columns there are.
    pub(crate) width: usize,
    /// Whether signs beyond ASCII can be shown.
    pub(crate) is_unicode: bool,
}

impl Output {
    /// Standard output, buffered; a sink if it is to be quiet.
    pub(crate) fn stdout(color: ColorChoice, quiet: bool) -> Self {
        let stdout = io::stdout();
        let choice = color.settle(&stdout);
        let is_terminal = stdout.is_terminal();
        let stream: Box<dyn Write> = if quiet {
            Box::new(io::sink())
        } else {
            Box::new(BufWriter::new(AutoStream::new(stdout, choice)))
        };
        Self {
            stream,
            is_colored: choice != anstream::ColorChoice::Never,
            width: terminal_width().filter(|_| is_terminal).unwrap_or(COLUMNS),
            is_unicode: is_terminal && locale_is_unicode(),
        }
    }

    /// Writes a value as JSON, on several lines.
    pub(crate) fn json(&mut self, value: &Value) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *self, value)?;
        self.write_all(b"\n")
    }

    /// Writes a value as YAML.
    pub(crate) fn yaml(&mut self, value: &Value) -> io::Result<()> {
        self.write_all(yaml::text(value).as_bytes())
    }

    /// Writes diagnostics for people, and an empty line after them if there are any.
    pub(crate) fn diagnostics(
        &mut self,
        diagnostics: &[Diagnostic],
        sources: &Sources,
    ) -> io::Result<()> {
        let color = if self.is_colored {
            Color::Always
        } else {
            Color::Never
        };
        let options = TerminalOptions {
            color,
            width: self.width,
        };
        let text = render::terminal(diagnostics, sources, &options);
        self.write_all(text.as_bytes())?;
        if text.is_empty() {
            return Ok(());
        }
        writeln!(self)
    }

    /// Writes diagnostics as SARIF.
    pub(crate) fn sarif(
        &mut self,
        diagnostics: &[Diagnostic],
        sources: &Sources,
    ) -> io::Result<()> {
        let codes: Vec<_> = kordon::codes().collect();
        let version = env!("CARGO_PKG_VERSION");
        self.json(&render::sarif(diagnostics, sources, &codes, version))
    }

    /// Writes diagnostics as workflow commands of GitHub.
    pub(crate) fn github(
        &mut self,
        diagnostics: &[Diagnostic],
        sources: &Sources,
    ) -> io::Result<()> {
        self.write_all(render::github(diagnostics, sources).as_bytes())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A text from the input as it may be shown: what steers a terminal, or turns the direction of the
/// text around it, becomes an escape, so that a name cannot forge an answer.
pub(crate) fn visible(text: &str) -> String {
    let is_hidden = |character: char| {
        character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

fn terminal_width() -> Option<usize> {
    let (terminal_size::Width(width), _) = terminal_size::terminal_size()?;
    Some(usize::from(width).clamp(40, 120))
}

/// POSIX: the first of these that is set and not empty names the character set.
fn locale_is_unicode() -> bool {
    let values = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok());
    let locale = values
        .into_iter()
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    let locale = locale.to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Writes an error to standard error.
pub(crate) fn error(text: &str, color: ColorChoice) {
    complain("error", BAD, text, color);
}

/// Writes something worth knowing to standard error.
pub(crate) fn note(text: &str, color: ColorChoice) {
    complain("note", STRONG, text, color);
}

/// Writes a warning to standard error.
pub(crate) fn warning(text: &str, color: ColorChoice) {
    complain("warning", DOUBT, text, color);
}

fn complain(word: &str, style: Style, text: &str, color: ColorChoice) {
    let stderr = io::stderr();
    let choice = color.settle(&stderr);
    let mut stream = AutoStream::new(stderr, choice);
    // Where standard error is closed there is nobody to tell.
    let lines: Vec<String> = text.lines().map(visible).collect();
    let _ = writeln!(stream, "{style}{word}{style:#}: {}", lines.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown_as_an_escape() {
        assert_eq!(
            visible("a\u{1b}[1mb\r\n\u{202e}c é"),
            "a\\u{1b}[1mb\\r\\n\\u{202e}c é"
        );
    }
}
