//! Calls.

use std::sync::Arc;

use kordon_syntax::Span;

use super::{Lowerer, Tall, tall};
use crate::ast::{Call, Expr, Kind, Literal, Name};
use crate::error::Reason;
use crate::functions::{Function, regex};
use crate::ir::{self, Op, Pattern};
use crate::problem::{Problem, SYNTAX};

impl Lowerer<'_> {
    pub(super) fn call(&mut self, span: Span, call: &Call) -> Tall {
        let global = self.global(call);
        let is_matches = global.as_ref().is_none_or(|(name, _)| &**name == "matches");
        let global = global.map(|(name, function)| (name, function.clone()));
        if is_matches && let Some(matches) = self.constant_pattern(span, call) {
            return matches;
        }
        if let Some((name, function)) = global {
            return self.invoke(
                span,
                name,
                &function,
                &call.arguments.iter().collect::<Vec<_>>(),
            );
        }
        let Some(target) = &call.target else {
            return tall(span, 0, Op::Fail(Reason::Undeclared));
        };
        if let ([argument], "or" | "orValue") = (&*call.arguments, &*call.function.name) {
            let (pair, height) = self.pair(target, argument);
            let is_value = &*call.function.name == "orValue";
            let op = if is_value {
                Op::OptionalOrValue(pair)
            } else {
                Op::OptionalOr(pair)
            };
            return self.node(span, height, op);
        }
        let Some(function) = self.env.method(&call.function.name).cloned() else {
            return tall(span, 0, Op::Fail(Reason::Undeclared));
        };
        let arguments: Vec<&Expr> = [target].into_iter().chain(&call.arguments).collect();
        self.invoke(span, Arc::clone(&call.function.name), &function, &arguments)
    }

    /// A function that is called by its name, which may have a namespace: `math.abs(..)`.
    fn global(&self, call: &Call) -> Option<(Name, &Function)> {
        let Some(target) = &call.target else {
            return self.env.global(&call.function.name, call.function.absolute);
        };
        let (root, fields) = target.chain()?;
        if self.local(&root).is_some() {
            return None;
        }
        let names = [&root.name]
            .into_iter()
            .chain(&fields)
            .chain([&call.function.name]);
        let names: Vec<&str> = names.map(|name| &**name).collect();
        self.env.global(&names.join("."), root.absolute)
    }

    fn invoke(&mut self, span: Span, name: Name, function: &Function, arguments: &[&Expr]) -> Tall {
        if !function.takes(arguments.len()) {
            return tall(span, 0, Op::Fail(Reason::NoOverload));
        }
        let (arguments, height) = self.all(arguments.iter().copied());
        let call = ir::Call {
            function: name,
            body: function.body.clone(),
            arguments,
        };
        self.node(span, height, Op::Call(Box::new(call)))
    }

    /// `matches` with a pattern that is known: it is compiled once.
    fn constant_pattern(&mut self, span: Span, call: &Call) -> Option<Tall> {
        if &*call.function.name != "matches" {
            return None;
        }
        let (subject, pattern) = match (&call.target, &*call.arguments) {
            (Some(target), [pattern]) => (target, pattern),
            (None, [subject, pattern]) => (subject, pattern),
            _ => return None,
        };
        let Kind::Literal(Literal::String(text)) = &pattern.kind else {
            return None;
        };
        let Ok(regex) = regex::constant(text) else {
            let message = format!(
                "{} is no regular expression of RE2",
                kordon_syntax::quoted(text)
            );
            self.problems
                .push(Problem::new(SYNTAX, pattern.span, message));
            return Some(tall(span, 0, Op::Fail(Reason::Pattern)));
        };
        let subject = self.lower(subject);
        let pattern = Box::new(Pattern {
            text: Box::from(&**text),
            regex,
        });
        let height = subject.height;
        Some(self.node(
            span,
            height,
            Op::Matches {
                subject: subject.boxed(),
                pattern,
            },
        ))
    }
}
