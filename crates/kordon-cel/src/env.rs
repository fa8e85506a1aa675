//! What an expression may speak of: variables, types of objects, functions of the host.
//!
//! Owns declarations and how names are resolved. Knows nothing of what variables hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::{Ident, Name};
use crate::functions::{Body, Function, HostFunction, Registry, Style};
use crate::limits::Limits;
use crate::types::{Signature, Type};

/// The declarations that expressions are checked and compiled against.
///
/// Variables are the fields of the outermost [`Object`](crate::Object), in the order in which they
/// are declared.
#[derive(Clone, Default)]
pub struct Env {
    container: Vec<Name>,
    variables: Vec<Type>,
    names: BTreeMap<Name, usize>,
    objects: BTreeMap<Name, Vec<(Name, Type)>>,
    functions: Registry,
    limits: Limits,
    sizes: Sizes,
}

/// How large values of a request are assumed to be in the estimate of costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The number of bytes of a text.
    pub text: u64,
    /// The number of elements of a list, and of entries of a map.
    pub elements: u64,
}

/// Why a function of the host is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeclarationError {
    /// The signature is not of the form `name(int): bool` or `<string>.name(int): bool`.
    #[error("invalid signature `{0}`; expected one such as `<string>.name(int): bool`")]
    Signature(String),
    /// The name is taken by a function of the language.
    #[error("`{0}` is a function of the language")]
    Taken(String),
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Variable(usize),
    Type(Name, Type),
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            text: 1_000,
            elements: 100,
        }
    }
}

impl Env {
    /// Declarations of the language and its libraries alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares the next variable. A name may have dots, as in `request.path`.
    #[must_use]
    pub fn variable(mut self, name: &str, of: Type) -> Self {
        self.names.insert(name.into(), self.variables.len());
        self.variables.push(of);
        self
    }

    /// Declares a type of objects with its fields in order.
    #[must_use]
    pub fn object<'n>(
        mut self,
        name: &str,
        fields: impl IntoIterator<Item = (&'n str, Type)>,
    ) -> Self {
        let fields = fields.into_iter().map(|(name, of)| (Name::from(name), of));
        self.objects.insert(name.into(), fields.collect());
        self
    }

    /// Declares a function, by a signature such as `<string>.isOwner(string): bool`.
    pub fn function(
        mut self,
        signature: &str,
        function: HostFunction,
    ) -> Result<Self, DeclarationError> {
        let parsed = Signature::parse(signature)
            .ok_or_else(|| DeclarationError::Signature(signature.to_owned()))?;
        let style = if parsed.is_method {
            Style::Method
        } else {
            Style::Global
        };
        if Registry::standard().find(&parsed.name, style).is_some() {
            return Err(DeclarationError::Taken(parsed.name.to_string()));
        }
        self.functions.add(parsed, Body::Host(function));
        Ok(self)
    }

    /// Sets the namespace in which names are looked up first.
    #[must_use]
    pub fn container(mut self, name: &str) -> Self {
        let parts = name.split('.').filter(|part| !part.is_empty());
        self.container = parts.map(Name::from).collect();
        self
    }

    /// Sets the limits of expressions.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the sizes that the estimate of costs assumes.
    #[must_use]
    pub fn sizes(mut self, sizes: Sizes) -> Self {
        self.sizes = sizes;
        self
    }

    pub(crate) fn declared_limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn assumed_sizes(&self) -> Sizes {
        self.sizes
    }

    pub(crate) fn variable_type(&self, slot: usize) -> Option<&Type> {
        self.variables.get(slot)
    }

    /// The fields of a type of objects.
    pub(crate) fn fields(&self, object: &str) -> Option<&[(Name, Type)]> {
        self.objects.get(object).map(Vec::as_slice)
    }

    /// The index and the type of a field.
    pub(crate) fn field(&self, object: &str, field: &str) -> Option<(usize, &Type)> {
        let fields = self.fields(object)?;
        let at = fields.iter().position(|(name, _)| &**name == field)?;
        fields.get(at).map(|(_, of)| (at, of))
    }

    /// What the longest prefix of a chain of names stands for, and how many names beyond the first
    /// it takes. Names in the container come before those outside of it.
    pub(crate) fn resolve(&self, root: &Ident, fields: &[Name]) -> Option<(Target, usize)> {
        (0..=fields.len()).rev().find_map(|taken| {
            let mut name = root.name.to_string();
            for field in fields.iter().take(taken) {
                name.push('.');
                name.push_str(field);
            }
            let mut candidates = self.candidates(&name, root.absolute).into_iter();
            candidates.find_map(|name| Some((self.target(&name)?, taken)))
        })
    }

    fn target(&self, name: &Name) -> Option<Target> {
        if let Some(slot) = self.names.get(name) {
            return Some(Target::Variable(*slot));
        }
        if self.objects.contains_key(name) {
            return Some(Target::Type(
                Arc::clone(name),
                Type::Object(Arc::clone(name)),
            ));
        }
        Type::of_name(name).map(|of| Target::Type(Arc::clone(name), of))
    }

    /// A name with every namespace of the container before it, the innermost first.
    fn candidates(&self, name: &str, absolute: bool) -> Vec<Name> {
        let depths = if absolute {
            0..=0
        } else {
            0..=self.container.len()
        };
        depths
            .rev()
            .map(|depth| {
                let mut parts: Vec<&str> = self
                    .container
                    .iter()
                    .take(depth)
                    .map(|part| &**part)
                    .collect();
                parts.push(name);
                Name::from(parts.join("."))
            })
            .collect()
    }

    /// A function that is called by its name alone, which may have dots.
    pub(crate) fn global(&self, name: &str, absolute: bool) -> Option<(Name, &Function)> {
        let mut candidates = self.candidates(name, absolute).into_iter();
        candidates.find_map(|name| {
            let function = self.find(&name, Style::Global)?;
            Some((name, function))
        })
    }

    /// A function that is called on a receiver.
    pub(crate) fn method(&self, name: &Name) -> Option<&Function> {
        self.find(name, Style::Method)
    }

    fn find(&self, name: &Name, style: Style) -> Option<&Function> {
        let own = self.functions.find(name, style);
        own.or_else(|| Registry::standard().find(name, style))
    }

    /// All names that could have been meant in the place of an unknown one.
    pub(crate) fn known_names(&self) -> Vec<&str> {
        let variables = self.names.keys().map(|name| &**name);
        let own = self.functions.names().map(|name| &**name);
        let standard = Registry::standard().names().map(|name| &**name);
        variables.chain(own).chain(standard).collect()
    }
}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Env")
            .field("container", &self.container)
            .field("variables", &self.names)
            .field("objects", &self.objects)
            .finish_non_exhaustive()
    }
}
