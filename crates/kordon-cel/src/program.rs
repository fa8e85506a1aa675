//! A compiled expression, and the way to it.

use crate::check;
use crate::cost::{Budget, Cost, estimate};
use crate::env::Env;
use crate::error::EvalError;
use crate::eval::{Frame, eval, test, with_locals};
use crate::ir::Node;
use crate::lower::lower;
use crate::parse::parse;
use crate::problem::{LIMIT, Problem};
use crate::types::Type;
use crate::value::{Object, Value};

/// An expression that can be evaluated any number of times, by any number of threads.
#[derive(Debug)]
pub struct Program {
    root: Node,
    locals: usize,
    result: Type,
    cost: Cost,
    /// What an evaluation may cost beside the nodes, which are paid for from the start.
    budget: u64,
}

impl Env {
    /// Compiles an expression, after all its names and types have been checked.
    pub fn compile(&self, text: &str) -> Result<Program, Vec<Problem>> {
        let expr = parse(text, self.declared_limits()).map_err(|problem| vec![problem])?;
        let result = check::check(&expr, self)?;
        let lowered = lower(&expr, self);
        if !lowered.problems.is_empty() {
            return Err(lowered.problems);
        }
        self.program(lowered.root, lowered.locals, result)
    }

    /// Compiles an expression without a check: what no name stands for, and what no operator takes,
    /// is an error when it is evaluated.
    ///
    /// This is how the specification describes evaluation without declarations. Use
    /// [`Env::compile`] for expressions that people write.
    pub fn compile_unchecked(&self, text: &str) -> Result<Program, Vec<Problem>> {
        let expr = parse(text, self.declared_limits()).map_err(|problem| vec![problem])?;
        let lowered = lower(&expr, self);
        let is_limit = |problem: &Problem| problem.code == LIMIT;
        if lowered.problems.iter().any(is_limit) {
            return Err(lowered.problems.into_iter().filter(is_limit).collect());
        }
        self.program(lowered.root, lowered.locals, Type::Dyn)
    }

    /// The type of an expression; the problems if it has some.
    pub fn check(&self, text: &str) -> Result<Type, Vec<Problem>> {
        let expr = parse(text, self.declared_limits()).map_err(|problem| vec![problem])?;
        check::check(&expr, self)
    }

    fn program(&self, root: Node, locals: usize, result: Type) -> Result<Program, Vec<Problem>> {
        let limit = self.declared_limits().max_cost;
        let cost = estimate(&root, self);
        let Some(budget) = limit.checked_sub(cost.least) else {
            let message = format!(
                "expression that costs at least {}, more than the limit of {limit}",
                cost.least
            );
            return Err(vec![Problem::new(LIMIT, root.span, message)]);
        };
        Ok(Program {
            root,
            locals,
            result,
            cost,
            budget,
        })
    }
}

impl Program {
    /// The value of the expression for a request.
    pub fn evaluate<'a>(&'a self, request: &'a dyn Object) -> Result<Value<'a>, EvalError> {
        self.run(request, |frame| eval(&self.root, frame))
    }

    /// Whether the expression, a condition, holds for a request.
    pub fn test(&self, request: &dyn Object) -> Result<bool, EvalError> {
        self.run(request, |frame| test(&self.root, frame))
    }

    /// The value for a request, with what it cost.
    pub fn measure<'a>(&'a self, request: &'a dyn Object) -> (Result<Value<'a>, EvalError>, u64) {
        self.run(request, |frame| {
            let result = eval(&self.root, frame);
            let spent = self.budget.saturating_sub(frame.budget.left());
            (result, self.cost.least.saturating_add(spent))
        })
    }

    #[inline]
    fn run<'a, T>(
        &'a self,
        request: &'a dyn Object,
        run: impl FnOnce(&mut Frame<'_, 'a>) -> T,
    ) -> T {
        let budget = Budget::new(self.budget);
        if self.locals == 0 {
            run(&mut Frame::new(request, &mut [], budget))
        } else {
            with_locals(self.locals, |locals| {
                run(&mut Frame::new(request, locals, budget))
            })
        }
    }

    /// The type of the result; `dyn` if the expression was not checked.
    pub fn result_type(&self) -> &Type {
        &self.result
    }

    /// What an evaluation may cost.
    pub fn cost(&self) -> Cost {
        self.cost
    }
}
