//! Label selectors (`matchLabels` and `matchExpressions`), which many kinds share.
//!
//! It knows no kind. Semantics: apimachinery, `LabelSelectorAsSelector`: "The result of
//! matchLabels and matchExpressions are `ANDed`. An empty label selector matches all objects. A
//! null label selector matches no objects."

use std::collections::BTreeMap;

use kordon_core::model::Selector;
use kordon_syntax::{Diagnostic, quoted};
use serde::Deserialize;

use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::metadata::check_labels;
use crate::names;

const OPERATORS: [&str; 4] = ["In", "NotIn", "Exists", "DoesNotExist"];

/// A label selector as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct LabelSelector {
    match_labels: BTreeMap<String, String>,
    match_expressions: Vec<Requirement>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Requirement {
    key: String,
    operator: String,
    values: Vec<String>,
}

/// Reads and lowers the selector at a place.
pub(crate) fn read_selector(ctx: &mut Context<'_>, at: &At<'_>) -> Selector {
    let written: LabelSelector = ctx.read(at);
    written.lower(ctx, at)
}

impl LabelSelector {
    /// Checks the selector and lowers it. The result counts only if no error was reported.
    pub(crate) fn lower(&self, ctx: &mut Context<'_>, at: &At<'_>) -> Selector {
        check_labels(ctx, &at.key("matchLabels"), &self.match_labels);
        let mut parts: Vec<Selector> = self
            .match_labels
            .iter()
            .map(|(key, value)| Selector::In(key.clone(), vec![value.clone()]))
            .collect();
        let list = at.key("matchExpressions");
        for (index, requirement) in self.match_expressions.iter().enumerate() {
            parts.extend(requirement.lower(ctx, &list.index(index)));
        }
        match parts.len() {
            0 => Selector::Everything,
            1 => parts.remove(0),
            _ => Selector::All(parts),
        }
    }
}

impl Requirement {
    fn lower(&self, ctx: &mut Context<'_>, at: &At<'_>) -> Option<Selector> {
        self.check_texts(ctx, at);
        let key = self.key.clone();
        let selector = match self.operator.as_str() {
            "In" => Selector::In(key, self.values.clone()),
            "NotIn" => Selector::NotIn(key, self.values.clone()),
            "Exists" => Selector::Has(key),
            "DoesNotExist" => Selector::Lacks(key),
            _ => {
                self.report_operator(ctx, at);
                return None;
            }
        };
        self.check_values(ctx, at);
        Some(selector)
    }

    fn check_texts(&self, ctx: &mut Context<'_>, at: &At<'_>) {
        if let Some(expected) = names::label_key_problem(&self.key) {
            let message = format!("{} cannot be the key of a label", quoted(&self.key));
            let diagnostic = Diagnostic::error(codes::LABEL, message).help(expected);
            ctx.report(&at.key("key"), "invalid key", diagnostic);
        }
        let list = at.key("values");
        for (index, value) in self.values.iter().enumerate() {
            if let Some(expected) = names::label_value_problem(value) {
                let message = format!(
                    "{value} cannot be the value of a label",
                    value = quoted(value)
                );
                let diagnostic = Diagnostic::error(codes::LABEL, message).help(expected);
                ctx.report(&list.index(index), "invalid value", diagnostic);
            }
        }
    }

    fn check_values(&self, ctx: &mut Context<'_>, at: &At<'_>) {
        let takes_values = matches!(self.operator.as_str(), "In" | "NotIn");
        if takes_values && self.values.is_empty() {
            let message = format!(
                "operator {} needs at least one value",
                quoted(&self.operator)
            );
            let diagnostic = Diagnostic::error(codes::SELECTOR, message).help(
                "add `values: [..]`, or use `Exists` or `DoesNotExist` to ask for the key alone",
            );
            ctx.report(&at.key("operator"), "no values", diagnostic);
        }
        if !takes_values && !self.values.is_empty() {
            let message = format!("operator {} takes no values", quoted(&self.operator));
            let other = if self.operator == "Exists" {
                "In"
            } else {
                "NotIn"
            };
            let diagnostic = Diagnostic::error(codes::SELECTOR, message).help(format!(
                "remove `values`, or use `{other}` to compare with them"
            ));
            ctx.report(&at.key("values"), "not expected here", diagnostic);
        }
    }

    fn report_operator(&self, ctx: &mut Context<'_>, at: &At<'_>) {
        let message = format!(
            "{} is not an operator of a label selector",
            quoted(&self.operator)
        );
        let diagnostic = Diagnostic::error(codes::SELECTOR, message)
            .help("the operators are `In`, `NotIn`, `Exists` and `DoesNotExist`");
        ctx.report_word(
            &at.key("operator"),
            "unknown operator",
            diagnostic,
            &OPERATORS,
        );
    }
}
