//! Text to documents.
//!
//! It owns the choice between YAML and JSON, and what both need: limits, duplicate keys, and the
//! list of problems. It knows no type that documents are decoded into.

mod json;
mod mapping;
mod scalar;
mod yaml;

use crate::source::offset;
use crate::text::quoted;
use crate::{Diagnostic, Document, Entry, Limits, Node, SourceId, Span, Value, codes};

/// What a text holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The documents that could be read whole, in order.
    pub documents: Vec<Document>,
    /// The problems. Where there is an error, a document is missing: answers given without it may
    /// be wrong, and the caller has to treat them so.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the documents of a text.
///
/// As with kubectl, a text that starts with `{` or `[` is JSON, one value or several one after
/// another, and anything else is YAML. (A `{` that no JSON object can start with is YAML too.)
/// Empty documents are skipped. A YAML document with an error is left out, and the documents after
/// it are still read.
pub fn parse(id: SourceId, text: &str, limits: &Limits) -> Parsed {
    let mut output = Output::new(id, limits);
    let most = limits.max_bytes.min(u32::MAX as usize - 1);
    if text.len() > most {
        let message = format!(
            "the text has {} bytes, more than the {most} allowed",
            text.len()
        );
        let diagnostic = Diagnostic::error(codes::LIMIT, message).help(SPLIT);
        return Parsed {
            documents: Vec::new(),
            diagnostics: vec![diagnostic],
        };
    }
    if is_json(text) {
        json::read(text, &mut output);
    } else {
        yaml::read(text, &mut output);
    }
    output.parsed
}

const SPLIT: &str = "split the input, or raise the limit if you trust its author";

// apimachinery, util/yaml/decoder.go: a stream is JSON if its first character that is not a space
// is `{`.
fn is_json(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    match text.strip_prefix('{') {
        Some(rest) => rest.trim_start().starts_with(['"', '}']),
        None => text.starts_with('['),
    }
}

/// Why reading does not simply go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Halt {
    /// The document cannot be read further.
    Document,
    /// Nothing more is read.
    Text,
}

type Step = Result<(), Halt>;

/// Collects documents and problems, and keeps to the limits that concern the text as a whole.
struct Output<'l> {
    id: SourceId,
    limits: &'l Limits,
    parsed: Parsed,
    /// Documents that were not empty, read or not.
    documents: usize,
    nodes: usize,
}

impl<'l> Output<'l> {
    fn new(id: SourceId, limits: &'l Limits) -> Self {
        Self {
            id,
            limits,
            parsed: Parsed::default(),
            documents: 0,
            nodes: 0,
        }
    }

    /// Adds a problem. At the limit the last one says so, and reading stops.
    fn report(&mut self, diagnostic: Diagnostic) -> Step {
        let diagnostics = &mut self.parsed.diagnostics;
        if diagnostics.len() < self.limits.max_diagnostics {
            diagnostics.push(diagnostic);
            return Ok(());
        }
        let message = "too many problems, the rest of the text is not read";
        diagnostics.push(Diagnostic::error(codes::LIMIT, message).help("mend those above first"));
        Err(Halt::Text)
    }

    /// Counts values against the limit.
    fn count(&mut self, nodes: usize, span: Span) -> Step {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= self.limits.max_nodes {
            return Ok(());
        }
        self.stop(
            &format!("more than {} values in one text", self.limits.max_nodes),
            span,
        )
    }

    /// Checks that a value at this depth is allowed. The root has depth 0.
    fn check_depth(&mut self, depth: usize, span: Span) -> Step {
        let most = self.limits.depth();
        if depth <= most {
            return Ok(());
        }
        let message = format!("values are nested more than {most} deep");
        let diagnostic = Diagnostic::error(codes::LIMIT, message);
        self.report(diagnostic.at(self.id, span, "one level too deep"))?;
        Err(Halt::Document)
    }

    fn stop(&mut self, message: &str, span: Span) -> Step {
        let diagnostic = Diagnostic::error(codes::LIMIT, message);
        self.report(
            diagnostic
                .at(self.id, span, "reading stops here")
                .help(SPLIT),
        )?;
        Err(Halt::Text)
    }

    /// Counts a document, and keeps it if it could be read; an empty one is neither counted nor
    /// kept.
    fn document(&mut self, root: Option<Node>, span: Span) -> Step {
        if root.as_ref().is_some_and(|root| root.value == Value::Null) {
            return Ok(());
        }
        if self.documents >= self.limits.max_documents {
            let message = format!(
                "more than {} documents in one text",
                self.limits.max_documents
            );
            return self.stop(&message, span);
        }
        let index = offset(self.documents);
        self.documents += 1;
        let document = root.map(|root| Document {
            source: self.id,
            index,
            span: root.span,
            root,
        });
        self.parsed.documents.extend(document);
        Ok(())
    }

    /// Reports the keys that stand twice in a finished mapping, and gives whether there are none.
    fn check_keys(&mut self, entries: &[Entry]) -> Result<bool, Halt> {
        let duplicates = mapping::duplicates(entries);
        for (first, second) in &duplicates {
            let message = format!("the key {} is written twice", quoted(&second.key));
            let diagnostic = Diagnostic::error(codes::DUPLICATE_KEY, message)
                .at(self.id, second.key_span, "written again here")
                .see(self.id, first.key_span, "first written here")
                .help("keep one of the two");
            self.report(diagnostic)?;
        }
        Ok(duplicates.is_empty())
    }
}

#[cfg(test)]
mod tests;
