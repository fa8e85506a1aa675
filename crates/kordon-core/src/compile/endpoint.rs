//! Compiled conditions on endpoints.

use super::selector::{all, any};
use crate::decide::Holds;
use crate::model::{Attribute, EndpointMatch, ValueMatch};
use crate::symbol::{Symbol, Symbols};

/// A compiled [`EndpointMatch`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CompiledMatch {
    Everything,
    Is(CompiledAttribute, CompiledValue),
    All(Box<[CompiledMatch]>),
    Any(Box<[CompiledMatch]>),
    Not(Box<CompiledMatch>),
}

/// A compiled [`Attribute`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CompiledAttribute {
    Label(Symbol),
    NamespaceLabel(Symbol),
    AccountLabel(Symbol),
    Namespace,
    Account,
}

/// A compiled [`ValueMatch`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CompiledValue {
    Present,
    In(Box<[Symbol]>),
    Contains(Box<str>),
    StartsWith(Box<str>),
    EndsWith(Box<str>),
}

/// Something with attributes.
pub(crate) trait Attributes {
    /// The value of an attribute, if it has one.
    fn value(&self, attribute: CompiledAttribute) -> Option<Symbol>;

    /// The text of a value.
    fn text(&self, value: Symbol) -> &str;
}

impl CompiledMatch {
    /// Compiles a condition.
    pub(crate) fn new(symbols: &mut Symbols, matches: &EndpointMatch) -> Self {
        let mut each = |parts: &[EndpointMatch]| -> Box<[Self]> {
            parts.iter().map(|part| Self::new(symbols, part)).collect()
        };
        match matches {
            EndpointMatch::Everything => Self::Everything,
            EndpointMatch::Is(attribute, value) => Self::Is(
                CompiledAttribute::new(symbols, attribute),
                CompiledValue::new(symbols, value),
            ),
            EndpointMatch::All(parts) => Self::All(each(parts)),
            EndpointMatch::Any(parts) => Self::Any(each(parts)),
            EndpointMatch::Not(inner) => Self::Not(Box::new(Self::new(symbols, inner))),
        }
    }

    /// Whether something satisfies the condition.
    pub(crate) fn selects(&self, of: &impl Attributes) -> bool {
        match self {
            Self::Everything => true,
            Self::Is(attribute, value) => of
                .value(*attribute)
                .is_some_and(|found| value.admits(found, of)),
            Self::All(parts) => parts.iter().all(|part| part.selects(of)),
            Self::Any(parts) => parts.iter().any(|part| part.selects(of)),
            Self::Not(inner) => !inner.selects(of),
        }
    }

    /// Whether a workload of which nothing is known satisfies the condition. All that is sure is
    /// that it has a namespace and a service account.
    pub(crate) fn selects_any(&self) -> Holds {
        match self {
            Self::Everything
            | Self::Is(
                CompiledAttribute::Namespace | CompiledAttribute::Account,
                CompiledValue::Present,
            ) => Holds::Yes,
            Self::Is(..) => Holds::Unknown,
            Self::All(parts) => all(parts.iter().map(Self::selects_any)),
            Self::Any(parts) => any(parts.iter().map(Self::selects_any)),
            Self::Not(inner) => inner.selects_any().negated(),
        }
    }

    /// Lists of values, each of one attribute, of which whatever satisfies the condition has one.
    pub(crate) fn required(&self) -> Vec<(CompiledAttribute, &[Symbol])> {
        match self {
            Self::Is(attribute, CompiledValue::In(values)) => vec![(*attribute, values)],
            Self::All(parts) => parts.iter().flat_map(Self::required).collect(),
            _ => Vec::new(),
        }
    }
}

impl CompiledAttribute {
    /// Compiles an attribute.
    pub(crate) fn new(symbols: &mut Symbols, attribute: &Attribute) -> Self {
        match attribute {
            Attribute::Label(key) => Self::Label(symbols.intern(key)),
            Attribute::NamespaceLabel(key) => Self::NamespaceLabel(symbols.intern(key)),
            Attribute::AccountLabel(key) => Self::AccountLabel(symbols.intern(key)),
            Attribute::Namespace => Self::Namespace,
            Attribute::Account => Self::Account,
        }
    }
}

impl CompiledValue {
    fn new(symbols: &mut Symbols, value: &ValueMatch) -> Self {
        match value {
            ValueMatch::Present => Self::Present,
            ValueMatch::In(values) => {
                Self::In(values.iter().map(|value| symbols.intern(value)).collect())
            }
            ValueMatch::Contains(text) => Self::Contains(text.as_str().into()),
            ValueMatch::StartsWith(text) => Self::StartsWith(text.as_str().into()),
            ValueMatch::EndsWith(text) => Self::EndsWith(text.as_str().into()),
        }
    }

    /// Whether a value satisfies the condition. Only conditions on parts of a text look at it.
    fn admits(&self, value: Symbol, of: &impl Attributes) -> bool {
        self.admits_text(value, || of.text(value))
    }

    /// As [`CompiledValue::admits`], for a value whose text is at hand.
    pub(crate) fn admits_text<'a>(&self, value: Symbol, text: impl FnOnce() -> &'a str) -> bool {
        match self {
            Self::Present => true,
            Self::In(values) => values.contains(&value),
            Self::Contains(part) => text().contains(&**part),
            Self::StartsWith(part) => text().starts_with(&**part),
            Self::EndsWith(part) => text().ends_with(&**part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_sure_of_an_unknown_workload_is_that_it_has_a_namespace_and_an_account() {
        let is = |attribute, value| EndpointMatch::Is(attribute, value);
        let label = || is(Attribute::Label("app".into()), ValueMatch::Present);
        let namespace = |value| is(Attribute::Namespace, value);
        let named = || namespace(ValueMatch::In(vec!["shop".into()]));
        let any = || namespace(ValueMatch::Present);
        let not = |inner| EndpointMatch::Not(Box::new(inner));
        let cases = [
            (EndpointMatch::Everything, Holds::Yes),
            (any(), Holds::Yes),
            (is(Attribute::Account, ValueMatch::Present), Holds::Yes),
            (named(), Holds::Unknown),
            (label(), Holds::Unknown),
            (
                is(Attribute::NamespaceLabel("a".into()), ValueMatch::Present),
                Holds::Unknown,
            ),
            (not(label()), Holds::Unknown),
            (not(any()), Holds::No),
            (EndpointMatch::All(vec![any(), label()]), Holds::Unknown),
            (EndpointMatch::All(vec![not(any()), label()]), Holds::No),
            (EndpointMatch::Any(vec![any(), label()]), Holds::Yes),
            (
                EndpointMatch::Any(vec![not(any()), label()]),
                Holds::Unknown,
            ),
        ];
        for (matches, expected) in cases {
            let compiled = CompiledMatch::new(&mut Symbols::default(), &matches);
            assert_eq!(compiled.selects_any(), expected, "{matches:?}");
        }
    }
}
