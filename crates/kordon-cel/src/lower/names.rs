//! Names and the fields after them.

use std::sync::Arc;

use super::{Lowerer, Tall, tall};
use crate::ast::{Expr, Ident, Kind, Name, Select};
use crate::env::Target;
use crate::error::Reason;
use crate::ir::{Op, Place};
use crate::types::Type;
use crate::value::{Ref, Value};

impl Lowerer<'_> {
    /// A variable that the expression binds, the innermost of that name.
    pub(super) fn local(&self, ident: &Ident) -> Option<(usize, u32)> {
        let mut found = self.scope.iter().rev();
        let variable = found.find(|variable| !ident.absolute && variable.name == ident.name)?;
        Some((variable.slot, variable.height))
    }

    /// A name, or a chain of names that one declaration stands for.
    pub(super) fn name(&mut self, expr: &Expr) -> Tall {
        let Some((root, fields)) = expr.chain() else {
            return tall(expr.span, 0, Op::Fail(Reason::Undeclared));
        };
        if let Some((slot, height)) = self.local(&root) {
            return tall(expr.span, height, Op::Local(slot));
        }
        match self.env.resolve(&root, &fields) {
            Some((Target::Type(name, _), _)) => {
                let value = Value::Type(Ref::Shared(name));
                tall(expr.span, 0, Op::Constant(value))
            }
            Some((Target::Variable(slot), taken)) => {
                let rest = fields.get(taken..).unwrap_or_default();
                let place = place(slot, &self.places(slot, rest));
                tall(expr.span, 0, Op::Place(place))
            }
            None => tall(expr.span, 0, Op::Fail(Reason::Undeclared)),
        }
    }

    /// The indices of the fields that lead from a variable through declared objects.
    fn places(&self, slot: usize, fields: &[Name]) -> Vec<usize> {
        let mut of = self.env.variable_type(slot);
        let mut places = Vec::new();
        for field in fields {
            let Some(Type::Object(object)) = of else {
                break;
            };
            let Some((index, inner)) = self.env.field(object, field) else {
                break;
            };
            places.push(index);
            of = Some(inner);
        }
        places
    }

    pub(super) fn select(&mut self, expr: &Expr, select: &Select) -> Tall {
        if !select.optional && self.is_name(expr) {
            return self.name(expr);
        }
        let operand = self.lower(&select.operand);
        let (height, operand) = (operand.height, operand.boxed());
        let field = Arc::clone(&select.field);
        let op = if select.optional {
            Op::SelectOptional { operand, field }
        } else {
            Op::Select { operand, field }
        };
        self.node(expr.span, height, op)
    }

    /// Whether a chain is a name as a whole: a declared one, or a place inside of a variable.
    fn is_name(&self, expr: &Expr) -> bool {
        let Some((root, fields)) = expr.chain() else {
            return false;
        };
        if self.local(&root).is_some() {
            return false;
        }
        match self.env.resolve(&root, &fields) {
            Some((Target::Variable(slot), taken)) => {
                let rest = fields.get(taken..).unwrap_or_default();
                self.places(slot, rest).len() == rest.len()
            }
            Some((Target::Type(..), taken)) => taken == fields.len(),
            None => matches!(expr.kind, Kind::Ident(_)),
        }
    }
}

fn place(slot: usize, fields: &[usize]) -> Place {
    match fields.split_last() {
        Some((last, before)) => Place {
            objects: [slot].into_iter().chain(before.iter().copied()).collect(),
            field: *last,
        },
        None => Place {
            objects: Box::default(),
            field: slot,
        },
    }
}
