//! Differences as diagnostics, for code scanners and annotations.

use std::collections::BTreeMap;

use kordon_analyze::connectivity::ChangeKind;
use kordon_syntax::{Code, CodeDoc, Diagnostic, Label, Severity, SourceId, Sources, Span};

use super::{Diff, DiffLine};
use crate::engine::Engine;
use crate::reason::{Reason, RulePlace};

const OPENED: CodeDoc = CodeDoc {
    code: Code("KD0601"),
    title: "connection or permission that a change opens",
    why: "something is allowed that was not allowed before",
    mend: "approve it, or narrow the rule at the place shown",
};
const CLOSED: CodeDoc = CodeDoc {
    code: Code("KD0602"),
    title: "connection or permission that a change closes",
    why: "something is no longer allowed, and whoever used it will fail",
    mend: "approve it, or add a rule that allows it",
};
const MOVED: CodeDoc = CodeDoc {
    code: Code("KD0603"),
    title: "connection whose ports a change moves",
    why: "other ports are allowed between two that reached each other before",
    mend: "approve it, or correct the ports of the rule at the place shown",
};

/// The codes of differences, with what the manual says about them.
pub static CODES: &[CodeDoc] = &[OPENED, CLOSED, MOVED];

impl Diff {
    /// The differences as diagnostics, and the sources that they point into: those of the new
    /// cluster, and behind them those of the old one.
    ///
    /// What is opened points at the rule that opens it, what is closed at the rule or policy that
    /// closes it. Where the new cluster has none, as for a policy that is gone, the place is that
    /// in the old one.
    pub fn diagnostics(&self) -> (Vec<Diagnostic>, Sources) {
        let mut sources = Sources::default();
        let mut add = |engine: &Engine| -> BTreeMap<SourceId, SourceId> {
            let all = engine.atlas().sources().iter();
            all.map(|(id, source)| (id, sources.add(source.name.clone(), source.text.clone())))
                .collect()
        };
        let (new, old) = (add(&self.new), add(&self.old));
        let after = Side {
            when: "after",
            engine: &self.new,
            ids: new,
        };
        let before = Side {
            when: "before",
            engine: &self.old,
            ids: old,
        };
        let lines = self.lines();
        let diagnostics = lines.map(|line| diagnostic(&line, &before, &after));
        (diagnostics.collect(), sources)
    }
}

/// One cluster, and the ids that its sources have among all.
struct Side<'d> {
    when: &'static str,
    engine: &'d Engine,
    ids: BTreeMap<SourceId, SourceId>,
}

impl Side<'_> {
    /// The rules of some reasons that stand in a source, as labels that explain.
    fn labels<'r>(&'r self, reasons: &'r [Reason]) -> impl Iterator<Item = (&'r RulePlace, Label)> {
        let rules = reasons.iter().flat_map(|reason| {
            let rules = reason.rules.iter();
            rules.map(move |rule| (reason, rule))
        });
        rules.filter_map(|(reason, rule)| {
            let (source, span) = rule.place(self.engine)?;
            let message = format!("{}: {}", self.when, reason.text);
            let label = Label::secondary(*self.ids.get(&source)?, span, message);
            Some((rule, label))
        })
    }
}

fn diagnostic(line: &DiffLine, before: &Side<'_>, after: &Side<'_>) -> Diagnostic {
    let (doc, severity, words) = match line.kind {
        ChangeKind::Added => (OPENED, Severity::Warning, "is opened"),
        ChangeKind::Removed => (CLOSED, Severity::Note, "is closed"),
        ChangeKind::Changed => (MOVED, Severity::Warning, "goes to other ports"),
    };
    let ports = match (&line.old, &line.new) {
        (Some(old), Some(new)) => format!("{old} -> {new}"),
        (old, new) => old.clone().or(new.clone()).unwrap_or_default(),
    };
    let message = format!("the {} `{}` {words}: {ports}", line.about, line.what);
    let mut diagnostic = Diagnostic::new(doc.code, severity, message).help(doc.mend);
    let new = after.labels(&line.after);
    let old = before.labels(&line.before);
    for (rule, label) in new.chain(old) {
        if diagnostic.labels.is_empty() {
            diagnostic.object = Some(rule.object.to_string());
            diagnostic.path = rule.path.parse().ok();
            diagnostic.labels.push(Label {
                primary: true,
                ..label
            });
        } else if !diagnostic
            .labels
            .iter()
            .any(|known| place(known) == place(&label))
        {
            diagnostic.labels.push(label);
        }
    }
    diagnostic
}

fn place(label: &Label) -> (SourceId, Span) {
    (label.source, label.span)
}
