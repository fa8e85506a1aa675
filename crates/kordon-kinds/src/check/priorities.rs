//! Policies of equal priority in a stage where the order decides, and where what decides between
//! equals is not defined.

use kordon_core::model::Item;
use kordon_core::rule::{Combine, Order, Plane, Policy, Stage, Ties};
use kordon_syntax::{Diagnostic, Label, Severity};

use super::Finding;
use crate::codes;
use crate::lower::{Located, State};

/// Reports each policy whose place another policy of its stage has too.
pub(super) fn check(objects: &[&Located], out: &mut Vec<Diagnostic>) {
    let mut places: Vec<(&Stage, Order, &Located)> = objects
        .iter()
        .filter(|located| located.state == State::Exact)
        .filter_map(|located| {
            let policy = located.object.items.iter().find_map(ordered_policy)?;
            Some((&policy.stage, policy.order, *located))
        })
        .collect();
    places.sort_by(|left, right| {
        (left.0, left.1, &left.2.object.id).cmp(&(right.0, right.1, &right.2.object.id))
    });
    for pair in places.windows(2) {
        let &[(stage, order, first), (next_stage, next_order, second)] = pair else {
            continue;
        };
        if stage == next_stage && order == next_order {
            out.push(equal(stage, order, first, second));
        }
    }
}

fn ordered_policy(item: &Item) -> Option<&Policy> {
    match item {
        Item::Policy(policy)
            if policy.plane == Plane::Network
                && matches!(policy.stage.combine, Combine::FirstMatch { .. })
                && policy.stage.ties == Ties::Reference =>
        {
            Some(policy)
        }
        _ => None,
    }
}

fn equal(stage: &Stage, order: Order, first: &Located, second: &Located) -> Diagnostic {
    let message = format!(
        "{} and {} both have priority {} in the {} tier",
        first.object.id, second.object.id, order.0, stage.name
    );
    let finding = Finding {
        code: codes::EQUAL_PRIORITY,
        severity: Severity::Warning,
        message,
        path: None,
        label: "which of the two comes first is not defined",
        help: format!(
            "give them different priorities; here {} comes first, by its name",
            first.object.id
        ),
    };
    let mut diagnostic = finding.about(second);
    diagnostic.labels.push(Label::secondary(
        first.source,
        first.name_span,
        "the other one",
    ));
    diagnostic
}
