//! Findings about one set of policies as diagnostics: what has no effect, and what depends on
//! chance.
//!
//! Owns the words and the places. What is found is
//! [`analyze::lint`](crate::analyze::lint)'s.

use kordon_analyze::lint::{At, Finding, Problem, findings};
use kordon_core::rule::{Combine, Otherwise};
use kordon_syntax::{Code, CodeDoc, Diagnostic, Label, Severity, Sources};

use crate::engine::Engine;

const SHADOWED: CodeDoc = CodeDoc {
    code: Code("KD0701"),
    title: "rule that never decides",
    why: "earlier rules always decide before it, so it does not do what it says",
    mend: "remove it, or move it before the rules that are shown",
};
const REDUNDANT: CodeDoc = CodeDoc {
    code: Code("KD0702"),
    title: "rule or policy that changes no answer",
    why: "whoever reads it takes it for a reason, and whoever removes the other one is surprised",
    mend: "remove it; what is shown gives the same answers",
};
const MATCHES_NOTHING: CodeDoc = CodeDoc {
    code: Code("KD0703"),
    title: "rule that can match nothing",
    why: "no connection can satisfy all of its conditions at once, so it has no effect",
    mend: "correct the conditions, or remove the rule",
};
const CONTRADICTS: CodeDoc = CodeDoc {
    code: Code("KD0704"),
    title: "rules that contradict each other at one priority",
    why: "which of the two policies comes first is not defined, and they answer the same connection in different ways; answers here take them by name",
    mend: "give the policies different priorities",
};
const COVERED: CodeDoc = CodeDoc {
    code: Code("KD0705"),
    title: "permission that is granted twice",
    why: "whoever takes the one away leaves the other",
    mend: "remove it, or the one that is shown",
};

/// The codes of findings, with what the manual says about them.
pub static CODES: &[CodeDoc] = &[SHADOWED, REDUNDANT, MATCHES_NOTHING, CONTRADICTS, COVERED];

/// Findings about one set of policies.
///
/// ```
/// use kordon::lint::Lint;
/// use kordon::{Cluster, Engine};
///
/// let mut cluster = Cluster::new();
/// cluster.read("policy.yaml", "
/// apiVersion: networking.k8s.io/v1
/// kind: NetworkPolicy
/// metadata: {name: cart, namespace: shop}
/// spec:
///   podSelector: {matchLabels: {app: cart}}
///   ingress:
///   - from: [{podSelector: {}}]
///   - from: [{podSelector: {matchLabels: {app: web}}}]
/// ");
/// let lint = Lint::of(&Engine::new(&cluster));
/// let messages: Vec<&str> = lint.diagnostics.iter().map(|d| d.message.as_str()).collect();
/// assert_eq!(messages, ["`spec.ingress[1]` changes no answer"]);
/// ```
#[derive(Clone, Debug)]
pub struct Lint {
    /// The findings, each with its place and that of what makes it one.
    pub diagnostics: Vec<Diagnostic>,
    /// The sources that they point into.
    pub sources: Sources,
    /// Whether rules about connections were left out, as there are more kinds of connections than
    /// are looked at, or a policy selects by parts of texts.
    pub is_incomplete: bool,
}

impl Lint {
    /// Judges the policies of an engine.
    pub fn of(engine: &Engine) -> Self {
        let findings = findings(engine.snapshot());
        let found = findings.found.iter();
        Self {
            diagnostics: found.map(|finding| diagnostic(engine, finding)).collect(),
            sources: engine.atlas().sources().clone(),
            is_incomplete: findings.is_incomplete,
        }
    }
}

fn diagnostic(engine: &Engine, finding: &Finding) -> Diagnostic {
    let path = &finding.at.path;
    let (doc, message, here) = match finding.problem {
        Problem::Shadowed => (
            SHADOWED,
            format!("`{path}` never decides"),
            "what it matches is decided before",
        ),
        Problem::Redundant => (
            REDUNDANT,
            format!("`{path}` changes no answer"),
            "without it every answer is the same",
        ),
        Problem::RedundantPolicy(direction) => (
            REDUNDANT,
            match direction {
                None => "this policy changes no answer".to_owned(),
                Some(direction) => format!("this policy changes no answer for {direction}"),
            },
            "without it every answer is the same",
        ),
        Problem::MatchesNothing => (
            MATCHES_NOTHING,
            format!("`{path}` can match nothing"),
            "no connection satisfies this",
        ),
        Problem::Contradicts => (
            CONTRADICTS,
            format!("`{path}` contradicts a rule of the same priority"),
            "which one decides is not defined",
        ),
        Problem::CoveredRule => (
            COVERED,
            format!("`{path}` grants nothing that other rules do not grant"),
            "other rules of the role cover it",
        ),
        Problem::CoveredGrant => (
            COVERED,
            format!("`{path}` is granted nothing that it is not granted elsewhere"),
            "other grants cover this one",
        ),
    };
    // A policy that denies what others deny as well is often kept on purpose.
    let severity = match finding.problem {
        Problem::RedundantPolicy(_) => Severity::Note,
        _ => Severity::Warning,
    };
    let mut diagnostic = Diagnostic::new(doc.code, severity, message)
        .object(finding.at.object.to_string())
        .help(help(&doc, finding));
    diagnostic.path = path.parse().ok();
    if let Some((source, span)) = engine.atlas().place(&finding.at.object, path) {
        diagnostic.labels.push(Label::primary(source, span, here));
    }
    for by in &finding.by {
        diagnostic = point_at(engine, diagnostic, by, finding);
    }
    diagnostic.help.extend(keeps_isolating(engine, finding));
    diagnostic
}

/// What to do, with the names of what is shown.
fn help(doc: &CodeDoc, finding: &Finding) -> String {
    let names: Vec<String> = finding.by.iter().map(name).collect();
    match names.as_slice() {
        [] => doc.mend.to_owned(),
        names => format!("{} ({})", doc.mend, names.join(", ")),
    }
}

fn name(at: &At) -> String {
    format!("{} {}", at.object, at.path)
}

fn point_at(engine: &Engine, diagnostic: Diagnostic, by: &At, finding: &Finding) -> Diagnostic {
    let Some((source, span)) = engine.atlas().place(&by.object, &by.path) else {
        return diagnostic;
    };
    let said = match finding.problem {
        Problem::Shadowed => "this decides",
        Problem::Redundant | Problem::MatchesNothing => "this decides it already",
        Problem::RedundantPolicy(_) => "this guards the same",
        Problem::Contradicts => "the other rule",
        Problem::CoveredRule | Problem::CoveredGrant => "this grants it",
    };
    diagnostic.see(source, span, said)
}

/// What to mind when a rule goes that is the only one of its list, where a policy without rules
/// still denies: it has to say that it guards the direction.
fn keeps_isolating(engine: &Engine, finding: &Finding) -> Option<String> {
    let is_rule = !matches!(finding.problem, Problem::RedundantPolicy(_));
    let policies = engine.snapshot().policies_about_connections().into_iter();
    let mut own = policies.filter(|policy| *policy.object() == finding.at.object);
    let of = own.find(|policy| policy.rules().any(|rule| rule.path() == finding.at.path))?;
    let is_last = of.rules().all(|rule| rule.path() == finding.at.path);
    let denies = matches!(
        of.stage()?.combine,
        Combine::Isolate
            | Combine::FirstMatch {
                otherwise: Otherwise::Deny
            }
    );
    let direction = of.direction()?;
    (is_rule && is_last && denies).then(|| {
        format!("it is the last rule of its list: see that the policy still guards {direction}")
    })
}
