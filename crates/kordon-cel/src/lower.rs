//! From the syntax tree to the program.
//!
//! Owns the meaning of names and calls, and the choice of instructions. What no name stands for
//! becomes an instruction that fails, as the specification says of unchecked expressions; checked
//! ones never come here with such a name. Knows no types beyond those of declared objects.

mod call;
mod constant;
mod names;
mod shorten;

use kordon_syntax::Span;

use crate::ast::{Binary, Bind, Comprehension, Expr, Kind, Literal, Name, OptMap};
use crate::env::Env;
use crate::error::Reason;
use crate::ir::{self, Arithmetic, Element, Entry, FoldLoop, Node, Op, Relation};
use crate::limits::Limits;
use crate::problem::{LIMIT, Problem};
use crate::value::{Ref, Value};

/// A program with what is wrong in its constants.
pub(crate) struct Lowered {
    pub(crate) root: Node,
    pub(crate) locals: usize,
    pub(crate) problems: Vec<Problem>,
}

pub(crate) fn lower(expr: &Expr, env: &Env) -> Lowered {
    let mut lowerer = Lowerer {
        env,
        scope: Vec::new(),
        locals: 0,
        problems: Vec::new(),
    };
    let root = lowerer.lower(expr).node;
    Lowered {
        locals: root.locals(),
        root,
        problems: lowerer.problems,
    }
}

struct Lowerer<'e> {
    env: &'e Env,
    scope: Vec<Variable>,
    locals: usize,
    problems: Vec<Problem>,
}

/// A variable that the expression binds.
struct Variable {
    name: Name,
    slot: usize,
    /// How deep evaluation goes when the variable is read: bound values are evaluated then.
    height: u32,
}

/// A node with the depth that evaluating it takes.
struct Tall {
    node: Node,
    height: u32,
}

/// Values bound inside of bound values may be deeper than what was written, but not by much.
const DEEPEST: u32 = 2 * Limits::DEEPEST;

impl Lowerer<'_> {
    fn lower(&mut self, expr: &Expr) -> Tall {
        let span = expr.span;
        match &expr.kind {
            Kind::Literal(literal) => tall(span, 0, Op::Constant(constant(literal))),
            Kind::Ident(_) => self.name(expr),
            Kind::Select(select) => self.select(expr, select),
            Kind::Has(select) => {
                let operand = self.lower(&select.operand);
                let field = Name::clone(&select.field);
                self.node(
                    span,
                    operand.height,
                    Op::Has {
                        operand: operand.boxed(),
                        field,
                    },
                )
            }
            Kind::Index(index) => {
                let (pair, height) = self.pair(&index.operand, &index.key);
                let op = if index.optional {
                    Op::IndexOptional(pair)
                } else {
                    Op::Index(pair)
                };
                self.node(span, height, op)
            }
            Kind::Call(call) => self.call(span, call),
            Kind::List(elements) => self.list(span, elements),
            Kind::Map(entries) => self.map(span, entries),
            Kind::And(operands) => {
                let (nodes, height) = self.all(operands);
                self.node(span, height, Op::And(nodes))
            }
            Kind::Or(operands) => {
                let (nodes, height) = self.all(operands);
                self.node(span, height, Op::Or(nodes))
            }
            Kind::Not(operand) => {
                let operand = self.lower(operand);
                self.node(span, operand.height, Op::Not(operand.boxed()))
            }
            Kind::Negate(operand) => {
                let operand = self.lower(operand);
                self.node(span, operand.height, Op::Negate(operand.boxed()))
            }
            Kind::Binary(operator, operands) => {
                let [left, right] = &**operands;
                let (pair, height) = self.pair(left, right);
                self.node(span, height, binary(*operator, pair))
            }
            Kind::Conditional(parts) => self.conditional(span, parts),
            Kind::Comprehension(comprehension) => self.comprehension(span, comprehension),
            Kind::Bind(bind) => self.bind(span, bind),
            Kind::OptMap(map) => self.opt_map(span, map),
        }
    }

    /// A node above others, in its shortest form.
    fn node(&mut self, span: Span, below: u32, op: Op) -> Tall {
        let height = below.saturating_add(1);
        if height > DEEPEST {
            let message = "values bound by `cel.bind` are nested too deep";
            self.problems.push(Problem::new(LIMIT, span, message));
            return tall(span, 0, Op::Fail(Reason::Cost));
        }
        let node = shorten::shorten(Node { span, op });
        Tall {
            node: constant::folded(node),
            height,
        }
    }

    fn pair(&mut self, left: &Expr, right: &Expr) -> (Box<[Node; 2]>, u32) {
        let (left, right) = (self.lower(left), self.lower(right));
        let height = left.height.max(right.height);
        (Box::new([left.node, right.node]), height)
    }

    fn all<'x>(&mut self, exprs: impl IntoIterator<Item = &'x Expr>) -> (Box<[Node]>, u32) {
        let mut height = 0;
        let nodes = exprs.into_iter().map(|expr| {
            let lowered = self.lower(expr);
            height = height.max(lowered.height);
            lowered.node
        });
        let nodes = nodes.collect();
        (nodes, height)
    }

    fn list(&mut self, span: Span, elements: &[crate::ast::Element]) -> Tall {
        let mut height = 0;
        let lowered = elements.iter().map(|element| {
            let value = self.lower(&element.value);
            height = height.max(value.height);
            Element {
                value: value.node,
                optional: element.optional,
            }
        });
        let lowered = lowered.collect();
        self.node(span, height, Op::List(lowered))
    }

    fn map(&mut self, span: Span, entries: &[crate::ast::Entry]) -> Tall {
        let mut height = 0;
        let lowered = entries.iter().map(|entry| {
            let (key, value) = (self.lower(&entry.key), self.lower(&entry.value));
            height = height.max(key.height).max(value.height);
            Entry {
                key: key.node,
                value: value.node,
                optional: entry.optional,
            }
        });
        let lowered = lowered.collect();
        self.node(span, height, Op::Map(lowered))
    }

    fn conditional(&mut self, span: Span, parts: &[Expr; 3]) -> Tall {
        let [condition, then, otherwise] = parts.each_ref().map(|part| self.lower(part));
        let height = condition.height.max(then.height).max(otherwise.height);
        let parts = Box::new([condition.node, then.node, otherwise.node]);
        self.node(span, height, Op::Conditional(parts))
    }

    /// Lowers what sees a variable.
    fn within(&mut self, name: &Name, height: u32, body: &Expr) -> (usize, Tall) {
        let slot = self.enter(name, height);
        let body = self.lower(body);
        self.scope.pop();
        (slot, body)
    }

    fn enter(&mut self, name: &Name, height: u32) -> usize {
        let slot = self.locals;
        self.locals += 1;
        self.scope.push(Variable {
            name: Name::clone(name),
            slot,
            height,
        });
        slot
    }

    fn comprehension(&mut self, span: Span, it: &Comprehension) -> Tall {
        let range = self.lower(&it.range);
        let slot = self.enter(&it.variable, 0);
        let second = it.second.as_ref().map(|name| self.enter(name, 0));
        let filter = it.filter.as_ref().map(|filter| self.lower(filter));
        let body = self.lower(&it.body);
        let bound = 1 + usize::from(second.is_some());
        self.scope.truncate(self.scope.len().saturating_sub(bound));
        let filter_height = filter.as_ref().map_or(0, |filter| filter.height);
        let height = range.height.max(body.height).max(filter_height);
        let filter = filter.map(|filter| filter.node);
        let weight = body.node.count() + filter.as_ref().map_or(0, Node::count);
        let fold = FoldLoop {
            fold: it.fold,
            range: range.node,
            slot,
            second,
            filter,
            body: body.node,
            weight,
        };
        self.node(span, height, Op::Fold(Box::new(fold)))
    }

    fn bind(&mut self, span: Span, bind: &Bind) -> Tall {
        let value = self.lower(&bind.value);
        let (slot, body) = self.within(&bind.variable, value.height, &bind.body);
        let height = value.height.max(body.height);
        let bind = ir::Bind {
            slot,
            value: value.node,
            body: body.node,
        };
        self.node(span, height, Op::Bind(Box::new(bind)))
    }

    fn opt_map(&mut self, span: Span, map: &OptMap) -> Tall {
        let operand = self.lower(&map.operand);
        let (slot, body) = self.within(&map.variable, 0, &map.body);
        let height = operand.height.max(body.height);
        let map = ir::OptMap {
            operand: operand.node,
            slot,
            body: body.node,
            flat: map.flat,
        };
        self.node(span, height, Op::OptMap(Box::new(map)))
    }
}

impl Tall {
    fn boxed(self) -> Box<Node> {
        Box::new(self.node)
    }
}

fn tall(span: Span, below: u32, op: Op) -> Tall {
    Tall {
        node: Node { span, op },
        height: below.saturating_add(1),
    }
}

fn constant(literal: &Literal) -> Value<'static> {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Uint(value) => Value::Uint(*value),
        Literal::Double(value) => Value::Double(*value),
        Literal::String(text) => Value::String(Ref::Shared(Name::clone(text))),
        Literal::Bytes(bytes) => Value::bytes(&**bytes),
    }
}

fn binary(operator: Binary, operands: Box<[Node; 2]>) -> Op {
    match operator {
        Binary::Add => Op::Arithmetic(Arithmetic::Add, operands),
        Binary::Subtract => Op::Arithmetic(Arithmetic::Subtract, operands),
        Binary::Multiply => Op::Arithmetic(Arithmetic::Multiply, operands),
        Binary::Divide => Op::Arithmetic(Arithmetic::Divide, operands),
        Binary::Remainder => Op::Arithmetic(Arithmetic::Remainder, operands),
        Binary::Equal => Op::Equal(operands),
        Binary::NotEqual => Op::NotEqual(operands),
        Binary::Less => Op::Compare(Relation::Less, operands),
        Binary::LessEqual => Op::Compare(Relation::LessEqual, operands),
        Binary::Greater => Op::Compare(Relation::Greater, operands),
        Binary::GreaterEqual => Op::Compare(Relation::GreaterEqual, operands),
        Binary::In => Op::In(operands),
    }
}
