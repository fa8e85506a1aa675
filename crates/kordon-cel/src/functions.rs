//! The functions of the language and of its libraries.
//!
//! Owns the registry: which function has which signatures and what it does. Each family is a
//! module with a table. Knows no syntax.

mod conversions;
mod encoders;
mod format;
mod lists;
mod math;
mod named_format;
mod network;
mod optionals;
mod ordered;
pub(crate) mod quantity;
pub(crate) mod regex;
mod semver;
mod sets;
mod standard;
mod strings;
mod time;
pub(crate) mod url;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use crate::ast::Name;
use crate::cost::Budget;
use crate::error::Reason;
use crate::types::Signature;
use crate::value::Value;

pub(crate) use self::conversions::double_text;
pub(crate) use self::lists::sorted;
pub(crate) use self::optionals::inner as optional_value;
pub(crate) use self::standard::size;

/// What a function does with its arguments, the receiver first.
pub(crate) type Builtin = for<'a> fn(&[Value<'a>], &mut Budget) -> Result<Value<'a>, Reason>;

/// A function of the host.
///
/// It gets the arguments, the receiver first if there is one, and must be pure: the same arguments
/// give the same result. How much work it may do is the host's affair; each call costs one.
pub type HostFunction =
    Arc<dyn for<'a> Fn(&[Value<'a>]) -> Result<Value<'a>, Reason> + Send + Sync>;

/// One function of a table. All its signatures have one name and one style.
pub(crate) struct Entry {
    signatures: &'static [&'static str],
    call: Builtin,
}

pub(crate) const fn entry(signatures: &'static [&'static str], call: Builtin) -> Entry {
    Entry { signatures, call }
}

/// Whether a function is called on a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Style {
    Global,
    Method,
}

#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) signatures: Vec<Signature>,
    pub(crate) body: Body,
}

#[derive(Clone)]
pub(crate) enum Body {
    Builtin(Builtin),
    Host(HostFunction),
}

/// Functions by name and style.
#[derive(Clone, Default)]
pub(crate) struct Registry {
    functions: BTreeMap<(Name, Style), Function>,
}

static STANDARD: LazyLock<Registry> = LazyLock::new(|| {
    let mut registry = Registry::default();
    for family in FAMILIES {
        for entry in *family {
            for text in entry.signatures {
                if let Some(signature) = Signature::parse(text) {
                    registry.add(signature, Body::Builtin(entry.call));
                }
            }
        }
    }
    registry
});

const FAMILIES: &[&[Entry]] = &[
    standard::FUNCTIONS,
    conversions::FUNCTIONS,
    time::FUNCTIONS,
    strings::FUNCTIONS,
    format::FUNCTIONS,
    math::FUNCTIONS,
    lists::FUNCTIONS,
    sets::FUNCTIONS,
    encoders::FUNCTIONS,
    regex::FUNCTIONS,
    optionals::FUNCTIONS,
    network::FUNCTIONS,
    url::FUNCTIONS,
    quantity::FUNCTIONS,
    semver::FUNCTIONS,
    ordered::FUNCTIONS,
    named_format::FUNCTIONS,
];

impl Registry {
    /// The functions that every environment has.
    pub(crate) fn standard() -> &'static Self {
        &STANDARD
    }

    pub(crate) fn add(&mut self, signature: Signature, body: Body) {
        let style = if signature.is_method {
            Style::Method
        } else {
            Style::Global
        };
        let key = (Arc::clone(&signature.name), style);
        let function = self.functions.entry(key).or_insert_with(|| Function {
            signatures: Vec::new(),
            body,
        });
        function.signatures.push(signature);
    }

    pub(crate) fn find(&self, name: &Name, style: Style) -> Option<&Function> {
        self.functions.get(&(Arc::clone(name), style))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &Name> {
        self.functions.keys().map(|(name, _)| name)
    }
}

impl Function {
    /// Whether some signature has this number of arguments, the receiver included.
    pub(crate) fn takes(&self, count: usize) -> bool {
        self.signatures
            .iter()
            .any(|signature| signature.parameters.len() == count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_can_be_read_and_a_name_has_one_meaning() {
        let mut meanings: BTreeMap<(Name, bool), usize> = BTreeMap::new();
        for (number, entry) in FAMILIES.iter().flat_map(|family| family.iter()).enumerate() {
            for text in entry.signatures {
                let signature = Signature::parse(text).unwrap_or_else(|| panic!("{text}"));
                let key = (Arc::clone(&signature.name), signature.is_method);
                assert_eq!(*meanings.entry(key).or_insert(number), number, "{text}");
            }
        }
    }
}
