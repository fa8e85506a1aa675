//! From tokens to an expression.

use super::lexer::{Kind, Token};
use super::{Expression, SelectorError, Test};

/// Parentheses are not nested deeper than this.
const DEEPEST: usize = 64;

/// Parses all tokens of a selector.
pub(super) fn parse(tokens: &[Token<'_>]) -> Result<Expression, SelectorError> {
    let mut parser = Parser { tokens, depth: 0 };
    if parser.peek() == Kind::End {
        return Ok(Expression::All);
    }
    let expression = parser.or()?;
    match parser.peek() {
        Kind::End => Ok(expression),
        _ => Err(parser.refuse("expected `&&`, `||` or the end of the selector")),
    }
}

struct Parser<'t> {
    tokens: &'t [Token<'t>],
    depth: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Kind<'t> {
        self.tokens.first().map_or(Kind::End, |token| token.kind)
    }

    /// Takes the next token; the last one stays.
    fn take(&mut self) -> Kind<'t> {
        let kind = self.peek();
        if let [_, rest @ ..] = self.tokens
            && kind != Kind::End
        {
            self.tokens = rest;
        }
        kind
    }

    fn refuse(&self, expected: &'static str) -> SelectorError {
        let (start, end) = self
            .tokens
            .first()
            .map_or((0, 0), |token| (token.start, token.end));
        let message = match self.peek() {
            Kind::End => "the selector ends too early".to_owned(),
            _ => "this cannot stand here".to_owned(),
        };
        SelectorError {
            start,
            end,
            message,
            expected,
        }
    }

    fn or(&mut self) -> Result<Expression, SelectorError> {
        let first = self.and()?;
        self.list(first, Kind::Or, Self::and, Expression::Or)
    }

    fn and(&mut self) -> Result<Expression, SelectorError> {
        let first = self.operation()?;
        self.list(first, Kind::And, Self::operation, Expression::And)
    }

    /// The parts that `joint` joins; one part stands for itself.
    fn list(
        &mut self,
        first: Expression,
        joint: Kind<'_>,
        part: fn(&mut Self) -> Result<Expression, SelectorError>,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Result<Expression, SelectorError> {
        if self.peek() != joint {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.peek() == joint {
            self.take();
            parts.push(part(self)?);
        }
        Ok(join(parts))
    }

    /// A comparison with any number of `!` before it; two of them cancel out.
    fn operation(&mut self) -> Result<Expression, SelectorError> {
        let mut negated = false;
        while self.peek() == Kind::Not {
            self.take();
            negated = !negated;
        }
        let inner = self.comparison()?;
        Ok(if negated {
            Expression::Not(Box::new(inner))
        } else {
            inner
        })
    }

    fn comparison(&mut self) -> Result<Expression, SelectorError> {
        const EXPECTED: &str =
            "expected a comparison such as `app == \"web\"`, `has(app)`, `all()` or `(`";
        let found = match self.peek() {
            Kind::Has(key) => Expression::Label(key.to_owned(), Test::Has),
            Kind::All => Expression::All,
            Kind::Global => Expression::Global,
            Kind::Label(key) => {
                self.take();
                return Ok(Expression::Label(key.to_owned(), self.test()?));
            }
            Kind::Open => return self.group(),
            _ => return Err(self.refuse(EXPECTED)),
        };
        self.take();
        Ok(found)
    }

    fn group(&mut self) -> Result<Expression, SelectorError> {
        if self.depth == DEEPEST {
            return Err(self.refuse("parentheses are nested at most 64 deep"));
        }
        self.take();
        self.depth += 1;
        let inner = self.or()?;
        self.depth -= 1;
        match self.peek() {
            Kind::Close => {
                self.take();
                Ok(inner)
            }
            _ => Err(self.refuse("expected `)`, `&&` or `||`")),
        }
    }

    /// What comes after a label.
    fn test(&mut self) -> Result<Test, SelectorError> {
        let operator = self.peek();
        let test: fn(String) -> Test = match operator {
            Kind::Equal => |value| Test::In(vec![value]),
            Kind::NotEqual => |value| Test::NotIn(vec![value]),
            Kind::Contains => Test::Contains,
            Kind::StartsWith => Test::StartsWith,
            Kind::EndsWith => Test::EndsWith,
            Kind::In => {
                self.take();
                return self.set().map(Test::In);
            }
            Kind::NotIn => {
                self.take();
                return self.set().map(Test::NotIn);
            }
            _ => {
                return Err(self.refuse(
                    "expected `==`, `!=`, `in`, `not in`, `contains`, `starts with` or `ends with` after a label",
                ));
            }
        };
        self.take();
        self.string().map(test)
    }

    fn string(&mut self) -> Result<String, SelectorError> {
        match self.peek() {
            Kind::Text(text) => {
                self.take();
                Ok(text.to_owned())
            }
            _ => Err(self.refuse("expected a value in quotes, such as `\"web\"`")),
        }
    }

    /// `{..}`: the values in order, each once. A comma may stand after the last.
    fn set(&mut self) -> Result<Vec<String>, SelectorError> {
        if self.peek() != Kind::OpenSet {
            return Err(self.refuse("expected a set of values, such as `{\"web\", \"api\"}`"));
        }
        self.take();
        let mut values = std::collections::BTreeSet::new();
        while self.peek() != Kind::CloseSet {
            values.insert(self.string()?);
            match self.peek() {
                Kind::Comma => drop(self.take()),
                Kind::CloseSet => {}
                _ => return Err(self.refuse("expected `,` or `}` after a value")),
            }
        }
        self.take();
        Ok(values.into_iter().collect())
    }
}
