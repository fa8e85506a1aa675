//! YAML to the tree.
//!
//! It owns the walk over the parser's events. How they become a tree is in `build`, what a scalar
//! means in `scalar`, and what an error of the parser means to a newcomer in `explain`.

mod build;
mod explain;
mod merge;

use granit_parser::{Event, Parser, ScalarStyle, StrInput, Tag, options};

use self::build::{Builder, Scalar};
use super::{Halt, Output, Step};
use crate::source::offset;
use crate::text::quoted;
use crate::{Diagnostic, Span, codes};

/// Reads every document of the text.
pub(super) fn read(text: &str, output: &mut Output<'_>) {
    if !text.is_ascii() && has_line_breaks(text, output) {
        return;
    }
    let depth = output.limits.depth() + 2;
    let options = options! {
        // libyaml adds no line feed at the end of the text, and go-yaml is libyaml.
        block_scalar_eof_without_line_feed: true,
        emit_unresolved_aliases: true,
        disallow_directives: true,
        flow_nesting_limit: depth,
        block_nesting_limit: depth,
    };
    let parser = Parser::new_from_str_with_options(text, options);
    Reader {
        text,
        parser,
        builder: Builder::default(),
        output,
    }
    .run();
}

/// Reports the characters that end a line in YAML 1.1, which kubectl reads, but not in YAML 1.2
/// and in editors. With them a comment can hide content.
fn has_line_breaks(text: &str, output: &mut Output<'_>) -> bool {
    let is_break = |c: char| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
    let mut found = false;
    for (at, character) in text.match_indices(is_break) {
        found = true;
        let span = Span::new(offset(at), offset(at + character.len()));
        let message = format!("{} is a line break to kubectl", quoted(character));
        let diagnostic = Diagnostic::error(codes::LINE_BREAK, message)
            .at(
                output.id,
                span,
                "what follows is a line of its own in the cluster",
            )
            .help("remove it, or write it as an escape such as `\\u2028` in double quotes");
        if output.report(diagnostic).is_err() {
            break;
        }
    }
    found
}

struct Reader<'t, 'o, 'l> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    builder: Builder,
    output: &'o mut Output<'l>,
}

impl<'t> Reader<'t, '_, '_> {
    fn run(mut self) {
        while let Some(next) = self.parser.next_event() {
            let step = match next {
                Ok((event, span)) => {
                    let span = self.span(span);
                    self.event(event, span)
                }
                Err(error) => self.syntax_error(&error),
            };
            let step = match step {
                Err(Halt::Document) => self.skip_document(),
                step => step,
            };
            if step.is_err() {
                break;
            }
        }
    }

    fn event(&mut self, event: Event<'t>, span: Span) -> Step {
        match event {
            Event::DocumentStart(..) => {
                self.builder = Builder::default();
                Ok(())
            }
            Event::DocumentEnd => {
                let root = std::mem::take(&mut self.builder).finish();
                self.output.document(root, span)
            }
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let tag = tag.as_deref().map(core_tag);
                let span = trimmed(span, self.text, style);
                self.builder.scalar(
                    Scalar {
                        text,
                        plain,
                        tag,
                        anchor,
                        span,
                    },
                    self.output,
                )
            }
            Event::SequenceStart(_, anchor, _) => {
                self.builder.start_sequence(anchor, span, self.output)
            }
            Event::MappingStart(_, anchor, _) => {
                self.builder.start_mapping(anchor, span, self.output)
            }
            Event::SequenceEnd | Event::MappingEnd => self.builder.end(span, self.output),
            Event::Alias(anchor) => self.builder.alias(anchor, span, self.output),
            Event::UnresolvedAlias(name) => self.unresolved(&name, span),
            _ => Ok(()),
        }
    }

    fn unresolved(&mut self, name: &str, span: Span) -> Step {
        let anchor = quoted(&format!("&{name}"));
        let diagnostic =
            Diagnostic::error(codes::ALIAS, format!("no anchor {anchor} comes before"))
                .at(self.output.id, span, "this alias leads nowhere")
                .help("define the anchor first; if `*` belongs to the text, put it in quotes");
        self.output.report(diagnostic)?;
        Err(Halt::Document)
    }

    /// Gives up the document at hand and goes on after it.
    fn skip_document(&mut self) -> Step {
        self.builder = Builder::default();
        self.output.document(None, Span::default())?;
        match self.parser.proceed_next_document() {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Halt::Text),
        }
    }

    fn syntax_error(&mut self, error: &granit_parser::ScanError) -> Step {
        let at = error.marker().byte_offset().unwrap_or(self.text.len());
        let at = self.text.floor_char_boundary(at);
        self.output.report(explain::syntax_error(
            error.kind(),
            at,
            self.text,
            self.output.id,
        ))?;
        Err(Halt::Document)
    }

    fn span(&self, span: granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or_default();
        let end = self.text.floor_char_boundary(range.end);
        let start = self.text.floor_char_boundary(range.start).min(end);
        Span::new(offset(start), offset(end))
    }
}

/// A block scalar without the blank lines after it.
fn trimmed(span: Span, text: &str, style: ScalarStyle) -> Span {
    if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
        return span;
    }
    let length = span.text(text).trim_end().len();
    Span::new(span.start, span.start + offset(length))
}

/// The name of a tag of YAML's own; empty for any other tag.
fn core_tag(tag: &Tag) -> String {
    tag.suffix_in_namespace("tag:yaml.org,2002:")
        .unwrap_or_default()
        .into_owned()
}
