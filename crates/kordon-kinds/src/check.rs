//! Checks that need all objects together: duplicates, references that lead nowhere, selectors
//! that select nothing, policies of a mesh that miss each other, ways into the cluster that nothing
//! opens.
//!
//! It reads the lowered objects and must not know how a request is decided.

mod duplicates;
mod entries;
mod inventory;
mod mesh;
mod priorities;
mod references;
mod selection;

use kordon_syntax::{Code, Diagnostic, FieldPath, Label, Severity};

pub use duplicates::settle;

use crate::lower::Located;
use inventory::Inventory;

/// Looks at all objects together and reports what none of them shows alone. The result does not
/// depend on the order of the objects.
///
/// Duplicates are the business of [`settle`], which should come first.
pub fn check(objects: &[Located]) -> Vec<Diagnostic> {
    let mut sorted: Vec<&Located> = objects.iter().collect();
    sorted.sort_by(|left, right| left.object.id.cmp(&right.object.id));
    let inventory = Inventory::of(&sorted);
    let doors = entries::Doors::of(&sorted);
    let mut out = Vec::new();
    for located in &sorted {
        references::check(located, &inventory, &mut out);
        selection::check(located, &inventory, &mut out);
        doors.check(located, &inventory, &mut out);
    }
    priorities::check(&sorted, &mut out);
    mesh::check(&sorted, &inventory, &mut out);
    out
}

/// What a check found about one object.
struct Finding<'a> {
    code: Code,
    severity: Severity,
    message: String,
    path: Option<FieldPath>,
    label: &'a str,
    help: String,
}

impl Finding<'_> {
    fn about(self, located: &Located) -> Diagnostic {
        let mut diagnostic = Diagnostic::warning(self.code, self.message).help(self.help);
        diagnostic.severity = self.severity;
        diagnostic.object = Some(located.object.id.to_string());
        diagnostic.path = self.path;
        diagnostic.labels.push(Label::primary(
            located.source,
            located.name_span,
            self.label,
        ));
        diagnostic
    }
}
