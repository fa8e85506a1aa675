//! Selectors that select nothing, and names of ports that nothing declares.

use kordon_core::model::{Item, NamespaceMatch, PortMatch, Service, Workload};
use kordon_core::rule::{Direction, Policy, Rule, Rules, Target, Test};
use kordon_syntax::{Diagnostic, Severity, quoted};

use super::Finding;
use super::inventory::Inventory;
use crate::codes;
use crate::lower::{Located, State};
use crate::matching::{asks_account_labels, satisfies, selects};

/// Reports what one object selects in vain. An input without workloads to select from says
/// nothing about selectors.
pub(super) fn check(located: &Located, inventory: &Inventory<'_>, out: &mut Vec<Diagnostic>) {
    if located.state != State::Exact {
        return;
    }
    let mut empty = false;
    for item in &located.object.items {
        match item {
            Item::Service(service) => check_service(located, service, inventory, out),
            Item::Policy(policy) => {
                let Some(selected) = selected(policy, inventory) else {
                    continue;
                };
                if !selected.is_empty() {
                    check_ports(located, policy, &selected, inventory, out);
                } else if !empty {
                    empty = true;
                    out.push(selects_nothing(located, policy));
                }
            }
            _ => {}
        }
    }
}

/// The workloads that a policy applies to; `None` if there are none to select from.
fn selected<'a>(policy: &Policy, inventory: &Inventory<'a>) -> Option<Vec<&'a Workload>> {
    let (Target::Workloads { namespaces, .. } | Target::Endpoints { namespaces, .. }) =
        &policy.target
    else {
        return None;
    };
    let is_selected = |workload: &&Workload| match &policy.target {
        Target::Workloads { workloads, .. } => selects(workloads, &workload.labels),
        Target::Endpoints { endpoints, .. } => satisfies(endpoints, &|attribute| {
            inventory.attribute(workload, attribute)
        }),
        Target::BehindHosts { .. } | Target::Principals { .. } => false,
    };
    // An input without service accounts says nothing about their labels.
    if let Target::Endpoints { endpoints, .. } = &policy.target
        && asks_account_labels(endpoints)
        && !inventory.has_account_labels()
    {
        return None;
    }
    let anywhere = match namespaces {
        NamespaceMatch::Named(name) => !inventory.in_namespace(name).is_empty(),
        NamespaceMatch::Matching(_) => inventory.holds_workloads(),
    };
    anywhere.then(|| {
        inventory
            .workloads(namespaces)
            .filter(is_selected)
            .collect()
    })
}

fn selects_nothing(located: &Located, policy: &Policy) -> Diagnostic {
    let finding = Finding {
        code: codes::SELECTS_NOTHING,
        severity: Severity::Warning,
        message: "this policy selects no pod of the input".to_owned(),
        path: Some(policy.path.clone()),
        label: "applies to nothing",
        help: format!(
            "compare `{}` with the labels of the pods; pods in the host network are never selected",
            policy.path
        ),
    };
    finding.about(located)
}

fn check_service(
    located: &Located,
    service: &Service,
    inventory: &Inventory<'_>,
    out: &mut Vec<Diagnostic>,
) {
    let Some(selector) = &service.selector else {
        return;
    };
    let workloads = inventory.in_namespace(&service.namespace);
    let selects = |workload: &&Workload| {
        selector
            .iter()
            .all(|(key, value)| workload.labels.get(key) == Some(value))
    };
    if workloads.is_empty() || workloads.iter().any(selects) {
        return;
    }
    let finding = Finding {
        code: codes::SELECTS_NOTHING,
        severity: Severity::Warning,
        message: "this service selects no pod of the input, so it leads nowhere".to_owned(),
        path: Some(crate::at::At::Root.key("spec").key("selector").path()),
        label: "leads to nothing",
        help: format!(
            "compare `spec.selector` with the labels of the pods in namespace `{}`",
            service.namespace
        ),
    };
    out.push(finding.about(located));
}

/// Reports port names that no possible destination declares: the selected workloads for ingress,
/// any workload for egress.
fn check_ports(
    located: &Located,
    policy: &Policy,
    selected: &[&Workload],
    inventory: &Inventory<'_>,
    out: &mut Vec<Diagnostic>,
) {
    let (
        Rules::Own(rules),
        Target::Workloads { direction, .. } | Target::Endpoints { direction, .. },
    ) = (&policy.rules, &policy.target)
    else {
        return;
    };
    for (rule, port) in rules.iter().flat_map(named_ports) {
        let declared = match direction {
            Direction::Ingress => selected.iter().any(|workload| declares(workload, port)),
            Direction::Egress => inventory
                .all_workloads()
                .any(|workload| declares(workload, port)),
        };
        if let PortMatch::Named { name, .. } = port
            && !declared
        {
            let finding = Finding {
                code: codes::UNDECLARED_PORT,
                severity: Severity::Warning,
                message: format!(
                    "no pod that `{}` can mean declares a port {name}",
                    rule.path,
                    name = quoted(name)
                ),
                path: Some(rule.path.clone()),
                label: "names a port that nothing declares",
                help: format!(
                    "name the port in the containers (`name: {name}`), or write its number"
                ),
            };
            out.push(finding.about(located));
        }
    }
}

fn named_ports(rule: &Rule) -> impl Iterator<Item = (&Rule, &PortMatch)> {
    rule.clauses
        .iter()
        .filter_map(|clause| match &clause.test {
            Test::Ports(ports) => Some(ports),
            _ => None,
        })
        .flatten()
        .filter(|port| matches!(port, PortMatch::Named { .. }))
        .map(move |port| (rule, port))
}

fn declares(workload: &Workload, port: &PortMatch) -> bool {
    match port {
        PortMatch::Named { protocol, name } => workload.ports.iter().any(|declared| {
            declared.name == *name && protocol.is_none_or(|wanted| wanted == declared.protocol)
        }),
        PortMatch::Range { .. } => true,
    }
}
