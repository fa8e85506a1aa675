//! Positions of fields in sources.

use std::fmt;

use kordon_core::model::{Entry, Item, Object};
use kordon_core::rule::{Rule, Rules, Target};
use kordon_syntax::{FieldPath, Node, Position, Span};

/// A place in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePosition {
    /// The source's name, such as a file's path.
    pub source: String,
    /// Where it begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
}

impl fmt::Display for SourcePosition {
    /// `file:line:column`, as compilers write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}",
            self.source, self.start.line, self.start.column
        )
    }
}

/// What may stand at the end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contribution {
    Workload,
    Service,
}

/// The places of an object and of those of its fields that select, grant or rule. They are noted
/// when the object is read, as the tree is not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// What the object contributes to the inventory of endpoints.
    pub(crate) contribution: Option<Contribution>,
    object: Span,
    /// By path, ascending.
    fields: Box<[(Box<str>, Span)]>,
}

impl Places {
    /// The places of an object in its tree.
    pub(crate) fn new(object: &Object, root: &Node) -> Self {
        let mut fields = Vec::new();
        if !root.span.is_empty() {
            for path in object.items.iter().flat_map(paths) {
                if let Some(node) = root.at(path) {
                    fields.push((path.to_string().into(), node.span));
                }
            }
        }
        fields.sort();
        fields.dedup();
        Self {
            contribution: object.items.iter().find_map(contribution),
            object: root.span,
            fields: fields.into(),
        }
    }

    /// The place of a field, or of the nearest field above it whose place is known.
    pub(crate) fn nearest(&self, path: &str) -> Option<Span> {
        let mut path = path;
        loop {
            let known = self
                .fields
                .binary_search_by(|(field, _)| (**field).cmp(path));
            if let Some((_, span)) = known.ok().and_then(|known| self.fields.get(known)) {
                return Some(*span);
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = path.get(..end)?,
                None => return (!self.object.is_empty()).then_some(self.object),
            }
        }
    }
}

/// The fields of an item that explanations name.
fn paths(item: &Item) -> Vec<&FieldPath> {
    let (own, rules): (Vec<&FieldPath>, &[Rule]) = match item {
        Item::Policy(policy) => {
            let subjects = match &policy.target {
                Target::Principals { subjects, .. } => subjects.as_slice(),
                _ => &[],
            };
            let rules = match &policy.rules {
                Rules::Own(rules) => rules.as_slice(),
                Rules::Of(_) => &[],
            };
            let subjects = subjects.iter().map(|(path, _)| path);
            (
                std::iter::once(&policy.path).chain(subjects).collect(),
                rules,
            )
        }
        Item::RuleSet(set) => (Vec::new(), &set.rules),
        Item::Entry(Entry::Point(point)) => (vec![&point.path], &[]),
        _ => (Vec::new(), &[]),
    };
    own.into_iter()
        .chain(rules.iter().map(|rule| &rule.path))
        .collect()
}

fn contribution(item: &Item) -> Option<Contribution> {
    match item {
        Item::Workload(_) => Some(Contribution::Workload),
        Item::Service(_) => Some(Contribution::Service),
        _ => None,
    }
}
