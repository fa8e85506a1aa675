//! Roles and service accounts that bindings refer to.

use kordon_core::model::{Item, ObjectRef, PrincipalMatch};
use kordon_core::rule::{Policy, Rules, Target};
use kordon_syntax::{Diagnostic, FieldPath, Segment, Severity};

use super::Finding;
use super::inventory::Inventory;
use crate::codes;
use crate::lower::{Located, State};

/// Cluster roles that every cluster has, beside those whose names begin with `system:`.
const CLUSTER_ROLES: [&str; 4] = ["admin", "cluster-admin", "edit", "view"];

/// Roles of `kube-system` that every cluster has, beside those whose names begin with `system:`.
const SYSTEM_ROLES: [&str; 1] = ["extension-apiserver-authentication-reader"];

/// Reports references of one object that lead nowhere.
pub(super) fn check(located: &Located, inventory: &Inventory<'_>, out: &mut Vec<Diagnostic>) {
    for item in &located.object.items {
        let Item::Policy(policy) = item else { continue };
        if let Rules::Of(role) = &policy.rules
            && !inventory.objects.contains(role)
            && located.state == State::Exact
        {
            out.push(missing_role(located, role));
        }
        check_accounts(located, policy, inventory, out);
    }
}

fn missing_role(located: &Located, role: &ObjectRef) -> Diagnostic {
    let built_in = is_built_in(role);
    let (severity, help) = if built_in {
        (
            Severity::Note,
            "every cluster has this role; add it to the input to have its rules counted",
        )
    } else {
        (
            Severity::Warning,
            "add the role to the input, or correct `roleRef`",
        )
    };
    let finding = Finding {
        code: codes::DANGLING_ROLE,
        severity,
        message: format!("the input holds no {role}, so this binding grants nothing"),
        path: Some(field("roleRef")),
        label: "refers to a missing role",
        help: help.to_owned(),
    };
    finding.about(located)
}

/// Whether every cluster has the role: it comes with the API server's bootstrap policy.
fn is_built_in(role: &ObjectRef) -> bool {
    let named = |names: &[&str]| role.name.starts_with("system:") || names.contains(&&*role.name);
    match role.namespace.as_deref() {
        None => named(&CLUSTER_ROLES),
        Some(namespace) => namespace == "kube-system" && named(&SYSTEM_ROLES),
    }
}

fn check_accounts(
    located: &Located,
    policy: &Policy,
    inventory: &Inventory<'_>,
    out: &mut Vec<Diagnostic>,
) {
    let Target::Principals { subjects, .. } = &policy.target else {
        return;
    };
    for (path, subject) in subjects {
        let PrincipalMatch::ServiceAccount { namespace, name } = subject else {
            continue;
        };
        let account = ObjectRef::namespaced("", "ServiceAccount", namespace, name);
        // Every namespace has the account `default`, and an input that holds no account of a
        // namespace says nothing about which there are.
        let known = name == "default"
            || inventory.objects.contains(&account)
            || !inventory.has_accounts(namespace);
        if !known {
            let finding = Finding {
                code: codes::DANGLING_ACCOUNT,
                severity: Severity::Warning,
                message: format!("the input holds no {account}"),
                path: Some(path.clone()),
                label: "refers to a missing service account",
                help: "add the service account to the input, or correct the subject".to_owned(),
            };
            out.push(finding.about(located));
        }
    }
}

fn field(name: &str) -> FieldPath {
    FieldPath::from_iter([Segment::Key(name.into())])
}
