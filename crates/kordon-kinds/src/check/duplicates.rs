//! Objects that stand in the input more than once.

use std::cmp::Reverse;

use kordon_syntax::{Diagnostic, Label, Severity};

use super::Finding;
use crate::codes;
use crate::lower::Located;

/// Sorts the objects by identity and leaves one of each; every other is reported with both
/// places. Which one stays depends on the contents alone, so the order of documents is
/// irrelevant.
pub fn settle(objects: &mut Vec<Located>) -> Vec<Diagnostic> {
    objects.sort_by(|left, right| left.object.id.cmp(&right.object.id));
    let mut out = Vec::new();
    let mut kept: Vec<Located> = Vec::with_capacity(objects.len());
    let mut rest = std::mem::take(objects).into_iter().peekable();
    while let Some(first) = rest.next() {
        let mut same = vec![first];
        while let Some(next) =
            rest.next_if(|next| same.iter().any(|first| first.object.id == next.object.id))
        {
            same.push(next);
        }
        kept.push(one_of(same, &mut out));
    }
    *objects = kept;
    out
}

fn one_of(mut same: Vec<Located>, out: &mut Vec<Diagnostic>) -> Located {
    if same.len() > 1 {
        // A broken object comes first: it may be the one that counts in the cluster.
        same.sort_by_cached_key(|located| {
            (
                Reverse(located.state),
                format!("{:?}", located.object),
                located.source,
                located.span.start,
            )
        });
    }
    let kept = same.remove(0);
    for other in same {
        out.push(duplicate(&kept, &other));
    }
    kept
}

fn duplicate(kept: &Located, other: &Located) -> Diagnostic {
    let equal = kept.object == other.object;
    let (severity, message) = if equal {
        (
            Severity::Warning,
            format!("{} stands in the input twice", other.object.id),
        )
    } else {
        (
            Severity::Error,
            format!(
                "{} is defined twice, with different contents",
                other.object.id
            ),
        )
    };
    let finding = Finding {
        code: codes::DUPLICATE,
        severity,
        message,
        path: None,
        label: "defined here",
        help: "remove one of them, or give it another name".to_owned(),
    };
    let mut diagnostic = finding.about(other);
    diagnostic.labels.push(Label::secondary(
        kept.source,
        kept.name_span,
        "and here, the one that counts",
    ));
    diagnostic
}
