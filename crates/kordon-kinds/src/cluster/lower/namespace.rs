//! From `Namespace` to its labels.

use kordon_core::model::{Item, Namespace, NamespaceMatch, Selector};
use kordon_core::rule::{Combine, Order, Otherwise, Stage, Ties};

use super::mesh::namespace_membership;
use crate::at::At;
use crate::context::Context;
use crate::frame::{Frame, known_fields};
use crate::network::Position;

/// The label that the API server sets on every namespace.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

known_fields! {
    /// `spec` of a namespace.
    struct NamespaceSpec { finalizers }
}

/// Lowers one object.
pub(in crate::cluster) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let _: Frame = ctx.read(&At::Root);
    let _: NamespaceSpec = ctx.read(&At::Root.key("spec"));
    let name = ctx.id.name.to_string();
    if ctx.errors() != 0 {
        return undecided(name);
    }
    let mut labels = ctx.metadata.labels.clone();
    labels.insert(NAME_LABEL.to_owned(), name.clone());
    vec![Item::Namespace(Namespace {
        mesh: namespace_membership(&labels),
        name,
        labels,
    })]
}

/// Without its labels nobody knows which policies select the namespace, so that every connection
/// from or to it is undecided, before any stage of policies.
fn undecided(name: String) -> Vec<Item> {
    let position = Position {
        stage: Stage {
            order: Order(0.0),
            name: "Namespace".to_owned(),
            combine: Combine::FirstMatch {
                otherwise: Otherwise::Pass,
            },
            ties: Ties::Reference,
        },
        order: Order(0.0),
        namespaces: NamespaceMatch::Named(name),
        workloads: Selector::Everything,
    };
    position.undecided(
        &At::Root.key("metadata"),
        "the namespace could not be read exactly",
    )
}
