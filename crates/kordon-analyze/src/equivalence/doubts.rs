//! What keeps the absence of a difference from being a proof.

use std::collections::BTreeSet;
use std::net::IpAddr;

use kordon_core::view::Condition;
use kordon_core::{Endpoint, Snapshot};

use super::Doubt;
use crate::landscape::{Landscape, Side};
use crate::rule_form::{RuleForm, asks_namespace_labels, open_questions};

/// The doubts about two snapshots as a whole.
pub(super) fn of_sets(land: &Landscape<'_>) -> BTreeSet<Doubt> {
    let mut doubts = BTreeSet::new();
    if let [old, new] = land.snapshots.as_slice() {
        doubts.extend(of_addresses(old, new));
        if asks_for_labels_of_namespaces(land) {
            doubts.extend(of_namespaces(old, new));
        }
    }
    if !has_equal_policies(land) {
        doubts.extend(of_targets(land));
    }
    doubts
}

/// What the rules of a side ask that regions cannot answer.
pub(super) fn of_side(side: &Side) -> impl Iterator<Item = Doubt> {
    let rules = side.stages.iter().flatten().flat_map(|(_, rules)| rules);
    rules.flat_map(|rule| {
        let (object, path) = &rule.name;
        let conditions = rule.conditions();
        conditions.flat_map(|(_, condition)| doubts(&condition, object, path))
    })
}

fn doubts(condition: &Condition, object: &str, path: &str) -> Vec<Doubt> {
    let asked = open_questions(condition).into_iter();
    let doubt = |asks| Doubt::Rule {
        object: object.to_owned(),
        path: path.to_owned(),
        asks,
    };
    asked.map(doubt).collect()
}

/// What the policies select by that regions cannot answer.
fn of_targets<'l>(land: &'l Landscape<'_>) -> impl Iterator<Item = Doubt> + 'l {
    land.policies.iter().flat_map(|(_, policy)| {
        let object = policy.object().to_string();
        doubts(&policy.target(), &object, policy.path())
    })
}

/// Whether both snapshots have the same policies. Whatever these select, they select it alike.
fn has_equal_policies(land: &Landscape<'_>) -> bool {
    let of = |version: usize| {
        let policies = land.policies.iter().filter(move |(of, _)| *of == version);
        policies.map(|(_, policy)| {
            let rules = policy.rules();
            let rules = rules.filter_map(|rule| Some(RuleForm::new(rule, policy.direction()?)));
            let place = (policy.object(), policy.stage(), policy.order());
            (place, policy.target(), rules.collect::<Vec<_>>())
        })
    };
    of(0).eq(of(1))
}

fn asks_for_labels_of_namespaces(land: &Landscape<'_>) -> bool {
    let targets = land.policies.iter().map(|(_, policy)| policy.target());
    let rules = land.rules.iter().flat_map(RuleForm::conditions);
    let mut asked = targets.chain(rules.map(|(_, condition)| condition));
    asked.any(|condition| asks_namespace_labels(&condition))
}

/// Namespaces whose labels differ: a request for a workload that need not exist may leave them to
/// the snapshot.
fn of_namespaces(old: &Snapshot, new: &Snapshot) -> Vec<Doubt> {
    let (old, new) = (old.namespace_labels(), new.namespace_labels());
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let differs = |name: &&str| match (old.get(name), new.get(name)) {
        (Some(old), Some(new)) => old != new,
        // One that a snapshot does not know has its name label alone.
        (Some(labels), None) | (None, Some(labels)) => labels.len() > 1,
        (None, None) => false,
    };
    let differing = names.into_iter().filter(differs);
    differing
        .map(|name| Doubt::NamespaceLabels(name.to_owned()))
        .collect()
}

/// Addresses that lead to other ends: a request may name an end by its address.
fn of_addresses(old: &Snapshot, new: &Snapshot) -> Vec<Doubt> {
    let used = [old, new].map(Snapshot::used_addresses);
    let used: BTreeSet<IpAddr> = used.into_iter().flatten().collect();
    let leads_apart = |address: &IpAddr| {
        let names = |snapshot: &Snapshot| snapshot.names_of(&Endpoint::Address(*address));
        names(old) != names(new)
    };
    let apart = used.into_iter().filter(leads_apart);
    apart.map(Doubt::Address).collect()
}
