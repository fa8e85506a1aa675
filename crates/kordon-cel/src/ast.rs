//! The syntax tree: what was written, with macros already named.
//!
//! Owns the form of an expression after parsing. Knows no types, no variables and no evaluation.

use std::sync::Arc;

use kordon_syntax::Span;

/// A name as written; shared, because it is kept in many places.
pub(crate) type Name = Arc<str>;

#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) span: Span,
    /// The longest way down to a leaf, so that what walks the tree cannot run out of stack.
    pub(crate) height: u32,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Literal(Literal),
    Ident(Ident),
    Select(Box<Select>),
    /// `has(operand.field)`
    Has(Box<Select>),
    Index(Box<Index>),
    Call(Box<Call>),
    List(Vec<Element>),
    Map(Vec<Entry>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(Binary, Box<[Expr; 2]>),
    Conditional(Box<[Expr; 3]>),
    Comprehension(Box<Comprehension>),
    Bind(Box<Bind>),
    OptMap(Box<OptMap>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(Name),
    Bytes(Arc<[u8]>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ident {
    pub(crate) name: Name,
    /// Written with a leading dot: neither local variables nor the container count.
    pub(crate) absolute: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Select {
    pub(crate) operand: Expr,
    pub(crate) field: Name,
    pub(crate) field_span: Span,
    /// Written `.?field`.
    pub(crate) optional: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Index {
    pub(crate) operand: Expr,
    pub(crate) key: Expr,
    /// Written `[?index]`.
    pub(crate) optional: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) function: Ident,
    pub(crate) name_span: Span,
    pub(crate) target: Option<Expr>,
    pub(crate) arguments: Vec<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) value: Expr,
    /// Written `?value`: an optional, which is left out if it is empty.
    pub(crate) optional: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Expr,
    pub(crate) value: Expr,
    /// Written `?key: value`.
    pub(crate) optional: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
}

/// What a comprehension makes of the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    All,
    Exists,
    ExistsOne,
    /// A list of the bodies.
    List,
    /// A list of the elements whose body is true.
    Filter,
    /// A map from each key to its body.
    Map,
    /// A map of the entries that the bodies are.
    MapEntry,
    /// The elements in the order of their bodies.
    SortBy,
}

#[derive(Clone, Debug)]
pub(crate) struct Comprehension {
    pub(crate) fold: Fold,
    pub(crate) range: Expr,
    /// The element of a list, the key of a map; with two variables the index of a list.
    pub(crate) variable: Name,
    /// With two variables, the element of a list, the value of a map.
    pub(crate) second: Option<Name>,
    /// Elements for which this is false are left out.
    pub(crate) filter: Option<Expr>,
    pub(crate) body: Expr,
}

#[derive(Clone, Debug)]
pub(crate) struct Bind {
    pub(crate) variable: Name,
    pub(crate) value: Expr,
    pub(crate) body: Expr,
}

#[derive(Clone, Debug)]
pub(crate) struct OptMap {
    pub(crate) operand: Expr,
    pub(crate) variable: Name,
    pub(crate) body: Expr,
    /// Whether the body is an optional itself (`optFlatMap`).
    pub(crate) flat: bool,
}

impl Kind {
    /// The expressions directly inside.
    pub(crate) fn children(&self) -> Vec<&Expr> {
        match self {
            Self::Literal(_) | Self::Ident(_) => Vec::new(),
            Self::Select(select) | Self::Has(select) => vec![&select.operand],
            Self::Index(index) => vec![&index.operand, &index.key],
            Self::Call(call) => call.target.iter().chain(&call.arguments).collect(),
            Self::List(elements) => elements.iter().map(|element| &element.value).collect(),
            Self::Map(entries) => entries
                .iter()
                .flat_map(|entry| [&entry.key, &entry.value])
                .collect(),
            Self::And(operands) | Self::Or(operands) => operands.iter().collect(),
            Self::Not(operand) | Self::Negate(operand) => vec![operand],
            Self::Binary(_, operands) => operands.iter().collect(),
            Self::Conditional(parts) => parts.iter().collect(),
            Self::Comprehension(it) => [&it.range, &it.body]
                .into_iter()
                .chain(&it.filter)
                .collect(),
            Self::Bind(bind) => vec![&bind.value, &bind.body],
            Self::OptMap(map) => vec![&map.operand, &map.body],
        }
    }
}

impl Expr {
    pub(crate) fn new(span: Span, kind: Kind) -> Self {
        let below = kind.children().iter().map(|child| child.height).max();
        Self {
            span,
            height: below.map_or(1, |height| height.saturating_add(1)),
            kind,
        }
    }

    /// The names of a chain such as `a.b.c`, if the expression is nothing else.
    pub(crate) fn chain(&self) -> Option<(Ident, Vec<Name>)> {
        let mut fields = Vec::new();
        let mut expr = self;
        loop {
            match &expr.kind {
                Kind::Ident(root) => {
                    fields.reverse();
                    return Some((root.clone(), fields));
                }
                Kind::Select(select) if !select.optional => {
                    fields.push(Arc::clone(&select.field));
                    expr = &select.operand;
                }
                _ => return None,
            }
        }
    }
}

impl Fold {
    /// Whether the result is true or false.
    pub(crate) fn is_condition(self) -> bool {
        matches!(self, Self::All | Self::Exists | Self::ExistsOne)
    }
}
