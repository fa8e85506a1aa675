//! From one node to one lowered object: identity first, then the kind's own lowering.
//!
//! It owns what all objects share (`apiVersion`, `kind`, `metadata`) and must not know what a
//! kind means.

use std::collections::BTreeMap;

use kordon_core::model::{Object, ObjectRef};
use kordon_syntax::{Diagnostic, Node, SourceId, Span, Value, quoted};

use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::identify::{Identity, identify};
use crate::kind::{Kind, Scope};
use crate::metadata::{Metadata, check_labels};
use crate::names::is_label;
use crate::settings::Settings;

/// Objects, and what was noticed while they were lowered.
#[derive(Clone, Debug, Default)]
pub struct Lowered {
    /// The objects of known kinds, in the order in which they were read.
    pub objects: Vec<Located>,
    /// Every problem found.
    pub diagnostics: Vec<Diagnostic>,
    /// How often each `apiVersion` and kind came up that Kordon does not know.
    pub unknown: BTreeMap<(String, String), usize>,
}

/// An object and where it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The object.
    pub object: Object,
    /// The source that it was read from.
    pub source: SourceId,
    /// Its place there.
    pub span: Span,
    /// The place of its name, to point at it as a whole.
    pub name_span: Span,
    /// Whether it means exactly what was written.
    pub state: State,
}

/// How far an object was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It was lowered exactly and the API server accepts it.
    Exact,
    /// The API server refuses it; what could not be lowered exactly answers unknown.
    Broken,
}

/// Lowers one API object, as the settings have it. An object of a kind that Kordon does not know is
/// counted, not refused.
///
/// It never fails: every problem becomes a diagnostic, and a policy that cannot be lowered
/// exactly contributes rules that answer unknown.
///
/// ```
/// use kordon_kinds::{Lowered, Settings, State, check, lower, settle};
/// use kordon_syntax::{Limits, SourceId, parse};
///
/// let text = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, \
///             spec: {podSelectr: {}}}";
/// let mut out = Lowered::default();
/// for document in parse(SourceId::default(), text, &Limits::default()).documents {
///     lower(&document.root, SourceId::default(), &Settings::default(), &mut out);
/// }
/// out.diagnostics.extend(settle(&mut out.objects));
/// out.diagnostics.extend(check(&out.objects));
/// assert_eq!(out.objects[0].state, State::Broken);
/// assert_eq!(out.diagnostics[0].message, "`podSelectr` is not a field of `spec`");
/// ```
pub fn lower(node: &Node, source: SourceId, settings: &Settings, out: &mut Lowered) {
    let Value::Mapping(_) = node.value else {
        let message = format!("expected an API object, found a {}", node.kind());
        let diagnostic = Diagnostic::error(codes::NOT_AN_OBJECT, message)
            .help("an object begins with `apiVersion`, `kind` and `metadata`");
        out.diagnostics
            .push(diagnostic.at(source, node.span, "expected a mapping"));
        return;
    };
    match identify(node, source, out) {
        Identity::Known { kind, doubt } => {
            let mut ctx = context(node, source, settings, kind);
            let located = lower_known(&mut ctx, kind, doubt);
            out.diagnostics.extend(ctx.finish());
            out.objects.push(located);
        }
        Identity::Unknown { api_version, kind } => {
            *out.unknown.entry((api_version, kind)).or_default() += 1;
        }
        Identity::None => {}
    }
}

fn context<'a>(
    root: &'a Node,
    source: SourceId,
    settings: &'a Settings,
    kind: &Kind,
) -> Context<'a> {
    let id = ObjectRef::cluster(kind.group, kind.kind, "");
    Context::new(root, source, settings, id, kind.unknown_fields())
}

fn lower_known(ctx: &mut Context<'_>, kind: &Kind, doubt: Option<Diagnostic>) -> Located {
    ctx.metadata = ctx.read::<Metadata>(&At::Root.key("metadata"));
    // The namespace may be the part that could not be read, or stand under a misspelt name.
    if ctx.errors() != 0 && kind.scope == Scope::Namespaced && ctx.metadata.namespace.is_none() {
        ctx.namespace_is_known = false;
        ctx.doubt = Some("the object's namespace could not be read".to_owned());
    }
    name(ctx, kind);
    if let Some(diagnostic) = doubt {
        ctx.doubt = Some(diagnostic.message.clone());
        ctx.adopt(diagnostic);
    }
    let labels = std::mem::take(&mut ctx.metadata.labels);
    check_labels(ctx, &At::Root.key("metadata").key("labels"), &labels);
    ctx.metadata.labels = labels;

    let items = (kind.lower)(ctx);
    let state = if ctx.errors() == 0 {
        State::Exact
    } else {
        State::Broken
    };
    Located {
        object: Object {
            id: ctx.id.clone(),
            items,
        },
        source: ctx.source,
        span: ctx.root.span,
        name_span: At::Root.key("metadata").key("name").span(ctx.root),
        state,
    }
}

/// Settles the object's name and namespace.
fn name(ctx: &mut Context<'_>, kind: &Kind) {
    let name = match (&ctx.metadata.name, &ctx.metadata.generate_name) {
        (Some(name), _) if !name.is_empty() => name.clone(),
        (_, Some(prefix)) if !prefix.is_empty() => format!("{prefix}{}", fingerprint(ctx.root)),
        _ => format!("unnamed-{}", fingerprint(ctx.root)),
    };
    ctx.id.name = name.as_str().into();
    if kind.scope == Scope::Namespaced {
        // kubectl sends objects that name no namespace to the current one, here `default`.
        let namespace = ctx
            .metadata
            .namespace
            .as_deref()
            .filter(|namespace| !namespace.is_empty());
        ctx.id.namespace = Some(namespace.unwrap_or("default").into());
    }
    check_name(ctx, kind, &name);
    check_namespace(ctx, kind);
}

fn check_name(ctx: &mut Context<'_>, kind: &Kind, name: &str) {
    let metadata = At::Root.key("metadata");
    let at = metadata.key("name");
    let given = ctx
        .metadata
        .name
        .as_deref()
        .is_some_and(|name| !name.is_empty());
    let prefix = ctx
        .metadata
        .generate_name
        .clone()
        .filter(|prefix| !prefix.is_empty());
    if given {
        if let Some(expected) = kind.names.problem(name) {
            let message = format!(
                "{name} cannot be the name of this {}",
                kind.kind,
                name = quoted(name)
            );
            ctx.report(
                &at,
                "invalid name",
                Diagnostic::error(codes::NAME, message).help(expected),
            );
        }
    } else if let Some(prefix) = prefix {
        let message = format!(
            "the API server generates the name from {prefix}",
            prefix = quoted(&prefix)
        );
        let diagnostic = Diagnostic::warning(codes::GENERATED_NAME, message).help(format!(
            "it is called {name} here; write `name` to give it a name of its own",
            name = quoted(name)
        ));
        ctx.report(&metadata.key("generateName"), "only a prefix", diagnostic);
    } else if !ctx.has(&at) || ctx.metadata.name.is_some() {
        let diagnostic = Diagnostic::error(codes::NAME, format!("this {} has no name", kind.kind))
            .help("add `name: ..` under `metadata`");
        ctx.report(&at, "`metadata.name` is missing", diagnostic);
    }
}

fn check_namespace(ctx: &mut Context<'_>, kind: &Kind) {
    let metadata = At::Root.key("metadata");
    let at = metadata.key("namespace");
    let Some(namespace) = ctx
        .metadata
        .namespace
        .clone()
        .filter(|namespace| !namespace.is_empty())
    else {
        return;
    };
    if kind.scope == Scope::Cluster {
        let message = format!(
            "this {} belongs to no namespace, so {namespace} is ignored",
            kind.kind,
            namespace = quoted(&namespace)
        );
        let mut diagnostic =
            Diagnostic::warning(codes::CLUSTER_SCOPED, message).help("remove this line");
        if let Some(namespaced) = kind
            .kind
            .strip_prefix("Cluster")
            .filter(|_| kind.group.starts_with("rbac"))
        {
            diagnostic = diagnostic.help(format!(
                "to stay inside {namespace} write `kind: {namespaced}`",
                namespace = quoted(&namespace)
            ));
        }
        ctx.report(&at, "has no effect", diagnostic);
    } else if !is_label(&namespace) {
        let message = format!(
            "{namespace} cannot be the name of a namespace",
            namespace = quoted(&namespace)
        );
        let diagnostic = Diagnostic::error(codes::NAME, message).help(
            "expected at most 63 lowercase letters, digits and `-`, with a letter or digit at both ends",
        );
        ctx.report(&at, "invalid name", diagnostic);
    }
}

/// Five characters that depend on the content alone, so that an object without a name is called
/// the same wherever it stands.
fn fingerprint(node: &Node) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut hash = fnv(node.to_json().to_string().as_bytes());
    let mut text = String::new();
    for _ in 0..5 {
        let letter = LETTERS.get((hash % 32) as usize).copied().unwrap_or(b'a');
        text.push(char::from(letter));
        hash /= 32;
    }
    text
}

/// The 64-bit FNV-1a hash.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
