//! Values, names, calls, and what may follow them.

use kordon_syntax::Span;

use super::Parser;
use crate::ast::{Call, Element, Entry, Expr, Ident, Index, Kind, Literal, Name, Select};
use crate::lex::TokenKind;
use crate::problem::Problem;

/// Words that are no names of variables.
const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

impl Parser<'_> {
    /// A value, then any number of `.field`, `.?field`, `.method(..)`, `[index]` and `[?index]`.
    pub(super) fn member(&mut self) -> Result<Expr, Problem> {
        let primary = self.primary()?;
        self.members_of(primary)
    }

    pub(super) fn members_of(&mut self, mut expr: Expr) -> Result<Expr, Problem> {
        loop {
            expr = if self.take(".") {
                self.dotted(expr)?
            } else if self.take("[") {
                self.indexed(expr)?
            } else if matches!(self.peek(), TokenKind::Sign("{")) && expr.chain().is_some() {
                return Err(Problem::syntax(
                    expr.span,
                    "messages of protocol buffers are not supported",
                )
                .help("write a map, such as `{'name': value}`"));
            } else {
                return Ok(expr);
            };
        }
    }

    fn dotted(&mut self, operand: Expr) -> Result<Expr, Problem> {
        let optional = self.take("?");
        let field_span = self.span();
        let (field, is_escaped) = match self.peek().clone() {
            TokenKind::Ident(name) if !is_keyword(&name) => (name, false),
            TokenKind::Escaped(name) => (name, true),
            _ => return Err(self.unexpected("the name of a field")),
        };
        self.at += 1;
        let is_call = !optional && !is_escaped && self.take("(");
        if !is_call {
            let span = operand.span.to(field_span);
            let select = Select {
                operand,
                field,
                field_span,
                optional,
            };
            return self.node(span, Kind::Select(Box::new(select)));
        }
        let arguments = self.arguments()?;
        let span = operand.span.to(self.last_span());
        let function = Ident {
            name: field,
            absolute: false,
        };
        self.call(
            span,
            Call {
                function,
                name_span: field_span,
                target: Some(operand),
                arguments,
            },
        )
    }

    fn indexed(&mut self, operand: Expr) -> Result<Expr, Problem> {
        let optional = self.take("?");
        let key = self.expression()?;
        self.expect("]")?;
        let span = operand.span.to(self.last_span());
        self.node(
            span,
            Kind::Index(Box::new(Index {
                operand,
                key,
                optional,
            })),
        )
    }

    fn primary(&mut self) -> Result<Expr, Problem> {
        let start = self.span();
        match self.peek().clone() {
            TokenKind::Literal(literal) => {
                self.at += 1;
                self.node(start, Kind::Literal(literal))
            }
            TokenKind::IntMinMagnitude => {
                Err(Problem::syntax(start, "number too large for an int")
                    .help("write `u` after it for an unsigned number"))
            }
            TokenKind::Sign("(") => {
                self.at += 1;
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(Expr {
                    span: start.to(self.last_span()),
                    ..inner
                })
            }
            TokenKind::Sign("[") => self.list(start),
            TokenKind::Sign("{") => self.map(start),
            TokenKind::Sign(".") => {
                self.at += 1;
                self.name(start, Absolute::Yes)
            }
            TokenKind::Ident(_) => self.name(start, Absolute::No),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn name(&mut self, start: Span, absolute: Absolute) -> Result<Expr, Problem> {
        let TokenKind::Ident(name) = self.peek().clone() else {
            return Err(self.unexpected("a name"));
        };
        let name_span = self.span();
        if let Some(literal) = keyword(&name) {
            self.at += 1;
            return self.node(start, Kind::Literal(literal));
        }
        if is_keyword(&name) {
            return Err(self.unexpected("a value"));
        }
        if RESERVED.contains(&&*name) {
            let message = format!("`{name}` is a reserved word and no name");
            return Err(Problem::syntax(name_span, message));
        }
        self.at += 1;
        let ident = Ident {
            name,
            absolute: absolute == Absolute::Yes,
        };
        if !self.take("(") {
            return self.node(start.to(name_span), Kind::Ident(ident));
        }
        let arguments = self.arguments()?;
        let span = start.to(self.last_span());
        self.call(
            span,
            Call {
                function: ident,
                name_span,
                target: None,
                arguments,
            },
        )
    }

    /// The arguments of a call up to the closing bracket.
    fn arguments(&mut self) -> Result<Vec<Expr>, Problem> {
        let mut arguments = Vec::new();
        if self.take(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if self.take(")") {
                return Ok(arguments);
            }
            if !self.take(",") {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
    }

    fn list(&mut self, start: Span) -> Result<Expr, Problem> {
        self.at += 1;
        let mut elements = Vec::new();
        while !self.take("]") {
            let optional = self.take("?");
            let value = self.expression()?;
            elements.push(Element { value, optional });
            if !self.take(",") {
                self.expect("]")?;
                break;
            }
        }
        self.node(start.to(self.last_span()), Kind::List(elements))
    }

    fn map(&mut self, start: Span) -> Result<Expr, Problem> {
        self.at += 1;
        let mut entries = Vec::new();
        while !self.take("}") {
            let optional = self.take("?");
            let key = self.expression()?;
            self.expect(":")?;
            let value = self.expression()?;
            entries.push(Entry {
                key,
                value,
                optional,
            });
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        self.node(start.to(self.last_span()), Kind::Map(entries))
    }
}

/// Whether a name stands after a dot.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absolute {
    Yes,
    No,
}

fn keyword(name: &str) -> Option<Literal> {
    match name {
        "true" => Some(Literal::Bool(true)),
        "false" => Some(Literal::Bool(false)),
        "null" => Some(Literal::Null),
        _ => None,
    }
}

fn is_keyword(name: &Name) -> bool {
    &**name == "in" || keyword(name).is_some()
}
