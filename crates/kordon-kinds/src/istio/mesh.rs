//! What the kinds of the mesh share: policies of its planes, and objects that could not be read
//! exactly.
//!
//! It knows the rule IR and no kind.

use kordon_core::model::Item;
use kordon_core::rule::{
    Clause, Combine, Direction, Order, Otherwise, Plane, Policy, Rule, Rules, Stage, Target, Test,
    Ties,
};
use kordon_syntax::FieldPath;

use super::attachment::Selected;

/// A stage of a plane of the mesh.
pub(super) fn stage(order: f64, name: &str, combine: Combine, ties: Ties) -> Stage {
    Stage {
        order: Order(order),
        name: name.to_owned(),
        combine,
        ties,
    }
}

/// The first rule that matches decides, and otherwise the next stage.
pub(super) const FIRST_MATCH: Combine = Combine::FirstMatch {
    otherwise: Otherwise::Pass,
};

/// A policy about what comes in to the selected workloads.
pub(super) fn policy(
    plane: Plane,
    stage: Stage,
    order: Order,
    path: FieldPath,
    selected: Selected,
    rules: Vec<Rule>,
) -> Item {
    Item::Policy(Policy {
        plane,
        stage,
        order,
        path,
        target: Target::Workloads {
            direction: Direction::Ingress,
            namespaces: selected.namespaces,
            workloads: selected.workloads,
        },
        rules: Rules::Own(rules),
    })
}

/// A condition that a field of the rule states.
pub(super) fn clause(field: String, test: Test) -> Clause {
    Clause {
        field: field.into(),
        test,
    }
}

/// A condition of the rule as a whole.
pub(super) fn own_clause(test: Test) -> Clause {
    clause(String::new(), test)
}
