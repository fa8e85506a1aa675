//! From `PeerAuthentication` to the rule IR.
//!
//! "A workload-specific policy comes first, then the namespace's, then the mesh's": three stages,
//! of which the first that has a mode decides. In a stage the oldest policy counts alone, so every
//! policy ends with a rule that every connection matches.

mod timestamp;

use std::collections::BTreeMap;

use kordon_core::model::{Item, NamespaceMatch, PortMatch, Protocol, Selector};
use kordon_core::rule::{Clause, Effect, Layer, Order, Plane, Rule, Security, Test, Ties};
use kordon_syntax::{Diagnostic, FieldPath, quoted};

use super::attachment::{Selected, is_root, read_selector, widest};
use super::mesh::{FIRST_MATCH, own_clause, policy, stage};
use super::schema::{MutualTls, PeerSpec};
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::frame::Frame;
use crate::network::{port_number, undecided_rule, unreadable};

/// What a policy speaks of, in the order in which policies are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Workload,
    Namespace,
    Mesh,
}

impl Scope {
    fn place(self) -> (f64, &'static str) {
        match self {
            Self::Workload => (10.0, "workload"),
            Self::Namespace => (20.0, "namespace"),
            Self::Mesh => (30.0, "mesh"),
        }
    }
}

/// How connections are secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// As the next scope says.
    Unset,
    Disable,
    Permissive,
    Strict,
}

/// Lowers one object.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let before = ctx.errors();
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let _: PeerSpec = ctx.read(&spec);
    let order = timestamp::creation(ctx);
    let selector = read_selector(ctx);
    let mtls = spec.key("mtls");
    let written = ctx.read(&mtls);
    let own = mode(ctx, &mtls, written);
    let (ports, refused) = ports(ctx, &spec.key("portLevelMtls"), selector.is_some());
    if ctx.errors() != before + refused || ctx.doubt.is_some() {
        let reason = ctx.doubt.clone().unwrap_or_else(|| unreadable(&At::Root));
        return vec![undecided(ctx, &reason)];
    }
    let scope = match (is_root(ctx), &selector) {
        (true, Some(_)) => {
            warn_of_selector(ctx, &spec.key("selector"));
            return Vec::new();
        }
        (true, None) => Scope::Mesh,
        (false, None) => Scope::Namespace,
        (false, Some(_)) => Scope::Workload,
    };
    let mut rules = Vec::new();
    if scope == Scope::Workload {
        let list = spec.key("portLevelMtls");
        for (port, written, mode) in &ports {
            rules.extend(mode_rules(*mode, &list.key(written).path(), Some(*port)));
        }
    }
    rules.extend(own_rules(ctx, &spec, own));
    let selected = Selected {
        workloads: selector.unwrap_or(Selector::Everything),
        ..widest(ctx)
    };
    vec![peer_policy(
        scope,
        order,
        spec.key("selector").path(),
        selected,
        rules,
    )]
}

fn peer_policy(
    scope: Scope,
    order: Order,
    path: FieldPath,
    selected: Selected,
    rules: Vec<Rule>,
) -> Item {
    let (place, name) = scope.place();
    let stage = stage(place, name, FIRST_MATCH, Ties::DottedName);
    policy(Plane::Mtls, stage, order, path, selected, rules)
}

/// It may be the oldest of its scope, and any mode.
fn undecided(ctx: &Context<'_>, reason: &str) -> Item {
    let rule = undecided_rule(At::Root.path(), None, Effect::Deny, reason);
    let selected = Selected {
        namespaces: if ctx.namespace_is_known && !is_root(ctx) {
            NamespaceMatch::Named(ctx.namespace().to_owned())
        } else {
            NamespaceMatch::Matching(Selector::Everything)
        },
        workloads: Selector::Everything,
    };
    let first = Order(f64::NEG_INFINITY);
    peer_policy(
        Scope::Workload,
        first,
        At::Root.path(),
        selected,
        vec![rule],
    )
}

fn warn_of_selector(ctx: &mut Context<'_>, at: &At<'_>) {
    let message = format!(
        "a policy of the root namespace {} with a selector is ignored",
        quoted(ctx.namespace())
    );
    let diagnostic = Diagnostic::warning(codes::IGNORED_SELECTOR, message).help(
        "remove `selector` to speak of the mesh, or put the policy into the workloads' namespace",
    );
    ctx.report_key(at, "has no effect here", diagnostic);
}

/// The mode that is written; an absent one inherits.
fn mode(ctx: &mut Context<'_>, at: &At<'_>, written: MutualTls) -> Mode {
    const KNOWN: [(&str, Mode); 4] = [
        ("UNSET", Mode::Unset),
        ("DISABLE", Mode::Disable),
        ("PERMISSIVE", Mode::Permissive),
        ("STRICT", Mode::Strict),
    ];
    let Some(word) = written.mode else {
        return Mode::Unset;
    };
    let known = KNOWN.iter().find(|(name, _)| *name == word);
    if known.is_none() {
        let message = format!("{} is not a mode", quoted(&word));
        let diagnostic = Diagnostic::error(codes::VALUE, message)
            .help("the modes are `STRICT`, `PERMISSIVE`, `DISABLE` and `UNSET`");
        let words = KNOWN.map(|(name, _)| name);
        ctx.report_word(&at.key("mode"), "unknown mode", diagnostic, &words);
    }
    known.map_or(Mode::Unset, |(_, mode)| *mode)
}

/// The modes of ports as they are written, in the order of the ports, and how many errors are
/// about what Istio ignores.
fn ports(
    ctx: &mut Context<'_>,
    at: &At<'_>,
    has_selector: bool,
) -> (Vec<(u16, String, Mode)>, usize) {
    let written: BTreeMap<String, MutualTls> = ctx.read(at);
    let mut ports = Vec::new();
    for (key, tls) in written {
        let field = at.key(&key);
        let mode = mode(ctx, &field, tls);
        // What is no number is reported as no port.
        let number = key.parse().unwrap_or(0);
        ports.extend(port_number(ctx, &field, number).map(|port| (port, key.clone(), mode)));
    }
    ports.sort_by_key(|(port, _, _)| *port);
    if has_selector || ports.is_empty() {
        return (ports, 0);
    }
    let diagnostic = Diagnostic::error(
        codes::RULE_FIELDS,
        "`portLevelMtls` needs `selector`, and is ignored without one",
    )
    .help("add `selector: {matchLabels: {..}}`, as ports are those of workloads");
    ctx.report_key(at, "has no effect", diagnostic);
    (ports, 1)
}

/// The policy's own mode. One without a mode leaves it to the next scope, so that no younger
/// policy of its scope is asked.
fn own_rules(ctx: &Context<'_>, spec: &At<'_>, mode: Mode) -> Vec<Rule> {
    let mtls = spec.key("mtls");
    let at = mtls.key("mode");
    if mode != Mode::Unset {
        return mode_rules(mode, &at.path(), None);
    }
    let path = if ctx.has(&at) { at.path() } else { spec.path() };
    vec![rule(&path, Effect::Pass, Vec::new())]
}

/// What a mode lets through, and that it refuses all else.
fn mode_rules(mode: Mode, path: &FieldPath, port: Option<u16>) -> Vec<Rule> {
    let secured = |ways: &[Security]| vec![Test::Security(ways.to_vec())];
    let allowed = match mode {
        Mode::Unset => return Vec::new(),
        Mode::Strict => vec![secured(&[Security::Mutual])],
        Mode::Disable => vec![secured(&[Security::Plaintext])],
        // TLS that is not the mesh's passes as it is where its bytes are not looked at.
        Mode::Permissive => vec![
            secured(&[Security::Plaintext, Security::Mutual]),
            vec![Test::Layer(Layer::Tcp)],
        ],
    };
    let of_port = |tests: Vec<Test>| -> Vec<Clause> {
        let port = port.map(|port| Test::Ports(vec![PortMatch::single(Protocol::TCP, port)]));
        port.into_iter().chain(tests).map(own_clause).collect()
    };
    let mut rules: Vec<Rule> = allowed
        .into_iter()
        .map(|tests| rule(path, Effect::Allow, of_port(tests)))
        .collect();
    rules.push(rule(path, Effect::Deny, of_port(Vec::new())));
    rules
}

fn rule(path: &FieldPath, effect: Effect, clauses: Vec<Clause>) -> Rule {
    Rule {
        path: path.clone(),
        name: None,
        effect,
        clauses,
    }
}
