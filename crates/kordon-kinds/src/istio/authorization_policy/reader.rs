//! One rule while it is read: what Istio makes of values that its webhook refuses.
//!
//! The webhook refuses more than the translation to Envoy needs to. Where the meaning of what is
//! refused is known, the rule has that meaning, and the problem is reported all the same.

use kordon_syntax::{Diagnostic, quoted};
use serde::de::IgnoredAny;

use super::Action;
use crate::at::{At, elements};
use crate::codes;
use crate::context::Context;

/// The most entries of a list in a rule.
const MOST: usize = 512;

/// A rule while it is read.
pub(super) struct Reader<'c, 'a> {
    pub(super) ctx: &'c mut Context<'a>,
    pub(super) action: &'c Action,
    errors_before: usize,
    refused: usize,
    is_left_out: bool,
}

impl<'c, 'a> Reader<'c, 'a> {
    pub(super) fn new(ctx: &'c mut Context<'a>, action: &'c Action) -> Self {
        Self {
            errors_before: ctx.errors(),
            ctx,
            action,
            refused: 0,
            is_left_out: false,
        }
    }

    /// Whether all that was read has a known meaning.
    pub(super) fn is_exact(&self) -> bool {
        self.ctx.errors() == self.errors_before + self.refused
    }

    /// Whether Istio leaves the rule out.
    pub(super) fn is_left_out(&self) -> bool {
        self.is_left_out
    }

    /// Reports what Istio refuses though its meaning is known.
    pub(super) fn refuse(&mut self, at: &At<'_>, label: &str, diagnostic: Diagnostic) {
        self.refused += 1;
        self.ctx.report(at, label, diagnostic);
    }

    /// A value has no meaning. "Return the error as-is for allow policy. This will make all rules
    /// in the current permission ignored"; in any other policy the value alone is ignored
    /// (`checkError` in Istio's `authz/model`).
    pub(super) fn ignore_value(&mut self) {
        self.is_left_out |= *self.action == Action::Allow;
    }

    /// The rule has no meaning.
    pub(super) fn leave_out(&mut self) {
        self.is_left_out = true;
    }

    /// The length of a list. A field that is no list is reported.
    pub(super) fn count(&mut self, list: &At<'_>) -> usize {
        let _: Vec<IgnoredAny> = self.ctx.read(list);
        let count = self.ctx.node(list).map_or(0, |node| elements(node).len());
        if count > MOST {
            let message = format!("{count} entries are more than the {MOST} that are allowed");
            let diagnostic = Diagnostic::error(codes::LIMIT, message).help("write several rules");
            self.refuse(list, "too many", diagnostic);
        }
        count
    }

    /// Reports a part that has to stand in its parent and does not.
    pub(super) fn refuse_absent(&mut self, at: &At<'_>, field: &str, example: &str) {
        let message = format!("`{}` needs `{field}`", at.path());
        let diagnostic = Diagnostic::error(codes::REQUIRED, message).help(format!(
            "write {example}; to speak of everything leave the list out"
        ));
        self.refuse(at, "counts as everything", diagnostic);
    }

    /// Reports values that are empty texts.
    pub(super) fn refuse_empty(&mut self, list: &At<'_>, values: &[String]) {
        for (index, value) in values.iter().enumerate() {
            if value.is_empty() {
                let diagnostic = Diagnostic::error(codes::VALUE, "an empty value is not allowed")
                    .help("remove it; `*` is any value that is not empty");
                self.refuse(&list.index(index), "empty", diagnostic);
            }
        }
    }

    /// Reports a field that cannot stand in a CUSTOM policy.
    pub(super) fn refuse_in_custom(&mut self, at: &At<'_>, what: &str) {
        if !matches!(self.action, Action::Custom(_)) {
            return;
        }
        let message = format!("{} cannot stand in a CUSTOM policy", quoted(what));
        let diagnostic = Diagnostic::error(codes::RULE_FIELDS, message)
            .help("remove it; the provider is asked before tokens are looked at");
        self.refuse(at, "not known when the provider is asked", diagnostic);
    }
}
