//! Which types fit which, and what type parameters stand for.
//!
//! The rules are those of the checker of cel-go: a type fits itself and `dyn`; a parameter stands
//! for the most general of the types that were put in its place; null fits what messages are made
//! of.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::Name;
use crate::types::{Signature, Type};

/// What type parameters stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Substitution {
    types: BTreeMap<Name, Type>,
    fresh: usize,
}

impl Substitution {
    /// A parameter that stands for nothing yet.
    pub(super) fn fresh(&mut self) -> Type {
        self.fresh += 1;
        Type::Param(format!("#{}", self.fresh).into())
    }

    /// The parameters and the result of a signature, with type parameters of their own.
    pub(super) fn instance(&mut self, signature: &Signature) -> (Vec<Type>, Type) {
        let mut own = BTreeMap::new();
        let parameters = signature
            .parameters
            .iter()
            .map(|of| self.renamed(of, &mut own))
            .collect();
        (parameters, self.renamed(&signature.result, &mut own))
    }

    fn renamed(&mut self, of: &Type, own: &mut BTreeMap<Name, Type>) -> Type {
        match of {
            Type::Param(name) => {
                let fresh = own.entry(Arc::clone(name)).or_insert_with(|| self.fresh());
                fresh.clone()
            }
            _ => mapped(of, &mut |part| self.renamed(part, own)),
        }
    }

    /// Whether values of all types can stand where others are expected. What that makes parameters
    /// stand for is kept only if they can.
    pub(super) fn all_fit(&mut self, given: &[Type], expected: &[Type]) -> bool {
        if given.len() != expected.len() {
            return false;
        }
        let mut trial = self.clone();
        let fit = given
            .iter()
            .zip(expected)
            .all(|(given, expected)| trial.fits(given, expected));
        if fit {
            *self = trial;
        }
        fit
    }

    /// The type that both fit, if there is one.
    pub(super) fn joined(&mut self, one: &Type, other: &Type) -> Option<Type> {
        let fit = self.all_fit(std::slice::from_ref(one), std::slice::from_ref(other));
        fit.then(|| most_general(one, other))
    }

    /// A type in which parameters are replaced by what they stand for.
    pub(super) fn resolved(&self, of: &Type) -> Type {
        match of {
            Type::Param(name) => match self.types.get(name) {
                Some(found) => self.resolved(found),
                None => of.clone(),
            },
            _ => mapped(of, &mut |part| self.resolved(part)),
        }
    }

    /// A type in which parameters that stand for nothing are `dyn`.
    pub(super) fn finished(&self, of: &Type) -> Type {
        match self.resolved(of) {
            Type::Param(_) => Type::Dyn,
            resolved => mapped(&resolved, &mut |part| self.finished(part)),
        }
    }

    fn fits(&mut self, given: &Type, expected: &Type) -> bool {
        if let Type::Param(name) = expected {
            match self.stands_for(name, given) {
                Standing::Valid => return true,
                Standing::Taken => return false,
                Standing::Circular => {}
            }
        }
        if let Type::Param(name) = given {
            return self.stands_for(name, expected) == Standing::Valid;
        }
        if *given == Type::Dyn || *expected == Type::Dyn {
            return true;
        }
        match (given, expected) {
            (Type::Null, other) | (other, Type::Null) => is_nullable(other),
            (Type::List(given), Type::List(expected)) => self.fits(given, expected),
            (Type::Map(given), Type::Map(expected)) => given
                .iter()
                .zip(&**expected)
                .all(|(given, expected)| self.fits(given, expected)),
            (Type::Opaque(given, inner), Type::Opaque(expected, other)) => {
                given == expected
                    && inner.len() == other.len()
                    && inner
                        .iter()
                        .zip(&**other)
                        .all(|(given, expected)| self.fits(given, expected))
            }
            (Type::Type(_), Type::Type(_)) => true,
            _ => given == expected,
        }
    }

    /// Lets a parameter stand for a type as well.
    fn stands_for(&mut self, name: &Name, of: &Type) -> Standing {
        if matches!(of, Type::Param(other) if other == name) {
            return Standing::Valid;
        }
        if let Some(known) = self.types.get(name).cloned() {
            if known == *of {
                return Standing::Valid;
            }
            if !self.fits(of, &known) {
                return Standing::Taken;
            }
            let general = most_general(of, &known);
            if !self.refers(&general, name) {
                self.types.insert(Arc::clone(name), general);
            }
            return Standing::Valid;
        }
        if self.refers(of, name) {
            return Standing::Circular;
        }
        self.types.insert(Arc::clone(name), of.clone());
        Standing::Valid
    }

    /// Whether a parameter is part of a type.
    fn refers(&self, of: &Type, name: &Name) -> bool {
        match of {
            Type::Param(other) if other == name => true,
            Type::Param(other) => self
                .types
                .get(other)
                .is_some_and(|of| self.refers(of, name)),
            _ => parts(of).iter().any(|part| self.refers(part, name)),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Valid,
    /// It stands for something else already.
    Taken,
    /// It would be part of what it stands for.
    Circular,
}

/// Types for which null may stand, as for messages.
fn is_nullable(of: &Type) -> bool {
    matches!(
        of,
        Type::Null | Type::Timestamp | Type::Duration | Type::Opaque(..) | Type::Object(_)
    )
}

/// Null says nothing about the type that it stands for.
fn most_general(one: &Type, other: &Type) -> Type {
    let is_first = *other == Type::Null || is_as_general(one, other);
    if is_first { one.clone() } else { other.clone() }
}

fn is_as_general(one: &Type, other: &Type) -> bool {
    match (one, other) {
        (Type::Dyn | Type::Param(_), _) | (Type::Type(_), Type::Type(_)) => true,
        (_, Type::Dyn | Type::Param(_)) => false,
        (Type::List(_), Type::List(_))
        | (Type::Map(_), Type::Map(_))
        | (Type::Opaque(..), Type::Opaque(..)) => {
            let (ones, others) = (parts(one), parts(other));
            mapped(one, &mut |_| Type::Dyn) == mapped(other, &mut |_| Type::Dyn)
                && ones
                    .iter()
                    .zip(others)
                    .all(|(one, other)| is_as_general(one, other))
        }
        _ => one == other,
    }
}

/// The types that a type is made of.
fn parts(of: &Type) -> &[Type] {
    match of {
        Type::Type(inner) | Type::List(inner) => std::slice::from_ref(&**inner),
        Type::Map(parts) => &**parts,
        Type::Opaque(_, parts) => parts,
        _ => &[],
    }
}

/// The same type with each of its parts replaced.
fn mapped(of: &Type, map: &mut impl FnMut(&Type) -> Type) -> Type {
    match of {
        Type::Type(inner) => Type::type_of(map(inner)),
        Type::List(inner) => Type::list(map(inner)),
        Type::Map(parts) => {
            let [key, value] = &**parts;
            Type::map(map(key), map(value))
        }
        Type::Opaque(name, parts) => {
            Type::Opaque(Arc::clone(name), parts.iter().map(map).collect())
        }
        _ => of.clone(),
    }
}
