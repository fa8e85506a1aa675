//! What the policies of the admin and baseline tiers share: stages, subjects, peers and rules.
//!
//! It knows the common part of `ClusterNetworkPolicy`, `AdminNetworkPolicy` and
//! `BaselineAdminNetworkPolicy`; where they differ, each describes itself by a [`Dialect`].
//!
//! - For each side of a connection: the admin tier, then `NetworkPolicy`, then the baseline tier,
//!   and in the end the connection is allowed.
//! - In a tier, policies are in the order of their priorities and rules in the order in which
//!   they are written; the first that matches decides. Pass leaves the tier, and so does no match.
//! - A peer says one thing: namespaces, pods, nodes, networks or domain names. Nothing outside the
//!   cluster matches a rule of ingress.

mod peers;
mod rules;

use kordon_core::model::{Item, NamespaceMatch, PortMatch, Selector};
use kordon_core::rule::{Combine, Direction, Effect, Order, Otherwise, Stage, Ties};
use kordon_syntax::Diagnostic;

use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::network::{Position, unreadable};

/// How one kind writes what all have in common.
pub(crate) struct Dialect {
    /// The words for what a rule does.
    pub(crate) actions: &'static [(&'static str, Effect)],
    /// The field of a rule that holds its ports.
    pub(crate) ports: &'static str,
    /// Reads one entry of that field.
    pub(crate) read_port: fn(&mut Context<'_>, &At<'_>) -> Option<PortMatch>,
    /// Reports fields that a rule of this direction does not have.
    pub(crate) read_rule: fn(&mut Context<'_>, &At<'_>, Direction),
    /// Fields of rules in earlier versions, each with how it is written instead.
    pub(crate) former_fields: &'static [(&'static str, &'static str)],
    /// The kinds of peers of a rule of egress.
    pub(crate) egress_peers: &'static [&'static str],
    /// The selectors that `pods` must have.
    pub(crate) required_selectors: &'static [&'static str],
    /// How many rules a list may have.
    pub(crate) most_rules: usize,
    /// How many peers and ports a rule may have.
    pub(crate) most_peers: usize,
}

/// A tier of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tier {
    Admin,
    Baseline,
}

impl Tier {
    /// The widest position in the tier: every pod of the cluster. Without a known priority it is
    /// the first in the tier, so that no other policy answers before it.
    pub(crate) fn position(self, priority: Option<Order>) -> Position {
        let (order, name) = match self {
            Self::Admin => (1_000.0, "Admin"),
            Self::Baseline => (10_000_000.0, "Baseline"),
        };
        Position {
            stage: Stage {
                order: Order(order),
                name: name.to_owned(),
                combine: Combine::FirstMatch {
                    otherwise: Otherwise::Pass,
                },
                ties: Ties::Reference,
            },
            order: priority.unwrap_or(Order(-1.0)),
            namespaces: NamespaceMatch::Matching(Selector::Everything),
            workloads: Selector::Everything,
        }
    }
}

/// Lowers `spec.subject` and the rules. `errors_before` is the number of errors from before
/// anything of the object's frame was read; one more means that nothing in it is certain.
pub(crate) fn lower(
    ctx: &mut Context<'_>,
    dialect: &Dialect,
    mut position: Position,
    errors_before: usize,
) -> Vec<Item> {
    let frame_is_exact = ctx.errors() == errors_before && ctx.doubt.is_none();
    let spec = At::Root.key("spec");
    let subject = spec.key("subject");
    let selected = peers::subject(ctx, &subject, dialect);
    let lists = [Direction::Egress, Direction::Ingress].map(|direction| {
        let list = spec.key(direction.name());
        (direction, rules::read(ctx, &list, direction, dialect))
    });
    if !frame_is_exact {
        let reason = ctx.doubt.clone().unwrap_or_else(|| unreadable(&At::Root));
        return position.undecided(&At::Root, &reason);
    }
    let Some((namespaces, workloads)) = selected else {
        return position.undecided(&subject, &unreadable(&subject));
    };
    position.namespaces = namespaces;
    position.workloads = workloads;
    // "CNPs with no ingress rules do not affect ingress traffic", and so for egress.
    lists
        .into_iter()
        .filter(|(_, rules)| !rules.is_empty())
        .map(|(direction, rules)| position.policy(direction, subject.path(), rules))
        .collect()
}

/// Reads `spec.priority`, which is 0 to 1000.
pub(crate) fn read_priority(ctx: &mut Context<'_>) -> Option<Order> {
    let spec = At::Root.key("spec");
    let at = spec.key("priority");
    let before = ctx.errors();
    let written: Option<i64> = ctx.read(&at);
    match written {
        Some(priority @ 0..=1000) => Some(Order(f64::from(i16::try_from(priority).ok()?))),
        Some(priority) => {
            let message = format!("`{priority}` is not a priority");
            let diagnostic = Diagnostic::error(codes::VALUE, message)
                .help("priorities are 0, which comes first, to 1000");
            ctx.report(&at, "expected 0 to 1000", diagnostic);
            None
        }
        None => {
            if ctx.errors() == before {
                let diagnostic = Diagnostic::error(codes::REQUIRED, "`spec` needs `priority`")
                    .help("add `priority: ..`, from 0, which comes first, to 1000");
                ctx.report(&at, "no `priority`", diagnostic);
            }
            None
        }
    }
}

/// The one field of a mapping that is there, of those that exclude each other.
pub(crate) fn one_of<'f>(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    fields: &[&'f str],
) -> Option<&'f str> {
    let there: Vec<&str> = fields
        .iter()
        .copied()
        .filter(|field| ctx.has(&at.key(field)))
        .collect();
    if let &[field] = there.as_slice() {
        return Some(field);
    }
    let listed = |fields: &[&str]| {
        fields
            .iter()
            .map(|field| format!("`{field}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let message = match there.as_slice() {
        [] => format!("`{}` has none of the fields that it needs", at.path()),
        _ => format!("{} cannot stand together", listed(&there)),
    };
    let diagnostic = Diagnostic::error(codes::PEER, message)
        .help(format!("write exactly one of {}", listed(fields)));
    ctx.report(at, "expected exactly one", diagnostic);
    None
}
