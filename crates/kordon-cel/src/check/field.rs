//! Fields.

use kordon_syntax::{quoted, similar};

use super::Checker;
use crate::ast::{Expr, Name, Select};
use crate::problem::{NAME, Problem, TYPE};
use crate::types::Type;

impl Checker<'_> {
    /// `operand.field`, or a declared name with dots.
    pub(super) fn select(&mut self, expr: &Expr, select: &Select) -> Type {
        if !select.optional
            && let Some(declared) = self.declared(expr)
        {
            return declared;
        }
        let operand = self.check(&select.operand);
        let of = self.field(&operand, select);
        let is_optional = self.substitution.resolved(&operand).as_optional().is_some();
        if select.optional || is_optional {
            Type::optional(of)
        } else {
            of
        }
    }

    /// The type of a name with dots that is declared as a whole.
    fn declared(&self, expr: &Expr) -> Option<Type> {
        let (root, fields) = expr.chain()?;
        if self.local(&root).is_some() {
            return None;
        }
        let (target, taken) = self.env.resolve(&root, &fields)?;
        (taken == fields.len()).then(|| self.target(&target))
    }

    /// The type of a field of a value of a type.
    pub(super) fn field(&mut self, operand: &Type, select: &Select) -> Type {
        let resolved = self.substitution.resolved(operand);
        let resolved = resolved.as_optional().cloned().unwrap_or(resolved);
        match self.substitution.resolved(&resolved) {
            Type::Map(parts) => {
                let [key, value] = &*parts;
                if self
                    .substitution
                    .all_fit(std::slice::from_ref(key), &[Type::String])
                {
                    return value.clone();
                }
                let message = format!("a map with keys of type {key} has no fields");
                self.problem(Problem::new(TYPE, select.field_span, message))
            }
            Type::Object(object) => self.object_field(&object, select),
            Type::Dyn => Type::Dyn,
            open @ Type::Param(_) => {
                self.substitution.all_fit(&[Type::Dyn], &[open]);
                Type::Dyn
            }
            other => {
                let message = format!(
                    "a value of type {other} has no field {}",
                    quoted(&select.field)
                );
                self.problem(Problem::new(TYPE, select.field_span, message))
            }
        }
    }

    fn object_field(&mut self, object: &str, select: &Select) -> Type {
        if let Some((_, of)) = self.env.field(object, &select.field) {
            return of.clone();
        }
        let fields: Vec<&str> = self
            .env
            .fields(object)
            .unwrap_or_default()
            .iter()
            .map(|(name, _): &(Name, Type)| &**name)
            .collect();
        let message = format!("type {object} has no field {}", quoted(&select.field));
        let problem = Problem::new(NAME, select.field_span, message);
        let problem = match similar(&select.field, &fields) {
            Some(meant) => problem.help(format!("did you mean `{meant}`?")),
            None if fields.is_empty() => problem,
            None => problem.help(format!("its fields are `{}`", fields.join("`, `"))),
        };
        self.problem(problem)
    }
}
