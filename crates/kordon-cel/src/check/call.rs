//! Operators, functions and their overloads.

use kordon_syntax::{Span, quoted};

use super::{Checker, operators};
use crate::ast::{Call, Expr};
use crate::problem::{Problem, TYPE};
use crate::types::{Signature, Type};

impl Checker<'_> {
    pub(super) fn operator(&mut self, span: Span, operator: &str, operands: &[&Expr]) -> Type {
        let types: Vec<Type> = operands.iter().map(|operand| self.check(operand)).collect();
        let shown = operator.trim_end_matches('x');
        self.overload(span, shown, operators::signatures(operator), &types)
    }

    pub(super) fn call(&mut self, span: Span, call: &Call) -> Type {
        if let Some(result) = self.namespaced(span, call) {
            return result;
        }
        let Some(target) = &call.target else {
            let found = self.env.global(&call.function.name, call.function.absolute);
            let signatures = found.map(|(_, function)| function.signatures.clone());
            return self.function(span, call, signatures.as_deref(), &[]);
        };
        let signatures = match &*call.function.name {
            name @ ("or" | "orValue") => Some(operators::signatures(name).to_vec()),
            _ => self
                .env
                .method(&call.function.name)
                .map(|found| found.signatures.clone()),
        };
        self.function(span, call, signatures.as_deref(), &[target])
    }

    /// A function with a namespace, such as `math.abs(..)`.
    fn namespaced(&mut self, span: Span, call: &Call) -> Option<Type> {
        let (root, fields) = call.target.as_ref()?.chain()?;
        if self.local(&root).is_some() {
            return None;
        }
        let names = [&root.name]
            .into_iter()
            .chain(&fields)
            .chain([&call.function.name]);
        let names: Vec<&str> = names.map(|name| &**name).collect();
        let (_, function) = self.env.global(&names.join("."), root.absolute)?;
        let signatures = function.signatures.clone();
        Some(self.function(span, call, Some(&signatures), &[]))
    }

    fn function(
        &mut self,
        span: Span,
        call: &Call,
        signatures: Option<&[Signature]>,
        receiver: &[&Expr],
    ) -> Type {
        let Some(signatures) = signatures else {
            let of = self.undeclared(call.name_span, &call.function.name);
            for argument in receiver.iter().copied().chain(&call.arguments) {
                self.check(argument);
            }
            return of;
        };
        let arguments = receiver.iter().copied().chain(&call.arguments);
        let types: Vec<Type> = arguments.map(|argument| self.check(argument)).collect();
        self.overload(span, &call.function.name, signatures, &types)
    }

    /// The result of the overloads that take the types: `dyn` if they differ in it.
    fn overload(
        &mut self,
        span: Span,
        name: &str,
        signatures: &[Signature],
        types: &[Type],
    ) -> Type {
        let mut result: Option<Type> = None;
        for signature in signatures {
            let (parameters, of) = self.substitution.instance(signature);
            if !self.substitution.all_fit(types, &parameters) {
                continue;
            }
            let of = self.substitution.resolved(&of);
            result = Some(match result {
                Some(found) if found != of => Type::Dyn,
                _ => of,
            });
        }
        if let Some(result) = result {
            return result;
        }
        let shown: Vec<String> = types
            .iter()
            .map(|of| self.substitution.finished(of).to_string())
            .collect();
        let message = format!("{} does not take ({})", quoted(name), shown.join(", "));
        let problem = Problem::new(TYPE, span, message).help(expected(signatures));
        self.problem(problem)
    }
}

/// What the overloads take, in one line.
fn expected(signatures: &[Signature]) -> String {
    const MOST: usize = 8;
    let mut shown: Vec<String> = signatures
        .iter()
        .take(MOST)
        .map(|signature| {
            let types: Vec<String> = signature
                .parameters
                .iter()
                .map(ToString::to_string)
                .collect();
            format!("({})", types.join(", "))
        })
        .collect();
    if signatures.len() > MOST {
        shown.push("..".to_owned());
    }
    format!("it takes {}", shown.join(" or "))
}
