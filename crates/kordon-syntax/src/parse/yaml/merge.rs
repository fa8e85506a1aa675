//! Merge keys: `<<` takes the entries of other mappings in.
//!
//! The rules are those of go-yaml 2 (goyaml.v2/decode.go, `merge`) where readers of YAML agree;
//! where they do not, the mapping is refused.

use std::collections::BTreeSet;

use crate::parse::{Halt, Output};
use crate::text::quoted;
use crate::{Diagnostic, Entry, Node, Span, Value, codes};

/// What `<<` takes in, until the mapping ends.
pub(super) struct Merge {
    span: Span,
    /// The number of entries before `<<`.
    before: usize,
    value: Node,
}

impl Merge {
    pub(super) fn new(span: Span, before: usize, value: Node) -> Self {
        Self {
            span,
            before,
            value,
        }
    }

    /// Adds the entries to the mapping, and gives whether that has one meaning.
    pub(super) fn apply(
        self,
        entries: &mut Vec<Entry>,
        output: &mut Output<'_>,
    ) -> Result<bool, Halt> {
        let (span, before) = (self.span, self.before);
        let Some(taken) = mappings(self.value) else {
            let message = "`<<` takes in a mapping or a sequence of mappings";
            let diagnostic = Diagnostic::error(codes::MERGE, message)
                .at(output.id, span, "this one has another value")
                .help("write an alias such as `<<: *name`; put `<<` in quotes if it is a key");
            output.report(diagnostic)?;
            return Ok(false);
        };
        let earlier: BTreeSet<Box<str>> = entries
            .iter()
            .take(before)
            .map(|entry| entry.key.clone())
            .collect();
        let mut keys: BTreeSet<Box<str>> = entries.iter().map(|entry| entry.key.clone()).collect();
        let mut clear = true;
        for entry in taken {
            if earlier.contains(&entry.key) {
                clear = false;
                report_order(&entry, span, output)?;
            } else if keys.insert(entry.key.clone()) {
                entries.push(entry);
            }
        }
        Ok(clear)
    }
}

// decode.go merges when it meets `<<`, so that it overrides the keys before it; by the
// specification (yaml.org/type/merge.html) and other readers a key of the mapping itself wins.
fn report_order(entry: &Entry, span: Span, output: &mut Output<'_>) -> Result<(), Halt> {
    let key = quoted(&entry.key);
    let diagnostic = Diagnostic::error(
        codes::MERGE,
        format!("`<<` overrides {key} that comes before it"),
    )
    .at(
        output.id,
        span,
        "kubectl takes the value from here, other readers do not",
    )
    .see(output.id, entry.key_span, "the key that is taken in")
    .help("write `<<` as the first key");
    output.report(diagnostic)
}

/// The entries that are taken in, those that win first.
fn mappings(value: Node) -> Option<Vec<Entry>> {
    match value.value {
        Value::Mapping(entries) => Some(entries),
        Value::Sequence(nodes) => {
            let mut all = Vec::new();
            for node in nodes {
                // "Step backwards as earlier nodes take precedence."
                let Value::Mapping(entries) = node.value else {
                    return None;
                };
                all.extend(entries);
            }
            Some(all)
        }
        _ => None,
    }
}
