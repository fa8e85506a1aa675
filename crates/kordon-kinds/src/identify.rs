//! Which kind an object is of, judged by `apiVersion` and `kind`.
//!
//! It knows the list of kinds and how people misspell it.

use kordon_syntax::{Diagnostic, Fix, Node, SourceId, Value, quoted, similar};

use crate::at::At;
use crate::codes;
use crate::kind::Kind;
use crate::lower::Lowered;
use crate::registry::KINDS;

/// Groups that once served kinds which moved elsewhere.
const FORMER_GROUPS: &[&str] = &["extensions"];

/// Kinds that change what a cluster allows and that Kordon does not evaluate.
const NOT_EVALUATED: &[(&str, &[&str])] = &[
    (
        "cilium.io",
        &["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"],
    ),
    ("crd.antrea.io", &["NetworkPolicy", "ClusterNetworkPolicy"]),
    (
        "policy.linkerd.io",
        &["AuthorizationPolicy", "Server", "ServerAuthorization"],
    ),
];

/// What is known about the kind of an object.
#[derive(Debug)]
pub(crate) enum Identity {
    /// A known kind. Where the object only resembles it, a problem says how.
    Known {
        kind: &'static Kind,
        doubt: Option<Diagnostic>,
    },
    /// A kind that Kordon does not know.
    Unknown { api_version: String, kind: String },
    /// Not an API object; reported.
    None,
}

/// Identifies an object.
pub(crate) fn identify(root: &Node, source: SourceId, out: &mut Lowered) -> Identity {
    let before = out.diagnostics.len();
    let api_version = required(root, source, "apiVersion", "such as `apiVersion: v1`", out);
    let kind = required(root, source, "kind", "such as `kind: NetworkPolicy`", out);
    match (api_version, kind) {
        (Some(api_version), Some(kind)) => of_names(root, source, api_version, kind, out),
        // INVARIANT: a policy that lacks its version still counts, with doubt.
        (None, Some(name)) => match KINDS.iter().find(|known| known.kind == name) {
            Some(kind) => {
                let mut doubt = out.diagnostics.drain(before..).next();
                if let Some(diagnostic) = &mut doubt {
                    diagnostic.help = vec![format!("write `apiVersion: {}`", kind.api_version())];
                }
                Identity::Known { kind, doubt }
            }
            None => Identity::None,
        },
        _ => Identity::None,
    }
}

fn required<'n>(
    root: &'n Node,
    source: SourceId,
    field: &str,
    example: &str,
    out: &mut Lowered,
) -> Option<&'n str> {
    let at = At::Root.key(field);
    let node = at.node(root);
    if let Some(Value::String(text)) = node.map(|node| &node.value)
        && !text.is_empty()
    {
        return Some(text);
    }
    let (message, label) = match node {
        Some(node) if node.value != Value::Null && node.as_str().is_none() => (
            format!("`{field}` is a {}, but a string is expected", node.kind()),
            "expected a string".to_owned(),
        ),
        _ => (
            format!("`{field}` is missing"),
            format!("an object without `{field}`"),
        ),
    };
    let diagnostic = Diagnostic::error(codes::NOT_AN_OBJECT, message)
        .help(format!("every API object needs `{field}`, {example}"));
    out.diagnostics
        .push(diagnostic.at(source, at.span(root), label));
    None
}

fn of_names(
    root: &Node,
    source: SourceId,
    api_version: &str,
    kind: &str,
    out: &mut Lowered,
) -> Identity {
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    if let Some(known) = KINDS
        .iter()
        .find(|known| known.kind == kind && known.group == group)
    {
        let doubt = (!known.versions.contains(&version))
            .then(|| unknown_version(root, source, known, api_version));
        return Identity::Known { kind: known, doubt };
    }
    let not_evaluated = NOT_EVALUATED
        .iter()
        .any(|(known, kinds)| *known == group && kinds.contains(&kind));
    if not_evaluated {
        out.diagnostics
            .push(warn_not_evaluated(root, source, group, kind));
    } else if let Some(known) = resembled(group, api_version, kind) {
        let doubt = Some(misspelt(root, source, known, api_version, kind));
        return Identity::Known { kind: known, doubt };
    }
    Identity::Unknown {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
    }
}

/// The kind that was probably meant: one of the same name in a group that resembles the written
/// one, or one of the same group whose name resembles the written one.
fn resembled(group: &str, api_version: &str, kind: &str) -> Option<&'static Kind> {
    let in_similar_group = KINDS.iter().find(|known| {
        known.kind.eq_ignore_ascii_case(kind) && resembles_group(known, group, api_version)
    });
    in_similar_group.or_else(|| {
        let of_group = || KINDS.iter().filter(|known| known.group == group);
        let is_plural = |known: &&Kind| known.plural.eq_ignore_ascii_case(kind);
        of_group().find(is_plural).or_else(|| {
            // Short names resemble each other too often.
            let names: Vec<&str> = of_group()
                .map(|known| known.kind)
                .filter(|name| name.len() >= 8)
                .collect();
            let name = similar(kind, &names)?;
            of_group().find(|known| known.kind == name)
        })
    })
}

fn resembles_group(known: &Kind, group: &str, api_version: &str) -> bool {
    // `apiVersion: networking.k8s.io`, and `apiVersion: v1` for a kind of a named group.
    let without_version = api_version == known.group;
    let without_group = group.is_empty() && known.versions.contains(&api_version);
    group == known.group
        || without_version
        || without_group
        || FORMER_GROUPS.contains(&group)
        || similar(group, &[known.group]).is_some()
        || (known.group.is_empty() && matches!(group, "core" | "v1"))
}

fn unknown_version(root: &Node, source: SourceId, known: &Kind, written: &str) -> Diagnostic {
    let message = format!(
        "{} is not a version of {} that Kordon knows",
        quoted(written),
        known.kind
    );
    let version = known.api_version();
    let span = At::Root.key("apiVersion").span(root);
    Diagnostic::error(codes::VERSION, message)
        .help(format!("write `apiVersion: {version}`"))
        .fix(Fix::replace(
            format!("write `{version}`"),
            source,
            span,
            version,
        ))
        .at(source, span, "unknown version")
}

fn misspelt(
    root: &Node,
    source: SourceId,
    known: &Kind,
    api_version: &str,
    kind: &str,
) -> Diagnostic {
    let version = known.api_version();
    let (field, meant) = if known.kind == kind {
        ("apiVersion", version.as_str())
    } else {
        ("kind", known.kind)
    };
    let message = format!(
        "there is no kind {} in {}",
        quoted(kind),
        quoted(api_version)
    );
    let span = At::Root.key(field).span(root);
    Diagnostic::error(codes::MISSPELT_KIND, message)
        .help(format!(
            "did you mean `kind: {}` with `apiVersion: {version}`?",
            known.kind
        ))
        .fix(Fix::replace(
            format!("write `{meant}`"),
            source,
            span,
            meant,
        ))
        .at(source, span, "not known by this name")
}

fn warn_not_evaluated(root: &Node, source: SourceId, group: &str, kind: &str) -> Diagnostic {
    let message = format!("decisions do not take this {kind} of `{group}` into account");
    let name = root
        .get("metadata")
        .and_then(|metadata| metadata.get("name"))
        .and_then(Node::as_str);
    let mut diagnostic = Diagnostic::warning(codes::NOT_EVALUATED, message)
        .help("what it allows or denies in the cluster may differ from the answers given here")
        .at(source, At::Root.key("kind").span(root), "not evaluated");
    diagnostic.object = name.map(|name| format!("{kind} {name}"));
    diagnostic
}
