//! Which workloads a policy applies to: `selector`, `targetRef` and `targetRefs`.

use kordon_core::model::{NamespaceMatch, Selector};
use kordon_syntax::{Diagnostic, FieldPath, quoted};

use super::schema::{TargetRef, WorkloadSelector};
use crate::at::{At, elements};
use crate::codes;
use crate::context::Context;
use crate::metadata::check_labels;

/// The label by which a workload belongs to a gateway.
const GATEWAY_NAME: &str = "gateway.networking.k8s.io/gateway-name";

/// The group of gateways and their classes.
const GATEWAY_GROUP: &str = "gateway.networking.k8s.io";

/// The label, and its value, of a workload that is a waypoint.
const WAYPOINT: (&str, &str) = ("gateway.istio.io/managed", "istio.io-mesh-controller");

/// The most targets that a policy may have.
const MOST_TARGETS: usize = 16;

/// Workloads.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Selected {
    pub(super) namespaces: NamespaceMatch,
    pub(super) workloads: Selector,
}

/// What a policy applies to.
pub(super) struct Attachment {
    /// The field that says so.
    pub(super) path: FieldPath,
    /// The workloads, unless it applies to none.
    pub(super) selected: Option<Selected>,
    /// Whether it also applies to what passes through a waypoint, and the field that says so.
    pub(super) waypoint: Option<FieldPath>,
}

/// All workloads that the object may apply to: those of its namespace, or of all namespaces for
/// the root namespace and where the namespace is not known.
pub(super) fn widest(ctx: &Context<'_>) -> Selected {
    let namespaces = if ctx.namespace_is_known && !is_root(ctx) {
        NamespaceMatch::Named(ctx.namespace().to_owned())
    } else {
        NamespaceMatch::Matching(Selector::Everything)
    };
    Selected {
        namespaces,
        workloads: Selector::Everything,
    }
}

/// Whether the object stands in the root namespace.
pub(super) fn is_root(ctx: &Context<'_>) -> bool {
    ctx.namespace() == ctx.settings.mesh.root_namespace
}

/// Reads what the object applies to. The result counts only if no error was reported.
pub(super) fn read(ctx: &mut Context<'_>) -> Attachment {
    let spec = At::Root.key("spec");
    let (selector, one, list) = (
        spec.key("selector"),
        spec.key("targetRef"),
        spec.key("targetRefs"),
    );
    refuse_several(ctx, &[&selector, &one, &list]);
    let labels = read_labels(ctx, &selector);
    let targets = targets(ctx, &one, &list);
    if !targets.is_empty() {
        let stated = if ctx.has(&one) { one } else { list };
        return attached_to(ctx, &stated, &targets);
    }
    Attachment {
        path: selector.path(),
        selected: Some(Selected {
            workloads: all(labels.into_iter().chain([not_a_waypoint()]).collect()),
            ..widest(ctx)
        }),
        waypoint: None,
    }
}

/// Reads `selector`, without regard to waypoints.
pub(super) fn read_selector(ctx: &mut Context<'_>) -> Option<Selector> {
    let labels = read_labels(ctx, &At::Root.key("spec").key("selector"));
    (!labels.is_empty()).then(|| all(labels))
}

/// "Only one of targetRefs or selector can be set."
fn refuse_several(ctx: &mut Context<'_>, fields: &[&At<'_>]) {
    let set: Vec<&&At<'_>> = fields.iter().filter(|at| ctx.has_items(at)).collect();
    if let [first, second, ..] = set.as_slice() {
        let message = format!(
            "`{}` and `{}` cannot stand together",
            first.path(),
            second.path()
        );
        let diagnostic = Diagnostic::error(codes::RULE_FIELDS, message)
            .help("select workloads by labels, or name targets, and write a policy for each");
        ctx.report_key(second, "a second way to select", diagnostic);
    }
}

fn read_labels(ctx: &mut Context<'_>, at: &At<'_>) -> Vec<Selector> {
    let written: WorkloadSelector = ctx.read(at);
    let list = at.key("matchLabels");
    let wildcard = |text: &String| text.contains('*');
    let (wild, plain): (Vec<_>, Vec<_>) = written
        .match_labels
        .into_iter()
        .partition(|(key, value)| wildcard(key) || wildcard(value));
    for (key, _) in wild {
        let diagnostic =
            Diagnostic::error(codes::SELECTOR, "a selector of labels has no wildcards")
                .help("write key and value as the workloads carry them");
        ctx.report(&list.key(&key), "has a wildcard", diagnostic);
    }
    let plain = plain.into_iter().collect();
    check_labels(ctx, &list, &plain);
    plain
        .into_iter()
        .map(|(key, value)| Selector::In(key, vec![value]))
        .collect()
}

fn all(mut parts: Vec<Selector>) -> Selector {
    match parts.len() {
        1 => parts.remove(0),
        _ => Selector::All(parts),
    }
}

/// Policies without targets do not apply to waypoints.
fn not_a_waypoint() -> Selector {
    let (label, value) = WAYPOINT;
    Selector::NotIn(label.to_owned(), vec![value.to_owned()])
}

/// A target that is understood.
enum TargetOf {
    /// The gateway of this name.
    Gateway(String),
    /// What a waypoint serves, by the field that says so.
    Waypoint(FieldPath),
}

fn targets(ctx: &mut Context<'_>, one: &At<'_>, list: &At<'_>) -> Vec<TargetOf> {
    let mut targets = Vec::new();
    if ctx.has(one) {
        targets.extend(target(ctx, one));
    }
    let _: Vec<serde::de::IgnoredAny> = ctx.read(list);
    let count = ctx.node(list).map_or(0, |node| elements(node).len());
    if count > MOST_TARGETS {
        let message = format!("{count} targets are more than the {MOST_TARGETS} that are allowed");
        let diagnostic = Diagnostic::error(codes::LIMIT, message).help("write several policies");
        ctx.report(list, "too many", diagnostic);
    }
    for index in 0..count {
        targets.extend(target(ctx, &list.index(index)));
    }
    targets
}

fn target(ctx: &mut Context<'_>, at: &At<'_>) -> Option<TargetOf> {
    let written: TargetRef = ctx.read(at);
    if written.name.is_empty() {
        let diagnostic = Diagnostic::error(codes::REQUIRED, "a target needs `name`")
            .help("add `name: ..`, the name of the gateway or service");
        ctx.report(&at.key("name"), "no `name`", diagnostic);
    }
    if !written.namespace.is_empty() && written.namespace != ctx.namespace() {
        let message = format!(
            "{} is another namespace, and a policy targets its own alone",
            quoted(&written.namespace)
        );
        let diagnostic = Diagnostic::error(codes::VALUE, message)
            .help("put the policy into the namespace of its target");
        ctx.report(&at.key("namespace"), "another namespace", diagnostic);
    }
    match (written.group.as_str(), written.kind.as_str()) {
        (GATEWAY_GROUP, "Gateway") => Some(TargetOf::Gateway(written.name)),
        ("" | "core", "Service")
        | ("networking.istio.io", "ServiceEntry")
        | (GATEWAY_GROUP, "GatewayClass") => Some(TargetOf::Waypoint(at.path())),
        (group, kind) => {
            let message = format!(
                "{} of group {} cannot be the target of a policy",
                quoted(kind),
                quoted(group)
            );
            let diagnostic = Diagnostic::error(codes::VALUE, message).help(
                "targets are `Gateway` and `GatewayClass` of `gateway.networking.k8s.io`, `ServiceEntry` of `networking.istio.io`, and `Service` without a group",
            );
            let known = ["Gateway", "GatewayClass", "Service", "ServiceEntry"];
            ctx.report_word(&at.key("kind"), "not a target", diagnostic, &known);
            None
        }
    }
}

fn attached_to(ctx: &mut Context<'_>, at: &At<'_>, targets: &[TargetOf]) -> Attachment {
    let gateways: Vec<String> = targets
        .iter()
        .filter_map(|target| match target {
            TargetOf::Gateway(name) => Some(name.clone()),
            TargetOf::Waypoint(_) => None,
        })
        .collect();
    let waypoint = targets.iter().find_map(|target| match target {
        TargetOf::Waypoint(path) => Some(path.clone()),
        TargetOf::Gateway(_) => None,
    });
    if waypoint.is_some() {
        let diagnostic = Diagnostic::warning(
            codes::WAYPOINT,
            "a waypoint enforces this policy, and decisions do not follow waypoints",
        )
        .help("what the policy may govern is answered as unknown; a policy with `selector` is enforced by the workloads' own proxies");
        ctx.report_key(at, "targets what a waypoint serves", diagnostic);
    }
    let selected = (!gateways.is_empty()).then(|| Selected {
        // "The target must be in the namespace of the policy."
        namespaces: NamespaceMatch::Named(ctx.namespace().to_owned()),
        workloads: Selector::In(GATEWAY_NAME.to_owned(), gateways),
    });
    Attachment {
        path: at.path(),
        selected,
        waypoint,
    }
}
