//! The type checker.
//!
//! Owns which expressions have a type, and which: names are declared, operators and functions take
//! their operands, fields exist. It is gradual: what is `dyn` fits everywhere, and is checked when
//! the value is there. All problems are collected, as far as one does not follow from another.

mod call;
mod field;
mod operators;
mod unify;

use kordon_syntax::{Span, quoted, similar};

use self::unify::Substitution;
use crate::ast::{
    Bind, Comprehension, Element, Entry, Expr, Fold, Ident, Kind, Literal, Name, OptMap,
};
use crate::env::{Env, Target};
use crate::problem::{NAME, Problem, TYPE};
use crate::types::Type;

/// The type of an expression.
pub(crate) fn check(expr: &Expr, env: &Env) -> Result<Type, Vec<Problem>> {
    let mut checker = Checker {
        env,
        scope: Vec::new(),
        substitution: Substitution::default(),
        problems: Vec::new(),
    };
    let of = checker.check(expr);
    if checker.problems.is_empty() {
        Ok(checker.substitution.finished(&of))
    } else {
        Err(checker.problems)
    }
}

struct Checker<'e> {
    env: &'e Env,
    scope: Vec<(Name, Type)>,
    substitution: Substitution,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn check(&mut self, expr: &Expr) -> Type {
        match &expr.kind {
            Kind::Literal(literal) => of_literal(literal),
            Kind::Ident(ident) => self.ident(expr.span, ident),
            Kind::Select(select) => self.select(expr, select),
            Kind::Has(select) => {
                let operand = self.check(&select.operand);
                self.field(&operand, select);
                Type::Bool
            }
            Kind::Index(index) => {
                let operator = if index.optional {
                    operators::INDEX_OPTIONAL
                } else {
                    operators::INDEX
                };
                self.operator(expr.span, operator, &[&index.operand, &index.key])
            }
            Kind::Call(call) => self.call(expr.span, call),
            Kind::List(elements) => self.list(elements),
            Kind::Map(entries) => self.map(entries),
            Kind::And(operands) | Kind::Or(operands) => {
                for operand in operands {
                    self.expect_bool(operand);
                }
                Type::Bool
            }
            Kind::Not(operand) => self.operator(expr.span, operators::NOT, &[operand]),
            Kind::Negate(operand) => self.operator(expr.span, operators::NEGATE, &[operand]),
            Kind::Binary(operator, operands) => {
                let [left, right] = &**operands;
                self.operator(expr.span, operators::name(*operator), &[left, right])
            }
            Kind::Conditional(parts) => {
                let [condition, then, otherwise] = &**parts;
                let parts = [condition, then, otherwise];
                self.operator(expr.span, operators::CONDITIONAL, &parts)
            }
            Kind::Comprehension(comprehension) => self.comprehension(comprehension),
            Kind::Bind(bind) => self.bind(bind),
            Kind::OptMap(map) => self.opt_map(map),
        }
    }

    fn problem(&mut self, problem: Problem) -> Type {
        self.problems.push(problem);
        Type::Dyn
    }

    fn ident(&mut self, span: Span, ident: &Ident) -> Type {
        if let Some(local) = self.local(ident) {
            return local;
        }
        match self.env.resolve(ident, &[]) {
            Some((target, _)) => self.target(&target),
            None => self.undeclared(span, &ident.name),
        }
    }

    fn local(&self, ident: &Ident) -> Option<Type> {
        let mut found = self.scope.iter().rev();
        let (_, of) = found.find(|(name, _)| !ident.absolute && *name == ident.name)?;
        Some(of.clone())
    }

    fn target(&self, target: &Target) -> Type {
        match target {
            Target::Variable(slot) => self.env.variable_type(*slot).cloned().unwrap_or(Type::Dyn),
            Target::Type(_, of) => Type::type_of(of.clone()),
        }
    }

    fn undeclared(&mut self, span: Span, name: &str) -> Type {
        let mut known = self.env.known_names();
        known.extend(self.scope.iter().map(|(name, _)| &**name));
        let problem = Problem::new(NAME, span, format!("undeclared name {}", quoted(name)));
        let problem = match similar(name, &known) {
            Some(meant) => problem.help(format!("did you mean `{meant}`?")),
            None => problem,
        };
        self.problem(problem)
    }

    fn expect_bool(&mut self, expr: &Expr) {
        let of = self.check(expr);
        if !self
            .substitution
            .all_fit(std::slice::from_ref(&of), &[Type::Bool])
        {
            let found = self.substitution.finished(&of);
            let message = format!("expected a condition of type bool, found {found}");
            self.problem(Problem::new(TYPE, expr.span, message));
        }
    }

    fn list(&mut self, elements: &[Element]) -> Type {
        let mut joined = None;
        for element in elements {
            let of = self.check(&element.value);
            let of = if element.optional {
                self.unwrapped(element.value.span, &of)
            } else {
                of
            };
            joined = Some(self.join(joined, of));
        }
        Type::list(joined.unwrap_or_else(|| self.substitution.fresh()))
    }

    fn map(&mut self, entries: &[Entry]) -> Type {
        let (mut keys, mut values) = (None, None);
        for entry in entries {
            let key = self.check(&entry.key);
            keys = Some(self.join(keys, key));
            let of = self.check(&entry.value);
            let of = if entry.optional {
                self.unwrapped(entry.value.span, &of)
            } else {
                of
            };
            values = Some(self.join(values, of));
        }
        let keys = keys.unwrap_or_else(|| self.substitution.fresh());
        Type::map(keys, values.unwrap_or_else(|| self.substitution.fresh()))
    }

    /// The type of elements so far and of one more: `dyn` if they have none in common.
    fn join(&mut self, before: Option<Type>, of: Type) -> Type {
        match before {
            Some(before) => self.substitution.joined(&before, &of).unwrap_or(Type::Dyn),
            None => of,
        }
    }

    /// The type inside of an optional.
    fn unwrapped(&mut self, span: Span, of: &Type) -> Type {
        let inner = self.substitution.fresh();
        let optional = Type::optional(inner.clone());
        if self
            .substitution
            .all_fit(std::slice::from_ref(of), &[optional])
        {
            return self.substitution.resolved(&inner);
        }
        let found = self.substitution.finished(of);
        let message = format!("expected an optional after `?`, found {found}");
        self.problem(Problem::new(TYPE, span, message))
    }

    fn comprehension(&mut self, it: &Comprehension) -> Type {
        let range = self.check(&it.range);
        let (single, pair) = self.elements(it.range.span, &range);
        let depth = self.scope.len();
        match &it.second {
            Some(second) => {
                self.scope.push((Name::clone(&it.variable), pair.0.clone()));
                self.scope.push((Name::clone(second), pair.1));
            }
            None => self.scope.push((Name::clone(&it.variable), single.clone())),
        }
        if let Some(filter) = &it.filter {
            self.expect_bool(filter);
        }
        let result = self.fold(it, single, pair.0);
        self.scope.truncate(depth);
        result
    }

    fn fold(&mut self, it: &Comprehension, single: Type, key: Type) -> Type {
        match it.fold {
            Fold::All | Fold::Exists | Fold::ExistsOne => {
                self.expect_bool(&it.body);
                Type::Bool
            }
            Fold::Filter => {
                self.expect_bool(&it.body);
                Type::list(single)
            }
            Fold::List => Type::list(self.check(&it.body)),
            Fold::Map => {
                let body = self.check(&it.body);
                Type::map(key, body)
            }
            Fold::SortBy => {
                self.check(&it.body);
                Type::list(single)
            }
            Fold::MapEntry => {
                let body = self.check(&it.body);
                let (key, value) = (self.substitution.fresh(), self.substitution.fresh());
                let expected = Type::map(key, value);
                if self
                    .substitution
                    .all_fit(&[body], std::slice::from_ref(&expected))
                {
                    return self.substitution.resolved(&expected);
                }
                let message = "expected a map of one entry as the body";
                self.problem(Problem::new(TYPE, it.body.span, message))
            }
        }
    }

    /// The types that one variable takes over a range, and that two take.
    fn elements(&mut self, span: Span, range: &Type) -> (Type, (Type, Type)) {
        match self.substitution.resolved(range) {
            Type::List(element) => (Type::clone(&element), (Type::Int, Type::clone(&element))),
            Type::Map(parts) => {
                let [key, value] = &*parts;
                (key.clone(), (key.clone(), value.clone()))
            }
            Type::Dyn => (Type::Dyn, (Type::Dyn, Type::Dyn)),
            open @ Type::Param(_) => {
                self.substitution.all_fit(&[Type::Dyn], &[open]);
                (Type::Dyn, (Type::Dyn, Type::Dyn))
            }
            other => {
                let message = format!("expected a list or a map to go over, found {other}");
                self.problem(Problem::new(TYPE, span, message));
                (Type::Dyn, (Type::Dyn, Type::Dyn))
            }
        }
    }

    fn bind(&mut self, bind: &Bind) -> Type {
        let value = self.check(&bind.value);
        self.scope.push((Name::clone(&bind.variable), value));
        let body = self.check(&bind.body);
        self.scope.pop();
        body
    }

    fn opt_map(&mut self, map: &OptMap) -> Type {
        let operand = self.check(&map.operand);
        let inner = self.unwrapped(map.operand.span, &operand);
        self.scope.push((Name::clone(&map.variable), inner));
        let body = self.check(&map.body);
        self.scope.pop();
        if !map.flat {
            return Type::optional(body);
        }
        let inner = self.unwrapped(map.body.span, &body);
        Type::optional(inner)
    }
}

fn of_literal(literal: &Literal) -> Type {
    match literal {
        Literal::Null => Type::Null,
        Literal::Bool(_) => Type::Bool,
        Literal::Int(_) => Type::Int,
        Literal::Uint(_) => Type::Uint,
        Literal::Double(_) => Type::Double,
        Literal::String(_) => Type::String,
        Literal::Bytes(_) => Type::Bytes,
    }
}
