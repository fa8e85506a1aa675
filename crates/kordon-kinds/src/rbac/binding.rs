//! From bindings to policies that refer to a role's rules.

use kordon_core::model::{Item, ObjectRef, PrincipalMatch};
use kordon_core::rule::{Combine, Order, Plane, Policy, Rules, Scope, Stage, Target, Ties};
use kordon_syntax::{Diagnostic, FieldPath, Value, quoted};

use super::schema::{Binding, RoleRef, Subject};
use super::{GROUP, unless_doubtful};
use crate::at::{At, elements};
use crate::codes;
use crate::context::Context;
use crate::names::NameRule;

const SUBJECT_KINDS: [&str; 3] = ["User", "Group", "ServiceAccount"];

/// Lowers a `RoleBinding`.
pub(super) fn lower_role_binding(ctx: &mut Context<'_>) -> Vec<Item> {
    let scope = Scope::Namespace(ctx.namespace().to_owned());
    lower(ctx, scope, &["Role", "ClusterRole"])
}

/// Lowers a `ClusterRoleBinding`.
pub(super) fn lower_cluster_role_binding(ctx: &mut Context<'_>) -> Vec<Item> {
    lower(ctx, Scope::Cluster, &["ClusterRole"])
}

fn lower(ctx: &mut Context<'_>, scope: Scope, role_kinds: &[&'static str]) -> Vec<Item> {
    let written: Binding = ctx.read(&At::Root);
    check_role_ref(ctx, &written.role_ref, role_kinds);
    let rules = Rules::Of(referent(&written.role_ref, &scope));
    let list = At::Root.key("subjects");
    let _: Vec<serde::de::IgnoredAny> = ctx.read(&list);
    let count = ctx.node(&list).map_or(0, |node| elements(node).len());
    let subjects = (0..count)
        .filter_map(|index| subject(ctx, &list.index(index), &scope))
        .collect();
    let policy = Policy {
        plane: Plane::Rbac,
        stage: Stage {
            order: Order(0.0),
            name: "rbac".to_owned(),
            combine: Combine::AnyAllow,
            ties: Ties::Reference,
        },
        order: Order(0.0),
        path: FieldPath::from_iter([kordon_syntax::Segment::Key("subjects".into())]),
        target: Target::Principals { subjects, scope },
        rules,
    };
    unless_doubtful(ctx, Item::Policy(policy))
}

/// The object that a role reference means. One of an odd kind means an object that cannot exist,
/// so that nothing is granted.
fn referent(role: &RoleRef, scope: &Scope) -> ObjectRef {
    match scope {
        Scope::Namespace(namespace) if role.kind == "Role" => {
            ObjectRef::namespaced(GROUP, &role.kind, namespace, &role.name)
        }
        _ => ObjectRef::cluster(GROUP, &role.kind, &role.name),
    }
}

fn check_role_ref(ctx: &mut Context<'_>, role: &RoleRef, kinds: &[&'static str]) {
    let at = At::Root.key("roleRef");
    if !ctx.has(&at) {
        let diagnostic = Diagnostic::error(codes::ROLE_REF, "a binding needs `roleRef`").help(
            "add `roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ..}`",
        );
        ctx.report(&at, "no `roleRef`", diagnostic);
        return;
    }
    if ctx
        .node(&at)
        .is_some_and(|node| !matches!(node.value, Value::Mapping(_)))
    {
        return;
    }
    if !role.api_group.is_empty() && role.api_group != GROUP {
        let message = format!("{} is not the API group of roles", quoted(&role.api_group));
        let diagnostic =
            Diagnostic::error(codes::ROLE_REF, message).help(format!("write `apiGroup: {GROUP}`"));
        ctx.report(&at.key("apiGroup"), "unknown group", diagnostic);
    }
    if !kinds.contains(&role.kind.as_str()) {
        let diagnostic = odd_role_kind(ctx, &role.kind, kinds);
        let known: &[&str] = if role.kind == "Role" { &[] } else { kinds };
        ctx.report_word(&at.key("kind"), "cannot be bound here", diagnostic, known);
    }
    if let Some(expected) = NameRule::PathSegment.problem(&role.name) {
        let message = match role.name.as_str() {
            "" => "`roleRef` needs the name of a role".to_owned(),
            name => format!("{name} cannot be the name of a role", name = quoted(name)),
        };
        let diagnostic = Diagnostic::error(codes::ROLE_REF, message).help(expected);
        ctx.report(&at.key("name"), "expected the name of a role", diagnostic);
    }
}

fn odd_role_kind(ctx: &Context<'_>, kind: &str, kinds: &[&'static str]) -> Diagnostic {
    let expected = kinds
        .iter()
        .map(|kind| format!("`{kind}`"))
        .collect::<Vec<_>>()
        .join(" or ");
    if kind == "Role" {
        let message = "a ClusterRoleBinding cannot grant a Role, which belongs to one namespace";
        return Diagnostic::error(codes::ROLE_REF, message)
            .help("bind a ClusterRole, or use a RoleBinding in the namespace of the Role");
    }
    let message = match kind {
        "" => "`roleRef` needs the kind of a role".to_owned(),
        _ => format!("a {} cannot grant a {}", ctx.id.kind, quoted(kind)),
    };
    Diagnostic::error(codes::ROLE_REF, message).help(format!("write {expected}"))
}

/// Reads one subject; one that can match nobody is reported and left out.
fn subject(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    scope: &Scope,
) -> Option<(FieldPath, PrincipalMatch)> {
    let before = ctx.errors();
    let written: Subject = ctx.read(at);
    if ctx.errors() != before {
        return None;
    }
    check_subject(ctx, at, &written);
    let principal = match written.kind.as_str() {
        "User" => PrincipalMatch::User(written.name),
        "Group" => PrincipalMatch::Group(written.name),
        "ServiceAccount" => service_account(ctx, at, written, scope)?,
        _ => return None,
    };
    Some((at.path(), principal))
}

fn service_account(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    written: Subject,
    scope: &Scope,
) -> Option<PrincipalMatch> {
    let namespace = match scope {
        _ if !written.namespace.is_empty() => written.namespace,
        Scope::Namespace(namespace) => namespace.clone(),
        Scope::Cluster => {
            let message = format!(
                "the service account {} needs a namespace",
                quoted(&written.name)
            );
            let diagnostic = Diagnostic::error(codes::SUBJECT, message).help(
                "add `namespace: ..`; a ClusterRoleBinding has none of its own, so this subject matches nobody",
            );
            ctx.report(&at.key("namespace"), "no `namespace`", diagnostic);
            return None;
        }
    };
    Some(PrincipalMatch::ServiceAccount {
        namespace,
        name: written.name,
    })
}

/// What `ValidateRoleBindingSubject` refuses, but for the namespace.
fn check_subject(ctx: &mut Context<'_>, at: &At<'_>, subject: &Subject) {
    if !SUBJECT_KINDS.contains(&subject.kind.as_str()) {
        let message = match subject.kind.as_str() {
            "" => "this subject has no kind, so it matches nobody".to_owned(),
            kind => format!("a subject of kind {} matches nobody", quoted(kind)),
        };
        let diagnostic = Diagnostic::error(codes::SUBJECT, message)
            .help("the kinds of subjects are `User`, `Group` and `ServiceAccount`");
        ctx.report_word(
            &at.key("kind"),
            "unknown kind of subject",
            diagnostic,
            &SUBJECT_KINDS,
        );
    }
    if subject.name.is_empty() {
        let diagnostic =
            Diagnostic::error(codes::SUBJECT, "this subject has no name").help("add `name: ..`");
        ctx.report(&at.key("name"), "no name", diagnostic);
    }
    check_subject_group(ctx, at, subject);
    if subject.kind == "ServiceAccount" && !subject.name.is_empty() {
        check_account_name(ctx, at, &subject.name);
    }
}

fn check_subject_group(ctx: &mut Context<'_>, at: &At<'_>, subject: &Subject) {
    let expected = match subject.kind.as_str() {
        "ServiceAccount" => "",
        "User" | "Group" => GROUP,
        _ => return,
    };
    if subject.api_group.is_empty() || subject.api_group == expected {
        return;
    }
    let message = format!(
        "{} is not the API group of a {}",
        quoted(&subject.api_group),
        subject.kind
    );
    let diagnostic = Diagnostic::error(codes::SUBJECT, message)
        .help(format!("write `apiGroup: {expected:?}`, or leave it out"));
    ctx.report(&at.key("apiGroup"), "wrong group", diagnostic);
}

fn check_account_name(ctx: &mut Context<'_>, at: &At<'_>, name: &str) {
    let Some(expected) = NameRule::Subdomain.problem(name) else {
        return;
    };
    let message = format!(
        "{name} cannot be the name of a service account",
        name = quoted(name)
    );
    let mut diagnostic = Diagnostic::error(codes::SUBJECT, message).help(expected);
    if let Some((namespace, name)) = name.rsplit_once(':') {
        let namespace = namespace.rsplit(':').next().unwrap_or(namespace);
        diagnostic = diagnostic.help(format!("write `namespace: {namespace}` and `name: {name}`"));
    }
    ctx.report(&at.key("name"), "invalid name", diagnostic);
}
