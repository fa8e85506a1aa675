//! Text for a terminal: each problem with an excerpt of the text, after the manner of rustc.

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet,
};

use super::sorted;
use crate::text::one_line;
use crate::{Diagnostic, Edit, Fix, Label, Severity, Source, Sources, Span};

/// How the text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalOptions {
    /// Whether it is coloured.
    pub color: Color,
    /// The number of columns.
    pub width: usize,
}

/// Whether escape sequences for colours are part of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// None.
    #[default]
    Never,
    /// With colours, whatever the output is.
    Always,
}

impl Default for TerminalOptions {
    fn default() -> Self {
        Self {
            color: Color::Never,
            width: 80,
        }
    }
}

/// Labels of one text that are this many lines apart or less share an excerpt.
const NEAR: u32 = 8;

/// Lines longer than this are not shown.
const LONGEST_LINE: u32 = 4096;

/// The diagnostics as text, with an empty line between two of them. Empty if there are none.
pub fn terminal(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    options: &TerminalOptions,
) -> String {
    let renderer = match options.color {
        Color::Never => Renderer::plain(),
        Color::Always => Renderer::styled(),
    };
    let renderer = renderer.term_width(options.width);
    let shown = sorted(diagnostics).into_iter().map(|diagnostic| {
        let mut text = renderer.render(&groups(diagnostic, sources, options.width));
        text.push('\n');
        text
    });
    shown.collect::<Vec<_>>().join("\n")
}

fn groups<'a>(diagnostic: &Diagnostic, sources: &'a Sources, width: usize) -> Vec<Group<'a>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(one_line(&diagnostic.message))
        .id(diagnostic.code.0);
    let main = Group::with_title(title)
        .elements(excerpts(&diagnostic.labels, sources))
        .elements(remarks(diagnostic, width));
    let fix = diagnostic
        .fix
        .as_ref()
        .filter(|_| diagnostic.help.is_empty());
    std::iter::once(main)
        .chain(fix.and_then(|fix| suggestion(fix, sources)))
        .collect()
}

/// The object concerned and the help.
fn remarks(diagnostic: &Diagnostic, width: usize) -> Vec<Element<'static>> {
    let path = diagnostic.path.as_ref().filter(|path| !path.is_root());
    let subject = match (&diagnostic.object, path) {
        (Some(object), Some(path)) => Some(format!("in {}, {path}", one_line(object))),
        (Some(object), None) => Some(format!("in {}", one_line(object))),
        (None, Some(path)) => Some(format!("in {path}")),
        (None, None) => None,
    };
    let note = subject.map(|subject| Level::NOTE.message(wrapped(&subject, width)).into());
    let help = diagnostic
        .help
        .iter()
        .map(|help| Level::HELP.message(wrapped(help, width)).into());
    note.into_iter().chain(help).collect()
}

/// The text in lines that fit beside the margin and the word `help`.
fn wrapped(text: &str, width: usize) -> String {
    let most = width.saturating_sub(16).max(24);
    let mut lines = String::new();
    let mut column = 0;
    for word in one_line(text).split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > most {
            lines.push('\n');
            column = 0;
        } else if column > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines
}

/// The excerpts; those with the problem itself come first.
fn excerpts<'a>(labels: &[Label], sources: &'a Sources) -> Vec<Element<'a>> {
    let mut sorted: Vec<&Label> = labels.iter().collect();
    sorted.sort_by_key(|label| (label.source, label.span));
    let near = |one: &&Label, other: &&Label| are_near(one, other, sources);
    let mut groups: Vec<&[&Label]> = sorted.chunk_by(near).collect();
    groups.sort_by_key(|labels| !labels.iter().any(|label| label.primary));
    groups
        .into_iter()
        .flat_map(|labels| excerpt(labels, sources))
        .collect()
}

fn are_near(one: &Label, other: &Label, sources: &Sources) -> bool {
    let Some(source) = sources.source(one.source) else {
        return false;
    };
    let (first, second) = (
        source.line_at(one.span.start),
        source.line_at(other.span.start),
    );
    one.source == other.source && second.saturating_sub(first) <= NEAR
}

fn excerpt<'a>(labels: &[&Label], sources: &'a Sources) -> Vec<Element<'a>> {
    let (Some(first), Some(last)) = (labels.first(), labels.last()) else {
        return Vec::new();
    };
    let Some(source) = sources.source(first.source) else {
        return Vec::new();
    };
    let whole = Span::new(first.span.start, last.span.start);
    let Some(window) = Window::new(whole, source) else {
        return labels
            .iter()
            .flat_map(|label| unexcerpted(label, source))
            .collect();
    };
    let annotations = labels.iter().map(|label| annotation(label, &window));
    vec![window.snippet().annotations(annotations).into()]
}

fn annotation<'a>(label: &Label, window: &Window<'_>) -> Annotation<'a> {
    let kind = if label.primary {
        AnnotationKind::Primary
    } else {
        AnnotationKind::Context
    };
    let annotation = kind.span(window.first_line_of(label.span));
    if label.message.is_empty() {
        annotation
    } else {
        annotation.label(one_line(&label.message))
    }
}

/// A place without its text.
fn unexcerpted<'a>(label: &Label, source: &Source) -> Vec<Element<'a>> {
    let position = source.position(label.span.start);
    let origin = Origin::path(one_line(&source.name))
        .line(position.line as usize)
        .char_column(position.column as usize);
    let remark = Level::NOTE.message(one_line(&label.message));
    vec![origin.into(), remark.into()]
}

fn suggestion<'a>(fix: &Fix, sources: &'a Sources) -> Option<Group<'a>> {
    let first = fix.edits.first()?;
    let source = sources.source(first.source)?;
    let edits: Vec<&Edit> = fix
        .edits
        .iter()
        .filter(|edit| edit.source == first.source)
        .collect();
    let whole = edits
        .iter()
        .fold(first.span, |whole, edit| whole.to(edit.span));
    let window = Window::new(whole, source)?;
    let patches = edits
        .iter()
        .map(|edit| Patch::new(window.range(edit.span), edit.replacement.clone()));
    let snippet = window.snippet().patches(patches);
    Some(
        Level::HELP
            .secondary_title(one_line(&fix.title))
            .element(snippet),
    )
}

/// Whole lines of a text.
struct Window<'s> {
    source: &'s Source,
    text: &'s str,
    start: u32,
    line: u32,
}

impl<'s> Window<'s> {
    /// The lines that hold a range; none if they are too long to be shown.
    fn new(span: Span, source: &'s Source) -> Option<Self> {
        let (first, last) = (source.line_at(span.start), source.line_at(span.end));
        let longest = (first..=last)
            .map(|line| source.line_start(line + 1) - source.line_start(line))
            .max();
        if longest > Some(LONGEST_LINE) {
            return None;
        }
        let (start, end) = (source.line_start(first), source.line_start(last + 1));
        let text = source.text.get(start as usize..end as usize)?;
        Some(Self {
            source,
            text,
            start,
            line: first + 1,
        })
    }

    fn snippet<T: Clone>(&self) -> Snippet<'s, T> {
        Snippet::source(self.text)
            .line_start(self.line as usize)
            .path(one_line(&self.source.name))
            .fold(true)
    }

    /// A range within the window.
    fn range(&self, span: Span) -> std::ops::Range<usize> {
        let at = |offset: u32| {
            let offset = (offset.saturating_sub(self.start) as usize).min(self.text.len());
            self.text.floor_char_boundary(offset)
        };
        at(span.start)..at(span.end).max(at(span.start))
    }

    /// The part of a range on its first line, so that a long value does not fill the screen.
    fn first_line_of(&self, span: Span) -> std::ops::Range<usize> {
        let range = self.range(span);
        let text = self.text.get(range.clone()).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default().trim_end();
        range.start..range.start + line.len()
    }
}
