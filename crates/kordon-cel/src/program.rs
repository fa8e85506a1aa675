//! A compiled expression, and the way to it.

use kordon_syntax::Span;

use crate::check;
use crate::cost::{Budget, Cost, estimate};
use crate::env::Env;
use crate::error::{EvalError, Reason};
use crate::eval::{Frame, eval, test};
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
    limit: u64,
    /// The nodes, which an evaluation pays for before it begins.
    nodes: u64,
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
        if cost.least > limit {
            let message = format!(
                "expression that costs at least {}, more than the limit of {limit}",
                cost.least
            );
            return Err(vec![Problem::new(LIMIT, root.span, message)]);
        }
        let nodes = root.count();
        Ok(Program {
            root,
            locals,
            result,
            cost,
            limit,
            nodes,
        })
    }
}

impl Program {
    /// The value of the expression for a request.
    pub fn evaluate<'a>(&'a self, request: &'a dyn Object) -> Result<Value<'a>, EvalError> {
        let mut frame = self.frame(request)?;
        eval(&self.root, &mut frame)
    }

    /// Whether the expression, a condition, holds for a request.
    #[inline]
    pub fn test(&self, request: &dyn Object) -> Result<bool, EvalError> {
        let mut frame = self.frame(request)?;
        test(&self.root, &mut frame)
    }

    /// The value for a request, with what it cost.
    pub fn measure<'a>(&'a self, request: &'a dyn Object) -> (Result<Value<'a>, EvalError>, u64) {
        match self.frame(request) {
            Ok(mut frame) => {
                let result = eval(&self.root, &mut frame);
                (result, self.limit.saturating_sub(frame.budget.left()))
            }
            Err(error) => (Err(error), self.limit),
        }
    }

    #[inline]
    fn frame<'a>(&'a self, request: &'a dyn Object) -> Result<Frame<'a>, EvalError> {
        let mut budget = Budget::new(self.limit);
        if budget.charge(self.nodes).is_err() {
            return Err(EvalError {
                reason: Reason::Cost,
                span: self.span(),
            });
        }
        Ok(Frame::new(request, self.locals, budget))
    }

    /// The type of the result; `dyn` if the expression was not checked.
    pub fn result_type(&self) -> &Type {
        &self.result
    }

    /// What an evaluation may cost.
    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// The place of the whole expression.
    fn span(&self) -> Span {
        self.root.span
    }
}
