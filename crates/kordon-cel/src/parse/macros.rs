//! Which calls are macros, and what they stand for.
//!
//! The macros of the language, of two-variable comprehensions, bindings, optionals, `sortBy`, and
//! the many arguments of `math.greatest` and `math.least`.

use std::sync::Arc;

use kordon_syntax::{Span, quoted};

use super::Parser;
use crate::ast::{Bind, Call, Comprehension, Element, Expr, Fold, Ident, Kind, Name, OptMap};
use crate::problem::Problem;

impl Parser<'_> {
    /// A call, or what it stands for if it is a macro.
    pub(super) fn call(&self, span: Span, call: Call) -> Result<Expr, Problem> {
        let kind = if call.function.absolute {
            Kind::Call(Box::new(call))
        } else {
            match call.target {
                None => has(call)?,
                Some(_) if is_namespace(&call, "cel") => self.binding(call)?,
                Some(_) if is_namespace(&call, "math") => self.math(call)?,
                Some(_) => method(call)?,
            }
        };
        self.node(span, kind)
    }

    /// `math.greatest` and `math.least` of three and more are those of a list.
    fn math(&self, mut call: Call) -> Result<Kind, Problem> {
        let is_variadic = matches!(&*call.function.name, "greatest" | "least");
        if is_variadic && call.arguments.len() > 2 {
            let span = call.name_span;
            let elements = call.arguments.drain(..).map(|value| Element {
                value,
                optional: false,
            });
            let list = self.node(span, Kind::List(elements.collect()))?;
            call.arguments.push(list);
        }
        Ok(Kind::Call(Box::new(call)))
    }

    /// `cel.bind(name, value, body)` and the forms of an optimiser: `cel.block([..], body)`,
    /// `cel.index(0)`, `cel.iterVar(0, 0)`.
    fn binding(&self, call: Call) -> Result<Kind, Problem> {
        let name = Arc::clone(&call.function.name);
        let mut arguments = call.arguments.iter();
        let next = (
            arguments.next(),
            arguments.next(),
            arguments.next(),
            arguments.next(),
        );
        match (&*name, next) {
            ("bind", (Some(variable), Some(value), Some(body), None)) => {
                Ok(Kind::Bind(Box::new(Bind {
                    variable: variable_name(variable)?,
                    value: value.clone(),
                    body: body.clone(),
                })))
            }
            ("block", (Some(values), Some(body), None, None)) => self.block(values, body),
            ("index", (Some(_), None, None, None))
            | ("iterVar", (Some(_), Some(_), None, None)) => match hidden_name(&call) {
                Some(name) => Ok(Kind::Ident(Ident {
                    name,
                    absolute: false,
                })),
                None => Ok(Kind::Call(Box::new(call))),
            },
            _ => Ok(Kind::Call(Box::new(call))),
        }
    }

    fn block(&self, values: &Expr, body: &Expr) -> Result<Kind, Problem> {
        let Kind::List(elements) = &values.kind else {
            return Err(Problem::syntax(
                values.span,
                "`cel.block` takes a list of values first",
            ));
        };
        let mut inner = body.clone();
        for (index, element) in elements.iter().enumerate().rev() {
            let bind = Bind {
                variable: format!("@index{index}").into(),
                value: element.value.clone(),
                body: inner,
            };
            inner = self.node(values.span, Kind::Bind(Box::new(bind)))?;
        }
        Ok(inner.kind)
    }
}

/// `has(a.b)`
fn has(mut call: Call) -> Result<Kind, Problem> {
    if &*call.function.name != "has" || call.arguments.len() != 1 {
        return Ok(Kind::Call(Box::new(call)));
    }
    let Some(argument) = call.arguments.pop() else {
        return Ok(Kind::Call(Box::new(call)));
    };
    match argument.kind {
        Kind::Select(select) if !select.optional => Ok(Kind::Has(select)),
        _ => Err(Problem::syntax(
            argument.span,
            "`has` takes a field, such as `has(a.b)`",
        )),
    }
}

fn is_namespace(call: &Call, namespace: &str) -> bool {
    matches!(call.target.as_ref().map(|target| &target.kind),
        Some(Kind::Ident(ident)) if &*ident.name == namespace)
}

/// The name of a variable that an optimiser made, which no text can write.
fn hidden_name(call: &Call) -> Option<Name> {
    let numbers: Option<Vec<String>> = call
        .arguments
        .iter()
        .map(|argument| match &argument.kind {
            Kind::Literal(crate::ast::Literal::Int(value)) => Some(value.to_string()),
            _ => None,
        })
        .collect();
    let joined = numbers?.join(":");
    Some(format!("@{}{joined}", call.function.name).into())
}

/// The macros that are called on a list, a map or an optional.
fn method(mut call: Call) -> Result<Kind, Problem> {
    let count = call.arguments.len();
    let (fold, variables, has_filter) = match (&*call.function.name, count) {
        ("all", 2 | 3) => (Fold::All, count - 1, false),
        ("exists", 2 | 3) => (Fold::Exists, count - 1, false),
        ("exists_one" | "existsOne", 2 | 3) => (Fold::ExistsOne, count - 1, false),
        ("map", 2) => (Fold::List, 1, false),
        ("map", 3) => (Fold::List, 1, true),
        ("filter", 2) => (Fold::Filter, 1, false),
        ("transformList", 3) => (Fold::List, 2, false),
        ("transformList", 4) => (Fold::List, 2, true),
        ("transformMap", 3) => (Fold::Map, 2, false),
        ("transformMap", 4) => (Fold::Map, 2, true),
        ("transformMapEntry", 3) => (Fold::MapEntry, 2, false),
        ("transformMapEntry", 4) => (Fold::MapEntry, 2, true),
        ("sortBy", 2) => (Fold::SortBy, 1, false),
        ("optMap" | "optFlatMap", 2) => return opt_map(call),
        _ => return Ok(Kind::Call(Box::new(call))),
    };
    let name_span = call.name_span;
    let second = (variables == 2)
        .then(|| call.arguments.get(1).map(variable_name))
        .flatten()
        .transpose()?;
    let Some(variable) = call.arguments.first().map(variable_name).transpose()? else {
        return Ok(Kind::Call(Box::new(call)));
    };
    if second.as_ref() == Some(&variable) {
        return Err(Problem::syntax(
            name_span,
            format!("two variables have the name {}", quoted(&variable)),
        ));
    }
    let body = call.arguments.pop();
    let filter = has_filter.then(|| call.arguments.pop()).flatten();
    match (call.target.take(), body) {
        (Some(range), Some(body)) => Ok(Kind::Comprehension(Box::new(Comprehension {
            fold,
            range,
            variable,
            second,
            filter,
            body,
        }))),
        _ => Ok(Kind::Call(Box::new(call))),
    }
}

fn opt_map(mut call: Call) -> Result<Kind, Problem> {
    let variable = call.arguments.first().map(variable_name).transpose()?;
    let body = call.arguments.pop();
    let flat = &*call.function.name == "optFlatMap";
    match (call.target.take(), variable, body) {
        (Some(operand), Some(variable), Some(body)) => Ok(Kind::OptMap(Box::new(OptMap {
            operand,
            variable,
            body,
            flat,
        }))),
        _ => Ok(Kind::Call(Box::new(call))),
    }
}

fn variable_name(expr: &Expr) -> Result<Name, Problem> {
    match &expr.kind {
        Kind::Ident(ident) if !ident.absolute => Ok(Arc::clone(&ident.name)),
        _ => Err(Problem::syntax(
            expr.span,
            "expected the name of a variable",
        )),
    }
}
