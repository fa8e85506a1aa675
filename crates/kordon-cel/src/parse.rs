//! Tokens to the syntax tree.
//!
//! Owns the grammar, with precedence by climbing, and the limits on length and depth. Knows no
//! types; which calls are macros says [`macros`].

mod macros;
mod primary;

use kordon_syntax::Span;

use crate::ast::{Binary, Expr, Kind, Literal};
use crate::lex::{Token, TokenKind, tokens};
use crate::limits::Limits;
use crate::problem::{LIMIT, Problem};

/// The tree of an expression.
pub(crate) fn parse(text: &str, limits: &Limits) -> Result<Expr, Problem> {
    if text.len() > limits.max_bytes || u32::try_from(text.len()).is_err() {
        let message = format!(
            "expression of {} bytes, more than the limit of {}",
            text.len(),
            limits.max_bytes
        );
        return Err(Problem::new(LIMIT, Span::new(0, 0), message));
    }
    let tokens = tokens(text)?;
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
        depth: 0,
        max_depth: limits.depth(),
    };
    let expr = parser.expression()?;
    if parser.peek() != &TokenKind::End {
        return Err(parser.unexpected("an operator or the end"));
    }
    Ok(expr)
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: u32,
    max_depth: u32,
}

const END: &Token = &Token {
    span: Span { start: 0, end: 0 },
    kind: TokenKind::End,
};

/// How tight an operator binds. CEL: `?:` < `||` < `&&` < relations < sums < products < unary.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Relation,
    Sum,
    Product,
    Unary,
}

enum Operator {
    Or,
    And,
    Binary(Binary),
}

impl Parser<'_> {
    fn token(&self) -> &Token {
        self.tokens
            .get(self.at)
            .or(self.tokens.last())
            .unwrap_or(END)
    }

    fn peek(&self) -> &TokenKind {
        &self.token().kind
    }

    fn span(&self) -> Span {
        self.token().span
    }

    /// The place of the token before this one.
    fn last_span(&self) -> Span {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.map_or(self.span(), |token| token.span)
    }

    fn take(&mut self, sign: &str) -> bool {
        let is_there = matches!(self.peek(), TokenKind::Sign(found) if *found == sign);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), Problem> {
        if self.take(sign) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{sign}`")))
    }

    fn unexpected(&self, expected: &str) -> Problem {
        let found = match self.peek() {
            TokenKind::End => "the expression ends".to_owned(),
            TokenKind::Ident(name) | TokenKind::Escaped(name) => {
                format!("unexpected {}", kordon_syntax::quoted(name))
            }
            TokenKind::Sign(sign) => format!("unexpected `{sign}`"),
            TokenKind::Literal(_) | TokenKind::IntMinMagnitude => "unexpected value".to_owned(),
        };
        Problem::syntax(self.span(), format!("{found}; expected {expected}"))
    }

    /// Goes one level down, and refuses to go too deep.
    fn nested<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if self.depth >= self.max_depth {
            return Err(self.too_deep(self.span()));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn too_deep(&self, span: Span) -> Problem {
        let message = format!(
            "expression nested deeper than the limit of {}",
            self.max_depth
        );
        Problem::new(LIMIT, span, message)
    }

    /// A node, unless the tree below it has become too high.
    fn node(&self, span: Span, kind: Kind) -> Result<Expr, Problem> {
        let expr = Expr::new(span, kind);
        if expr.height > self.max_depth {
            return Err(self.too_deep(span));
        }
        Ok(expr)
    }

    /// `condition ? value : value`, or just one operand of it.
    fn expression(&mut self) -> Result<Expr, Problem> {
        self.nested(|parser| {
            let condition = parser.operators(Level::Or)?;
            if !parser.take("?") {
                return Ok(condition);
            }
            let then = parser.operators(Level::Or)?;
            parser.expect(":")?;
            let otherwise = parser.expression()?;
            let span = condition.span.to(otherwise.span);
            parser.node(
                span,
                Kind::Conditional(Box::new([condition, then, otherwise])),
            )
        })
    }

    /// Operands joined by operators that bind at least as tight as `level`.
    fn operators(&mut self, level: Level) -> Result<Expr, Problem> {
        let mut left = self.unary()?;
        while let Some((operator, _, next)) = self.operator().filter(|found| found.1 >= level) {
            self.at += 1;
            let right = self.nested(|parser| parser.operators(next))?;
            let span = left.span.to(right.span);
            left = match operator {
                Operator::Binary(binary) => {
                    self.node(span, Kind::Binary(binary, Box::new([left, right])))?
                }
                Operator::And => self.joined(span, left, right, Chain::And)?,
                Operator::Or => self.joined(span, left, right, Chain::Or)?,
            };
        }
        Ok(left)
    }

    /// One more operand of a chain. Only the new one can make the chain higher.
    fn joined(&self, span: Span, left: Expr, right: Expr, chain: Chain) -> Result<Expr, Problem> {
        let (mut operands, height) = match chain.operands(left) {
            Ok(found) => found,
            Err(first) => {
                let height = first.height.saturating_add(1);
                (vec![first], height)
            }
        };
        let height = height.max(right.height.saturating_add(1));
        operands.push(right);
        if height > self.max_depth {
            return Err(self.too_deep(span));
        }
        Ok(Expr {
            span,
            height,
            kind: chain.of(operands),
        })
    }

    /// The operator here, its level, and the level of what stands right of it.
    fn operator(&self) -> Option<(Operator, Level, Level)> {
        let sign = match self.peek() {
            TokenKind::Sign(sign) => *sign,
            TokenKind::Ident(name) if &**name == "in" => "in",
            _ => return None,
        };
        let relation = |binary| Some((Operator::Binary(binary), Level::Relation, Level::Sum));
        let sum = |binary| Some((Operator::Binary(binary), Level::Sum, Level::Product));
        let product = |binary| Some((Operator::Binary(binary), Level::Product, Level::Unary));
        match sign {
            "||" => Some((Operator::Or, Level::Or, Level::And)),
            "&&" => Some((Operator::And, Level::And, Level::Relation)),
            "==" => relation(Binary::Equal),
            "!=" => relation(Binary::NotEqual),
            "<" => relation(Binary::Less),
            "<=" => relation(Binary::LessEqual),
            ">" => relation(Binary::Greater),
            ">=" => relation(Binary::GreaterEqual),
            "in" => relation(Binary::In),
            "+" => sum(Binary::Add),
            "-" => sum(Binary::Subtract),
            "*" => product(Binary::Multiply),
            "/" => product(Binary::Divide),
            "%" => product(Binary::Remainder),
            _ => None,
        }
    }

    /// Unary = Member | "!"+ Member | "-"+ Member
    fn unary(&mut self) -> Result<Expr, Problem> {
        let start = self.span();
        let is_not = self.take("!");
        if !is_not && !self.take("-") {
            return self.member();
        }
        if !is_not && let Some(number) = self.negative_number() {
            let span = start.to(self.last_span());
            return self.members_of(Expr::new(span, Kind::Literal(number)));
        }
        let operand = Box::new(self.nested(Self::unary)?);
        let span = start.to(operand.span);
        let kind = if is_not {
            Kind::Not(operand)
        } else {
            Kind::Negate(operand)
        };
        self.node(span, kind)
    }

    /// The number here, with the minus that stood before it.
    fn negative_number(&mut self) -> Option<Literal> {
        let negative = match self.peek() {
            TokenKind::IntMinMagnitude => Literal::Int(i64::MIN),
            TokenKind::Literal(Literal::Int(value)) => Literal::Int(value.checked_neg()?),
            TokenKind::Literal(Literal::Double(value)) => Literal::Double(-value),
            _ => return None,
        };
        self.at += 1;
        Some(negative)
    }
}

/// A logical operator, which is associative even with errors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chain {
    And,
    Or,
}

impl Chain {
    /// The operands so far, if an expression is a chain of this operator.
    fn operands(self, expr: Expr) -> Result<(Vec<Expr>, u32), Expr> {
        let height = expr.height;
        match (self, expr.kind) {
            (Self::And, Kind::And(operands)) | (Self::Or, Kind::Or(operands)) => {
                Ok((operands, height))
            }
            (_, kind) => Err(Expr { kind, ..expr }),
        }
    }

    fn of(self, operands: Vec<Expr>) -> Kind {
        match self {
            Self::And => Kind::And(operands),
            Self::Or => Kind::Or(operands),
        }
    }
}
